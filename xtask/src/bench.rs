//! `cargo xtask bench`: brings about what the benchmark needs and starts its program, which knows the rest.

use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;

use crate::{in_folder, run as start};

/// Where the other side's packages belong.
const LLAMA: &str = "benchmarks/llama";

/// Runs the benchmark with the arguments that its program takes.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let named = |what: &str| arguments.iter().any(|argument| argument == what);
    let measures = !["--table", "--help", "-h"].into_iter().any(named) && !has_table(arguments);
    let any_part = ["raw", "answers", "load", "retrieval"].into_iter().any(named);
    let wants = |part: &str| measures && (named(part) || !any_part);
    if (wants("raw") || wants("answers")) && !Path::new(LLAMA).join("node_modules").is_dir() {
        // The package's own script would look for a compiler and a GPU; the prebuilt library needs neither.
        // Not `ci`, which newer versions of npm refuse where the registry lacks the library for some other system.
        in_folder(LLAMA, "npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    }
    if wants("load") {
        // By itself, so that it is built with the same features as the one that residents get.
        start("cargo", ["build", "--release", "--quiet", "--package", "reeve"])?;
    }
    let program = ["run", "--release", "--quiet", "--package", "benchmarks", "--"].map(OsString::from);
    start("cargo", program.iter().chain(arguments))
}

/// `--table=FILE`, in one word.
fn has_table(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument.to_string_lossy().starts_with("--table="))
}
