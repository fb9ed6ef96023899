//! Markdown as a flat row of readable blocks: headings, paragraphs, list items and table rows.
//!
//! Each block's text remembers where it stands in the source. Nothing here knows passages or ids.

mod addresses;
mod html_text;
mod introduction;
mod line_breaks;
mod mapped;
mod masks;
mod reader;
mod table;

use std::ops::Range;

pub(crate) use mapped::MappedText;

/// One heading, paragraph, list item or table row.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    /// The readable text on one line.
    pub(crate) text: MappedText,
    /// Where the block begins in the source, its own markup (a bullet's line, a table's head) included as far as known.
    pub(crate) start: usize,
    /// The source of a table row, which is cited as a whole.
    pub(crate) row: Option<Range<usize>>,
    /// The list or table that the block belongs to, numbered through the page.
    pub(crate) group: Option<usize>,
    /// For the first block of an item, and for rows: what introduces the list.
    pub(crate) lead_in: Option<String>,
    /// Whether a list or table follows that this block introduces: the two should stay together.
    pub(crate) introduces: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// With its level, 1 to 6. Only headings outside lists and quotes are headings: others structure nothing.
    Heading(u8),
    Prose,
    ListItem,
    Step,
    TableRow,
}

/// The readable blocks of a page, in order.
pub(crate) fn blocks(source: &str) -> Vec<Block> {
    let masked = masks::masked(source);
    reader::read(source, masked.as_deref().unwrap_or(source))
}

/// The options under which pages are read everywhere in this crate.
pub(crate) fn options() -> pulldown_cmark::Options {
    pulldown_cmark::Options::ENABLE_TABLES | pulldown_cmark::Options::ENABLE_STRIKETHROUGH
}

/// The line, counted from 1, of a byte of the text.
pub(crate) fn line_of(text: &[u8], byte: usize) -> usize {
    text[..byte.min(text.len())].split(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests;
