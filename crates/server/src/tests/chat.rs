//! A resident whose browser runs no scripts: the whole job at `/chat`, through the real router.

mod full;
mod kept;
mod welsh;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderName, Request, StatusCode, header};
use axum::response::Response;
use conversation::{CloseOutcome, Phase, StaffMember};

use super::app::{TestApp, config, text_of};
use super::people::{ALWAYS, NEVER, staff};

/// A browser without scripts that shows one page.
struct Browser<'a> {
    app: &'a TestApp,
    page: String,
    status: StatusCode,
}

impl<'a> Browser<'a> {
    async fn open(app: &'a TestApp) -> Self {
        Self::open_at(app, "/chat", &[]).await
    }

    /// Opens an address of the page, with these headers.
    async fn open_at(app: &'a TestApp, address: &str, headers: &[(HeaderName, &str)]) -> Self {
        let mut browser = Self { app, page: String::new(), status: StatusCode::OK };
        let mut request = Request::get(address);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        browser.show(app.send(request.body(Body::empty()).unwrap()).await).await;
        browser
    }

    /// Sends the form of this step on the page, with what is typed or pressed.
    async fn send(&mut self, step: &str, typed: &[(&str, &str)]) {
        let fields = self.fields(step, typed);
        self.send_fields(&fields).await;
    }

    async fn send_fields(&mut self, fields: &BTreeMap<String, String>) {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", crate::staff::encoded(value))).collect();
        let request = form(Body::from(pairs.join("&")));
        self.show(self.app.send(request).await).await;
    }

    /// What the form of this step would send.
    fn fields(&self, step: &str, typed: &[(&str, &str)]) -> BTreeMap<String, String> {
        let forms = self.page.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        let ours = format!("name=\"step\" value=\"{step}\"");
        let found =
            forms.filter(|form| form.contains(&ours)).last().unwrap_or_else(|| panic!("no {step} in {}", self.page));
        let hidden = found.split("<input type=\"hidden\" ").skip(1).map(|rest| {
            let value =
                |name: &str| rest.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0.to_owned();
            (value("name"), value("value"))
        });
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        hidden.chain(typed).collect()
    }

    async fn show(&mut self, response: Response) {
        for (name, value) in response.headers() {
            assert!(name != header::LOCATION && name != header::SET_COOKIE, "{name}: {value:?}");
        }
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        self.status = response.status();
        // The templates escape slashes as well, which browsers do not care about.
        self.page = text_of(response).await.replace("&#x2f;", "/");
        self.check_page();
    }

    /// What opens the conversation stands in hidden fields and nowhere else; no script and no element comes in between.
    fn check_page(&self) {
        let page = &self.page;
        let secrets = page.split("name=\"token\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        for secret in secrets {
            let in_fields = page.matches(&format!("name=\"token\" value=\"{secret}\"")).count();
            assert_eq!(page.matches(secret).count(), in_fields, "{page}");
        }
        assert!(!page.contains("method=\"get\"") && !page.contains("style="));
        assert_eq!(
            page.matches("<form ").count(),
            page.matches("<form method=\"post\" action=\"/chat#latest\"").count()
        );
        let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        for reference in page.split(" href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(ids.contains(&reference), "#{reference} leads nowhere in {page}");
        }
    }

    fn has(&self, text: &str) {
        assert!(self.page.contains(text), "{text} is missing in {}", self.page);
    }

    fn has_not(&self, text: &str) {
        assert!(!self.page.contains(text), "{text} stands in {}", self.page);
    }

    fn conversation(&self) -> uuid::Uuid {
        self.fields("ask", &[])["conversation"].parse().unwrap()
    }
}

fn form(body: Body) -> Request<Body> {
    let request = Request::post("/chat").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(body).unwrap()
}

/// A move of staff.
async fn moved(app: &TestApp, id: uuid::Uuid, made: impl Fn(&Phase) -> conversation::Fact) {
    let conversation = app.service.conversations().find(id).await.unwrap().unwrap();
    conversation.add(|record| Ok((vec![made(record.phase())], Vec::new(), ()))).await.unwrap();
}

async fn accept(app: &TestApp, id: uuid::Uuid, who: &StaffMember) {
    moved(app, id, |phase| {
        let Phase::Waiting(waiting) = phase else { panic!("{phase:?}") };
        waiting.accept(who.clone())
    })
    .await;
}

