//! `reeve calibrate`: fits the judges on cases and writes their file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use assistant::{Assistant, Clock, Path, QuoteOnlyReason, VERIFIED};
use evaluate::{Fitted, Sample, wilson_interval};
use sha2::{Digest as _, Sha256};

use crate::commands::evaluate::EVALUATION_TIME;
use crate::config::Config;
use crate::judge_file::{FittedOn, JudgeFile};
use crate::output::{self, say};
use crate::progress::Meter;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Cases as JSON Lines: a file, or a folder of them.
    cases: PathBuf,
    /// The split to fit on.
    #[arg(long, value_name = "NAME", default_value = "calibrate")]
    split: String,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "judge.toml")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let cases = evaluate::in_split(evaluate::load_cases(&arguments.cases)?, Some(&arguments.split));
    if cases.is_empty() {
        bail!("{} has no cases of the split {}", arguments.cases.display(), arguments.split);
    }
    // Before the slow work, so that a wrong name is known at once.
    output::may_write(&arguments.out)?;
    let clock = Clock::Fixed(EVALUATION_TIME.parse().context("the evaluation's clock")?);
    let mut assistant = wiring::assistant(&arguments.place, config, clock)?;
    let mut meter = Meter::new();
    let mut collect = |assistant: &Assistant, name: &str, path: Path| -> Vec<Sample> {
        let sampled = cases.iter().enumerate().filter_map(|(done, case)| {
            meter.at(name, done as u64 + 1, cases.len() as u64);
            evaluate::sample(assistant, case, path)
        });
        sampled.collect()
    };
    let quote_only = evaluate::fit(&collect(&assistant, "quotes alone", Path::QuoteOnly(QuoteOnlyReason::Overload)))?;
    // What replies are judged by where the verifier is not loaded, not in time, or not asked for want of hope.
    let full = evaluate::fit(&collect(&assistant, "without the verifier", Path::Unverified))?;
    let verified = if assistant.has_verifier() {
        assistant.set_full_judge(full.judge.clone());
        let mut samples = collect(&assistant, "with the verifier", Path::Full);
        samples.retain(|sample| sample.signals.contains_key(VERIFIED));
        Some(evaluate::fit(&samples)?)
    } else {
        None
    };
    drop(meter);
    if let Some(verified) = &verified {
        tell("The judge of what the verifier was asked about", verified, config.answers.risk);
    }
    tell("The judge of the full path without a verifier", &full, config.answers.risk);
    tell("The judge of quotes without the language model", &quote_only, config.answers.risk);
    let mut digest = Sha256::new();
    for case in &cases {
        digest.update(serde_json::to_vec(case)?);
    }
    let fitted_on = FittedOn::new(wiring::hex(&digest.finalize()), assistant.models(), config);
    let text =
        JudgeFile::new(fitted_on, verified.map(|fitted| fitted.judge), full.judge, quote_only.judge).to_toml()?;
    output::write(&arguments.out, &text)?;
    say(&format!("Written to {}; `answers.judge` in reeve.toml names the file to use.", arguments.out.display()));
    Ok(ExitCode::SUCCESS)
}

fn tell(name: &str, fitted: &Fitted, risk: f64) {
    let figures = &fitted.held_out;
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    say(&format!(
        "{name}, on topics held out: {} candidates, AUROC {}, calibration error {} (a perfect judge: {})",
        figures.n,
        figure(figures.auroc),
        figure(figures.ece),
        figure(figures.perfect_ece)
    ));
    match fitted.judge.point_for(risk) {
        Some(point) => {
            let bound = wilson_interval(point.wrong, point.answered).map_or(1.0, |(_, high)| high);
            say(&format!(
                "  at a risk of {risk}: answers from {:.3} on, {} of them, {} wrong (95% interval up to {:.1}%), {:.1} expected to be",
                point.threshold,
                point.answered,
                point.wrong,
                bound * 100.0,
                point.expected
            ));
        }
        None => say(&format!("  at a risk of {risk}: it never answers")),
    }
}
