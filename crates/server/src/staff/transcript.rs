//! A conversation as staff read it: everything in order, each reply with what it cites and how sure it was.

use std::collections::HashMap;

use conversation::{ClosedBy, ConversationRecord, Event, NewReply, Outcome, Speaker};
use corpus::{Council, Knowledge};
use serde::Serialize;
use serde_json::Value;
use store::{MarkRow, NumberedEvent};

use super::clock::Clock;
use super::personal::{Piece, pieces};
use super::refusal::Refusal;
use super::words;
use crate::{pages, resident_page};

/// How many of the pages that came nearest are named.
const NEAREST: usize = 3;

/// One thing that happened.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) n: i64,
    /// `resident`, `assistant`, `staff`, `note` or `step`.
    pub(crate) kind: &'static str,
    pub(crate) who: String,
    pub(crate) at: String,
    pub(crate) at_machine: String,
    pub(crate) text: Vec<Piece>,
    pub(crate) page: Option<Page>,
    /// The page of the website on which it was asked, where it is another than before.
    pub(crate) asked_on: Option<Page>,
    pub(crate) reply: Option<Reply>,
}

/// A page of the council; the address is empty where it is not known.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) href: String,
}

/// A reply's evidence.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reply {
    pub(crate) turn: String,
    pub(crate) outcome: &'static str,
    pub(crate) answered: bool,
    pub(crate) reason: Option<&'static str>,
    pub(crate) confidence: Option<String>,
    pub(crate) citations: Vec<Cited>,
    pub(crate) nearest: Vec<Page>,
    /// The answer that was withheld.
    pub(crate) withheld: Option<String>,
    pub(crate) path: String,
    pub(crate) helpful: Option<bool>,
    pub(crate) comment: Vec<Piece>,
    pub(crate) marks: Vec<Mark>,
}

/// A citation.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cited {
    pub(crate) n: u64,
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) quote: String,
}

/// A mark on a reply.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Mark {
    pub(crate) kind: &'static str,
    pub(crate) comment: String,
}

/// A conversation, folded and told.
pub(crate) struct Transcript {
    pub(crate) record: ConversationRecord,
    pub(crate) entries: Vec<Entry>,
    /// The reply that came last: the reason why a person is needed is in it.
    pub(crate) last_reply: Option<Reply>,
    /// The page on which the resident asked last, as far as it was told.
    pub(crate) last_page: Option<Page>,
}

/// The events of a conversation, told.
pub(crate) fn transcript(
    events: &[NumberedEvent],
    marks: &[MarkRow],
    knowledge: &Knowledge,
    clock: &Clock,
) -> Result<Transcript, Refusal> {
    let mut record = ConversationRecord::default();
    let mut entries: Vec<Entry> = Vec::with_capacity(events.len());
    let mut reply_at: HashMap<&str, usize> = HashMap::new();
    let mut last_page: Option<&str> = None;
    for NumberedEvent { n, at_ms, event } in events {
        record.add(event, *at_ms).map_err(|error| Refusal::Page(error.to_string()))?;
        if let Event::Rated { turn, helpful, comment } = event {
            if let Some(reply) = reply_at.get(turn.as_str()).and_then(|at| entries[*at].reply.as_mut()) {
                reply.helpful = Some(*helpful);
                reply.comment = pieces(comment.as_deref().unwrap_or_default());
            }
            continue;
        }
        if let Event::Replied { turn, .. } | Event::Signposted { turn, .. } = event {
            reply_at.insert(turn, entries.len());
        }
        let (kind, who, text) = told(event, &knowledge.council, clock);
        let mut entry = Entry {
            n: *n,
            kind,
            who,
            at: clock.moment(*at_ms),
            at_machine: Clock::machine(*at_ms),
            // The council's own numbers in a reply are nobody's personal data.
            text: if kind == "assistant" { vec![Piece { text, personal: None }] } else { pieces(&text) },
            page: None,
            asked_on: None,
            reply: None,
        };
        if let Event::Asked { page: Some(path), .. } = event {
            entry.asked_on = (last_page != Some(path.as_str())).then(|| on_page(path, knowledge));
            last_page = Some(path);
        }
        if let Event::Said { page: Some(page), .. } = event {
            entry.page = Some(Page { title: page.title.clone(), href: pages::address(&page.page_id) });
        }
        if let Event::Replied { turn, reply } | Event::Signposted { turn, reply } = event {
            entry.reply = Some(evidence(turn, reply, marks, knowledge));
        }
        entries.push(entry);
    }
    let last_reply = entries.iter().rev().find_map(|entry| entry.reply.clone());
    let last_page = last_page.map(|path| on_page(path, knowledge));
    Ok(Transcript { record, entries, last_reply, last_page })
}

/// A page of the website by its path, which is all that is kept of it.
fn on_page(path: &str, knowledge: &Knowledge) -> Page {
    Page { title: path.to_owned(), href: resident_page::link(knowledge, path).unwrap_or_default() }
}

