//! One reader for each spelling of a hard fact, in the order in which they read.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::normal::{clock_time, date, date_of_month, days, duration, measure, money, month, pence, phone};
use super::numbers::{count_pattern, number_pattern, value};

/// What reads a fact from a match; none when the match is no fact after all.
pub(super) type Reader = fn(&Captures<'_>) -> Option<String>;

/// Names of months, or their first letters; "may" only with a capital, because it is a verb too.
const MONTH: &str = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May|MAY)|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?";

const STREET: &str =
    "(?:Street|St|Road|Rd|Lane|Avenue|Way|Close|Drive|Square|Place|Court|Row|Terrace|Crescent|Parade|Mews|Gate)";

const UNIT: &str = r"(minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|quarters?|terms?|years?)";

fn regex(pattern: &str) -> Regex {
    #[allow(clippy::expect_used)]
    Regex::new(&format!("(?i){pattern}")).expect("a pattern of this module")
}

/// The readers in order: what one has read is not read again by those after it.
pub(super) static READERS: LazyLock<Vec<(Regex, Reader)>> = LazyLock::new(|| {
    let mut all = addresses();
    all.extend(amounts());
    all.extend(times_and_dates());
    all.extend(lengths());
    all
});

fn addresses() -> Vec<(Regex, Reader)> {
    vec![
        (regex(r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}"), |m| Some(format!("email {}", m[0].trim_end_matches('.')))),
        (regex(r"(?:https?://|www\.)[^\s<>()\[\]\x01]+"), |m| Some(format!("link {}", link(&m[0])))),
        (
            regex(
                r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:[a-z]{2,3}\.uk|uk|com|org|net|info|eu|io|example)\b(?:/[^\s<>()\x01]*)?",
            ),
            |m| Some(format!("link {}", link(&m[0]))),
        ),
        (regex(r"\b(?:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})\b"), |m| {
            Some(format!("postcode {}", m[0].replace(' ', "").to_uppercase()))
        }),
        (regex(&format!(r"(?-i)\b(\d+[A-Za-z]?,? )?((?:[A-Z][A-Za-z']+ ){{1,3}}{STREET})\b")), |m| {
            let number = m.get(1).map(|number| number.as_str().replace(',', "")).unwrap_or_default();
            Some(format!("address {}, {}", m[2].to_lowercase(), number.trim()))
        }),
    ]
}

fn link(text: &str) -> &str {
    let link = text.trim_end_matches(['.', ',', ';', ':', ')', '/', '?', '!']);
    link.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.")
}

fn amounts() -> Vec<(Regex, Reader)> {
    let number = number_pattern();
    vec![
        (regex(r"(?:£|gbp ?)\s?(\d[\d,]*(?:\.\d+)?)\s?(million|m\b|k\b|thousand)?"), |m| {
            money(&m[1], m.get(2).map(|scale| scale.as_str()))
        }),
        (regex(&format!(r"{number}\s?(?:pounds?|quid)\b")), |m| money(&m[1], None)),
        (regex(&format!(r"{number}\s?(?:%|per ?cent\b)")), |m| Some(format!("percent {}", value(&m[1])?))),
        (regex(r"(?:\+44\s?(?:\(0\))?[\s-]?|\(0|\b0)\d(?:[\s()-]{0,2}\d){7,10}\b"), |m| {
            Some(format!("phone {}", phone(&m[0])))
        }),
        (regex(r"\b(?:999|112|111|101|105|116 ?123|116 ?111|119)\b"), |m| Some(format!("phone {}", phone(&m[0])))),
    ]
}

fn times_and_dates() -> Vec<(Regex, Reader)> {
    vec![
        (regex(r"\b(\d{1,2})[:.](\d{2})\s?(a\.?m\b\.?|p\.?m\b\.?)"), |m| clock_time(&m[1], &m[2], Some(&m[3]))),
        (regex(r"\b(\d{1,2})\s?(a\.?m\b\.?|p\.?m\b\.?)"), |m| clock_time(&m[1], "00", Some(&m[2]))),
        // After the times of day: "2.00 p.m." holds no pence.
        (regex(&format!(r"{}\s?(?:p|pence)\b", number_pattern())), |m| pence(&m[1])),
        (regex(r"\b(\d{1,2}):(\d{2})\b"), |m| clock_time(&m[1], &m[2], None)),
        (regex(r"\b(?:12 )?(noon|midday|midnight)\b"), |m| {
            Some(if m[1].eq_ignore_ascii_case("midnight") { "time 00:00".into() } else { "time 12:00".into() })
        }),
        (regex(&format!(r"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH},?(?: (\d{{4}})\b)?")), |m| {
            date(&m[1], &m[2], m.get(3).map(|year| year.as_str()))
        }),
        (regex(&format!(r"\b{MONTH} (\d{{1,2}})(?:st|nd|rd|th)?\b,?(?: (\d{{4}})\b)?")), |m| {
            date(&m[2], &m[1], m.get(3).map(|year| year.as_str()))
        }),
        (regex(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b"), |m| date_of_month(&m[1], &m[2], &m[3])),
        (regex(&format!(r"\b{MONTH} (\d{{4}})\b")), |m| Some(format!("date {} {}", month(&m[1])?, &m[2]))),
        (
            regex(r"\b((?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?-i:Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun))\b\.?"),
            |m| Some(format!("day {}", days(&m[1])?)),
        ),
        (
            regex(r"\b(january|february|march|april|(?-i:May)|june|july|august|september|october|november|december)\b"),
            |m| Some(format!("date {}", month(&m[1])?)),
        ),
    ]
}

fn lengths() -> Vec<(Regex, Reader)> {
    let (number, count) = (number_pattern(), count_pattern());
    vec![
        (regex(r"\bhalf an hour\b"), |_| Some("duration 30 minute".into())),
        (
            regex(&format!(r"{count}[ -]+(?:(working|calendar|school|full|whole|extra|more|further|clear) )?{UNIT}\b")),
            |m| duration(&value(&m[1])?, m.get(2).map(|kind| kind.as_str()), &m[3]),
        ),
        (regex(&format!(r"\b(?:each|every|per|once an?) {UNIT}\b")), |m| duration("1", None, &m[1])),
        (regex(r"\b(hourly|daily|nightly|weekly|fortnightly|monthly|quarterly|termly|yearly|annual(?:ly)?)\b"), |m| {
            let lower = m[1].to_lowercase();
            let unit = if lower.starts_with("annual") {
                "year"
            } else if lower == "daily" {
                "day"
            } else {
                lower.trim_end_matches("ly")
            };
            duration("1", None, unit)
        }),
        (
            regex(&format!(
                r"{number}[ -]?((?:square|sq|cubic) )?(metres?|meters?|m|km|kilometres?|miles?|cm|centimetres?|mm|millimetres?|feet|foot|inch(?:es)?|litres?|l|kg|kilograms?|kilos?|grams?|tonnes?|tons?|acres?|hectares?|mph|°c|degrees?|kw|watts?)\b"
            )),
            |m| Some(measure(&value(&m[1])?, m.get(2).map(|kind| kind.as_str()), &m[3])),
        ),
        (regex(r"\btwice\b"), |_| Some("number 2".into())),
        (regex(r"\b(\d+)(?:st|nd|rd|th)\b"), |m| Some(format!("number {}", value(&m[1])?))),
        (regex(&number), |m| {
            // "One" alone is a pronoun more often than a figure.
            if m[1].eq_ignore_ascii_case("one") { None } else { Some(format!("number {}", value(&m[1])?)) }
        }),
    ]
}
