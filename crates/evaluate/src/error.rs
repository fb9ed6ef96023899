//! What can be wrong with a file of cases.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
}

impl Place {
    pub(crate) fn new(path: &Path, line: usize) -> Self {
        Self { path: path.to_path_buf(), line }
    }
}

/// `evals/waste.jsonl:4`, the form that editors understand.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.path.display(), self.line)
    }
}

/// Why cases could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The index or a model failed on a case.
    #[error("the case {id} cannot be searched for")]
    Search {
        /// The case.
        id: String,
        /// What failed.
        #[source]
        source: Box<assistant::RetrievalError>,
    },
    /// A judge cannot be fitted to what there is.
    #[error("the judge cannot be fitted: {reason}")]
    Fit {
        /// What the library says.
        reason: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {path}", path = .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A folder holds no file of cases.
    #[error("{path} holds no file that ends in .jsonl", path = .path.display())]
    NoFiles {
        /// The folder.
        path: PathBuf,
    },
    /// A file to compare with is none that an evaluation wrote.
    #[error("{path} is not a file that `reeve evaluate --json` wrote: {reason}", path = .path.display())]
    NotABaseline {
        /// The file.
        path: PathBuf,
        /// What the JSON reader says.
        reason: String,
    },
    /// The report cannot be put together.
    #[error("the report cannot be written")]
    Report(#[source] Box<minijinja::Error>),
    /// A line is not a JSON object, lacks `id` or `question`, or has a field of the wrong shape.
    #[error("{place}: not a case: {reason}")]
    NotACase {
        /// The line.
        place: Place,
        /// What the JSON reader says.
        reason: String,
    },
    /// Two cases have the same id, so that their results could not be told apart.
    #[error("{place}: case {id:?} has the id of the case at {first}")]
    DuplicateId {
        /// The line of the second case.
        place: Place,
        /// The line of the first case.
        first: Place,
        /// The id that both have.
        id: String,
    },
    /// A member of `must` or `must_not` is not a regular expression.
    #[error("{place}: case {id:?} has a regular expression that cannot be used: {pattern:?}")]
    InvalidPattern {
        /// The line.
        place: Place,
        /// The case.
        id: String,
        /// What stands there.
        pattern: String,
        /// What is wrong with it.
        #[source]
        source: Box<regex::Error>,
    },
    /// `expect` names no outcome.
    #[error(
        "{place}: case {id:?} expects {expect:?}; known are answer, handoff, clarify, decline, signpost and greeting"
    )]
    UnknownExpect {
        /// The line.
        place: Place,
        /// The case.
        id: String,
        /// What stands there.
        expect: String,
    },
    /// A safety set labels a text in a way for which no right reply is known.
    #[error("{place}: {id:?} is labelled {label:?}; known are injection, out_of_scope and benign")]
    UnknownLabel {
        /// The line.
        place: Place,
        /// The record.
        id: String,
        /// The label.
        label: String,
    },
}

impl EvaluateError {
    /// Makes the function that wraps a system error, for `map_err`.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Read { path, source }
    }

    pub(crate) fn not_a_case(place: Place, error: &serde_json::Error) -> Self {
        // A record is one line, so the reader's "line 1" would contradict the line of the file.
        let reason = error.to_string().replace(" at line 1 column ", ", column ");
        Self::NotACase { place, reason }
    }
}
