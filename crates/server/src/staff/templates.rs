//! The console's templates, and the frame that every page has. Every value is escaped.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, Error, Value, context};
use serde::Serialize;

use super::permission::Permission;
use super::refusal::Refusal;
use super::session::SignedIn;
use super::{now_ms, words};
use crate::service::Service;

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
        templates!(
            environment,
            "staff/base.html",
            "staff/parts.html",
            "staff/sign_in.html",
            "staff/inbox.html",
            "staff/conversation.html",
            "staff/reply_box.html",
            "staff/search.html",
            "staff/mark.html",
            "staff/marks.html",
            "staff/call_backs.html",
            "staff/call_back.html",
            "staff/overview.html",
            "staff/switches.html",
            "staff/people.html",
            "staff/audit.html",
        );
        Ok(Self(environment))
    }

    /// A page out of its values alone.
    pub(crate) fn render(&self, name: &str, values: Value) -> Result<String, Error> {
        self.0.get_template(name)?.render(values)
    }
}

/// Something that is wrong with what was sent, beside the field that it is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    /// The id of the field.
    pub(crate) field: &'static str,
    pub(crate) text: String,
}

/// What a page tells besides its own matter.
#[derive(Debug, Default)]
pub(crate) struct Told<'a> {
    /// The name of what was just done.
    pub(crate) done: Option<&'a str>,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Told<'a> {
    /// What was just done, by its name in the address.
    pub(crate) fn done(name: Option<&'a str>) -> Self {
        Self { done: name, problems: Vec::new() }
    }

    /// What is wrong with a field.
    pub(crate) fn problem(field: &'static str, text: impl Into<String>) -> Self {
        Self { done: None, problems: vec![Problem { field, text: text.into() }] }
    }
}

/// An entry of the list of pages.
#[derive(Serialize)]
struct Place {
    address: &'static str,
    name: &'static str,
    here: bool,
}

/// The pages of the console, each with what it takes to see it.
const PLACES: [(&str, &str, Permission); 8] = [
    ("/staff", "Inbox", Permission::Inbox),
    ("/staff/call-backs", "Call-backs", Permission::Inbox),
    ("/staff/search", "Conversations", Permission::Conversations),
    ("/staff/marks", "Marks", Permission::Marks),
    ("/staff/overview", "Overview", Permission::Overview),
    ("/staff/switches", "Switches", Permission::Switches),
    ("/staff/people", "Staff", Permission::StaffList),
    ("/staff/audit", "Audit", Permission::Audit),
];

/// A page of the console. `here` is the address of the part of it that the page belongs to.
pub(crate) fn page(
    service: &Service,
    who: &SignedIn,
    status: StatusCode,
    here: &str,
    told: &Told,
    name: &str,
    values: Value,
) -> Result<Response, Refusal> {
    let allowed = PLACES.iter().filter(|(_, _, permission)| who.may(*permission));
    let places: Vec<Place> =
        allowed.map(|(address, name, _)| Place { address, name, here: *address == here }).collect();
    let frame = context! {
        council => service.knowledge().council.name,
        places,
        staff => context! {
            id => who.staff.id,
            name => who.staff.display_name,
            role => words::role(who.staff.role),
            answers => who.may(Permission::Inbox),
            available => who.staff.available,
        },
        csrf => who.session.csrf_token,
        done => told.done.and_then(words::done),
        problems => told.problems,
        now_ms => now_ms(),
    };
    let html = service.console().templates.render(name, context! { frame, ..values })?;
    Ok((status, Html(html)).into_response())
}
