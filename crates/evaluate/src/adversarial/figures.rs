//! Figures exchanged, changed, and given other units.

use std::sync::LazyLock;

use regex::Regex;

use super::{Origin, mix};

/// What kind of figure it is, and how it is written on the pages.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"£\d[\d,]*(?:\.\d\d)?",
        r"\b\d+(?:\.\d+)?%",
        r"\b\d{1,2}(?:[:.]\d\d)?(?:am|pm)\b",
        r"\b0\d{4} \d{6}\b",
        r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b",
        r"\b(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b",
        r"(?i)\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve) (?:working )?(?:minutes|hours|days|weeks|months|years)\b",
        r"(?i)\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)\b",
    ]
    .iter()
    .map(|pattern| pattern_of(pattern))
    .collect()
});

fn pattern_of(pattern: &str) -> Regex {
    #[allow(clippy::expect_used)]
    Regex::new(pattern).expect("a pattern of this module")
}

/// The figures of a text: which pattern, where. A place is taken by the first pattern that reads it.
fn figures(text: &str) -> Vec<(usize, std::ops::Range<usize>)> {
    let mut found: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    for (index, pattern) in PATTERNS.iter().enumerate() {
        for matched in pattern.find_iter(text) {
            let place = matched.range();
            if found.iter().all(|(_, held)| place.end <= held.start || held.end <= place.start) {
                found.push((index, place));
            }
        }
    }
    found
}

fn replaced(text: &str, place: &std::ops::Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &text[..place.start], &text[place.end..])
}

/// Each figure replaced by each other figure of its kind on the page.
pub(super) fn swapped(origin: &Origin<'_>) -> Vec<String> {
    let page_text: Vec<&str> = origin.page.passages.iter().map(|passage| passage.text.as_str()).collect();
    let page_text = page_text.join("\n");
    let on_page = figures(&page_text);
    let mut made = Vec::new();
    for (kind, place) in figures(&origin.text) {
        for (other_kind, other) in &on_page {
            let (own, other) = (&origin.text[place.clone()], &page_text[other.clone()]);
            if kind == *other_kind && assistant::facts(own) != assistant::facts(other) {
                made.push(replaced(&origin.text, &place, other));
            }
        }
    }
    made.sort();
    made.dedup();
    made
}

/// Each figure changed a little or a lot.
pub(super) fn changed(origin: &Origin<'_>) -> Vec<String> {
    let text = &origin.text;
    figures(text)
        .into_iter()
        .filter_map(|(_, place)| {
            let other = changed_figure(&text[place.clone()])?;
            Some(replaced(text, &place, &other))
        })
        .collect()
}

const NUMBER_WORDS: &[(&str, &str)] = &[
    ("two", "three"),
    ("three", "five"),
    ("four", "two"),
    ("five", "seven"),
    ("six", "nine"),
    ("seven", "ten"),
    ("eight", "six"),
    ("nine", "four"),
    ("ten", "twenty"),
    ("twelve", "eleven"),
];

fn changed_figure(figure: &str) -> Option<String> {
    static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern_of(r"\d[\d,]*"));
    if let Some(digits) = DIGITS.find(figure) {
        let digits_after = &figure[digits.end()..];
        if figure.starts_with('0') {
            // A phone number: its last digit.
            let last = figure.chars().last()?.to_digit(10)?;
            return Some(format!("{}{}", &figure[..figure.len() - 1], (last + 3) % 10));
        }
        let value: u64 = digits.as_str().replace(',', "").parse().ok()?;
        let is_clock_or_date = digits_after.ends_with("am")
            || digits_after.ends_with("pm")
            || digits_after.starts_with(' ') && digits_after.chars().nth(1).is_some_and(char::is_uppercase);
        let other = match mix(figure) % 4 {
            _ if is_clock_or_date => value % 11 + 1,
            0 => value * 10,
            1 => value + 5,
            2 => value + 1,
            _ => value * 2,
        };
        return Some(format!("{}{other}{digits_after}", &figure[..digits.start()]));
    }
    let (word, rest) = figure.split_once(' ').unwrap_or((figure, ""));
    let (_, other) = NUMBER_WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?;
    Some(format!("{other} {rest}").trim_end().to_owned())
}

/// What a unit is changed to; none of these says the same length.
const UNITS: &[(&str, &str)] = &[
    (r"\bworking days\b", "hours"),
    (r"\bminutes\b", "hours"),
    (r"\bhours\b", "days"),
    (r"(\d|\b[a-z]+) days\b", "$1 weeks"),
    (r"\bweeks\b", "months"),
    (r"\bmonths\b", "years"),
    (r"\byears\b", "months"),
    (r"\ba year\b", "a month"),
    (r"\beach year\b", "each week"),
    (r"\ba week\b", "a day"),
    (r"\ba month\b", "a week"),
    (r"\ba day\b", "an hour"),
    (r"\bmetres?\b", "miles"),
    (r"\bmiles?\b", "metres"),
    (r"\blitres?\b", "kilograms"),
    (r"(\d+)%", "£$1"),
    (r"£(\d+)\b", "$1%"),
    (r"(\d+)am\b", "${1}pm"),
    (r"(\d+)pm\b", "${1}am"),
];

/// Each unit changed once.
pub(super) fn with_other_units(origin: &Origin<'_>) -> Vec<String> {
    static CHANGES: LazyLock<Vec<(Regex, &str)>> =
        LazyLock::new(|| UNITS.iter().map(|(pattern, other)| (pattern_of(pattern), *other)).collect());
    let text = origin.text.as_str();
    CHANGES
        .iter()
        .filter(|(pattern, _)| pattern.is_match(text))
        .map(|(pattern, other)| pattern.replace(text, *other).into_owned())
        .collect()
}