#[tokio::test]
async fn a_question_is_answered_with_its_source() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    assert!(
        app.store.conversation(&browser.conversation().to_string()).await.unwrap().is_none(),
        "a visit keeps nothing"
    );
    browser.has("<reeve-chat position=\"inline\">");
    let first = browser.fields("ask", &[("text", "cite What does it cost?")]);
    browser.send_fields(&first).await;
    assert_eq!(browser.status, StatusCode::OK);
    browser.has_not("<reeve-chat");
    browser.has_not("<script");
    browser.has("<p>cite What does it cost?</p>");
    browser.has("Answered: cite What does it cost?<sup><a class=\"mark\" href=\"#answer-2-source-1\" aria-label=\"Source 1\">1</a></sup>");
    browser.has("<a href=\"/pages/garden-waste#what-it-costs\">Garden waste › What it costs</a>");
    browser.has("<blockquote>A subscription costs £52 a year.</blockquote>");
    // The first form again, as by a double click or a reload: the same conversation and the same answer.
    browser.send_fields(&first).await;
    assert_eq!((app.script.asked().len(), browser.page.matches("class=\"message answer").count()), (1, 1));
    // Gone back, and another text typed into the form that was kept.
    let mut other = first.clone();
    other.insert("text".to_owned(), "And food waste?".to_owned());
    browser.send_fields(&other).await;
    assert_eq!(browser.page.matches("class=\"message answer").count(), 2);
    assert_eq!(app.script.asked().last().unwrap().history.len(), 2, "the next question knows of the first");
    // Whether it helped.
    browser.send("feedback", &[("helpful", "no")]).await;
    browser.has("You said that this did not help.");
    browser.send("feedback", &[("comment", "No price.")]).await;
    browser.has_not("Send comment");
}

#[tokio::test]
async fn a_hand_off_points_to_pages() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "unknown What does it cost?")]).await;
    browser.has_not("Pages that may help");
    browser.send("ask", &[("text", "unsure What does it cost?")]).await;
    browser.has("<h4>Pages that may help</h4>");
    browser.has("<li><a href=\"/pages/garden-waste#what-it-costs\">Garden waste › What it costs</a></li>");
    browser.has_not("Where this comes from");
}

#[tokio::test]
async fn readings_are_buttons() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "choose")]).await;
    browser.has("<p>Which one?</p>");
    browser.has("name=\"text\" value=\"&lt;b&gt;Contact&lt;/b&gt; us\"");
    browser.has_not("<b>");
    browser.send("ask", &[("text", "Garden waste")]).await;
    browser.has("Answered: Garden waste");
}

#[tokio::test]
async fn what_the_pages_do_not_say_leads_to_a_person_and_back() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "unknown thing")]).await;
    browser.has("It is not on the pages.");
    browser.send("person", &[]).await;
    browser.has("You are waiting for a person");
    browser.has("You are next. We cannot say yet how long it will take.");
    // Asked for twice, it is one request; and meanwhile the assistant answers.
    browser.send("ask", &[("text", "And this?")]).await;
    browser.has("Answered: And this?");
    browser.has("You are next.");
    let id = browser.conversation();
    let stale_leave = browser.fields("leave", &[]);
    let stale_ask = browser.fields("ask", &[("text", "Are you there?")]);
    accept(&app, id, &ann).await;
    // Whoever stops waiting in the moment in which somebody comes stays with them.
    browser.send_fields(&stale_leave).await;
    browser.has("Something has changed");
    browser.has("You are talking to Ann, Test &lt;Council&gt;");
    browser.has_not(">Your question<");
    // A question that was typed before they came is a message to them, once.
    browser.send_fields(&stale_ask).await;
    browser.send_fields(&stale_ask).await;
    assert_eq!(browser.page.matches("Are you there?").count(), 1);
    moved(&app, id, |phase| {
        let Phase::WithPerson(with) = phase else { panic!("{phase:?}") };
        with.owned_by(&ann).unwrap().say("s1", "Yes, <i>I am</i>.", None)
    })
    .await;
    browser.send("look", &[]).await;
    browser.has("Yes, &lt;i&gt;I am&lt;/i&gt;.");
    let message = browser.fields("message", &[("text", "Thank you")]);
    browser.send_fields(&message).await;
    browser.send_fields(&message).await;
    assert_eq!(browser.page.matches("<p>Thank you</p>").count(), 1);
    browser.send("message", &[("text", "  ")]).await;
    browser.has("<a href=\"#chat-text\">Type your message first.</a>");
    moved(&app, id, |phase| {
        let Phase::WithPerson(with) = phase else { panic!("{phase:?}") };
        with.owned_by(&ann).unwrap().close(CloseOutcome::Resolved)
    })
    .await;
    // What was typed to somebody who has gone is not lost.
    let mut late = message.clone();
    late.insert("text".to_owned(), "One more thing".to_owned());
    browser.send_fields(&late).await;
    assert_eq!(browser.status, StatusCode::CONFLICT);
    browser.has("Ann ended the chat.");
    browser.has("your message was not sent");
    browser.has("One more thing</textarea>");
    browser.send("ask", &[("text", "Something else?")]).await;
    browser.has("Answered: Something else?");
}

