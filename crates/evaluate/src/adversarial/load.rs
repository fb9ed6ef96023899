//! The folder of sentences: paraphrases written by hand, and what models wrote.

use std::path::Path;

use serde::Deserialize;

use crate::case::read_lines;
use crate::error::EvaluateError;

/// A true sentence in other words than the page's.
#[derive(Debug, Clone, Deserialize)]
pub struct Paraphrase {
    /// Names it for good.
    pub id: String,
    /// `develop` or `test`.
    pub split: String,
    /// The page that says it.
    pub page_id: String,
    /// What the page says.
    pub evidence: String,
    /// The same in other words.
    pub sentence: String,
}

/// A sentence that a model wrote, with the judgement of a person.
#[derive(Debug, Clone, Deserialize)]
pub struct Generated {
    /// Names it for good.
    pub id: String,
    /// The page that it was written from.
    pub page_id: String,
    /// The passage: its id, or the heading above it.
    pub passage: String,
    /// What was asked.
    #[serde(default)]
    pub question: String,
    /// What the model wrote.
    pub sentence: String,
    /// Whether the passage says it.
    pub supported: bool,
}

/// All sentences of a folder.
#[derive(Debug, Clone)]
pub struct Statements {
    /// `paraphrases.jsonl`.
    pub paraphrases: Vec<Paraphrase>,
    /// `generated.jsonl`; empty where there is none.
    pub generated: Vec<Generated>,
}

/// Reads `paraphrases.jsonl` and, where it is there, `generated.jsonl`.
pub fn load_statements(folder: &Path) -> Result<Statements, EvaluateError> {
    let paraphrases = read_lines(&folder.join("paraphrases.jsonl"))?;
    let file = folder.join("generated.jsonl");
    let generated = if file.is_file() { read_lines(&file)? } else { Vec::new() };
    Ok(Statements {
        paraphrases: paraphrases.into_iter().map(|(_, record)| record).collect(),
        generated: generated.into_iter().map(|(_, record)| record).collect(),
    })
}