/// The kind of an entry, whose it is, and its text.
fn told(event: &Event, council: &Council, clock: &Clock) -> (&'static str, String, String) {
    let resident = |text: &str| ("resident", "Resident".to_owned(), text.to_owned());
    let step = |text: String| ("step", String::new(), text);
    let fixed = |text: &str| ("step", String::new(), text.to_owned());
    match event {
        Event::Asked { text, .. } | Event::Said { by: Speaker::User, text, .. } => resident(text),
        Event::Replied { reply, .. } => ("assistant", "Assistant".to_owned(), reply.text.clone()),
        Event::Signposted { reply, .. } => ("assistant", "Notice of the service".to_owned(), reply.text.clone()),
        Event::Stopped { ending, .. } => fixed(words::turn_ending(*ending)),
        // Told with the reply that it is about.
        Event::Rated { .. } => fixed("The resident rated a reply."),
        Event::Declined => fixed("The resident did not want a person."),
        Event::Requested { reason, service, .. } => {
            let service = service.as_deref().map(|service| format!(" ({})", pages::service_name(council, service)));
            step(format!("The resident asked for a person. {}{}.", words::reason(*reason), service.unwrap_or_default()))
        }
        Event::Queued => fixed("The request went into the queue."),
        Event::Alerted => fixed("Staff were alerted that nobody had come."),
        Event::Cancelled => fixed("The resident did not want to wait any more."),
        Event::CallBackOffered { why, reopens } => {
            let reopens = reopens.as_deref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
            let reopens = reopens.map(|at| format!(" People answer again {}.", clock.moment(at.as_millisecond())));
            let why = words::call_back_why(*why);
            step(format!("A call-back was offered because {why}.{}", reopens.unwrap_or_default()))
        }
        Event::CallBackRequested { reference } => {
            step(format!("The resident left details for a call-back. Reference {reference}."))
        }
        Event::CallBackDeclined => fixed("The resident did not want to be called back."),
        Event::Accepted { staff } => step(format!("{} joined.", staff.name)),
        Event::Said { by: Speaker::Staff(staff), text, .. } => ("staff", staff.name.clone(), text.clone()),
        Event::Noted { staff, text } => ("note", staff.name.clone(), text.clone()),
        Event::HandedOn { from, to } => step(format!("{} took over from {}.", to.name, from.name)),
        Event::HandedToService { from, service } => {
            step(format!("{} passed it on to the team for {}.", from.name, pages::service_name(council, service)))
        }
        Event::Closed { by: ClosedBy::User, .. } => fixed("The resident left."),
        Event::Closed { by: ClosedBy::Staff(staff), outcome } => {
            step(format!("{} closed the conversation: {}.", staff.name, words::close_outcome(*outcome).to_lowercase()))
        }
        Event::ReturnedToAssistant { staff } => {
            step(format!("{} gave the conversation back to the assistant.", staff.name))
        }
    }
}

/// What a reply was made of.
fn evidence(turn: &str, reply: &NewReply, marks: &[MarkRow], knowledge: &Knowledge) -> Reply {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let list = |at: &str| reply.wire.pointer(at).and_then(Value::as_array).cloned().unwrap_or_default();
    let citations = list("/citations").into_iter().map(|told| Cited {
        n: told["n"].as_u64().unwrap_or_default(),
        title: text(&told, "title"),
        // Only addresses of this service: what is kept may be older than the pages.
        href: Some(text(&told, "href")).filter(|href| href.starts_with("/pages/")).unwrap_or_default(),
        quote: told["quote_text"].as_str().map_or_else(|| text(&told, "quote"), str::to_owned),
    });
    let ranked = list("/trace/ranked_pages");
    let nearest = ranked.iter().filter_map(|id| knowledge.page(id.as_str()?)).take(NEAREST);
    let answered = reply.outcome == Outcome::Answer;
    let withheld = reply.wire.pointer("/trace/candidate/text").and_then(Value::as_str).filter(|_| !answered);
    let of_turn = marks.iter().filter(|row| row.mark.turn == turn);
    Reply {
        turn: turn.to_owned(),
        outcome: words::outcome(reply.outcome),
        answered,
        reason: reply.reason.map(words::reason),
        confidence: reply.confidence.map(percent),
        citations: citations.collect(),
        nearest: nearest.map(|page| Page { title: page.title.clone(), href: pages::address(&page.id) }).collect(),
        withheld: withheld.map(str::to_owned),
        path: reply.wire.pointer("/trace/path").and_then(Value::as_str).unwrap_or_default().to_owned(),
        helpful: None,
        comment: Vec::new(),
        marks: of_turn
            .map(|row| Mark { kind: words::mark_kind(row.mark.kind), comment: row.mark.comment.clone() })
            .collect(),
    }
}

/// A probability as staff read it.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}