#[tokio::test]
async fn who_asks_for_a_person_in_words_waits_and_may_leave() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let ann = staff(&app, "Ann").await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "person please")]).await;
    browser.has("You are waiting for a person");
    browser.send("leave", &[]).await;
    browser.has("You stopped waiting for a person.");
    browser.send("person", &[]).await;
    accept(&app, browser.conversation(), &ann).await;
    browser.send("look", &[]).await;
    browser.send("leave", &[]).await;
    browser.has("You ended the chat.");
    browser.has("Your question");
}

#[tokio::test]
async fn a_call_back_is_asked_for_with_all_that_is_wrong_told_at_once() {
    let app = TestApp::with_hours(NEVER, &config()).await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "unknown thing")]).await;
    browser.send("person", &[]).await;
    browser.has("Nobody is available to talk to you at the moment.");
    browser.has("unknown thing</textarea>");
    let wrong =
        [("name", ""), ("phone", "12"), ("email", "nobody"), ("question", " "), ("preferred_time", "after \"3\"")];
    browser.send("call_back", &wrong).await;
    assert_eq!(browser.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.has("<title>Error: ");
    for (field, text) in [
        ("name", "Enter your name."),
        ("phone", "Enter a phone number with its area code"),
        ("email", "Enter an email address"),
        ("question", "Enter your question."),
        ("consent", "Tick the box"),
    ] {
        browser.has(&format!("<a href=\"#call-back-{field}\">{text}"));
        browser.has(&format!("id=\"call-back-{field}-problem\"><span class=\"unseen\">Error:</span> {text}"));
    }
    browser.has("aria-invalid=\"true\" aria-describedby=\"call-back-question-hint call-back-question-problem\"");
    browser.has("value=\"after &quot;3&quot;\"");
    let right = [("name", "Jo"), ("phone", "01632 960 001"), ("question", "My bin?"), ("consent", "yes")];
    let right = browser.fields("call_back", &right);
    browser.send_fields(&right).await;
    assert_eq!(browser.status, StatusCode::OK);
    browser.has("We have your details. Your reference number is ");
    browser.has("We will get back to you by ");
    let before = browser.page.clone();
    browser.send_fields(&right).await;
    assert_eq!(
        browser.page.matches("Your reference number is").count(),
        before.matches("Your reference number is").count()
    );
    assert_eq!(app.store.call_backs(true, None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_call_back_can_be_had_before_anything_else() {
    let app = TestApp::with_hours(ALWAYS, &config()).await;
    let mut browser = Browser::open(&app).await;
    browser.send("call_back_form", &[]).await;
    browser.send("call_back", &[("name", "Jo"), ("email", "jo@example.org"), ("question", "My bin?")]).await;
    browser.has("Tick the box");
    browser.has("value=\"jo@example.org\"");
    let right = [("name", "Jo"), ("email", "jo@example.org"), ("question", "My bin?"), ("consent", "yes")];
    browser.send("call_back", &right).await;
    browser.has("Your reference number is ");
}

#[tokio::test]
async fn an_answer_that_takes_long_is_looked_for_again() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "hold on")]).await;
    browser.has("Still working on your answer");
    browser.has_not("Your question</label>");
    browser.has("Stop this answer");
    app.script.release();
    browser.send("look", &[]).await;
    browser.has("Answered: hold on");
    assert_eq!(app.script.asked().len(), 1);
}

#[tokio::test]
async fn what_is_asked_while_another_answer_is_made_stays_in_its_box() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    let also = browser.fields("ask", &[("text", "And this?")]);
    browser.send("ask", &[("text", "hold on")]).await;
    browser.send_fields(&also).await;
    browser.has("Still working on your answer");
    browser.has("And this?</textarea>");
    app.script.release();
}

#[tokio::test]
async fn an_answer_can_be_stopped() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "hold on")]).await;
    browser.send("stop", &[]).await;
    browser.has("You stopped this answer.");
    browser.send("ask", &[("text", "And this?")]).await;
    browser.has("Answered: And this?");
}

