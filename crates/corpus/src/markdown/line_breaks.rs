//! Single line breaks: those that an editor put into running text, and those that a writer meant.
//!
//! Markdown takes all of them for spaces. Council pages that were pasted together hold lines such as "Phone: 01234 567890"
//! below each other without blank lines, and "Phone: 01234 567890 Closed on Sundays" is no sentence.

use std::ops::Range;

/// A page with longer lines than this is not broken by an editor.
const WIDEST_WRAPPED_LINE_CHARACTERS: usize = 120;

/// A line that ends with one of these goes on below, whatever its length.
const LEADING_ON: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "for", "from", "her", "his", "if", "in", "is", "of", "on", "or", "our", "than",
    "that", "the", "their", "this", "to", "when", "with", "your",
];

/// How wide a page's lines are.
#[derive(Debug)]
pub(super) struct LineBreaks {
    /// In characters; none when no editor has broken the lines.
    wrapped_at: Option<usize>,
}

impl LineBreaks {
    pub(super) fn of(source: &str) -> Self {
        let widest = source.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        Self { wrapped_at: (widest <= WIDEST_WRAPPED_LINE_CHARACTERS).then_some(widest) }
    }

    /// Whether a line break (its bytes in the source) was meant. An editor breaks a line only where the next word no longer
    /// fits; a writer who begins a new line begins it with a capital or a number.
    pub(super) fn is_meant(&self, source: &str, line_break: &Range<usize>) -> bool {
        let before = &source[..line_break.start];
        let line = before[before.rfind('\n').map_or(0, |at| at + 1)..].trim_end();
        let below = source[line_break.end..].lines().next().unwrap_or_default().trim_start_matches([' ', '\t', '>']);
        let next_word = below.split_whitespace().next().unwrap_or_default();
        let begins = below.starts_with(|first: char| {
            first.is_uppercase() || first.is_ascii_digit() || matches!(first, '£' | '“' | '"' | '•')
        });
        let last_word = line.split_whitespace().next_back().unwrap_or_default();
        let leads_on = line.ends_with([',', '-', '–', '&', '('])
            || LEADING_ON.iter().any(|word| last_word.eq_ignore_ascii_case(word));
        let had_room = |width: usize| line.chars().count() + 1 + next_word.chars().count() <= width;
        begins && !leads_on && self.wrapped_at.is_none_or(had_room)
    }
}
