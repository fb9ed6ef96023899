//! `reeve cases`: question sets in other forms become cases that `reeve evaluate` runs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use evaluate::convert::{Filter, convert};

use crate::output::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// JSON Lines of questions (`id`, `question`, `history`, `page_ids`) or of labelled texts (`id`, `text`, `label` or `intent`).
    file: PathBuf,
    /// Only questions of this split.
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Only first turns (true) or only later ones (false).
    #[arg(long, value_name = "BOOL")]
    first_turns: Option<bool>,
    /// Only questions whose id is a line of this file.
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ids = match &arguments.ids {
        None => None,
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            Some(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
        }
    };
    let filter = Filter { split: arguments.split.clone(), first_turns: arguments.first_turns, ids };
    for case in convert(&arguments.file, &filter)? {
        say(&serde_json::to_string(&case)?);
    }
    Ok(ExitCode::SUCCESS)
}
