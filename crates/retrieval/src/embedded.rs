//! The texts of passages and sentences that the encoder reads.

use corpus::{Knowledge, Page, Sentence};

/// What is encoded of a passage.
#[derive(Debug)]
pub struct EmbeddedTexts {
    /// The number of its page.
    pub page: usize,
    /// Its number on that page.
    pub passage: usize,
    /// The passage with its title and headings.
    pub text: String,
    /// Each of its sentences with what it needs to make sense: title, heading and lead-in.
    pub sentences: Vec<String>,
}

/// What is encoded of each passage, in the order of the pages.
pub fn embedded_texts(knowledge: &Knowledge) -> Vec<EmbeddedTexts> {
    let mut embedded = Vec::new();
    for (page_number, page) in knowledge.pages.iter().enumerate() {
        for (passage_number, passage) in page.passages.iter().enumerate() {
            embedded.push(EmbeddedTexts {
                page: page_number,
                passage: passage_number,
                text: format!("{}. {}\n{}", page.title, passage.heading_path.join(". "), passage.text),
                sentences: passage.sentences.iter().map(|sentence| sentence_in_context(page, sentence)).collect(),
            });
        }
    }
    embedded
}

fn sentence_in_context(page: &Page, sentence: &Sentence) -> String {
    let mut text = page.title.clone();
    for part in [sentence.heading.as_deref(), sentence.lead_in.as_deref()].into_iter().flatten() {
        text.push_str(". ");
        text.push_str(part);
    }
    text.push_str(". ");
    text.push_str(&sentence.text);
    text
}
