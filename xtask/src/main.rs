//! The project's own commands: `cargo xtask test` installs what the tests need and runs every test there is, and
//! `cargo xtask bench` measures.

mod bench;
mod postgres;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::Parser;

/// The project's own commands.
#[derive(Debug, Parser)]
enum Task {
    /// Everything that has to pass: format, lints, tests, the widget, the page in a real browser.
    Test,
    /// Format and lints only.
    Lint,
    /// Measure Reeve against llama.cpp, under load and over many pages; `cargo xtask bench --help` lists the parts.
    #[command(disable_help_flag = true)]
    Bench {
        /// What the benchmark's own program is told; benchmarks/README.md explains it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// The models that tests load; they are fetched when they are missing.
const TEST_MODELS: &[&str] =
    &["all-minilm-l6-v2", "smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct"];

/// A few cases of every kind against an earlier run of them. evals/README.md says how the baseline is made anew.
const PINNED: [&str; 6] =
    ["evaluate", "evals/pinned.ndjson", "--data", "target/test-data", "--compare", "evals/pinned-baseline.json"];

/// The browser that the tests drive.
const CHROMIUM: &str = "/usr/bin/chromium";

fn main() -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    std::env::set_current_dir(&root).context("cannot go to the project's folder")?;
    match Task::parse() {
        Task::Lint => lint(),
        Task::Test => {
            lint()?;
            test()
        }
        Task::Bench { arguments } => bench::run(&arguments),
    }
}

fn lint() -> Result<()> {
    run("cargo", ["fmt", "--all", "--check"])?;
    run("cargo", ["clippy", "--workspace", "--all-targets", "--all-features", "--quiet", "--", "-D", "warnings"])
}

fn test() -> Result<()> {
    // The binary that the browser test drives is the one that residents get.
    run("cargo", ["build", "--release", "--quiet", "--package", "reeve"])?;
    let binary = Path::new("target/release/reeve").canonicalize().context("the built binary")?;
    let pull = ["models", "pull"].into_iter().chain(TEST_MODELS.iter().copied());
    run(&binary, pull)?;
    run(&binary, ["check"])?;
    run(&binary, ["evaluate", "evals", "--lint"])?;
    run(&binary, PINNED)?;

    // Ends with this function, however that ends.
    let postgres = postgres::Server::start()?;
    install_chromium()?;
    in_folder("widget", "npm", ["ci", "--no-audit", "--no-fund"])?;
    let root = std::env::current_dir()?;
    let place = format!("--knowledge {0}/knowledge --data {0}/target/test-data", root.display());
    let status = command("npm")
        .args(["test"])
        .current_dir("widget")
        .env("REEVE_BINARY", &binary)
        .env("REEVE_ARGUMENTS", place)
        .env("REEVE_TEST_POSTGRES", postgres.address())
        .status()
        .context("cannot start npm; is Node.js installed?")?;
    if !status.success() {
        bail!("the widget's tests failed");
    }
    // Last, so that its closing lines are the last that are printed.
    eprintln!("xtask: cargo test --workspace --all-features --no-fail-fast");
    let status = command("cargo")
        .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
        .env("REEVE_TEST_POSTGRES", postgres.address())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("the crates' tests failed");
    }
    Ok(())
}

/// Debian's package, where the browser is missing.
fn install_chromium() -> Result<()> {
    if Path::new(CHROMIUM).exists() {
        return Ok(());
    }
    install(&["chromium", "fonts-dejavu-core"])
        .context("cannot install Debian's chromium, which the browser tests need; install it by hand and try again")
}

/// Installs packages of Debian.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let (program, prefix): (_, &[&str]) = if as_root() { ("apt-get", &[]) } else { ("sudo", &["apt-get"]) };
    run(program, prefix.iter().chain(&["update", "--quiet"]))?;
    let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
    run(program, prefix.iter().chain(&install).chain(packages))
}

/// Whether this runs as root.
pub(crate) fn as_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A program without what cargo told this one of its own package: it would reach build scripts that look at such variables,
/// and everything that depends on them would be built again, by turns with a cargo that was started by hand.
fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

fn run<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> Result<()> {
    in_folder(".", program, arguments)
}

fn in_folder<S: AsRef<OsStr>>(
    folder: &str,
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
) -> Result<()> {
    let program = program.as_ref();
    let mut command = command(program);
    command.args(arguments).current_dir(folder);
    let line = format!("{} {:?}", program.display(), command.get_args().collect::<Vec<_>>());
    eprintln!("xtask: {line}");
    let status = command.status().with_context(|| format!("cannot start {line}"))?;
    if !status.success() {
        bail!("{line} failed with {status}");
    }
    Ok(())
}
