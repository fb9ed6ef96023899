//! Marking a reply as wrong, which makes the draft of a test case of it, and the list of such drafts.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use conversation::{Event, NewReply, Outcome};
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{MarkKind, MarkRow, NewMark, NumberedEvent};

use super::clock::Clock;
use super::permission::Permission;
use super::personal::pieces;
use super::refusal::{Refusal, see_other};
use super::session::{Posted, SignedIn};
use super::templates::{Told, page};
use super::{audit, now_ms, words};
use crate::service::Service;

/// The longest comment on a mark.
const LONGEST_CHARACTERS: usize = 2000;
/// Marks on a page.
const PAGE_LENGTH: i64 = 25;
/// Marks in one download.
const DOWNLOADED: i64 = 10_000;
/// Earlier turns that a case holds; the assistant is told as many.
const HISTORY_TURNS: usize = 8;

/// A reply with what it replied to.
struct Marked<'a> {
    turn: &'a str,
    question: &'a str,
    reply: &'a NewReply,
    /// Question and reply of the turns before, the oldest first.
    before: Vec<(&'a str, &'a str)>,
}

fn marked<'a>(events: &'a [NumberedEvent], turn: &str) -> Option<Marked<'a>> {
    let mut asked: Vec<(&str, &str)> = Vec::new();
    let mut before: Vec<(&str, &str)> = Vec::new();
    for kept in events {
        if let Event::Asked { turn, text, .. } = &kept.event {
            asked.push((turn, text));
        }
        if let Event::Replied { turn: of, reply } | Event::Signposted { turn: of, reply } = &kept.event {
            let question = asked.iter().rev().find(|(turn, _)| turn == of).map_or("", |(_, text)| text);
            if of == turn {
                return Some(Marked { turn: of, question, reply, before });
            }
            before.push((question, &reply.text));
        }
        // After a person had the conversation, the assistant was told nothing of what was before.
        if let Event::Closed { .. } | Event::ReturnedToAssistant { .. } = &kept.event {
            before.clear();
        }
    }
    None
}

/// `GET …/replies/{turn}/mark`.
pub(crate) async fn form(
    State(service): State<Arc<Service>>,
    Path((id, turn)): Path<(String, String)>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Marks)?;
    shows(&service, &who, (&id, &turn), StatusCode::OK, &Told::default(), ("", "")).await
}

async fn shows(
    service: &Service,
    who: &SignedIn,
    (id, turn): (&str, &str),
    status: StatusCode,
    told: &Told<'_>,
    (kind, comment): (&str, &str),
) -> Result<Response, Refusal> {
    let events = service.store().events(id, 0).await?;
    let marked = marked(&events, turn).ok_or(Refusal::NotFound)?;
    let values = context! {
        id,
        turn,
        question => pieces(marked.question),
        text => pieces(&marked.reply.text),
        kinds => words::MARK_KINDS.map(|(value, of, hint)| context! { value, name => words::mark_kind(of), hint }),
        outcomes => words::OUTCOMES.map(|(value, outcome)| context! { value, name => words::outcome(outcome) }),
        pages_of_council => service.knowledge().pages.iter()
            .map(|page| context! { value => page.id, name => page.title }).collect::<Vec<_>>(),
        kind,
        comment,
    };
    page(service, who, status, "/staff/search", told, "staff/mark.html", values)
}

/// `POST …/replies/{turn}/mark`.
pub(crate) async fn mark(
    State(service): State<Arc<Service>>,
    Path((id, turn)): Path<(String, String)>,
    Posted { who, fields }: Posted,
) -> Result<Response, Refusal> {
    who.need(Permission::Marks)?;
    let (sent, comment) = (fields.text("kind"), fields.line("comment"));
    let kind = words::MARK_KINDS.iter().find(|(name, ..)| *name == sent).map(|(_, kind, _)| *kind);
    let problem = match kind {
        None => Some(("kind-incorrect", "Choose what is wrong.")),
        Some(MarkKind::Other) if comment.is_empty() => Some(("comment", "Say what is wrong.")),
        Some(_) if comment.chars().count() > LONGEST_CHARACTERS => Some(("comment", "Write up to 2000 characters.")),
        Some(_) => None,
    };
    let Some(kind) = kind.filter(|_| problem.is_none()) else {
        let (field, text) = problem.unwrap_or(("kind-incorrect", "Choose what is wrong."));
        let told = Told::problem(field, text);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return shows(&service, &who, (&id, &turn), status, &told, (sent, &comment)).await;
    };
    let events = service.store().events(&id, 0).await?;
    let marked = marked(&events, &turn).ok_or(Refusal::NotFound)?;
    let expect = words::OUTCOMES.iter().find(|(name, _)| *name == fields.text("expect")).map(|(_, outcome)| *outcome);
    let right_page = service.knowledge().page(fields.text("page")).map(|page| page.id.clone());
    let case = draft(&marked, kind, &comment, expect, right_page.as_deref());
    let new = NewMark {
        conversation_id: id.clone(),
        turn: turn.clone(),
        staff_id: who.staff.id.clone(),
        at_ms: now_ms(),
        kind,
        comment,
        case_json: case.to_string(),
    };
    service.store().add_mark(&new).await?;
    audit(&service, &who.staff, "mark", &id, &format!("{turn} {sent}")).await?;
    Ok(see_other(&format!("/staff/conversations/{id}?done=marked")))
}

