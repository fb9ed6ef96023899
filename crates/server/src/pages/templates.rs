//! The templates, and what is put into them. Every value is escaped unless it was made here as HTML.

use assistant::limits::MAX_QUESTION_CHARACTERS;
use corpus::{Knowledge, Page};
use minijinja::{Environment, Error, context};

use super::{examples, markdown};
use crate::config::{RetentionConfig, SECONDS_A_DAY};
use crate::wire::ContactDetails;

/// The templates, parsed.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// Parses the embedded templates. Names end in `.html`, which turns escaping on.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.add_template("base.html", include_str!("../templates/base.html"))?;
        environment.add_template("contact.html", include_str!("../templates/contact.html"))?;
        environment.add_template("ask.html", include_str!("../templates/ask.html"))?;
        environment.add_template("page.html", include_str!("../templates/page.html"))?;
        environment.add_template("not_found.html", include_str!("../templates/not_found.html"))?;
        Ok(Self(environment))
    }

    /// The page on which a resident asks. `notice` is what staff tell residents while the assistant is switched off.
    pub(crate) fn ask(
        &self,
        knowledge: &Knowledge,
        retention: &RetentionConfig,
        notice: Option<&str>,
    ) -> Result<String, Error> {
        let council = &knowledge.council;
        self.0.get_template("ask.html")?.render(context! {
            lang => "en",
            council => council.name,
            website => web_address(council.website.as_deref()),
            contact => ContactDetails::new(council, &council.contact, None, knowledge),
            examples => examples::examples(knowledge),
            longest => MAX_QUESTION_CHARACTERS,
            notice,
            conversations_days => retention.conversations.as_secs() / SECONDS_A_DAY,
            call_backs_days => retention.call_backs.as_secs() / SECONDS_A_DAY,
        })
    }

    /// A page of the council.
    pub(crate) fn page(&self, knowledge: &Knowledge, page: &Page) -> Result<String, Error> {
        let council = &knowledge.council;
        let rendered = markdown::render(knowledge, page);
        let service = page.service.as_deref();
        self.0.get_template("page.html")?.render(context! {
            lang => page.lang,
            council => council.name,
            contact => ContactDetails::new(council, &council.contact_for(service), service, knowledge),
            title => page.title,
            has_title => rendered.has_title,
            body => minijinja::Value::from_safe_string(rendered.html),
            service => service.map(in_words),
            last_reviewed => page.last_reviewed.map(|date| date.strftime("%-d %B %Y").to_string()),
            original => web_address(page.source_url.as_deref()),
        })
    }

    /// What stands at an address that leads nowhere.
    pub(crate) fn not_found(&self, knowledge: &Knowledge) -> Result<String, Error> {
        let council = &knowledge.council;
        self.0.get_template("not_found.html")?.render(context! {
            lang => "en",
            council => council.name,
            contact => ContactDetails::new(council, &council.contact, None, knowledge),
        })
    }
}

/// The address when it is one of the web. Pages come from imports, and an address can be anything.
fn web_address(address: Option<&str>) -> Option<&str> {
    address.filter(|address| address.starts_with("https://") || address.starts_with("http://"))
}

/// `council-tax` as "Council tax".
fn in_words(service: &str) -> String {
    let mut words = service.replace(['-', '_'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}
