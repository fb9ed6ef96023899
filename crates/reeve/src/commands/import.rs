//! `reeve import`: pages from elsewhere become pages of a knowledge folder.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::output::{complain, say};
use crate::progress::Meter;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, clap::Subcommand)]
enum Source {
    /// JSON Lines: one page a line with id, url, title, and markdown, html or text.
    Jsonl {
        /// The file.
        file: PathBuf,
        /// The knowledge folder to write to; made when it is missing.
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Source::Jsonl { file, into } = &arguments.source;
    let mut meter = Meter::of_bytes();
    let report = corpus::import::jsonl(file, into, &mut |done, total| meter.at("importing", done, total))
        .with_context(|| format!("cannot import {}", file.display()))?;
    drop(meter);
    for problem in &report.skipped {
        complain(&format!("skipped: {problem}"));
    }
    say(&format!(
        "{} pages written, {} unchanged, {} skipped, in {}",
        report.written,
        report.unchanged,
        report.skipped.len(),
        into.display()
    ));
    Ok(if report.skipped.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
