//! The conversation as a text file, which a resident can keep; it holds what the widget's file holds.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;

use super::blocks::{Block, BlockKind, Line};
use super::entries::{Entry, Source};
use super::visit::Visit;
use crate::clock::Clock;
use crate::language::Language;
use crate::service::Service;

/// The file, as a browser saves it.
pub(super) fn file(service: &Service, visit: &Visit, entries: &[Entry]) -> Response {
    let (council, language) = (&service.knowledge().council, visit.language);
    let now = Clock::of(council).moment_in(language, Timestamp::now().as_millisecond());
    let mut parts = vec![language.say("Conversation with {council}", &[("council", &council.name)]), now];
    for entry in entries {
        parts.extend(heading(entry, &council.name, language));
        parts.extend(entry.lines.iter().cloned());
        if let Some(reply) = &entry.reply {
            parts.extend(reply.blocks.iter().map(block));
            parts.extend(reply.choices.iter().map(|choice| format!("- {choice}")));
            if !reply.sources.is_empty() {
                parts.push(language.say("Where this comes from", &[]));
                parts.extend(reply.sources.iter().map(|source| format!("{}. {}", source.n, address(source, visit))));
            }
            if !reply.pages.is_empty() {
                parts.push(language.say("Pages that may help", &[]));
                parts.extend(reply.pages.iter().map(|page| format!("- {}", address(page, visit))));
            }
        }
        parts.extend(entry.page.iter().map(|page| format!("{} {}", language.say("Page:", &[]), address(page, visit))));
    }
    let name = match language {
        Language::English => "conversation.txt",
        Language::Welsh => "sgwrs.txt",
    };
    let about = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (about, parts.join("\n\n") + "\n").into_response()
}

/// Who says it, and when.
fn heading(entry: &Entry, council: &str, language: Language) -> Option<String> {
    let who = match (entry.kind, &entry.name, &entry.reply) {
        ("question", ..) => language.say("You asked", &[]),
        ("mine", ..) => language.say("You wrote", &[]),
        (_, Some(name), _) => format!("{name}, {council}"),
        (_, None, Some(reply)) if reply.outcome == conversation::Outcome::Signpost => {
            language.say("An important notice", &[])
        }
        (_, None, Some(_)) => language.say("The assistant answered", &[]),
        (_, None, None) => return None,
    };
    Some(format!("{who} ({})", entry.at))
}

fn block(block: &Block) -> String {
    let line = |line: &Line| {
        let sign = match (block.kind, line.number) {
            (BlockKind::Paragraph, _) => String::new(),
            (BlockKind::Items, _) | (BlockKind::Steps, None) => "- ".to_owned(),
            (BlockKind::Steps, Some(number)) => format!("{number}. "),
        };
        let cited: Vec<String> = line.citations.iter().map(|n| format!(" [{n}]")).collect();
        format!("{sign}{}{}", line.text, cited.concat())
    };
    let lines: Vec<String> = block.lines.iter().map(line).collect();
    lines.join(if block.kind == BlockKind::Paragraph { " " } else { "\n" })
}

/// A page's name and where it is, as it can be typed into a browser.
fn address(source: &Source, visit: &Visit) -> String {
    format!("{}: {}{}", source.name, visit.host.as_deref().unwrap_or_default(), source.href)
}