#[tokio::test]
async fn a_conversation_is_deleted_when_that_was_meant() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "Where is my Zugspitzplatt?")]).await;
    let id = browser.conversation().to_string();
    browser.send("delete", &[]).await;
    browser.has("Delete this conversation?");
    browser.has("Zugspitzplatt");
    let sure = browser.fields("really_delete", &[]);
    let ask = browser.fields("ask", &[("text", "Hello?")]);
    browser.send_fields(&sure).await;
    browser.has("Your receipt is ");
    browser.has_not("Zugspitzplatt");
    assert!(app.store.conversation(&id).await.unwrap().is_none());
    // Sent again, and a form of the page before.
    for fields in [&sure, &ask] {
        browser.send_fields(fields).await;
        assert_eq!(browser.status, StatusCode::NOT_FOUND);
        browser.has("This conversation has ended, or it was deleted.");
        browser.has("01632 960100");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_beside_the_box() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", " \r\n ")]).await;
    browser.has("<title>Error: ");
    browser.has("<a href=\"#chat-text\">Type your question first.</a>");
    browser.has("aria-invalid=\"true\" aria-describedby=\"chat-hint chat-text-problem\"");
    browser.send("ask", &[("text", &"é".repeat(2001))]).await;
    assert_eq!(browser.status, StatusCode::PAYLOAD_TOO_LARGE);
    browser.has("up to 2000 characters");
    browser.has("ééé");
    let megabyte = form(Body::from(format!("step=ask&text={}", "b".repeat(1_000_000))));
    browser.show(app.send(megabyte).await).await;
    assert_eq!(browser.status, StatusCode::PAYLOAD_TOO_LARGE);
    browser.has("What you sent is too long");
    browser.has("01632 960100");
    assert!(app.script.asked().is_empty());
}

#[tokio::test]
async fn hostile_text_is_shown_as_text() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\"'</textarea>";
    browser.send("ask", &[("text", hostile)]).await;
    browser.has("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x");
    browser.has_not("<script>");
    browser.has_not("<img");
    browser.send("ask", &[("text", &"x".repeat(2001))]).await;
    let long = format!("</textarea><script>{}", "x".repeat(2000));
    browser.send("ask", &[("text", &long)]).await;
    browser.has("&lt;/textarea&gt;&lt;script&gt;xxx");
}

#[tokio::test]
async fn a_conversation_opens_to_its_token_only() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "A secret?")]).await;
    let mut fields = browser.fields("ask", &[("text", "Tell me")]);
    fields.insert("token".to_owned(), "0".repeat(64));
    for is_new in ["", "yes"] {
        fields.insert("new".to_owned(), is_new.to_owned());
        browser.send_fields(&fields).await;
        assert_eq!(browser.status, StatusCode::NOT_FOUND);
        browser.has_not("A secret?");
        browser.has("Tell me</textarea>");
    }
    // In an address they are nothing.
    let by_address = format!("/chat?conversation={}&token={}", fields["conversation"], fields["token"]);
    browser.show(app.get(&by_address).await).await;
    browser.has_not("A secret?");
}

#[tokio::test]
async fn a_form_of_another_website_does_nothing() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    let pairs: Vec<String> = browser
        .fields("ask", &[("text", "Planted?")])
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::staff::encoded(value)))
        .collect();
    for (site, asked) in [("cross-site", 0), ("same-site", 0), ("same-origin", 1)] {
        let mut request = form(Body::from(pairs.join("&")));
        request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        browser.show(app.send(request).await).await;
        assert_eq!((app.script.asked().len(), browser.status == StatusCode::FORBIDDEN), (asked, asked == 0), "{site}");
    }
}

#[tokio::test]
async fn a_call_back_that_cannot_be_kept_stays_in_its_form() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "What does it cost?")]).await;
    browser.send("call_back_form", &[]).await;
    app.store.close().await;
    let typed = [("name", "Jo Bloggs"), ("phone", "01632 960001"), ("question", "Why?"), ("consent", "yes")];
    browser.send("call_back", &typed).await;
    browser.has("value=\"Jo Bloggs\"");
    browser.has("Why?</textarea>");
}

#[tokio::test]
async fn without_a_database_there_is_still_the_way_to_a_person() {
    let app = TestApp::start().await;
    let mut browser = Browser::open(&app).await;
    browser.send("ask", &[("text", "What does it cost?")]).await;
    app.store.close().await;
    browser.send("ask", &[("text", "And a second bin?")]).await;
    browser.has("We cannot save your conversation at the moment. Please call us");
    browser.has("Something broke. Please call us.");
    browser.has("01632 960100");
    browser.has("And a second bin?</textarea>");
    let mut other = Browser::open(&app).await;
    other.send("ask", &[("text", "Hello?")]).await;
    assert_eq!(other.status, StatusCode::SERVICE_UNAVAILABLE);
    other.has("Hello?</textarea>");
    other.has("01632 960100");
}
