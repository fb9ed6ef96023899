//! Canned replies: sentences of published pages, found by their words and sent as they stand, with their page.

use std::cmp::Reverse;

use conversation::PageLink;
use corpus::{Knowledge, Page, Sentence};
use serde::Serialize;

/// How many sentences are shown.
const MOST_FOUND: usize = 15;
/// Words shorter than this say little by themselves.
const SHORTEST_WORD: usize = 3;
/// Words are compared by so many first letters, so that "collected" finds "collection".
const STEM_LETTERS: usize = 6;

/// A sentence that can be sent.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    page: String,
    title: String,
    heading: Option<String>,
    sentence: String,
    text: String,
}

/// The sentences in which most of the words stand; where that is the same, those of pages that are about them.
pub(crate) fn find(knowledge: &Knowledge, words: &str) -> Vec<Found> {
    let wanted = stems(words);
    if wanted.is_empty() {
        return Vec::new();
    }
    let count = |stems: &[String]| wanted.iter().filter(|word| stems.contains(word)).count();
    let mut found: Vec<(usize, usize, &Page, &Sentence)> = Vec::new();
    for page in &knowledge.pages {
        let title = stems(&page.title);
        for sentence in page.passages.iter().flat_map(|passage| &passage.sentences) {
            let own = stems(&sentence.with_lead_in());
            let heading = sentence.heading.as_deref().map(stems).unwrap_or_default();
            let about = wanted.iter().filter(|word| title.contains(word) || heading.contains(word)).count();
            let within = count(&own);
            if within > 0 || about == wanted.len() {
                found.push((within * 2 + about, own.len(), page, sentence));
            }
        }
    }
    // Short sentences say it most plainly.
    found.sort_by_key(|(score, length, ..)| (Reverse(*score), *length));
    let shown = found.into_iter().take(MOST_FOUND).map(|(_, _, page, sentence)| Found {
        page: page.id.clone(),
        title: page.title.clone(),
        heading: sentence.heading.clone(),
        sentence: sentence.id.clone(),
        text: sentence.with_lead_in(),
    });
    shown.collect()
}

/// The sentence of this id as a message, and its page.
pub(crate) fn sentence(knowledge: &Knowledge, page_id: &str, sentence_id: &str) -> Option<(String, PageLink)> {
    let page = knowledge.page(page_id)?;
    let mut sentences = page.passages.iter().flat_map(|passage| &passage.sentences);
    let sentence = sentences.find(|sentence| sentence.id == sentence_id)?;
    Some((sentence.with_lead_in(), PageLink { page_id: page.id.clone(), title: page.title.clone() }))
}

fn stems(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric());
    let mut stems: Vec<String> = words
        .filter(|word| word.chars().count() >= SHORTEST_WORD || word.bytes().any(|byte| byte.is_ascii_digit()))
        .map(|word| word.chars().take(STEM_LETTERS).collect())
        .collect();
    stems.sort();
    stems.dedup();
    stems
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sentence_is_found_by_its_words_and_sent_as_it_stands() {
        let knowledge = crate::tests::app::knowledge();
        let found = find(&knowledge, "garden subscriptions cost");
        assert_eq!(found[0].text, "A subscription costs £52 a year.");
        let (text, page) = sentence(&knowledge, &found[0].page, &found[0].sentence).unwrap();
        assert_eq!((text.as_str(), page.title.as_str()), ("A subscription costs £52 a year.", "Garden waste"));
        assert!(find(&knowledge, "zebra").is_empty());
        assert!(find(&knowledge, " ?").is_empty());
        assert!(sentence(&knowledge, "contact-us", &found[0].sentence).is_none());
    }
}
