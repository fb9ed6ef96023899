//! Sentences that introduce the list below them.

use crate::sentences;

/// Words that make a sentence with a full stop introduce the list below it.
const INTRODUCING_WORDS: &[&str] = &["following", "follow", "below", "these", "steps", "list"];

/// The last sentence of a text.
pub(super) fn last_sentence(text: &str) -> Option<String> {
    sentences::split(text).pop().map(|range| text[range].to_owned())
}

/// Whether a sentence reads on into the list below it.
pub(super) fn introduces(sentence: &str) -> bool {
    let open = !sentence.ends_with(['.', '!', '?']);
    let mut words = sentence.split(|character: char| !character.is_alphanumeric());
    open || words.any(|word| INTRODUCING_WORDS.iter().any(|introducing| word.eq_ignore_ascii_case(introducing)))
}
