//! The sentences of a passage, read for comparison.

use corpus::{Page, Passage, Sentence, SentenceKind};

use super::reading::Reading;

/// A sentence of the passage.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    /// What introduces it, and itself.
    pub(super) reading: Reading,
    /// The heading and the page's title.
    pub(super) around: Reading,
    /// The words of the heading.
    pub(super) heading: Option<String>,
    /// Whether it begins with a word that stands for something in the sentence before it.
    pub(super) inherits: bool,
    /// Whether it is a row of a table.
    pub(super) is_row: bool,
    /// Its words as they stand, with and without what introduces it; empty for what only introduces a list.
    pub(super) words: [String; 2],
}

/// Words at the beginning of a sentence that point to the one before it.
const POINTERS: &[&str] = &[
    "it", "its", "they", "their", "this", "that", "these", "those", "he", "she", "then", "if", "you", "we", "each",
    "both",
];

impl Evidence {
    pub(super) fn of(page: &Page, sentence: &Sentence) -> Self {
        let said = match &sentence.lead_in {
            Some(lead_in) => format!("{lead_in} {}", sentence.text),
            None => sentence.text.clone(),
        };
        let reading = Reading::of(&said);
        let inherits = reading.units.iter().take(3).any(|unit| POINTERS.contains(&unit.word.as_str()));
        let words = if sentence.text.ends_with(':') {
            [String::new(), String::new()]
        } else {
            [reading.words(), Reading::of(&sentence.text).words()]
        };
        Self {
            words,
            inherits: inherits && sentence.kind == SentenceKind::Prose,
            around: Reading::of(&format!("{}. {}", page.title, sentence.heading.as_deref().unwrap_or_default())),
            heading: sentence.heading.as_deref().map(|heading| Reading::of(heading).words()),
            is_row: sentence.kind == SentenceKind::TableRow,
            reading,
        }
    }

    /// All sentences of a passage.
    pub(super) fn of_passage(page: &Page, passage: &Passage) -> Vec<Self> {
        passage.sentences.iter().map(|sentence| Self::of(page, sentence)).collect()
    }
}
