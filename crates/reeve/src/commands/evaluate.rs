//! `reeve evaluate`: a question set, run and scored.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use assistant::Clock;

use crate::config::Config;
use crate::output::say;
use crate::progress::Meter;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Cases as JSON Lines: a file, or a folder of them.
    cases: PathBuf,
    /// Only cases of this split.
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Write figures and replies to this file.
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
    /// Only check the cases against the pages.
    #[arg(long)]
    lint: bool,
    #[command(flatten)]
    place: Place,
}

/// The clock of evaluations, so that two runs give the same replies: a Monday at ten, lines open.
pub(crate) const EVALUATION_TIME: &str = "2026-11-23T10:00:00Z";

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let cases = evaluate::load_cases(&arguments.cases)?;
    let cases = evaluate::in_split(cases, arguments.split.as_deref());
    if cases.is_empty() {
        bail!("there are no cases to run in {}", arguments.cases.display());
    }
    if arguments.lint {
        let faults = evaluate::lint(&cases, &corpus::Knowledge::load(&arguments.place.knowledge)?);
        for fault in &faults {
            say(fault);
        }
        say(&format!("{} cases, {} faults", cases.len(), faults.len()));
        return Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let clock = Clock::Fixed(EVALUATION_TIME.parse().context("the evaluation's clock")?);
    let assistant = wiring::assistant(&arguments.place, config, clock)?;
    let mut meter = Meter::new();
    let evaluation =
        evaluate::run(&assistant, &cases, &mut |done, total| meter.at("evaluating", done as u64, total as u64))?;
    drop(meter);
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&evaluation.to_json())?;
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    say(&evaluation.summary());
    Ok(ExitCode::SUCCESS)
}
