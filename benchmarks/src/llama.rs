//! The other side: llama.cpp, in a process of its own that `llama/llama.mjs` runs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::models::CONTEXT_TOKENS;
use crate::output::complain;

const FOLDER: &str = "benchmarks/llama";

/// What the other side is, as it tells.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Theirs {
    /// The prebuilt variant that it chose for this processor.
    pub(crate) library: Option<String>,
    pub(crate) system_info: String,
    pub(crate) package: String,
    pub(crate) llama_cpp: String,
    pub(crate) node: String,
    pub(crate) threads: usize,
    pub(crate) batch_tokens: usize,
    pub(crate) flash_attention: String,
}

/// How long something took.
#[derive(Debug, Deserialize)]
pub(crate) struct Took {
    pub(crate) ms: f64,
}

/// The process, without a model until one is loaded.
pub(crate) struct Llama {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Where it saves states of passages, and what it runs from when that is not `FOLDER`; gone with it.
    _temporary: TempDir,
}

impl Llama {
    /// Starts it, if `avx2` with no more than that of the processor's features.
    pub(crate) fn start(avx2: bool) -> Result<Self> {
        if !Path::new(FOLDER).join("node_modules/node-llama-cpp").is_dir() {
            bail!(
                "node-llama-cpp is not there; run `npm ci --ignore-scripts` in {FOLDER}, or start with `cargo xtask bench`"
            );
        }
        let temporary = tempfile::Builder::new().prefix("reeve-bench-llama-").tempdir()?;
        let (states, linked) = (temporary.path().join("states"), temporary.path().join("linked"));
        std::fs::create_dir(&states)?;
        let mut command = Command::new("node");
        if avx2 {
            link_avx2(&Path::new(FOLDER).canonicalize()?, &linked).context("cannot link the benchmark's folder")?;
            command.args(["--preserve-symlinks", "--preserve-symlinks-main"]).current_dir(linked);
        } else {
            command.current_dir(FOLDER);
        }
        command.arg("llama.mjs").arg(states).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C is for this program alone, which ends the other after its step.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn().context("cannot start node; is Node.js installed?")?;
        let input = process.stdin.take().context("the other side's input")?;
        let output = BufReader::new(process.stdout.take().context("the other side's output")?);
        Ok(Self { process, input, output, _temporary: temporary })
    }

    /// Its number, to see what processor time it takes.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Loads a model in the place of the one before.
    pub(crate) fn load(&mut self, path: &Path, threads: usize) -> Result<Theirs> {
        let request = json!({"op": "load", "path": path, "threads": threads, "context_tokens": CONTEXT_TOKENS});
        let theirs: Theirs = self.ask(&request)?;
        if theirs.threads != threads {
            bail!("llama.cpp would use {} threads instead of {threads}", theirs.threads);
        }
        let library = theirs.library.as_deref().unwrap_or("an unnamed library");
        complain(&format!("llama.cpp {} with {library}: {}", theirs.llama_cpp, theirs.system_info));
        Ok(theirs)
    }

    /// Reads tokens from nothing, up to the first that follows.
    pub(crate) fn prefill(&mut self, tokens: &[u32]) -> Result<Took> {
        self.ask(&json!({"op": "prefill", "tokens": tokens}))
    }

    /// Writes so many tokens after the first that follows `tokens`.
    pub(crate) fn decode(&mut self, tokens: &[u32], count: usize) -> Result<Took> {
        self.ask(&json!({"op": "decode", "tokens": tokens, "count": count}))
    }

    pub(crate) fn ask<T: DeserializeOwned>(&mut self, request: &Value) -> Result<T> {
        let operation = request["op"].as_str().unwrap_or_default();
        writeln!(self.input, "{request}").with_context(|| format!("llama.cpp's process is gone before {operation}"))?;
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            bail!("llama.cpp's process ended during {operation}: {}", self.process.wait()?);
        }
        let told: Value = serde_json::from_str(&line).with_context(|| format!("llama.cpp's process wrote {line}"))?;
        if let Some(error) = told["error"].as_str() {
            bail!("llama.cpp's {operation}: {error}");
        }
        Ok(serde_json::from_value(told)?)
    }
}

impl Drop for Llama {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Links all of a folder into another, but of llama.cpp's variants for processors only the one for AVX2: it takes the best
/// that it finds beside it.
fn link_avx2(folder: &Path, into: &Path) -> std::io::Result<()> {
    let libraries = "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64";
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        std::fs::create_dir_all(into.join(&relative))?;
        for entry in std::fs::read_dir(folder.join(&relative))? {
            let name = entry?.file_name();
            let path = relative.join(&name);
            if Path::new(libraries).starts_with(&path) {
                open.push(path);
            } else if !name.to_string_lossy().starts_with("libggml-cpu-") || name == "libggml-cpu-haswell.so" {
                #[cfg(unix)]
                std::os::unix::fs::symlink(folder.join(&path), into.join(&path))?;
            }
        }
    }
    Ok(())
}
