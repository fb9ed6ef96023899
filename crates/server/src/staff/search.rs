//! Looking for conversations, by what was asked and replied.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use conversation::Outcome;
use jiff::civil::Date;
use minijinja::context;
use serde::{Deserialize, Serialize};
use store::{Found, Search};

use super::clock::Clock;
use super::permission::Permission;
use super::personal::{Piece, pieces};
use super::refusal::Refusal;
use super::session::SignedIn;
use super::templates::{Problem, Told, page};
use super::transcript::percent;
use super::{address, words};
use crate::service::Service;

/// Replies on a page.
const PAGE_LENGTH: i64 = 25;
/// The last page that can be asked for; nobody leafs further, and the number must not overflow.
const LAST_PAGE: i64 = 100_000;

/// What is looked for, as the form sends it.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Form {
    text: String,
    outcome: String,
    page: String,
    confidence_below: String,
    from: String,
    to: String,
    helpful: String,
    #[serde(rename = "n")]
    number: String,
}

/// A reply that was found.
#[derive(Debug, Serialize)]
struct Row {
    conversation: String,
    n: i64,
    at: String,
    question: Vec<Piece>,
    text: Vec<Piece>,
    outcome: &'static str,
    reason: Option<&'static str>,
    confidence: Option<String>,
    page: Option<String>,
    helpful: Option<bool>,
    marks: i64,
}

/// `GET /staff/search`.
pub(crate) async fn show(
    State(service): State<Arc<Service>>,
    Query(form): Query<Form>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Conversations)?;
    let knowledge = service.knowledge();
    let clock = Clock::of(&knowledge.council);
    let number: i64 = form.number.parse().unwrap_or(1).clamp(1, LAST_PAGE);
    let (search, problems) = read(&form, number, &clock);
    let (found, total) = if problems.is_empty() { service.store().search(&search).await? } else { (Vec::new(), 0) };
    let title = |id: &str| knowledge.page(id).map_or_else(|| id.to_owned(), |page| page.title.clone());
    let row = |found: Found| Row {
        conversation: found.conversation_id,
        n: found.n,
        at: clock.moment(found.at_ms),
        question: pieces(&found.question),
        text: pieces(&found.text),
        outcome: words::outcome(found.outcome),
        reason: found.reason.map(words::reason),
        confidence: found.confidence.map(percent),
        page: found.page_id.as_deref().map(title),
        helpful: found.helpful,
        marks: found.marks,
    };
    let pages = total.div_euclid(PAGE_LENGTH) + i64::from(total % PAGE_LENGTH > 0);
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let values = context! {
        outcomes => words::OUTCOMES.map(|(value, outcome)| context! { value, name => words::outcome(outcome) }),
        pages_of_council => knowledge.pages.iter()
            .map(|page| context! { value => page.id, name => page.title }).collect::<Vec<_>>(),
        total,
        first => (number - 1) * PAGE_LENGTH + 1,
        last => (number - 1) * PAGE_LENGTH + found.len() as i64,
        found => found.into_iter().map(row).collect::<Vec<_>>(),
        number,
        pages,
        previous => (number > 1).then(|| leaf(&form, number - 1)),
        next => (number < pages).then(|| leaf(&form, number + 1)),
        form,
    };
    page(&service, &who, status, "/staff/search", &Told { done: None, problems }, "staff/search.html", values)
}

fn leaf(form: &Form, number: i64) -> String {
    let query = address::query(&[
        ("text", &form.text),
        ("outcome", &form.outcome),
        ("page", &form.page),
        ("confidence_below", &form.confidence_below),
        ("from", &form.from),
        ("to", &form.to),
        ("helpful", &form.helpful),
        ("n", &number.to_string()),
    ]);
    format!("/staff/search{query}")
}

/// What the form says, and what in it cannot be read.
fn read(form: &Form, number: i64, clock: &Clock) -> (Search, Vec<Problem>) {
    let mut problems = Vec::new();
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let confidence_below = given(&form.confidence_below).and_then(|text| {
        let share = text.trim_end_matches('%').trim().parse::<f64>().ok().map(|percent| percent / 100.0);
        let share = share.filter(|share| (0.0..=1.0).contains(share));
        if share.is_none() {
            let text = "Give the confidence as a number from 0 to 100.".to_owned();
            problems.push(Problem { field: "confidence_below", text });
        }
        share
    });
    let mut day = |text: &str, field: &'static str| {
        let day = given(text)?.parse::<Date>().ok();
        if day.is_none() {
            problems.push(Problem { field, text: "Give the date as year-month-day, such as 2026-03-31.".to_owned() });
        }
        day
    };
    let from_ms = day(&form.from, "from").and_then(|day| clock.start_of(day));
    // The last day counts to its end.
    let to_ms = day(&form.to, "to").and_then(|day| clock.start_of(day.tomorrow().ok()?));
    let outcome: Option<Outcome> =
        words::OUTCOMES.iter().find(|(name, _)| *name == form.outcome).map(|(_, outcome)| *outcome);
    let search = Search {
        text: given(&form.text),
        outcome,
        page_id: given(&form.page),
        confidence_below,
        from_ms,
        to_ms,
        helpful: match form.helpful.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        limit: PAGE_LENGTH,
        offset: (number - 1) * PAGE_LENGTH,
    };
    (search, problems)
}
