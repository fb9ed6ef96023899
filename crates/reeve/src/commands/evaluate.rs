//! `reeve evaluate`: a question set, run and scored.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use assistant::Clock;

use crate::config::Config;
use crate::output::{self, complain, say};
use crate::progress::Meter;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Cases as JSON Lines: a file, or a folder of them.
    cases: PathBuf,
    /// Only cases of this split; without it, those of `develop` and those without a split.
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Write figures and replies to this file.
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
    /// Write a report to this file: one HTML page with figures, curves and the cases that went wrong.
    #[arg(long, value_name = "OUT.html")]
    report: Option<PathBuf>,
    /// Say what changed against an earlier run, which `--json` wrote to this file, and fail where a figure is worse than its
    /// 95% interval or a fact is not proven by its citation.
    #[arg(long, value_name = "BASELINE.json")]
    compare: Option<PathBuf>,
    /// Print each case that went wrong as well, with the reply and why.
    #[arg(long)]
    reveal: bool,
    /// Only check the cases against the pages, whatever their split.
    #[arg(long)]
    lint: bool,
    #[command(flatten)]
    place: Place,
}

/// The clock of evaluations, so that two runs give the same replies: a Monday at ten, lines open.
pub(crate) const EVALUATION_TIME: &str = "2026-11-23T10:00:00Z";

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let mut cases = evaluate::load_cases(&arguments.cases)?;
    if !arguments.lint || arguments.split.is_some() {
        cases = evaluate::in_split(cases, arguments.split.as_deref());
    }
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
    let of_test = cases.iter().any(|case| case.split.as_deref() == Some(evaluate::TEST));
    let runs = of_test.then(|| runs_file(&arguments.cases)).flatten();
    // Before the run, which may take long, so that a wrong name is known at once.
    let baseline = arguments.compare.as_deref().map(evaluate::Baseline::read).transpose()?;
    for file in [&arguments.json, &arguments.report, &runs].into_iter().flatten() {
        output::may_write(file)?;
    }
    let clock = Clock::Fixed(EVALUATION_TIME.parse().context("the evaluation's clock")?);
    let assistant = wiring::assistant(&arguments.place, config, clock)?;
    let mut meter = Meter::new();
    let evaluation =
        evaluate::run(&assistant, &cases, &mut |done, total| meter.at("evaluating", done as u64, total as u64))?;
    drop(meter);
    say(&evaluation.summary());
    if arguments.reveal {
        reveal(&cases, &evaluation);
    }
    let recorded = runs.map_or(Ok(()), |file| record(&file, &evaluation, assistant.models()));
    let mut worse = false;
    if let Some(baseline) = baseline {
        let comparison = evaluate::Comparison::of(&evaluation, &cases, &baseline);
        say(&comparison.text(arguments.reveal || !of_test));
        worse = !comparison.faults().is_empty();
    }
    // What was found is told by now, whatever becomes of the files.
    let json = arguments
        .json
        .as_deref()
        .map_or(Ok(()), |file| output::write(file, &serde_json::to_string_pretty(&evaluation.to_json())?));
    let report = arguments.report.as_deref().map_or(Ok(()), |file| {
        let about = about(arguments, &cases, assistant.models());
        output::write(file, &evaluate::report(&evaluation, &cases, &about)?)
    });
    let failed: Vec<anyhow::Error> = [recorded, json, report].into_iter().filter_map(Result::err).collect();
    for error in &failed {
        complain(&format!("reeve: {error:#}"));
    }
    Ok(if worse || !failed.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What a report says of its run.
fn about(arguments: &Arguments, cases: &[evaluate::Case], models: &BTreeMap<String, String>) -> evaluate::About {
    let models = models.iter().map(|(role, digest)| format!("{role} {}", digest.get(..12).unwrap_or(digest)));
    let facts = [
        ("Questions", arguments.cases.display().to_string()),
        ("Split", splits(cases)),
        ("Pages", arguments.place.knowledge.display().to_string()),
        ("Models", models.collect::<Vec<_>>().join(", ")),
        ("Version", commit()),
        ("Clock", EVALUATION_TIME.to_owned()),
    ];
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    evaluate::About { facts, reveal: arguments.reveal }
}

/// The splits of the cases that ran.
fn splits(cases: &[evaluate::Case]) -> String {
    let splits: BTreeSet<&str> = cases.iter().map(|case| case.split.as_deref().unwrap_or("none")).collect();
    splits.into_iter().collect::<Vec<_>>().join(", ")
}

/// The commit that is checked out, marked when files differ from it.
fn commit() -> String {
    let described = std::process::Command::new("git").args(["describe", "--always", "--dirty"]).output();
    described
        .ok()
        .filter(|output| output.status.success())
        .map_or_else(|| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The cases that went wrong, one after another.
fn reveal(cases: &[evaluate::Case], evaluation: &evaluate::Evaluation) {
    for (case, result) in cases.iter().zip(evaluation.results()) {
        if let Some(judged) = &result.judged
            && !judged.verdict.right
        {
            let kind = case.kind.as_deref().unwrap_or_default();
            let text = judged.reply.get("text").and_then(|text| text.as_str()).unwrap_or_default();
            say(&format!("\n{} ({kind}): {}\n  {}\n  {}", case.id, case.question, judged.verdict.why, text));
        }
    }
}

/// The file beside the cases, or above them, in which every run on test cases is noted; none where the question set keeps
/// no record.
fn runs_file(cases: &Path) -> Option<PathBuf> {
    let cases = cases.canonicalize().unwrap_or_else(|_| cases.to_path_buf());
    cases.ancestors().take(3).map(|folder| folder.join("RUNS.md")).find(|file| file.is_file())
}

/// Notes a run on test cases: what was tried on the test split stays known.
fn record(file: &Path, evaluation: &evaluate::Evaluation, models: &BTreeMap<String, String>) -> Result<()> {
    let figures = evaluation.figures();
    let share = |share: evaluate::Share| {
        share.value().map_or_else(|| "–".to_owned(), |value| format!("{:.1}% of {}", value * 100.0, share.n))
    };
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    let commit = commit();
    let roles: Vec<&str> = models.keys().map(String::as_str).collect();
    let row = format!(
        "| {} | {commit} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M"),
        roles.join(", "),
        figures.cases,
        share(figures.right),
        share(figures.answer_correctness),
        share(figures.answer_coverage),
        share(figures.hit_at_1),
        figure(figures.confidence.auroc),
        figure(figures.confidence.ece),
    );
    let noted = std::fs::OpenOptions::new().append(true).open(file).and_then(|mut open| open.write_all(row.as_bytes()));
    noted.with_context(|| format!("cannot write {}", file.display()))?;
    say(&format!("Noted in {}.", file.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_splits_are_those_of_the_cases() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cases.jsonl");
        let check = |of: &[&str], wanted: &str| {
            let line = |(number, split): (usize, &&str)| {
                format!("{{\"id\": \"c{number}\", \"question\": \"When?\", \"split\": {split}}}\n")
            };
            std::fs::write(&file, of.iter().enumerate().map(line).collect::<String>()).unwrap();
            assert_eq!(splits(&evaluate::in_split(evaluate::load_cases(&file).unwrap(), None)), wanted);
        };
        check(&["\"test\"", "\"test\""], "test");
        check(&["\"develop\"", "\"test\"", "null"], "develop, none");
        check(&["null"], "none");
    }
}
