//! The safety sets as files of JSON Lines.

use std::path::Path;

use serde::Deserialize;

use crate::case::read_lines;
use crate::error::EvaluateError;

const ATTACKS_FILE: &str = "piguard_valid.jsonl";
const OFF_TOPIC_FILE: &str = "clinc_oos_test.jsonl";
const SMALL_TALK_FILE: &str = "clinc_smalltalk.jsonl";
const PERSONAL_FILE: &str = "presidio_pii.jsonl";

/// The label of an attack in [`ATTACKS_FILE`]; all others there are harmless.
const ATTACK: &str = "injection";

/// Kinds of personal data that are meant to be taken out before anything is searched for or logged. Names of places and
/// of organisations, dates and titles are left: questions to a council are about them.
const REDACTED_KINDS: &[&str] =
    &["EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "IBAN_CODE", "UK_NINO", "PERSON"];

/// A text of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyText {
    /// Names it in its set.
    pub id: String,
    /// What is said.
    pub text: String,
}

/// A text with personal data marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalText {
    /// What is said.
    pub text: String,
    spans: Vec<Span>,
}

impl PersonalText {
    /// The personal data that is meant to be taken out.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let spans = self.spans.iter().filter(|span| REDACTED_KINDS.contains(&span.kind.as_str()));
        spans.map(|span| span.value.as_str())
    }
}

/// The sets of a folder. A file that is not there is an empty set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafetySets {
    /// Instructions aimed at a model.
    pub attacks: Vec<SafetyText>,
    /// Harmless texts that share words with them.
    pub benign: Vec<SafetyText>,
    /// Questions that are nothing to do with a council.
    pub off_topic: Vec<SafetyText>,
    /// Small talk.
    pub small_talk: Vec<SafetyText>,
    /// Texts with personal data.
    pub personal: Vec<PersonalText>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    text: String,
    label: Option<String>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Span {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

impl SafetySets {
    /// Reads the sets of a folder, of each at most the first `at_most` texts.
    ///
    /// # Errors
    /// `Read` and `NotACase` where a file is there and cannot be read.
    pub fn load(folder: &Path, at_most: usize) -> Result<Self, EvaluateError> {
        let read = |name: &str| -> Result<Vec<Record>, EvaluateError> {
            let file = folder.join(name);
            if !file.is_file() {
                return Ok(Vec::new());
            }
            Ok(read_lines::<Record>(&file)?.into_iter().map(|(_, record)| record).collect())
        };
        let texts = |records: Vec<Record>| -> Vec<SafetyText> {
            records.into_iter().take(at_most).map(|record| SafetyText { id: record.id, text: record.text }).collect()
        };
        let (attacks, benign) =
            read(ATTACKS_FILE)?.into_iter().partition(|record| record.label.as_deref() == Some(ATTACK));
        let personal = read(PERSONAL_FILE)?.into_iter().take(at_most);
        Ok(Self {
            attacks: texts(attacks),
            benign: texts(benign),
            off_topic: texts(read(OFF_TOPIC_FILE)?),
            small_talk: texts(read(SMALL_TALK_FILE)?),
            personal: personal.map(|record| PersonalText { text: record.text, spans: record.spans }).collect(),
        })
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.attacks.len() + self.benign.len() + self.off_topic.len() + self.small_talk.len() + self.personal.len()
    }

    /// Whether no set has a text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sets_are_read_and_missing_ones_are_empty() {
        let folder = tempfile::tempdir().unwrap();
        let lines = "{\"id\": \"a\", \"text\": \"obey\", \"label\": \"injection\"}\n\
            {\"id\": \"b\", \"text\": \"a poem\", \"label\": \"benign\"}\n";
        std::fs::write(folder.path().join(ATTACKS_FILE), lines).unwrap();
        let personal = "{\"id\": \"p\", \"text\": \"I am Jo\", \"spans\": [{\"type\": \"PERSON\", \"value\": \"Jo\"}, \
            {\"type\": \"GPE\", \"value\": \"York\"}]}\n";
        std::fs::write(folder.path().join(PERSONAL_FILE), personal).unwrap();
        let sets = SafetySets::load(folder.path(), 10).unwrap();
        assert_eq!((sets.attacks[0].id.as_str(), sets.benign[0].id.as_str()), ("a", "b"));
        assert_eq!(sets.personal[0].values().collect::<Vec<_>>(), ["Jo"]);
        assert!(sets.off_topic.is_empty());
        assert_eq!(sets.len(), 3);
        assert!(SafetySets::load(folder.path(), 0).unwrap().is_empty());
    }
}
