//! A page's blocks cut into passages of about 60 to 250 words, with ids that other sections' edits do not change.
//!
//! Sections come from headings. A long section is split between blocks, then between sentences; short neighbours under
//! the same heading are joined. Where a section ends up depends on itself and, when it is short, on its neighbours.

mod build;
mod parts;
mod sections;

use crate::markdown::Block;
use crate::page::Passage;

/// More words than this are split: an encoder that reads 256 tokens sees little beyond.
const MOST_WORDS: usize = 250;
/// Fewer words than this are joined with a neighbour: alone they say too little to be found.
const FEWEST_WORDS: usize = 60;

/// Cuts a page into passages.
pub(crate) fn cut(page_id: &str, title: &str, source: &str, blocks: &[Block]) -> Vec<Passage> {
    let lines = parts::lines(source, blocks);
    let sections = sections::sections(title, lines);
    let parts = parts::parts(sections);
    build::passages(page_id, source, &parts)
}

/// As people count: what white space parts.
pub(crate) fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests;
