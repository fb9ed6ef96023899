//! The same job in Welsh, at a council that offers it.

use axum::http::{StatusCode, header};
use conversation::{CloseOutcome, Phase};

use super::super::app::{Opened, TestApp, config};
use super::super::people::{ALWAYS, NEVER, staff};
use super::{Browser, accept, moved};
use crate::language;

const WELSH: &str = "/chat?lang=cy";

impl Browser<'_> {
    /// The page is in Welsh, and nothing that it says itself is in English.
    fn is_in_welsh(&self) {
        self.has("<html lang=\"cy\">");
        self.has("name=\"lang\" value=\"cy\"");
        for english in language::texts().filter(|text| !text.contains('{')) {
            for around in [format!(">{english}<"), format!("\"{english}\""), format!("</span> {english}<")] {
                self.has_not(&around);
            }
        }
    }
}

#[tokio::test]
async fn the_whole_job_is_done_in_welsh() {
    let app = TestApp::in_welsh("Mo-Su 00:00-24:00").await;
    let ann = staff(&app, "Ann").await;
    let mut browser = Browser::open_at(&app, WELSH, &[]).await;
    browser.is_in_welsh();
    browser.has("<title>Gofyn cwestiwn – ");
    browser.has("<reeve-chat position=\"inline\" lang=\"cy\">");
    browser.has("<a href=\"/chat?lang=en\" lang=\"en\" hreflang=\"en\">English</a>");
    browser.has("<dd lang=\"en\">Monday to Sunday, midnight to midnight.</dd>");
    browser.has("<li lang=\"en\"><button type=\"submit\" class=\"choice\"");
    browser.send("ask", &[("text", " ")]).await;
    browser.is_in_welsh();
    browser.has("<a href=\"#chat-text\">Teipiwch eich cwestiwn yn gyntaf.</a>");
    browser.send("ask", &[("text", &"x".repeat(2001))]).await;
    browser.has("Gall eich cwestiwn fod hyd at 2000 nod.");
    browser.send("ask", &[("text", "cite What does it cost?")]).await;
    browser.is_in_welsh();
    // What comes from the pages is in English, and says so; the number of its source is read out in Welsh.
    browser.has("<div class=\"text\" lang=\"en\">");
    browser.has("lang=\"cy\" aria-label=\"Ffynhonnell 1\"");
    browser.has("<blockquote lang=\"en\">A subscription costs £52 a year.</blockquote>");
    browser.has("<a href=\"/pages/garden-waste#what-it-costs\" lang=\"en\">");
    browser.send("feedback", &[("helpful", "no")]).await;
    browser.is_in_welsh();
    browser.has("Dywedoch nad oedd hyn o gymorth. Gallwch hefyd siarad â pherson.");
    browser.send("feedback", &[("comment", "Dim pris.")]).await;
    browser.send("person", &[]).await;
    browser.is_in_welsh();
    browser.has("Chi sydd nesaf. Ni allwn ddweud eto faint o amser y bydd yn ei gymryd.");
    let id = browser.conversation();
    let stale = browser.fields("leave", &[]);
    accept(&app, id, &ann).await;
    browser.send_fields(&stale).await;
    browser.is_in_welsh();
    browser.has("Mae rhywbeth wedi newid");
    browser.has("Rydych chi nawr yn siarad â Ann, Test &lt;Council&gt;.");
    let late = browser.fields("message", &[("text", "Un peth arall")]);
    browser.send("message", &[("text", "")]).await;
    browser.has("Teipiwch eich neges yn gyntaf.");
    moved(&app, id, |phase| {
        let Phase::WithPerson(with) = phase else { panic!("{phase:?}") };
        with.owned_by(&ann).unwrap().close(CloseOutcome::FollowUp)
    })
    .await;
    browser.send_fields(&late).await;
    browser.is_in_welsh();
    browser.has("Gorffennodd Ann y sgwrs.");
    browser.has("felly ni chafodd eich neges ei hanfon");
    browser.send("delete", &[]).await;
    browser.is_in_welsh();
    browser.send("really_delete", &[]).await;
    browser.is_in_welsh();
    browser.has("Cafodd eich sgwrs ei dileu heddiw am ");
}

