//! `reeve check`: what is wrong or overdue in a knowledge folder.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use corpus::Severity;

use crate::output::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of the pages.
    #[arg(long, default_value = "knowledge", value_name = "DIR")]
    knowledge: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let today = jiff::ZonedDateTime::now().date();
    let problems = corpus::check(&arguments.knowledge, today)
        .with_context(|| format!("cannot check {}", arguments.knowledge.display()))?;
    for problem in &problems {
        say(&problem.to_string());
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    say(&format!("{errors} errors, {} warnings", problems.len() - errors));
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
