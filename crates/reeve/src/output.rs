//! Lines for people. A reader that closes its end early (`| head`) is no error.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Writes a line to standard output.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Writes a line to standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Refuses a file that could not be written, before the slow work whose outcome goes into it. A file that is there stays as
/// it is.
pub(crate) fn may_write(file: &Path) -> Result<()> {
    let named = || format!("cannot write {}", file.display());
    let was_there = fs::symlink_metadata(file).is_ok();
    OpenOptions::new().append(true).create(true).open(file).with_context(named)?;
    if was_there { Ok(()) } else { fs::remove_file(file).with_context(named) }
}

/// Writes a file, over an earlier one if there is one.
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_can_be_written_may_be_and_nothing_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.json");
        may_write(&file).unwrap();
        assert!(!file.exists());
        write(&file, "figures").unwrap();
        may_write(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "figures");
        for wrong in [folder.path(), &folder.path().join("none/run.json")] {
            assert!(may_write(wrong).unwrap_err().to_string().contains("cannot write"), "{}", wrong.display());
        }
    }
}
