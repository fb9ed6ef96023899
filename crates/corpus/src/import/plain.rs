//! Plain text made into Markdown: paragraphs, lists, and lines that look like headings. No word is lost.

use super::escape;
use crate::passages::count_words;

/// A heading is short. Lines that begin a paragraph and are longer are sentences.
const LONGEST_HEADING_WORDS: usize = 10;
/// Lines this long that run on into the next are broken by an editor, not by their writer.
const WRAPPED_LINE_CHARACTERS: usize = 60;

pub(super) fn to_markdown(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut markdown = Markdown::default();
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1).copied().unwrap_or_default();
        let begins_paragraph = index == 0 || lines[index - 1].is_empty();
        if line.is_empty() {
            markdown.last = Last::Nothing;
        } else if let Some(item) = bullet(line) {
            markdown.item(None, item);
        } else if let Some((number, item)) = numbered(line).filter(|(number, _)| markdown.can_number(*number)) {
            markdown.item(Some(number), item);
        } else if begins_paragraph && is_heading(line, next, index + 1 < lines.len()) {
            markdown.block("## ", line);
            markdown.last = Last::Nothing;
        } else if markdown.last == Last::Line && runs_on(lines[index - 1], line) {
            markdown.text.push('\n');
            markdown.text.push_str(&escape::line_start(&escape::inline(line)));
        } else {
            markdown.block("", line);
            markdown.last = Last::Line;
        }
    }
    if !markdown.text.is_empty() {
        markdown.text.push('\n');
    }
    markdown.text
}

#[derive(Default)]
struct Markdown {
    text: String,
    last: Last,
    /// The number of the last block, when that is a numbered item, whatever blank lines follow it.
    last_number: Option<u32>,
}

#[derive(Default, PartialEq, Eq, Clone, Copy)]
enum Last {
    #[default]
    Nothing,
    Line,
    Bullet,
    Numbered,
}

impl Markdown {
    fn block(&mut self, mark: &str, line: &str) {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(mark);
        self.text.push_str(&escape::line_start(&escape::inline(line)));
        self.last_number = None;
    }

    /// Markdown counts on by itself: a number that is not the next one would be changed, and stays text instead.
    fn can_number(&self, number: u32) -> bool {
        self.last_number.is_none_or(|last| number == last + 1)
    }

    fn item(&mut self, number: Option<u32>, item: &str) {
        let mark = number.map_or("- ".to_owned(), |number| format!("{number}. "));
        let kind = if number.is_some() { Last::Numbered } else { Last::Bullet };
        if self.last == kind {
            self.text.push('\n');
            self.text.push_str(&mark);
            self.text.push_str(&escape::line_start(&escape::inline(item)));
        } else {
            self.block(&mark, item);
        }
        self.last = kind;
        self.last_number = number;
    }
}

/// The text of a bulleted line.
fn bullet(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['•', '-', '*', '–', '·', '▪', '●', '◦', '‣', '\u{f0b7}'])?;
    let item = rest.trim_start();
    // "-5 degrees" and "--" are no items; after a round bullet the space is often missing.
    let parted = rest.len() > item.len() || line.starts_with(['•', '▪', '●', '◦', '‣', '\u{f0b7}']);
    (parted && !item.is_empty()).then_some(item)
}

/// The number and text of a numbered line.
fn numbered(line: &str) -> Option<(u32, &str)> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let item = rest.strip_prefix(['.', ')'])?;
    let is_number = (1..=2).contains(&digits) && item.starts_with(' ');
    // "01." is no item: Markdown would make it "1.".
    let number = number.parse().ok().filter(|_| is_number && !number.starts_with('0'))?;
    (!item.trim().is_empty()).then_some((number, item.trim_start()))
}

/// Whether the first line of a paragraph names what follows.
fn is_heading(line: &str, next: &str, has_more: bool) -> bool {
    let letters = || line.chars().filter(|character| character.is_alphabetic());
    let short = count_words(line) <= LONGEST_HEADING_WORDS && letters().count() >= 3;
    let ends_like_text = line.ends_with(['.', '!', ':', ';', ',']);
    let in_capitals = letters().count() >= 3 && !letters().any(char::is_lowercase);
    let says_something =
        !line.contains(": ") && !line.contains('@') && !line.starts_with(|first: char| first.is_ascii_digit());
    // The lines of an address are alike; a text is longer than its heading, or ends like a sentence.
    let text_follows = count_words(next) > count_words(line)
        || next.ends_with(['.', ':'])
        || bullet(next).is_some()
        || numbered(next).is_some();
    let announces = text_follows && line.starts_with(char::is_uppercase) && says_something;
    short && has_more && !ends_like_text && (announces || in_capitals)
}

/// Whether a line is the rest of the one before it, which an editor has broken.
fn runs_on(previous: &str, line: &str) -> bool {
    previous.chars().count() >= WRAPPED_LINE_CHARACTERS
        && !previous.ends_with(['.', '!', '?', ':', ';'])
        && line.starts_with(char::is_lowercase)
}
