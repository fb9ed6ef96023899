//! `reeve sentences`: how many false sentences the check lets through, and how many true ones.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use assistant::Checker;
use corpus::Knowledge;
use evaluate::adversarial::{check_statements, load_statements};

use crate::config::Config;
use crate::output::say;
use crate::progress::Meter;
use crate::wiring;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of `paraphrases.jsonl` and, where there is one, of `generated.jsonl`.
    #[arg(default_value = "crates/evaluate/statements", value_name = "DIR")]
    statements: PathBuf,
    /// The folder of the pages.
    #[arg(long, default_value = "knowledge", value_name = "DIR")]
    knowledge: PathBuf,
    /// The verifier, whose model says whether a passage says a sentence: its name, or "none" for the rules alone.
    #[arg(long, value_name = "NAME")]
    verifier: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let statements = load_statements(&arguments.statements)?;
    let knowledge = Knowledge::load(&arguments.knowledge)
        .with_context(|| format!("cannot load {}", arguments.knowledge.display()))?;
    let entailment = wiring::entailment(config, arguments.verifier.as_deref())?;
    let mut meter = Meter::new();
    let checker = Checker::new(entailment.as_ref());
    let report = check_statements(&knowledge, &statements, checker, &mut |done, all| {
        meter.at("checking sentences", done as u64, all as u64);
    });
    meter.end();
    say(&report.to_string());
    Ok(ExitCode::SUCCESS)
}
