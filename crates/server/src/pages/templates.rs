//! The templates, and what is put into them. Every value is escaped unless it was made here as HTML.

use corpus::{Knowledge, Page};
use minijinja::{Environment, Error, Value, context};

use super::{links, markdown, site};
use crate::language;
use crate::wire::ContactDetails;

/// The templates, parsed.
pub(crate) struct Templates(Environment<'static>);

macro_rules! templates {
    ($environment:ident, $($name:literal),* $(,)?) => {
        $($environment.add_template($name, include_str!(concat!("../templates/", $name)))?;)*
    };
}

impl Templates {
    /// Parses the embedded templates. Names end in `.html`, which turns escaping on.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.add_filter("say", language::filter);
        templates!(
            environment,
            "base.html",
            "contact.html",
            "home.html",
            "page.html",
            "not_found.html",
            "chat.html",
            "chat/parts.html",
            "chat/conversation.html",
            "chat/entry.html",
            "chat/call_back.html",
        );
        Ok(Self(environment))
    }

    /// The council's own front page: its services, and their pages.
    pub(crate) fn home(&self, knowledge: &Knowledge) -> Result<String, Error> {
        let services = site::services(knowledge);
        self.0.get_template("home.html")?.render(context! { services, ..frame(knowledge) })
    }

    /// The page on which a resident asks without a script.
    pub(crate) fn chat(&self, knowledge: &Knowledge, values: Value) -> Result<String, Error> {
        self.0.get_template("chat.html")?.render(context! { ..values, ..frame(knowledge) })
    }

    /// A page of the council.
    pub(crate) fn page(&self, knowledge: &Knowledge, page: &Page) -> Result<String, Error> {
        let council = &knowledge.council;
        let rendered = markdown::render(knowledge, page);
        let service = page.service.as_deref();
        self.0.get_template("page.html")?.render(context! {
            page_lang => page.lang,
            contact => ContactDetails::new(service, knowledge),
            title => page.title,
            address => links::address(&page.id),
            has_title => rendered.has_title,
            body => Value::from_safe_string(rendered.html),
            service => service.map(|id| context! { id, name => site::service_name(council, id) }),
            last_reviewed => page.last_reviewed.map(|date| date.strftime("%-d %B %Y").to_string()),
            original => web_address(page.source_url.as_deref()),
            ..frame(knowledge)
        })
    }

    /// What stands at an address that leads nowhere.
    pub(crate) fn not_found(&self, knowledge: &Knowledge) -> Result<String, Error> {
        self.0.get_template("not_found.html")?.render(frame(knowledge))
    }
}

/// What every page says of the council, and the language in which it does.
fn frame(knowledge: &Knowledge) -> Value {
    let council = &knowledge.council;
    context! {
        lang => "en",
        council => council.name,
        website => web_address(council.website.as_deref()),
        contact => ContactDetails::new(None, knowledge),
    }
}

/// The address when it is one of the web. Pages come from imports, and an address can be anything.
fn web_address(address: Option<&str>) -> Option<&str> {
    address.filter(|address| address.starts_with("https://") || address.starts_with("http://"))
}
