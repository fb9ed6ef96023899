//! The readable text of HTML that stands inside Markdown.

use std::ops::Range;

use super::MappedText;

/// Elements inside a line: their tags part no words.
const INLINE_ELEMENTS: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Elements whose content nobody reads.
const HIDDEN_ELEMENTS: &[&str] = &["script", "style", "template", "noscript", "iframe", "object", "svg"];

/// What one tag means for the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// The words before and after belong together.
    Inline,
    /// A line break.
    LineBreak,
    /// The words before and after are parted.
    Block,
    /// What follows is hidden, until the closing tag of this element.
    Hide(&'static str),
    /// The end of a hidden element.
    Show(&'static str),
}

/// Reads `<name …>`, `</name>` or a comment.
pub(super) fn tag(text: &str) -> Tag {
    let inside = text.trim_start_matches('<');
    let closing = inside.starts_with('/');
    let name: String = inside
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if let Some(hidden) = HIDDEN_ELEMENTS.iter().find(|hidden| **hidden == name) {
        return match (closing, text.ends_with("/>")) {
            (true, _) => Tag::Show(hidden),
            (false, true) => Tag::Inline,
            (false, false) => Tag::Hide(hidden),
        };
    }
    if name == "br" {
        Tag::LineBreak
    } else if name.is_empty() || INLINE_ELEMENTS.contains(&name.as_str()) {
        Tag::Inline
    } else {
        Tag::Block
    }
}

/// The paragraphs of a block of HTML. `lines` are its pieces in the source, in order; what lies between them (the marks of
/// a quote) is not HTML. `source` is the page.
pub(super) fn paragraphs(source: &str, lines: &[Range<usize>]) -> Vec<MappedText> {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return Vec::new();
    };
    let (start, end) = (first.start, last.end);
    let html = without_gaps(source, lines);
    let mut paragraphs = Vec::new();
    let mut current = MappedText::default();
    let mut hidden: Option<&'static str> = None;
    let mut position = 0;
    while position < html.len() {
        let rest = &html[position..];
        let length = markup_length(rest);
        if length == 0 {
            let text_length = next_markup(rest);
            if hidden.is_none() {
                push_text(&mut current, &rest[..text_length], source, start + position);
            }
            position += text_length;
            continue;
        }
        match tag(&rest[..length]) {
            Tag::Hide(name) if hidden.is_none() => hidden = Some(name),
            Tag::Show(name) if hidden == Some(name) => hidden = None,
            Tag::LineBreak if hidden.is_none() => {
                current.break_line(start + position..start + position + length);
            }
            Tag::Block if hidden.is_none() => paragraphs.push(std::mem::take(&mut current)),
            Tag::Inline | Tag::LineBreak | Tag::Block | Tag::Hide(_) | Tag::Show(_) => {}
        }
        position += length;
    }
    debug_assert_eq!(html.len(), end - start);
    paragraphs.push(current);
    paragraphs.into_iter().map(MappedText::finish).filter(|text| !text.is_empty()).collect()
}

/// Text between tags, its character references (`&pound;`) decoded. `start` is its place in the source.
fn push_text(current: &mut MappedText, text: &str, source: &str, start: usize) {
    let mut position = 0;
    while let Some(offset) = text[position..].find('&') {
        let at = position + offset;
        current.push(&text[position..at], source, start + position..start + at);
        let length = text[at..].bytes().take(33).position(|byte| byte == b';').map_or(1, |length| length + 1);
        let reference = &text[at..at + length];
        current.push(&decoded(reference), source, start + at..start + at + length);
        position = at + length;
    }
    current.push(&text[position..], source, start + position..start + text.len());
}

/// A character reference as the character; anything else as it stands.
fn decoded(reference: &str) -> String {
    if reference.len() < 3 {
        return reference.to_owned();
    }
    scraper::Html::parse_fragment(reference).root_element().text().collect()
}

/// The HTML with what is not HTML in it made spaces, so that offsets stay.
fn without_gaps(source: &str, lines: &[Range<usize>]) -> String {
    let mut html = String::new();
    let mut end = lines.first().map_or(0, |line| line.start);
    for line in lines {
        html.extend(std::iter::repeat_n(' ', line.start.saturating_sub(end)));
        html.push_str(&source[line.start.max(end)..line.end.max(end)]);
        end = end.max(line.end);
    }
    html
}

/// The length of the tag or comment at the beginning of the text; 0 when there is none.
fn markup_length(text: &str) -> usize {
    let closed_by = |mark: &str| text.find(mark).map_or(text.len(), |at| at + mark.len());
    if text.starts_with("<!--") {
        return closed_by("-->");
    }
    if text.starts_with("<![CDATA[") {
        return closed_by("]]>");
    }
    let begins_tag = text.strip_prefix('<').is_some_and(|rest| {
        rest.trim_start_matches('/')
            .starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '!' | '?'))
    });
    if begins_tag { text.find('>').map_or(0, |at| at + 1) } else { 0 }
}

/// The length of the text before the next `<`; at least one character.
fn next_markup(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    text[first..].find('<').map_or(text.len(), |at| first + at)
}
