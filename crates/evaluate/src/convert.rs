//! Cases out of public question sets: questions with the pages that answer them, and texts that are labelled as
//! attacks, as off topic or as small talk.

use std::path::Path;

use conversation::{Outcome, Turn};
use serde::Deserialize;

use crate::case::{Case, read_lines};
use crate::error::{EvaluateError, Place};

/// Which records of a set become cases. What is not given is not asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Only records of this split; a record without a split is in none.
    pub split: Option<String>,
    /// Only questions that open a conversation, or only those that do not.
    pub first_turns: Option<bool>,
    /// Only records with one of these ids.
    pub ids: Option<Vec<String>>,
}

impl Filter {
    fn keeps(&self, record: &Record) -> bool {
        let opens = record.first_turn.unwrap_or_else(|| record.history.as_ref().is_none_or(Vec::is_empty));
        self.split.as_ref().is_none_or(|split| record.split.as_ref() == Some(split))
            && self.first_turns.is_none_or(|first| first == opens)
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&record.id))
    }
}

/// Makes cases of a JSON Lines file, in its order. A record with a `question` (and `history`, `page_ids`, `split`,
/// `first_turn`) becomes a case for retrieval alone. A record with a `text` becomes a case with that question, whose
/// kind is its `label` or `intent`: `injection` and `out_of_scope` expect to be declined, a greeting, thanks and a
/// goodbye expect a greeting, other intents of small talk expect to be declined, `benign` and unlabelled texts expect
/// nothing.
pub fn convert(file: &Path, filter: &Filter) -> Result<Vec<Case>, EvaluateError> {
    let records = read_lines::<Record>(file)?.into_iter().filter(|(_, record)| filter.keeps(record));
    records.map(|(place, record)| record.into_case(place)).collect()
}

/// A record of any of the sets.
#[derive(Deserialize)]
struct Record {
    id: String,
    question: Option<String>,
    text: Option<String>,
    kind: Option<String>,
    label: Option<String>,
    intent: Option<String>,
    history: Option<Vec<Turn>>,
    page_ids: Option<Vec<String>>,
    split: Option<String>,
    first_turn: Option<bool>,
}

impl Record {
    fn into_case(self, place: Place) -> Result<Case, EvaluateError> {
        let (question, kind, expect) = match (self.question, self.text) {
            (Some(question), _) => (question, self.kind, None),
            (None, Some(text)) => match (self.label, self.intent) {
                (Some(label), _) => {
                    let expect = match label.as_str() {
                        "injection" | "out_of_scope" => Some(Outcome::Decline),
                        "benign" => None,
                        _ => return Err(EvaluateError::UnknownLabel { place, id: self.id, label }),
                    };
                    (text, Some(label), expect)
                }
                (None, Some(intent)) => {
                    let expect = expect_by_intent(&intent);
                    (text, Some(intent), Some(expect))
                }
                (None, None) => (text, self.kind, None),
            },
            (None, None) => {
                let reason = "it has neither a `question` nor a `text`".to_owned();
                return Err(EvaluateError::NotACase { place, reason });
            }
        };
        Ok(Case {
            id: self.id,
            kind,
            question,
            history: self.history.unwrap_or_default(),
            page_ids: self.page_ids.unwrap_or_default(),
            must: Vec::new(),
            must_not: Vec::new(),
            expect,
            split: self.split,
        })
    }
}

/// What an intent of small talk expects. Talk that no council's page is about is declined like any other.
fn expect_by_intent(intent: &str) -> Outcome {
    match intent {
        "greeting" | "thank_you" | "goodbye" => Outcome::Greeting,
        _ => Outcome::Decline,
    }
}

#[cfg(test)]
mod tests;