#[tokio::test]
async fn a_call_back_in_welsh_tells_what_is_wrong_and_when_it_is_due() {
    let app = TestApp::in_welsh(NEVER).await;
    let mut browser = Browser::open_at(&app, WELSH, &[]).await;
    browser.send("ask", &[("text", "unknown thing")]).await;
    browser.send("person", &[]).await;
    browser.is_in_welsh();
    browser.has("Nid oes neb ar gael i siarad â chi ar hyn o bryd.");
    let long = "x".repeat(201);
    browser.send("call_back", &[("name", &long), ("phone", "12"), ("email", "nobody"), ("question", " ")]).await;
    assert_eq!(browser.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.is_in_welsh();
    browser.has("<title>Gwall: ");
    browser.has("<a href=\"#call-back-name\">Eich enw: defnyddiwch 200 nod neu lai.</a>");
    browser.has("<span class=\"unseen\">Gwall:</span> Rhowch eich cwestiwn.");
    let right = [("name", "Jo"), ("phone", "01632 960 001"), ("question", "Fy min?"), ("consent", "yes")];
    browser.send("call_back", &right).await;
    browser.is_in_welsh();
    browser.has("Mae eich manylion gennym. Eich cyfeirnod yw ");
    browser.has("Byddwn yn cysylltu â chi erbyn ");
}

#[tokio::test]
async fn an_answer_that_takes_long_is_told_in_welsh() {
    let app = TestApp::in_welsh(ALWAYS).await;
    let mut browser = Browser::open_at(&app, WELSH, &[]).await;
    browser.send("ask", &[("text", "hold on")]).await;
    browser.is_in_welsh();
    browser.has("<title>Yn dal i weithio – ");
    browser.send("stop", &[]).await;
    browser.is_in_welsh();
    browser.has("Fe wnaethoch chi stopio’r ateb hwn.");
    app.store.close().await;
    browser.send("ask", &[("text", "Eto?")]).await;
    browser.is_in_welsh();
    browser.has("Ni allwn gadw eich sgwrs ar hyn o bryd.");
}

#[tokio::test]
async fn a_full_conversation_leads_to_a_new_one_in_its_language() {
    for (app, address, text) in [
        (TestApp::start().await, "/chat", "Start a new conversation"),
        (TestApp::in_welsh(ALWAYS).await, WELSH, "Dechrau sgwrs newydd"),
    ] {
        let link = format!("<a href=\"{address}\">{text}</a>");
        let mut browser = Browser::open_at(&app, address, &[]).await;
        browser.send("ask", &[("text", "Again?")]).await;
        let fields = browser.fields("ask", &[("text", "One more?")]);
        let opened = Opened { id: fields["conversation"].clone(), token: fields["token"].clone() };
        for number in 1..100 {
            app.ask(&opened, &number.to_string(), "Again?").await;
        }
        browser.has_not(&link);
        browser.send_fields(&fields).await;
        assert_eq!(browser.status, StatusCode::CONFLICT);
        browser.has(&link);
        browser.has("One more?</textarea>");
        let mut anew = Browser::open_at(&app, address, &[]).await;
        anew.send("ask", &[("text", "One more?")]).await;
        assert_eq!(anew.status, StatusCode::OK);
        anew.has_not(&link);
    }
}

#[tokio::test]
async fn the_language_is_the_residents_choice_and_then_their_browsers() {
    let app = TestApp::in_welsh(ALWAYS).await;
    let prefers = [(header::ACCEPT_LANGUAGE, "cy, en;q=0.5")];
    Browser::open_at(&app, "/chat", &prefers).await.is_in_welsh();
    Browser::open(&app).await.has("<html lang=\"en\">");
    // What was chosen goes with the form, whatever the browser says, and there is the way back.
    let mut browser = Browser::open_at(&app, "/chat?lang=en&page=/pages/garden-waste", &prefers).await;
    browser.has("<a href=\"/chat?lang=cy&amp;page=/pages/garden-waste\" lang=\"cy\" hreflang=\"cy\">Cymraeg</a>");
    browser.send("ask", &[("text", "What does it cost?")]).await;
    browser.has("<html lang=\"en\">");
    browser.has("<button type=\"submit\" class=\"link\" lang=\"cy\">Cymraeg</button>");
    browser.send("look", &[]).await;
    browser.is_in_welsh();
    browser.has("Answered: What does it cost?");
    browser.send("look", &[]).await;
    browser.has("<html lang=\"en\">");
}

#[tokio::test]
async fn a_council_that_does_not_offer_it_shows_no_welsh() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let mut browser = Browser::open_at(&app, WELSH, &[(header::ACCEPT_LANGUAGE, "cy")]).await;
    let mut fields = browser.fields("ask", &[("text", "What does it cost?")]);
    for sent in [false, true] {
        if sent {
            fields.insert("lang".to_owned(), "cy".to_owned());
            browser.send_fields(&fields).await;
            browser.has("Answered: What does it cost?");
        }
        browser.has("<html lang=\"en\">");
        for welsh in ["Cymraeg", "lang=\"cy\"", "name=\"lang\"", "Gofyn"] {
            browser.has_not(welsh);
        }
    }
}

#[tokio::test]
async fn a_passage_in_another_language_than_the_page_is_marked() {
    let app = TestApp::with_welsh_pages().await;
    for (address, around, inside) in [("/chat", "en", "cy"), (WELSH, "cy", "")] {
        let mut browser = Browser::open_at(&app, address, &[]).await;
        browser.send("ask", &[("text", "cite Faint?")]).await;
        browser.has(&format!("<html lang=\"{around}\">"));
        let lang = if inside.is_empty() { String::new() } else { format!(" lang=\"{inside}\"") };
        browser.has(&format!("<div class=\"text\"{lang}>"));
        browser.has(&format!("<blockquote{lang}>"));
        let back = if inside.is_empty() { String::new() } else { format!(" lang=\"{around}\"") };
        browser.has(&format!("<a class=\"mark\" href=\"#answer-2-source-1\"{back} aria-label="));
    }
}
