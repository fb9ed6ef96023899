//! `reeve replay`: what a resident was told, why, and whether it is the same again.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use assistant::{Clock, Difference, Record, Replay};

use crate::config::Config;
use crate::output::{complain, say};
use crate::records;
use crate::wiring::{self, Place};

/// It could not be told whether the reply is the same; 1 says that it is not.
pub(crate) const NOT_REPLAYED: u8 = 2;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file of the turn's record, as `reeve ask --record` writes it, or `reeve serve` with `records.folder`.
    turn: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments, config: &Config) -> ExitCode {
    match replay(arguments, config) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            complain(&format!("reeve: {error:#}"));
            ExitCode::from(NOT_REPLAYED)
        }
    }
}

/// Whether the reply is the same again.
fn replay(arguments: &Arguments, config: &Config) -> Result<bool> {
    let record = records::read(&arguments.turn)?;
    say(&told(&record));
    // The record brings its own time.
    let assistant = wiring::assistant(&arguments.place, config, Clock::Fixed(record.clock()))?;
    let replay = assistant
        .replay(&record)
        .with_context(|| format!("the record {} cannot be replayed", arguments.turn.display()))?;
    say(&verdict(&record, &replay));
    Ok(replay.differences.is_empty())
}

/// What the resident was told, and why.
fn told(record: &Record) -> String {
    let (enquiry, told) = (record.enquiry(), record.told());
    let mut text = String::new();
    for turn in &enquiry.history {
        let _ = writeln!(text, "Before ({:?}): {}", turn.role, turn.text);
    }
    let _ = write!(text, "Asked: {}\nTold at {}:\n\n{}", enquiry.question, record.clock(), indented(&told.text));
    if !told.citations.is_empty() {
        text.push_str("\nFrom:");
    }
    for citation in &told.citations {
        let _ = write!(
            text,
            "\n  [{}] {} (page {} as of {}): {:?}",
            citation.n, citation.title, citation.page_id, citation.page_digest, citation.quote
        );
    }
    let _ = write!(text, "\nWhy: {:?}", told.outcome);
    if let Some(reason) = told.reason {
        let _ = write!(text, ", {reason:?}");
    }
    if let Some(confidence) = told.confidence {
        let _ = write!(text, ", confidence {confidence:.3}");
    }
    let _ = writeln!(text, "; {}", told.trace.path);
    text
}

/// Whether it is the same again, and what differs.
fn verdict(record: &Record, replay: &Replay) -> String {
    if replay.differences.is_empty() {
        return "The same again: every byte of the reply but its timings.".to_owned();
    }
    let mut text = "Not the same again.".to_owned();
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let causes: Vec<&Difference> = replay.differences.iter().filter(|difference| difference.is_cause).collect();
    for cause in &causes {
        let (recorded, replayed) = (value(&cause.recorded), value(&cause.replayed));
        let _ = write!(text, "\n  {} differs\n    recorded  {recorded}\n    now       {replayed}", cause.name);
    }
    if causes.is_empty() {
        text.push_str(
            "\n  models, index, configuration, profile and path are those of the record: this is a fault of Reeve",
        );
    }
    let came_out: Vec<&str> = replay
        .differences
        .iter()
        .filter(|difference| !difference.is_cause)
        .map(|difference| difference.name.as_str())
        .collect();
    if !came_out.is_empty() {
        let _ = write!(text, "\n  differently came out: {}", came_out.join(", "));
    }
    if record.told().trace.path.contains("fault") {
        text.push_str("\n  a fault ended the recorded reply; a replay does not bring one about");
    }
    if record.told().text == replay.reply.text() {
        text.push_str("\nThe text that the resident read is the same.");
    } else {
        let (recorded, replayed) = (indented(&record.told().text), indented(replay.reply.text()));
        let _ = write!(text, "\nThe text recorded:\n\n{recorded}\n\nThe text now:\n\n{replayed}");
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
