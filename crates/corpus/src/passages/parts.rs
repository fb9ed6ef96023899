//! Sections joined and split into parts of the right size; each part becomes a passage.

use std::ops::Range;

use crate::markdown::{Block, BlockKind};
use crate::sentences;

use super::sections::Section;
use super::{FEWEST_WORDS, MOST_WORDS, count_words};

/// A list item of at most this many words is one sentence: its parts seldom make sense alone.
const LONGEST_WHOLE_ITEM_WORDS: usize = 30;

/// A block, or a sentence of a block that is too long for a passage. It is never cut further.
#[derive(Clone, Debug)]
pub(super) struct Line<'b> {
    pub(super) block: &'b Block,
    /// Ranges of the block's text; none for a heading.
    pub(super) sentences: Vec<Range<usize>>,
    pub(super) words: usize,
    /// Where it begins in the source, markup included.
    pub(super) start: usize,
    /// Whether it is the beginning of its block.
    pub(super) is_first: bool,
    /// The nearest heading, filled in with the sections.
    pub(super) heading: Option<String>,
}

impl Line<'_> {
    pub(super) fn is_heading(&self) -> bool {
        matches!(self.block.kind, BlockKind::Heading(_))
    }

    /// Whether the next line is what it speaks of.
    fn announces(&self) -> bool {
        self.is_heading() || self.block.introduces
    }

    /// The range of the block's text that this line shows.
    pub(super) fn text(&self) -> Range<usize> {
        match (self.sentences.first(), self.sentences.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..self.block.text.len(),
        }
    }
}

/// What becomes one passage.
#[derive(Debug)]
pub(super) struct Part<'b> {
    /// The section's slug, which a later part of the same section shares.
    pub(super) slug: String,
    pub(super) path: Vec<String>,
    /// Whether it is the first part of its section.
    pub(super) is_first: bool,
    pub(super) lines: Vec<Line<'b>>,
}

/// The blocks as lines, paragraphs that are too long cut between sentences.
pub(super) fn lines<'b>(source: &str, blocks: &'b [Block]) -> Vec<Line<'b>> {
    let mut lines: Vec<Line<'b>> = Vec::new();
    let mut previous_end = 0;
    for block in blocks {
        let whole = 0..block.text.len();
        let span = block.row.clone().unwrap_or_else(|| block.text.source_span(&whole));
        let block_start = block.start.max(previous_end).min(span.start.max(previous_end));
        // The marks of a list or quote at the beginning of the line belong to what follows them.
        let line_start = source[previous_end..block_start].rfind('\n').map_or(previous_end, |at| previous_end + at + 1);
        previous_end = span.end.max(previous_end);
        for (index, sentences) in groups_of_sentences(block).into_iter().enumerate() {
            let text = match (sentences.first(), sentences.last()) {
                (Some(first), Some(last)) => first.start..last.end,
                _ => whole.clone(),
            };
            let start = if index == 0 { line_start } else { block.text.source_span(&text).start };
            let words = count_words(&block.text.as_str()[text]);
            lines.push(Line { block, sentences, words, start, is_first: index == 0, heading: None });
        }
    }
    lines
}

/// A block's sentences: together, or one by one when the block is too long for a passage.
fn groups_of_sentences(block: &Block) -> Vec<Vec<Range<usize>>> {
    let text = block.text.as_str();
    let whole = 0..text.len();
    let sentences = match block.kind {
        BlockKind::Heading(_) => return vec![Vec::new()],
        BlockKind::TableRow => vec![whole],
        BlockKind::ListItem | BlockKind::Step if count_words(text) <= LONGEST_WHOLE_ITEM_WORDS => {
            vec![whole]
        }
        BlockKind::ListItem | BlockKind::Step | BlockKind::Prose => sentences::split(text),
    };
    if count_words(text) <= MOST_WORDS {
        return vec![sentences];
    }
    sentences.into_iter().map(|sentence| vec![sentence]).collect()
}

