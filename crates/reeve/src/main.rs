//! `reeve`: residents' questions answered from a council's own pages, on the council's own machine.

mod commands;
mod config;
mod judge_file;
mod located;
mod output;
mod progress;
mod records;
mod states;
mod wiring;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use commands::{ask, calibrate, cases, check, evaluate, import, models, replay, safety, sentences, serve, staff};

/// Answers residents' questions from a council's own pages, on the council's own machine.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    /// A configuration file; `reeve.toml` in this folder is read when it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetch what is missing, index the pages and answer questions on a local address.
    Serve(serve::Arguments),
    /// Say who may use the staff console at /staff.
    Staff(staff::Arguments),
    /// Answer one question.
    Ask(ask::Arguments),
    /// Report what is wrong or overdue in a knowledge folder.
    Check(check::Arguments),
    /// Bring pages from elsewhere into a knowledge folder.
    Import(import::Arguments),
    /// Run a question set and report how many replies are right.
    Evaluate(evaluate::Arguments),
    /// Fit the judges, which say when Reeve is sure enough to answer, on a question set.
    Calibrate(calibrate::Arguments),
    /// Make a recorded reply again: what was the resident told, why, and is it the same again?
    ///
    /// Ends with 0 when every byte of the reply but its timings is the same, with 1 when not, and with 2 when the record
    /// cannot be read or replayed.
    Replay(replay::Arguments),
    /// Try attacks, harmless texts that look like them, off-topic questions and small talk, and count what went wrong.
    Safety(safety::Arguments),
    /// Try the check on false sentences made of true ones, and on true ones in other words.
    Sentences(sentences::Arguments),
    /// Make cases of a question set in another form.
    Cases(cases::Arguments),
    /// List, fetch and verify the models.
    Models(models::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter =
        EnvFilter::try_from_env("REEVE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,server=info,retrieval=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let failure = match arguments.command {
        // 1 says that the reply is not the same.
        Command::Replay(_) => ExitCode::from(replay::NOT_REPLAYED),
        _ => ExitCode::FAILURE,
    };
    let result = config::load(arguments.config.as_deref()).and_then(|config| match arguments.command {
        Command::Serve(arguments) => serve::run(&arguments, &config),
        Command::Staff(arguments) => staff::run(&arguments, &config),
        Command::Ask(arguments) => ask::run(&arguments, &config),
        Command::Check(arguments) => check::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments, &config),
        Command::Calibrate(arguments) => calibrate::run(&arguments, &config),
        Command::Replay(arguments) => Ok(replay::run(&arguments, &config)),
        Command::Safety(arguments) => safety::run(&arguments, &config),
        Command::Sentences(arguments) => sentences::run(&arguments, &config),
        Command::Cases(arguments) => cases::run(&arguments),
        Command::Models(arguments) => models::run(&arguments, &config),
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("reeve: {error:#}"));
            failure
        }
    }
}
