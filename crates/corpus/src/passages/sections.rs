//! Headings and what stands under each.

use crate::markdown::BlockKind;
use crate::slug::{UniqueNames, slug};

use super::parts::Line;

/// A heading repeated in every sentence's record is cut to this: longer ones are paragraphs that were marked as headings.
const LONGEST_HEADING_CHARACTERS: usize = 200;

/// A heading with the lines under it, to the next heading of any level.
#[derive(Debug)]
pub(super) struct Section<'b> {
    /// Unique in the page.
    pub(super) slug: String,
    /// The headings above and its own, outermost first, without the page's title.
    pub(super) path: Vec<String>,
    /// The section that this one stands under, by its place in the list.
    pub(super) parent: Option<usize>,
    /// The heading's line too.
    pub(super) lines: Vec<Line<'b>>,
}

impl Section<'_> {
    pub(super) fn words(&self) -> usize {
        self.lines.iter().map(|line| line.words).sum()
    }

    /// Whether it is only a heading, or not even that.
    pub(super) fn is_bare(&self) -> bool {
        self.lines.iter().all(Line::is_heading)
    }
}

/// The sections in order. The first one is the opening text; it can be empty.
pub(super) fn sections<'b>(title: &str, lines: Vec<Line<'b>>) -> Vec<Section<'b>> {
    let mut names = UniqueNames::default();
    let opening = Section { slug: names.take("top"), path: Vec::new(), parent: None, lines: Vec::new() };
    let mut sections = vec![opening];
    // The sections that the next heading may stand under, with their levels.
    let mut open: Vec<(u8, usize)> = vec![(0, 0)];
    for mut line in lines {
        let BlockKind::Heading(level) = line.block.kind else {
            let section = sections.len() - 1;
            line.heading = sections[section].path.last().cloned();
            sections[section].lines.push(line);
            continue;
        };
        let text = line.block.text.as_str();
        if sections.len() == 1 && sections[0].lines.is_empty() && same_words(text, title) {
            sections[0].lines.push(line);
            continue;
        }
        // The opening text, at level 0, is never closed.
        while open.len() > 1 && open.last().is_some_and(|(other, _)| *other >= level) {
            open.pop();
        }
        let parent = open.last().map_or(0, |(_, section)| *section);
        let mut path = sections[parent].path.clone();
        if !same_words(text, title) {
            path.push(text.chars().take(LONGEST_HEADING_CHARACTERS).collect());
        }
        let wanted = slug(text);
        let slug = names.take(if wanted.is_empty() { "section" } else { &wanted });
        open.push((level, sections.len()));
        sections.push(Section { slug, path, parent: Some(parent), lines: vec![line] });
    }
    sections
}

fn same_words(left: &str, right: &str) -> bool {
    let words = |text: &str| {
        text.split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    words(left) == words(right)
}