/// Joins short sections with their neighbours and splits long ones.
pub(super) fn parts(sections: Vec<Section<'_>>) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for section in joined(sections) {
        let mut is_first = true;
        for lines in split(section.lines) {
            parts.push(Part { slug: section.slug.clone(), path: section.path.clone(), is_first, lines });
            is_first = false;
        }
    }
    parts
}

fn joined(sections: Vec<Section<'_>>) -> Vec<Section<'_>> {
    // Beside each section its place among all, by which parents are named.
    let mut joined: Vec<(usize, Section<'_>)> = Vec::new();
    for (index, mut section) in sections.into_iter().enumerate() {
        let Some((leader_index, leader)) = joined.last_mut() else {
            joined.push((index, section));
            continue;
        };
        let is_child = section.parent == Some(*leader_index);
        let are_neighbours = is_child || section.parent == leader.parent;
        let is_short = leader.words() < FEWEST_WORDS || section.words() < FEWEST_WORDS;
        if is_child && leader.is_bare() {
            // A heading without text of its own goes with what it announces, under the more telling heading.
            section.lines.splice(0..0, std::mem::take(&mut leader.lines));
            *leader = section;
            *leader_index = index;
        } else if are_neighbours && is_short && leader.words() + section.words() <= MOST_WORDS {
            leader.lines.append(&mut section.lines);
        } else {
            joined.push((index, section));
        }
    }
    joined.into_iter().map(|(_, section)| section).filter(|section| !section.lines.is_empty()).collect()
}

/// Cuts a section into parts of at most `MOST_WORDS` words and about equal length. Only a sentence or row that is longer
/// by itself makes a longer part.
fn split(lines: Vec<Line<'_>>) -> Vec<Vec<Line<'_>>> {
    let total = words(&lines);
    if total <= MOST_WORDS {
        return vec![lines];
    }
    let wanted = total / total.div_ceil(MOST_WORDS);
    let mut parts: Vec<Vec<Line<'_>>> = Vec::new();
    let mut current: Vec<Line<'_>> = Vec::new();
    for mut chunk in chunks(lines) {
        let full = words(&current) >= wanted || words(&current) + words(&chunk) > MOST_WORDS;
        if full && !current.iter().all(Line::is_heading) {
            let below = belongs_below(&mut current, words(&chunk));
            parts.push(std::mem::replace(&mut current, below));
        }
        current.append(&mut chunk);
    }
    parts.push(current);
    parts
}

fn words(lines: &[Line<'_>]) -> usize {
    lines.iter().map(|line| line.words).sum()
}

/// Lines that should stay together: a list or table with the sentence that introduces it. What is too long for one
/// passage is cut where a passage is full.
fn chunks(lines: Vec<Line<'_>>) -> Vec<Vec<Line<'_>>> {
    let mut chunks: Vec<Vec<Line<'_>>> = Vec::new();
    // The list that the last chunk holds. Lists nested in it have higher numbers.
    let mut list: Option<usize> = None;
    let mut chunk_words = 0;
    for line in lines {
        let goes_on = match chunks.last().and_then(|chunk| chunk.last()) {
            None => false,
            Some(above) => above.announces() || (list.is_some() && line.block.group >= list),
        };
        let group = line.block.group;
        let fits = goes_on && chunk_words + line.words <= MOST_WORDS;
        if let Some(chunk) = chunks.last_mut().filter(|_| fits) {
            chunk_words += line.words;
            list = list.or(group);
            chunk.push(line);
        } else {
            chunk_words = line.words;
            list = group;
            chunks.push(vec![line]);
        }
    }
    chunks
}

/// Takes from the end of a part what announces the line after it: a heading, the sentence that introduces a list.
fn belongs_below<'b>(part: &mut Vec<Line<'b>>, next_words: usize) -> Vec<Line<'b>> {
    let kept = part.iter().rposition(|line| !line.announces()).map_or(0, |last| last + 1);
    let fits = words(&part[kept..]) + next_words <= MOST_WORDS;
    if kept > 0 && fits { part.split_off(kept) } else { Vec::new() }
}