/// The draft of a case, in the format of the question sets: what was asked, without personal data, and what must not be
/// said again. What is right has to be added by a person.
fn draft(
    marked: &Marked<'_>,
    kind: MarkKind,
    comment: &str,
    expect: Option<Outcome>,
    right_page: Option<&str>,
) -> Value {
    let without = |text: &str| assistant::redact(text).0;
    let from = marked.before.len().saturating_sub(HISTORY_TURNS);
    let history: Vec<Value> = marked.before[from..]
        .iter()
        .flat_map(|(question, reply)| {
            [
                json!({ "role": "user", "text": without(question) }),
                json!({ "role": "assistant", "text": without(reply) }),
            ]
        })
        .collect();
    let mut case = json!({
        "id": format!("mark-{}", marked.turn),
        "kind": "marked",
        "question": without(marked.question),
        "marked": kind,
        "comment": without(comment),
        "replied": { "outcome": marked.reply.outcome, "text": without(&marked.reply.text) },
    });
    if !history.is_empty() {
        case["history"] = json!(history);
    }
    if let Some(page) = right_page {
        case["page_ids"] = json!([page]);
    }
    if let Some(expect) = expect {
        case["expect"] = json!(expect);
    }
    let is_wrong = match kind {
        MarkKind::Incorrect | MarkKind::Inappropriate | MarkKind::Outdated => true,
        MarkKind::Incomplete | MarkKind::Other => false,
    };
    if is_wrong && marked.reply.outcome == Outcome::Answer {
        case["must_not"] = json!([literal(&without(&marked.reply.text))]);
    }
    case
}

/// A pattern that finds this text and no other.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// Which marks are shown.
#[derive(Debug, Deserialize)]
pub(crate) struct Leaf {
    n: Option<String>,
}

/// `GET /staff/marks`.
pub(crate) async fn list(
    State(service): State<Arc<Service>>,
    Query(leaf): Query<Leaf>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Marks)?;
    let clock = Clock::of(&service.knowledge().council);
    let number = leaf.n.and_then(|n| n.parse::<i64>().ok()).unwrap_or(1).clamp(1, DOWNLOADED);
    let mut marks = service.store().marks(PAGE_LENGTH + 1, (number - 1) * PAGE_LENGTH).await?;
    let more = marks.len() as i64 > PAGE_LENGTH;
    marks.truncate(PAGE_LENGTH as usize);
    let staff = service.store().list_staff().await?;
    let name = |id: &str| staff.iter().find(|staff| staff.id == id).map(|staff| staff.display_name.clone());
    let row = |MarkRow { mark, .. }: &MarkRow| {
        let case: Value = serde_json::from_str(&mark.case_json).unwrap_or_default();
        context! {
            conversation => mark.conversation_id,
            kind => words::mark_kind(mark.kind),
            by => name(&mark.staff_id),
            at => clock.moment(mark.at_ms),
            comment => mark.comment,
            question => case["question"].as_str().unwrap_or_default(),
            case => serde_json::to_string_pretty(&case).unwrap_or_default(),
        }
    };
    let values = context! {
        marks => marks.iter().map(row).collect::<Vec<_>>(),
        previous => (number > 1).then(|| format!("/staff/marks?n={}", number - 1)),
        next => more.then(|| format!("/staff/marks?n={}", number + 1)),
        number,
    };
    page(&service, &who, StatusCode::OK, "/staff/marks", &Told::default(), "staff/marks.html", values)
}

/// `GET /staff/marks.ndjson`: the drafts, a line each, the oldest first.
pub(crate) async fn download(State(service): State<Arc<Service>>, who: SignedIn) -> Result<Response, Refusal> {
    who.need(Permission::Marks)?;
    let marks = service.store().marks(DOWNLOADED, 0).await?;
    audit(&service, &who.staff, "download_marks", "", &format!("{} marks", marks.len())).await?;
    let lines = marks.iter().rev().fold(String::new(), |lines, row| lines + &row.mark.case_json + "\n");
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"marks.ndjson\""),
    ];
    Ok((headers, lines).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_its_text_as_it_stands() {
        assert_eq!(literal("It costs £52 (a year)."), r"It costs £52 \(a year\)\.");
    }
}
