//! The sentences of a passage, read for comparison. A question of the page says nothing: it names what the answer is about,
//! as a heading does.

use corpus::{Page, Passage, Sentence, SentenceKind};

use super::reading::Reading;

/// A sentence of the passage.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    /// What introduces it, and itself; nothing of a question.
    pub(super) reading: Reading,
    /// The heading, the page's title, and the question that it follows.
    pub(super) around: Reading,
    /// The words of the heading.
    pub(super) heading: Option<String>,
    /// Whether it begins with a word that stands for something in the sentence before it.
    pub(super) inherits: bool,
    /// Whether it is a row of a table.
    pub(super) is_row: bool,
    /// Its words as they stand, with and without what introduces it; empty for what only introduces a list or asks.
    pub(super) words: [String; 2],
}

/// Words at the beginning of a sentence that point to the one before it.
const POINTERS: &[&str] = &[
    "it", "its", "they", "their", "this", "that", "these", "those", "he", "she", "then", "if", "you", "we", "each",
    "both",
];

/// Whether a text asks, as those of lists of frequent questions do.
pub(crate) fn is_question(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with('?') || text.starts_with("Q:") || text.starts_with("Q.")
}

impl Evidence {
    /// A sentence that stands behind another.
    fn of(page: &Page, sentence: &Sentence, before: Option<&Sentence>) -> Self {
        let text = if is_question(&sentence.text) { "" } else { sentence.text.as_str() };
        let (lead_in, heading) = (sentence.lead_in.as_deref(), sentence.heading.as_deref());
        let before = before.map(|before| before.text.as_str());
        let asked = [lead_in, before].into_iter().flatten().find(|text| is_question(text)).unwrap_or_default();
        let said = match lead_in {
            Some(lead_in) if !text.is_empty() && !is_question(lead_in) => format!("{lead_in} {text}"),
            Some(_) | None => text.to_owned(),
        };
        let reading = Reading::of(&said);
        let inherits = reading.units.iter().take(3).any(|unit| POINTERS.contains(&unit.word.as_str()));
        let words = if sentence.text.ends_with(':') {
            [String::new(), String::new()]
        } else {
            [reading.words(), Reading::of(text).words()]
        };
        Self {
            words,
            inherits: inherits && sentence.kind == SentenceKind::Prose,
            around: Reading::of(&format!("{}. {} {asked}", page.title, heading.unwrap_or_default())),
            heading: heading.map(|heading| Reading::of(heading).words()),
            is_row: sentence.kind == SentenceKind::TableRow,
            reading,
        }
    }

    /// All sentences of a passage.
    pub(super) fn of_passage(page: &Page, passage: &Passage) -> Vec<Self> {
        let before = std::iter::once(None).chain(passage.sentences.iter().map(Some));
        passage.sentences.iter().zip(before).map(|(sentence, before)| Self::of(page, sentence, before)).collect()
    }
}
