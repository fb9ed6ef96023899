//! Plain text cut into sentences: for pages, and for what a model wrote.
//!
//! Unicode's sentence bounds (UAX #29) are the base. They know no English: they break after "Mr." and "e.g.", and not before
//! "28 days". Both are repaired here with short lists of what council pages hold.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

/// Never the end of a sentence.
const ALWAYS_GOES_ON: &[&str] = &[
    "e.g", "eg", "i.e", "ie", "viz", "vs", "cf", "mr", "mrs", "ms", "messrs", "dr", "prof", "rev", "revd", "hon",
    "cllr", "cllrs", "sgt", "insp", "supt", "capt", "col", "sir", "approx", "incl", "excl",
];

/// The end of a sentence only when a word follows that begins one. Without inner dots "am" and "pm" are not here: after
/// "9am." the sentence is over.
const USUALLY_GOES_ON: &[&str] = &[
    "a.m", "p.m", "st", "rd", "ave", "etc", "ltd", "plc", "inc", "co", "dept", "est", "govt", "assoc", "jr", "snr",
    "min", "max", "ph.d",
];

/// Days and months. Only with a capital letter: "sun" and "mar" are words.
const CALENDAR: &[&str] = &[
    "Mon", "Tue", "Tues", "Wed", "Weds", "Thu", "Thur", "Thurs", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr",
    "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec",
];

/// Goes on when a number follows: "No. 5", "tel. 01632 960100".
const GOES_ON_BEFORE_NUMBER: &[&str] =
    &["no", "nos", "p", "pp", "para", "paras", "sec", "ch", "vol", "fig", "ext", "tel", "fax", "pt", "sch"];

/// Words that begin sentences and hardly ever follow an abbreviation or an initial within one.
const SENTENCE_STARTERS: &[&str] = &[
    "The",
    "This",
    "That",
    "These",
    "Those",
    "There",
    "You",
    "Your",
    "We",
    "Our",
    "They",
    "Their",
    "It",
    "Its",
    "If",
    "When",
    "In",
    "For",
    "To",
    "Do",
    "Please",
    "Call",
    "Contact",
    "Email",
    "Some",
    "Most",
    "All",
    "Any",
    "No",
    "Not",
    "But",
    "However",
    "After",
    "Before",
    "Once",
    "Unless",
    "Use",
    "Tell",
    "Apply",
    "Check",
    "Find",
    "How",
    "What",
    "Where",
    "Who",
    "Why",
    "A",
    "An",
    "He",
    "She",
    "I",
    "Each",
    "Every",
    "Only",
    "Anyone",
    "People",
    "Residents",
];

/// A single capital letter after one of these is a name, not an initial: "Band D. Homes in band D pay most."
const LETTERED: &[&str] = &[
    "band",
    "bands",
    "class",
    "zone",
    "area",
    "part",
    "section",
    "group",
    "category",
    "grade",
    "type",
    "appendix",
    "schedule",
    "form",
    "plan",
    "option",
    "table",
    "annex",
    "hepatitis",
    "vitamin",
    "level",
    "use",
    "and",
    "or",
    "to",
    "block",
    "unit",
    "flat",
];

/// The sentences of a plain text as byte ranges, in order, without the white space around them. A line break always ends a
/// sentence. Nothing but white space lies between the ranges.
pub fn split(text: &str) -> Vec<Range<usize>> {
    let mut sentences: Vec<Range<usize>> = Vec::new();
    for (start, segment) in text.split_sentence_bound_indices() {
        for piece in split_before_numbers(segment) {
            let piece = start + piece.start..start + piece.end;
            let trimmed = trim(text, piece);
            if trimmed.is_empty() {
                continue;
            }
            match sentences.last_mut() {
                Some(last) if goes_on(text, last, &trimmed) => last.end = trimmed.end,
                _ => sentences.push(trimmed),
            }
        }
    }
    sentences
}

/// The range without white space at its ends.
pub(crate) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    start..start + slice.trim().len()
}

/// Unicode looks past digits for the letter that decides, so "It costs £5. 28 days later" is one segment: breaks it.
fn split_before_numbers(segment: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (index, mark) in segment.match_indices(['.', '!', '?']) {
        let after = &segment[index + mark.len()..];
        let next = after.trim_start();
        let begins_with_number = next.trim_start_matches('£').starts_with(|character: char| character.is_ascii_digit());
        if next.len() < after.len() && begins_with_number {
            let end = segment.len() - next.len();
            pieces.push(start..end);
            start = end;
        }
    }
    pieces.push(start..segment.len());
    pieces
}

/// Whether the bound between two neighbouring pieces is none.
fn goes_on(text: &str, left: &Range<usize>, right: &Range<usize>) -> bool {
    let between = &text[left.end..right.start];
    if between.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']) {
        return false;
    }
    let left = &text[left.clone()];
    let Some(before_stop) = left.strip_suffix('.') else {
        return false;
    };
    let mut words = before_stop.rsplit(char::is_whitespace);
    let word = words.next().unwrap_or_default().trim_start_matches(|character: char| !character.is_alphanumeric());
    let previous = words.next();
    let next =
        text[right.clone()].trim_start_matches(|character: char| !character.is_alphanumeric() && character != '£');
    let next_word = next.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    let next_is_number = next.trim_start_matches('£').starts_with(|character: char| character.is_ascii_digit());
    let starts_sentence = SENTENCE_STARTERS.contains(&next_word);
    // In "9.30a.m." the number is not part of the abbreviation.
    let lower = word
        .trim_start_matches(|character: char| character.is_ascii_digit() || matches!(character, '.' | ':'))
        .to_lowercase();
    let lower = lower.as_str();

    let listed = |list: &[&str]| list.contains(&lower);
    (previous.is_none() && is_number_label(word))
        || (previous.is_some_and(|previous| previous.eq_ignore_ascii_case("step")) && is_number_label(word))
        || listed(ALWAYS_GOES_ON)
        || ((listed(USUALLY_GOES_ON) || CALENDAR.contains(&word)) && !starts_sentence)
        || (listed(GOES_ON_BEFORE_NUMBER) && next_is_number)
        || (is_initials(word) && !starts_sentence && !previous.is_some_and(is_lettered))
}

/// "1", "2.3", "iv", "b": the number of a heading or an item, with words to follow.
fn is_number_label(word: &str) -> bool {
    let digits = !word.is_empty()
        && word.len() <= 6
        && word.chars().all(|character| character.is_ascii_digit() || character == '.');
    let letter = word.len() == 1 && word.chars().all(|character| character.is_ascii_lowercase());
    digits || letter || matches!(word, "ii" | "iii" | "iv" | "vi" | "vii" | "viii" | "ix")
}

/// "J", "A.B", "U.K".
fn is_initials(word: &str) -> bool {
    word != "I"
        && !word.is_empty()
        && word.split('.').all(|part| part.len() == 1 && part.chars().all(char::is_uppercase))
}

fn is_lettered(word: &str) -> bool {
    LETTERED.iter().any(|lettered| word.eq_ignore_ascii_case(lettered))
}

#[cfg(test)]
mod tests;
