//! Whether a made sentence may be true after all: such a one is no test of the check.
//!
//! It is left out when it says the same words as a sentence of the page or as a paraphrase, or when one other sentence
//! of the page, with its heading and the page's title, holds all of its facts and all of its words, and has a negation
//! where it has one. What is left differs from its origin in the one way that makes it false, and nothing else on the
//! page says it.

use std::collections::BTreeSet;

use super::Origin;

/// Words that carry nothing of what is said.
const EMPTY_WORDS: &[&str] = &[
    "about", "also", "and", "are", "been", "but", "can", "does", "for", "from", "has", "have", "her", "his", "its",
    "may", "must", "need", "not", "our", "she", "should", "than", "that", "the", "their", "them", "then", "there",
    "they", "this", "was", "were", "when", "will", "with", "you", "your", "yes",
];

const NEGATIONS: &[&str] = &["no", "not", "cannot", "never", "none", "nobody", "neither", "nor", "without", "nothing"];

/// The words in lower case, one space between them.
pub(super) fn normal(text: &str) -> String {
    words(text).collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '£' && c != '%')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// The words that carry what is said, roughly without their endings.
pub(super) fn content(text: &str) -> BTreeSet<String> {
    words(text)
        .filter(|word| word.len() > 2 && !EMPTY_WORDS.contains(&word.as_str()))
        .filter(|word| !word.chars().any(|c| c.is_ascii_digit()))
        .map(|word| {
            word.trim_end_matches("ing").trim_end_matches("ed").trim_end_matches('s').trim_end_matches('e').to_owned()
        })
        .collect()
}

fn negations(text: &str) -> usize {
    let lower = text.to_lowercase().replace('’', "'");
    words(&lower).filter(|word| NEGATIONS.contains(&word.as_str())).count() + lower.matches("n't").count()
}

/// Whether another sentence of the page may say this as well.
pub(super) fn may_be_true(text: &str, origin: &Origin<'_>) -> bool {
    let page = origin.page;
    let facts = assistant::facts(text);
    let said = content(text);
    let denies = negations(text) > 0;
    let own = content(&origin.text);
    let own_facts = assistant::facts(&origin.text);
    page.passages.iter().flat_map(|passage| &passage.sentences).any(|sentence| {
        let lead_in = sentence.lead_in.as_deref().unwrap_or_default();
        let spoken = format!("{lead_in} {}", sentence.text);
        let around = format!("{} {} {spoken}", page.title, sentence.heading.as_deref().unwrap_or_default());
        let held = content(&around);
        // The dear questions come last.
        if !said.is_subset(&held) || (negations(&spoken) > 0) != denies {
            return false;
        }
        let held_facts = assistant::facts(&spoken);
        // The sentence that it was made of holds its words by construction.
        let is_origin = own.is_subset(&held) && own_facts.is_subset(&held_facts);
        !is_origin && facts.is_subset(&held_facts)
    })
}
