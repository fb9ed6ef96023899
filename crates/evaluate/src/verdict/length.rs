//! How long an answer is, steps, lists and table rows aside.

/// The most sentences that an answer may have.
pub const MOST_SENTENCES: usize = 3;

/// The most words that an answer may have.
pub const MOST_WORDS: usize = 80;

/// What is too long in the text; nothing when it is short enough.
pub(super) fn faults(text: &str, items: &[String]) -> Vec<String> {
    let prose = prose(text, items);
    let sentences: usize = prose.lines().map(sentences_of).sum();
    let words = prose.split_whitespace().filter(|word| is_readable(word)).count();
    let mut faults = Vec::new();
    if sentences > MOST_SENTENCES {
        faults.push(format!("{sentences} sentences; the most is {MOST_SENTENCES}"));
    }
    if words > MOST_WORDS {
        faults.push(format!("{words} words; the most is {MOST_WORDS}"));
    }
    faults
}

/// The text without the lines and sentences that are list items, steps or table rows.
pub(super) fn prose(text: &str, items: &[String]) -> String {
    let mut prose = text.to_owned();
    let mut longest_first: Vec<&str> = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()).collect();
    // A short item can stand inside a longer one, which must go as a whole.
    longest_first.sort_by_key(|item| std::cmp::Reverse(item.len()));
    for item in longest_first {
        if let Some(place) = whole_sentence(&prose, item) {
            prose.replace_range(place..place + item.len(), "");
        }
    }
    prose.lines().filter(|line| !is_marked(line)).collect::<Vec<_>>().join("\n")
}

/// Where the item stands as a sentence of its own: at the start of a line or after the end of another sentence, and not
/// as the beginning of a longer word.
fn whole_sentence(text: &str, item: &str) -> Option<usize> {
    text.match_indices(item).map(|(place, _)| place).find(|&place| {
        let before = text[..place].trim_end_matches([' ', '-', '•']);
        let begins = before.is_empty() || before.ends_with(['\n', '.', '!', '?', ':', ';', ')', '"', '”']);
        let ends = !text[place + item.len()..].starts_with(char::is_alphanumeric);
        begins && ends
    })
}

/// Whether a line shows that it is a list item (`- `, `• `), a step (`1. `) or a table row (`|`).
fn is_marked(line: &str) -> bool {
    let line = line.trim_start();
    let after_digits = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = line.len() - after_digits.len();
    // "2026. " ends a sentence; no list has so many steps.
    let is_step = (1..=2).contains(&digits) && after_digits.starts_with(". ");
    is_step || ["- ", "• ", "|"].iter().any(|mark| line.starts_with(mark))
}

fn sentences_of(line: &str) -> usize {
    corpus::sentences::split(line).into_iter().filter(|span| is_readable(&line[span.clone()])).count()
}

fn is_readable(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}
