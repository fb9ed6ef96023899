//! Readable text that knows which bytes of the source each part of it comes from.

use std::ops::Range;

/// Text on one line, with single spaces, and its places in the source.
#[derive(Clone, Debug, Default)]
pub(crate) struct MappedText {
    text: String,
    /// In the order of `text`, which they cover without gaps.
    pieces: Vec<Piece>,
    /// Inline markup (bold, links) around parts of the text, in the order of their beginnings in `text`.
    wrappers: Vec<Wrapper>,
    open_wrappers: Vec<usize>,
    /// A line break that counts only when text follows it.
    line_break: Option<Range<usize>>,
}

#[derive(Clone, Debug)]
struct Piece {
    text: Range<usize>,
    source: Range<usize>,
    /// The source bytes are the text: an offset into one is an offset into the other.
    verbatim: bool,
}

#[derive(Clone, Debug)]
struct Wrapper {
    text: Range<usize>,
    source: Range<usize>,
}

impl MappedText {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Appends text that comes from `range` of the source. Runs of white space become one space; none begins the text.
    pub(crate) fn push(&mut self, text: &str, source: &str, range: Range<usize>) {
        let is_aligned = text.len() == range.len();
        for (offset, character) in text.char_indices() {
            let start = range.start + offset;
            let own = start..start + character.len_utf8();
            let written = source.get(own.clone()).filter(|_| is_aligned);
            let verbatim = written.is_some_and(|written| written.starts_with(character));
            let place = if written.is_some() { own } else { range.clone() };
            if is_space(character) {
                if self.line_break.is_none() && !self.text.is_empty() && !self.text.ends_with(' ') {
                    self.push_character(' ', place, verbatim && character == ' ');
                }
            } else {
                self.end_line();
                self.push_character(character, place, verbatim);
            }
        }
    }

    /// A line break inside a paragraph or cell. Lines of an address read on with a comma between them.
    pub(crate) fn break_line(&mut self, range: Range<usize>) {
        self.line_break.get_or_insert(range);
    }

    fn end_line(&mut self) {
        let Some(range) = self.line_break.take() else {
            return;
        };
        let joins = |last: char| last.is_alphanumeric() || matches!(last, ')' | '”' | '’' | '"' | '%');
        self.drop_space();
        self.push_glue(if self.text.ends_with(joins) { ", " } else { " " }, range);
    }

    /// Whether inline markup is open.
    pub(crate) fn is_inside_wrapper(&self) -> bool {
        !self.open_wrappers.is_empty()
    }

    /// Appends characters that the source says with markup: a line break, a column's name.
    pub(crate) fn push_glue(&mut self, glue: &str, range: Range<usize>) {
        for character in glue.chars() {
            if !(is_space(character) && (self.text.is_empty() || self.text.ends_with(' '))) {
                self.push_character(character, range.clone(), false);
            }
        }
    }

    /// Appends another text with its places.
    pub(crate) fn append(&mut self, other: &Self) {
        let shift = self.text.len();
        let moved = |range: &Range<usize>| range.start + shift..range.end + shift;
        self.text.push_str(&other.text);
        self.pieces.extend(other.pieces.iter().map(|piece| Piece { text: moved(&piece.text), ..piece.clone() }));
        self.wrappers
            .extend(other.wrappers.iter().map(|wrapper| Wrapper { text: moved(&wrapper.text), ..wrapper.clone() }));
    }

    /// Inline markup begins here; `source` is all of it, to its closing mark.
    pub(crate) fn open_wrapper(&mut self, source: Range<usize>) {
        self.open_wrappers.push(self.wrappers.len());
        let start = self.text.len();
        self.wrappers.push(Wrapper { text: start..start, source });
    }

    /// The innermost inline markup ends here. Gives the text inside.
    pub(crate) fn close_wrapper(&mut self) -> &str {
        let Some(wrapper) = self.open_wrappers.pop().and_then(|index| self.wrappers.get_mut(index)) else {
            return "";
        };
        wrapper.text.end = self.text.len();
        &self.text[wrapper.text.clone()]
    }

    /// Ends the text: drops a space at the end.
    pub(crate) fn finish(mut self) -> Self {
        self.drop_space();
        self
    }

    fn drop_space(&mut self) {
        let length = self.text.trim_end().len();
        self.text.truncate(length);
        while self.pieces.last().is_some_and(|piece| piece.text.start >= length) {
            self.pieces.pop();
        }
        if let Some(last) = self.pieces.last_mut() {
            let cut = last.text.end.saturating_sub(length);
            last.text.end -= cut;
            if last.verbatim {
                last.source.end -= cut;
            }
        }
        for wrapper in &mut self.wrappers {
            wrapper.text.start = wrapper.text.start.min(length);
            wrapper.text.end = wrapper.text.end.min(length);
        }
    }

    /// The bytes of the source that say this range of the text, with the marks of bold, links and the like that lie
    /// wholly inside it. Empty for an empty range.
    pub(crate) fn source_span(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.pieces.partition_point(|piece| piece.text.end <= range.start);
        let after = self.pieces.partition_point(|piece| piece.text.start < range.end);
        let Some(pieces) = self.pieces.get(first..after).filter(|pieces| !pieces.is_empty()) else {
            return 0..0;
        };
        let (mut span_start, mut span_end) = (usize::MAX, 0);
        for piece in pieces {
            let (mut start, mut end) = (piece.source.start, piece.source.end);
            if piece.verbatim {
                start += range.start.saturating_sub(piece.text.start);
                end -= piece.text.end.saturating_sub(range.end);
            }
            span_start = span_start.min(start);
            span_end = span_end.max(end);
        }
        let first = self.wrappers.partition_point(|wrapper| wrapper.text.start < range.start);
        for wrapper in self.wrappers[first..].iter().take_while(|wrapper| wrapper.text.start < range.end) {
            if wrapper.text.end <= range.end && !wrapper.text.is_empty() {
                span_start = span_start.min(wrapper.source.start);
                span_end = span_end.max(wrapper.source.end);
            }
        }
        span_start..span_end
    }

    fn push_character(&mut self, character: char, source: Range<usize>, verbatim: bool) {
        let start = self.text.len();
        self.text.push(character);
        let end = self.text.len();
        if let Some(last) = self.pieces.last_mut() {
            let goes_on = if verbatim { last.source.end == source.start } else { last.source == source };
            if last.verbatim == verbatim && goes_on {
                last.text.end = end;
                last.source.end = source.end;
                return;
            }
        }
        self.pieces.push(Piece { text: start..end, source, verbatim });
    }
}

/// White space, and the characters that only shape it.
fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{200b}'
}
