//! Parts made into passages: spans, text, sentences, ids and digests.

use std::collections::HashMap;

use crate::digest::Digest;
use crate::markdown::BlockKind;
use crate::page::{Passage, Sentence, SentenceKind};
use crate::sentences;
use crate::slug::UniqueNames;

use super::parts::{Line, Part};

pub(super) fn passages(page_id: &str, source: &str, parts: &[Part<'_>]) -> Vec<Passage> {
    let mut names = UniqueNames::default();
    // The sections' own names come first, so that the second half of one section never takes another section's name.
    for part in parts.iter().filter(|part| part.is_first) {
        names.take(&part.slug);
    }
    // A passage begins where its first line does and ends where the next passage begins: nothing lies between.
    let mut starts: Vec<usize> = parts.iter().map(first_byte).collect();
    for index in 1..starts.len() {
        starts[index] = starts[index].max(starts[index - 1]);
    }
    let mut passages = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let name = if part.is_first { part.slug.clone() } else { names.take(&part.slug) };
        let start = if index == 0 { 0 } else { starts[index] };
        let end = starts.get(index + 1).copied().unwrap_or(source.len());
        let id = format!("{page_id}#{name}");
        let text = text(&part.lines);
        let digest = Digest::of_parts(part.path.iter().map(String::as_str).chain([text.as_str()]));
        passages.push(Passage {
            sentences: cite(&id, &part.lines),
            id,
            heading_path: part.path.clone(),
            span: sentences::trim(source, start..end),
            text,
            digest,
        });
    }
    passages
}

fn first_byte(part: &Part<'_>) -> usize {
    part.lines.first().map_or(0, |line| line.start)
}

/// The lines below each other; what is left of a paragraph that began in another passage stands on a line too.
fn text(lines: &[Line<'_>]) -> String {
    let mut text = String::new();
    for line in lines {
        if !text.is_empty() {
            text.push(if line.is_first { '\n' } else { ' ' });
        }
        text.push_str(&line.block.text.as_str()[line.text()]);
    }
    text
}

fn cite(passage_id: &str, lines: &[Line<'_>]) -> Vec<Sentence> {
    let mut names = UniqueNames::default();
    let mut groups: HashMap<usize, usize> = HashMap::new();
    let mut cited = Vec::new();
    for line in lines {
        for (index, range) in line.sentences.iter().enumerate() {
            let block = line.block;
            let text = block.text.as_str()[range.clone()].to_owned();
            let begins_block = index == 0 && line.is_first;
            let next_group = groups.len();
            cited.push(Sentence {
                id: format!("{passage_id}~{}", names.take(&Digest::of(&text).short())),
                text,
                span: block.row.clone().unwrap_or_else(|| block.text.source_span(range)),
                kind: if begins_block { kind(block.kind) } else { SentenceKind::Prose },
                heading: line.heading.clone(),
                lead_in: block.lead_in.clone().filter(|_| begins_block),
                group: block.group.map(|group| *groups.entry(group).or_insert(next_group)),
            });
        }
    }
    cited
}

fn kind(kind: BlockKind) -> SentenceKind {
    match kind {
        BlockKind::Heading(_) | BlockKind::Prose => SentenceKind::Prose,
        BlockKind::ListItem => SentenceKind::ListItem,
        BlockKind::Step => SentenceKind::Step,
        BlockKind::TableRow => SentenceKind::TableRow,
    }
}
