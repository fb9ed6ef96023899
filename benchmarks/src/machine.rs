//! What the figures were taken on, and with how many threads.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// The variable by which both rayon and candle choose their threads.
const THREADS: &str = "RAYON_NUM_THREADS";

/// The machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: Option<String>,
    pub(crate) processors: usize,
    /// Those of the processor's features that either side could use.
    pub(crate) features: Vec<String>,
    pub(crate) memory_mib: Option<u64>,
    pub(crate) system: String,
    /// The mean number of programs that wanted a processor in the last minute before the run.
    pub(crate) busy_before: Option<f64>,
}

impl Machine {
    pub(crate) fn this() -> Self {
        let line = |file: &str, key: &str| {
            let text = std::fs::read_to_string(file).ok()?;
            let found = text.lines().find(|line| line.starts_with(key))?;
            Some(found.split_once(':')?.1.trim().to_owned())
        };
        let memory = line("/proc/meminfo", "MemTotal");
        let busy = std::fs::read_to_string("/proc/loadavg").ok();
        Self {
            processor: line("/proc/cpuinfo", "model name"),
            processors: processors().unwrap_or(1),
            features: features().into_iter().map(str::to_owned).collect(),
            memory_mib: memory.and_then(|text| text.split(' ').next()?.parse::<u64>().ok()).map(|kib| kib / 1024),
            system: first_line("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            busy_before: busy.and_then(|text| text.split(' ').next()?.parse().ok()),
        }
    }
}

/// How many processors there are for this process.
pub(crate) fn processors() -> Result<usize> {
    Ok(std::thread::available_parallelism().context("cannot count the processors")?.get())
}

/// The checked-out commit, marked when files differ from it.
pub(crate) fn commit() -> Option<String> {
    first_line("git", &["describe", "--always", "--dirty"])
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
}

/// Sees to it that this process, and with it `reeve serve`, works with so many threads. The libraries read their variable
/// once, and a running program cannot safely change its own, so the program starts itself anew where it has to.
pub(crate) fn use_threads(threads: usize) -> Result<()> {
    if std::env::var(THREADS).is_ok_and(|held| held == threads.to_string()) {
        return Ok(());
    }
    let mut again = Command::new(std::env::current_exe()?);
    again.args(std::env::args_os().skip(1)).env(THREADS, threads.to_string());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // Comes back only when it failed.
        Err(again.exec()).context("cannot start the benchmark anew")
    }
    #[cfg(not(unix))]
    {
        std::process::exit(again.status().context("cannot start the benchmark anew")?.code().unwrap_or(1));
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let all = [
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("f16c", std::arch::is_x86_feature_detected!("f16c")),
        ("avxvnni", std::arch::is_x86_feature_detected!("avxvnni")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ("avx512bw", std::arch::is_x86_feature_detected!("avx512bw")),
        ("avx512vnni", std::arch::is_x86_feature_detected!("avx512vnni")),
        ("avx512bf16", std::arch::is_x86_feature_detected!("avx512bf16")),
    ];
    all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    vec![std::env::consts::ARCH]
}
