//! Reading the file of an earlier run.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use conversation::Outcome;
use serde::Deserialize;
use serde_json::Value;

use super::gates;
use crate::error::EvaluateError;

/// An earlier run, as `--json` wrote it.
#[derive(Clone, Debug)]
pub struct Baseline {
    figures: Value,
    order: Vec<String>,
    cases: HashMap<String, Said>,
}

/// What a run says of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whether the reply is right; none of a case that is scored for retrieval alone.
    pub right: Option<bool>,
    /// Why, or in what place the page was found.
    pub why: String,
    /// The outcome of the reply.
    pub outcome: Option<Outcome>,
    /// The text of the reply.
    pub text: String,
}

#[derive(Deserialize)]
struct File {
    figures: Value,
    cases: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    right: Option<bool>,
    why: String,
    reply: Option<Reply>,
}

#[derive(Deserialize)]
struct Reply {
    outcome: Outcome,
    text: String,
}

impl Baseline {
    /// Reads the file that `reeve evaluate --json` wrote.
    ///
    /// # Errors
    /// `Read` when the file cannot be read, `NotABaseline` when it holds something else.
    pub fn read(path: &Path) -> Result<Self, EvaluateError> {
        let text = fs::read_to_string(path).map_err(EvaluateError::read(path))?;
        Self::parse(&text).map_err(|reason| EvaluateError::NotABaseline { path: path.to_path_buf(), reason })
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        // A figure that is not there could not get worse.
        if let Some(name) = gates::missing(&file.figures) {
            return Err(format!("it has no figure {name}; make a file of an earlier version anew"));
        }
        let order = file.cases.iter().map(|case| case.id.clone()).collect();
        let said = |case: Record| {
            let (outcome, text) = case.reply.map_or((None, String::new()), |reply| (Some(reply.outcome), reply.text));
            (case.id, Said { right: case.right, why: case.why, outcome, text })
        };
        Ok(Self { figures: file.figures, order, cases: file.cases.into_iter().map(said).collect() })
    }

    pub(super) fn figures(&self) -> &Value {
        &self.figures
    }

    /// In the order of the file.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    pub(super) fn said(&self, id: &str) -> Option<&Said> {
        self.cases.get(id)
    }
}
