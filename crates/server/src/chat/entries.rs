//! The conversation so far, as `/chat` shows it.

use std::collections::HashMap;

use conversation::{Event, Outcome, Speaker};
use corpus::Knowledge;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store::{CallBackRow, NumberedEvent};

use super::blocks::{Block, BlockKind, blocks};
use super::words;
use crate::clock::Clock;
use crate::language::Language;
use crate::pages;

/// The language of what the assistant and the pages say, unless a page says otherwise.
const ENGLISH: &str = "en";

/// How what happened is told.
pub(super) struct Speech<'a> {
    pub(super) language: Language,
    pub(super) knowledge: &'a Knowledge,
    pub(super) clock: Clock,
}

/// One thing that was said or happened.
#[derive(Debug, Default, Serialize)]
pub(super) struct Entry {
    /// `question`, `answer`, `mine`, `theirs` or `event`.
    pub(super) kind: &'static str,
    /// The member of staff whose message it is.
    pub(super) name: Option<String>,
    pub(super) at: String,
    pub(super) at_machine: String,
    /// What was said, or the lines of what happened.
    pub(super) lines: Vec<String>,
    /// The page that a message comes from.
    pub(super) page: Option<Source>,
    pub(super) reply: Option<Reply>,
}

/// A reply of the assistant.
#[derive(Debug, Serialize)]
pub(super) struct Reply {
    pub(super) turn: String,
    pub(super) outcome: Outcome,
    /// The language of its text.
    pub(super) lang: String,
    pub(super) blocks: Vec<Block>,
    pub(super) sources: Vec<Source>,
    /// Where the answer may stand, of a hand-off.
    pub(super) pages: Vec<Source>,
    /// The readings to choose from.
    pub(super) choices: Vec<String>,
    pub(super) helpful: Option<bool>,
    pub(super) has_comment: bool,
}

/// A place on a page of the council; a source has a number and a quote.
#[derive(Debug, Serialize)]
pub(super) struct Source {
    pub(super) n: u64,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) quote: String,
    /// The language of the page.
    pub(super) lang: String,
}

/// What residents are told of these events.
pub(super) fn entries(events: &[NumberedEvent], call_back: Option<&CallBackRow>, speech: &Speech<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(events.len());
    let mut reply_at: HashMap<&str, usize> = HashMap::new();
    for NumberedEvent { at_ms, event, .. } in events {
        if let Event::Rated { turn, helpful, comment } = event {
            if let Some(reply) = reply_at.get(turn.as_str()).and_then(|at| entries[*at].reply.as_mut()) {
                reply.helpful = Some(*helpful);
                reply.has_comment |= comment.is_some();
            }
            continue;
        }
        let Some(entry) = entry(event, call_back, speech) else { continue };
        if let Event::Replied { turn, .. } | Event::Signposted { turn, .. } = event {
            reply_at.insert(turn, entries.len());
        }
        let at = speech.clock.moment_in(speech.language, *at_ms);
        entries.push(Entry { at, at_machine: Clock::machine(*at_ms), ..entry });
    }
    entries
}

fn entry(event: &Event, call_back: Option<&CallBackRow>, speech: &Speech<'_>) -> Option<Entry> {
    Some(match event {
        Event::Asked { text, .. } => said("question", text),
        Event::Replied { turn, reply } | Event::Signposted { turn, reply } => {
            reply_of(turn, reply.outcome, &reply.wire, speech.knowledge)
        }
        Event::Said { by: Speaker::User, text, .. } => said("mine", text),
        Event::Said { by: Speaker::Staff(staff), text, page, .. } => Entry {
            name: Some(staff.name.clone()),
            page: page.as_ref().map(|page| Source {
                n: 1,
                name: page.title.clone(),
                href: pages::address(&page.page_id),
                quote: String::new(),
                lang: lang_of(&page.page_id, speech.knowledge),
            }),
            ..said("theirs", text)
        },
        Event::CallBackRequested { reference } => {
            let due = call_back.filter(|row| row.details.reference == *reference);
            let due = due.and_then(|row| Timestamp::from_millisecond(row.details.due_ms).ok());
            happened(words::happened(event, speech, due)?)
        }
        Event::Stopped { .. }
        | Event::Rated { .. }
        | Event::Declined
        | Event::Requested { .. }
        | Event::Queued
        | Event::Alerted
        | Event::Cancelled
        | Event::CallBackOffered { .. }
        | Event::CallBackDeclined
        | Event::Accepted { .. }
        | Event::Noted { .. }
        | Event::HandedOn { .. }
        | Event::HandedToService { .. }
        | Event::Closed { .. }
        | Event::ReturnedToAssistant { .. } => happened(words::happened(event, speech, None)?),
    })
}

/// A reply that could not be kept, told all the same.
pub(super) fn lost(wire: &Value, knowledge: &Knowledge) -> Entry {
    let outcome = serde_json::from_value(wire["outcome"].clone()).unwrap_or(Outcome::Handoff);
    reply_of("", outcome, wire, knowledge)
}

fn said(kind: &'static str, text: &str) -> Entry {
    Entry { kind, lines: vec![text.to_owned()], ..Entry::default() }
}

fn happened(lines: Vec<String>) -> Entry {
    Entry { kind: "event", lines, ..Entry::default() }
}

fn reply_of(turn: &str, outcome: Outcome, wire: &Value, knowledge: &Knowledge) -> Entry {
    let texts = |name: &str| -> Vec<String> {
        wire[name].as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let mut blocks = blocks(wire);
    let mut choices = texts("choices");
    if outcome == Outcome::Clarify {
        // The readings stand in the text as well; each is a button instead.
        let listed = blocks.extract_if(.., |block| block.kind != BlockKind::Paragraph);
        let listed: Vec<String> = listed.flat_map(|block| block.lines).map(|line| line.text).collect();
        if choices.is_empty() {
            choices = listed;
        }
    }
    let sources_of = |name: &str| -> Vec<Source> {
        wire[name].as_array().into_iter().flatten().map(|told| source(told, knowledge)).collect()
    };
    let sources = sources_of("citations");
    let reply = Reply {
        turn: turn.to_owned(),
        outcome,
        // What comes from pages is in their language, and what the assistant says of itself in English.
        lang: sources.first().map_or(ENGLISH, |source| &source.lang).to_owned(),
        blocks,
        sources: if outcome == Outcome::Clarify { Vec::new() } else { sources },
        pages: sources_of("pages"),
        choices,
        helpful: None,
        has_comment: false,
    };
    Entry { kind: "answer", reply: Some(reply), ..Entry::default() }
}

/// The language of a page, without its region.
fn lang_of(page_id: &str, knowledge: &Knowledge) -> String {
    let lang = knowledge.page(page_id).map_or(ENGLISH, |page| &page.lang);
    lang.split('-').next().unwrap_or(ENGLISH).to_owned()
}

fn source(told: &Value, knowledge: &Knowledge) -> Source {
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let (title, heading) = (text("title"), text("heading"));
    let name = if heading.is_empty() || heading == title { title } else { format!("{title} › {heading}") };
    let lang = lang_of(&text("page_id"), knowledge);
    Source { n: told["n"].as_u64().unwrap_or_default(), name, href: text("href"), quote: text("quote_text"), lang }
}
