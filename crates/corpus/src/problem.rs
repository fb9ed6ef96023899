//! A fault in the knowledge folder, told to the person who can mend it.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// How much a [`Problem`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is left out or wrong until it is mended.
    Error,
    /// Everything still works, but a person should look.
    Warning,
}

/// One fault, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, relative to the knowledge folder (or the imported file).
    pub path: PathBuf,
    /// The line in the file, counted from 1, where one is known.
    pub line: Option<usize>,
    /// Whether something is left out because of it.
    pub severity: Severity,
    /// What is wrong, in words for the person who edits the file.
    pub message: String,
}

impl Problem {
    pub(crate) fn error(path: impl Into<PathBuf>, line: Option<usize>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, severity: Severity::Error, message: message.into() }
    }

    pub(crate) fn warning(path: impl Into<PathBuf>, line: Option<usize>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, severity: Severity::Warning, message: message.into() }
    }
}

/// `pages/waste/bins.md:4: error: …`, the form that editors and continuous integration understand.
impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(formatter, ": {severity}: {}", self.message)
    }
}
