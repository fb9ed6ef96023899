//! `cargo xtask bench`: measures Reeve in one run, part by part, and keeps every sample in one JSON file.
//!
//! README.md in this folder says what each part does and what is fair about it. Nothing here is part of the product or
//! of its tests.

mod answers;
mod idle;
mod limits;
mod llama;
mod load;
mod machine;
mod models;
mod output;
mod raw;
mod report;
mod search;
mod statistics;
mod stop;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, ValueEnum};

use crate::output::{complain, say};
use crate::report::Report;

/// Measures Reeve: against llama.cpp, under load, and over many pages.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// What to measure, in this order; everything when nothing is named.
    parts: Vec<Part>,
    /// Fewer repeats, questions and passages: shows that the procedure works, and roughly what comes out.
    #[arg(long)]
    quick: bool,
    /// Where the samples go. Written after each step, so that Ctrl-C loses little.
    #[arg(long, value_name = "FILE", default_value = "target/bench.json")]
    out: PathBuf,
    /// Measure nothing; print the tables of this file again.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Threads of either side; as many as there are processors when none are named.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Neither side uses AVX-512, as on a processor without it: for `raw`, `answers` and `limits`.
    #[arg(long)]
    avx2: bool,
    /// Language models for `raw`, `answers` and `limits`, by the names of models/models.toml. Default: all three for `raw`, without
    /// the largest with `--quick`, and for `limits`; the two small ones for `answers`.
    #[arg(long = "model", value_name = "NAME")]
    models: Vec<String>,
    /// How many questions `answers` asks. Default: 100, with `--quick` 6.
    #[arg(long, value_name = "N")]
    questions: Option<usize>,
    /// Further arguments of `reeve serve` for `load`, in one text.
    #[arg(long, value_name = "TEXT", default_value = "", allow_hyphen_values = true)]
    serve: String,
    /// The data folder of `load`, kept from an earlier run: its passage states need not be filled again. Default: a new one.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Further pages for `retrieval`, as JSON Lines for `reeve import jsonl`.
    #[arg(long, value_name = "FILE")]
    pages: Option<PathBuf>,
    /// How many made-up passages `retrieval` searches. Default: 100,000, with `--quick` 5,000.
    #[arg(long, value_name = "N")]
    passages: Option<usize>,
}

/// A part that can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Reading and writing tokens, Reeve against llama.cpp.
    Raw,
    /// Whole answers from a passage, Reeve against llama.cpp.
    Answers,
    /// A real `reeve serve` with many residents at once.
    Load,
    /// The search, over few pages and over very many.
    Retrieval,
    /// What the machine can do at most, and how much of it reading and writing take.
    Limits,
}

impl Arguments {
    fn parts(&self) -> Vec<Part> {
        let wanted = |part: &Part| self.parts.is_empty() || self.parts.contains(part);
        Part::value_variants().iter().copied().filter(wanted).collect()
    }

    /// Writes what was measured so far, whole or not at all.
    fn keep(&self, report: &Report) -> Result<()> {
        let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let part = self.out.with_extension("part");
        std::fs::write(&part, serde_json::to_string_pretty(report)?)
            .and_then(|()| std::fs::rename(&part, &self.out))
            .with_context(|| format!("cannot write {}", self.out.display()))?;
        Ok(())
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(file) = &arguments.table {
        say(&table::tables(&Report::read(file)?));
        return Ok(());
    }
    let threads = arguments.threads.map_or_else(machine::processors, Ok)?;
    machine::use_threads(threads)?;
    if arguments.avx2 && !inference::without_avx512() {
        bail!("this processor has no AVX2");
    }
    stop::watch();
    let mut report = Report::new(&arguments, threads);
    let mut measured = Ok(());
    for part in arguments.parts() {
        measured = match part {
            Part::Raw => raw::measure(&arguments, &mut report),
            Part::Answers => answers::measure(&arguments, &mut report),
            Part::Load => load::measure(&arguments, &mut report),
            Part::Limits => limits::measure(&arguments, &mut report),
            Part::Retrieval => search::measure(&arguments, &mut report),
        };
        arguments.keep(&report)?;
        if measured.is_err() {
            break;
        }
    }
    say(&table::tables(&report));
    complain(&format!("All samples are in {}", arguments.out.display()));
    match measured {
        Err(error) if error.is::<stop::Stopped>() => bail!("stopped; what was measured until then is kept"),
        other => other,
    }
}
