//! `reeve sentences`: how many false sentences the check lets through, and how many true ones.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use corpus::Knowledge;
use evaluate::adversarial::{check_statements, load_statements};

use crate::output::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of `paraphrases.jsonl` and, where there is one, of `generated.jsonl`.
    #[arg(default_value = "crates/evaluate/statements", value_name = "DIR")]
    statements: PathBuf,
    /// The folder of the pages.
    #[arg(long, default_value = "knowledge", value_name = "DIR")]
    knowledge: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let statements = load_statements(&arguments.statements)?;
    let knowledge = Knowledge::load(&arguments.knowledge)
        .with_context(|| format!("cannot load {}", arguments.knowledge.display()))?;
    say(&check_statements(&knowledge, &statements).to_string());
    Ok(ExitCode::SUCCESS)
}
