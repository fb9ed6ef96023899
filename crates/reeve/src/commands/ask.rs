//! `reeve ask`: one question, answered on the terminal.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use assistant::{Clock, Enquiry, Path, Record, Reply, limits};
use conversation::Turn;

use crate::config::Config;
use crate::output::say;
use crate::records;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The question.
    question: String,
    /// Earlier turns: a JSON list of {"role": "user" or "assistant", "text": "…"}, oldest first.
    #[arg(long, value_name = "FILE.json")]
    history: Option<PathBuf>,
    /// Print the reply as JSON.
    #[arg(long)]
    json: bool,
    /// Keep a record of the reply in this file, for `reeve replay`. An earlier record is replaced, any other file is left.
    #[arg(long, value_name = "FILE.json")]
    record: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let length = arguments.question.chars().count();
    if length > limits::MAX_QUESTION_CHARACTERS {
        bail!("the question has {length} characters; at most {} are read", limits::MAX_QUESTION_CHARACTERS);
    }
    let history: Vec<Turn> = match &arguments.history {
        None => Vec::new(),
        Some(file) => {
            let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            serde_json::from_slice(&text).with_context(|| {
                format!("{} is not a list of turns, [{{\"role\": \"user\", \"text\": \"…\"}}]", file.display())
            })?
        }
    };
    // Before the slow work, so that a wrong name is known at once.
    arguments.record.as_deref().map_or(Ok(()), records::may_write)?;
    let assistant = wiring::assistant(&arguments.place, config, Clock::System)?;
    let enquiry = Enquiry { question: arguments.question.clone(), history };
    let reply = assistant.reply(&enquiry, Path::Full, None, &mut |_| (), &|| true);
    if let Some(file) = &arguments.record {
        records::write(file, &Record::new(&enquiry, &reply)?)?;
    }
    say(&if arguments.json { serde_json::to_string_pretty(&reply)? } else { readable(&reply) });
    Ok(ExitCode::SUCCESS)
}

/// What stands behind the title of a page for a place on it.
fn heading(title: &str, heading: &str) -> String {
    if heading == title { String::new() } else { format!(" › {heading}") }
}

fn readable(reply: &Reply) -> String {
    let mut text = reply.text().to_owned();
    if !reply.citations().is_empty() {
        text.push('\n');
    }
    for citation in reply.citations() {
        let heading = heading(&citation.title, &citation.heading);
        let _ = write!(text, "\n[{}] {}{heading} ({})", citation.n, citation.title, citation.url);
    }
    if !reply.pages().is_empty() {
        text.push_str("\n\nPages that may help:");
    }
    for page in reply.pages() {
        let heading = heading(&page.title, &page.heading);
        let _ = write!(text, "\n- {}{heading} ({})", page.title, page.url);
    }
    if let Some(confidence) = reply.confidence() {
        let _ = write!(text, "\n\nconfidence {confidence:.2}; {}", reply.trace().path);
    }
    text
}
