//! The hard facts of a text, normalised so that different spellings of one fact are equal.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A fact that must stand on the page as it stands in the answer, in a normal form such as `money 52` or `time 14:00`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact(String);

impl Fact {
    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind: `money`, `percent`, `time`, `date`, `day`, `duration`, `phone`, `email`, `link`, `postcode`, `number`.
    pub fn kind(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

const NUMBER_WORDS: &[(&str, u32)] = &[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
];

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const DAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const MONTH_PATTERN: &str = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";
const COUNT_PATTERN: &str = r"(\d[\d,]*(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a|one) hundred|an?)";

fn regex(pattern: &str) -> Regex {
    #[allow(clippy::expect_used)]
    Regex::new(&format!("(?i){pattern}")).expect("a pattern of this module")
}

type Reader = fn(&Captures<'_>) -> Option<String>;

/// The readers in order: what one has read is not read again by those after it.
static READERS: LazyLock<Vec<(Regex, Reader)>> = LazyLock::new(|| {
    vec![
        (regex(r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}"), |m| Some(format!("email {}", m[0].trim_end_matches('.')))),
        (regex(r"(?:https?://|www\.)[^\s<>()\[\]]+"), |m| {
            let link = m[0].trim_end_matches(['.', ',', ';', ')', '/']);
            let link = link.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
            Some(format!("link {link}"))
        }),
        (
            regex(
                r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov\.uk|org\.uk|co\.uk|nhs\.uk|police\.uk|com|org|net|example)(?:/[^\s<>()]*)?",
            ),
            |m| {
                let link = m[0].trim_end_matches(['.', ',', ';', ')', '/']).trim_start_matches("www.");
                Some(format!("link {link}"))
            },
        ),
        (regex(r"(?:£|gbp ?)\s?(\d[\d,]*(?:\.\d+)?)\s?(million|m\b|k\b|thousand)?"), |m| {
            money(&m[1], m.get(2).map(|s| s.as_str()))
        }),
        (regex(&format!(r"\b{COUNT_PATTERN}\s?(?:pounds?|quid)\b")), |m| money(&m[1], None)),
        (regex(&format!(r"\b{COUNT_PATTERN}\s?(?:%|per ?cent\b)")), |m| Some(format!("percent {}", count(&m[1])?))),
        (regex(r"\b(?:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})\b"), |m| {
            Some(format!("postcode {}", m[0].replace(' ', "").to_uppercase()))
        }),
        (regex(r"(?:\+44\s?(?:\(0\))?\s?|\b0)\d(?:[\s-]?\d){7,9}\b"), |m| Some(format!("phone {}", phone(&m[0])))),
        (regex(r"\b(?:999|112|111|101|105|116 ?123|116 ?111|119)\b"), |m| Some(format!("phone {}", phone(&m[0])))),
        (regex(r"\b(\d{1,2})[:.](\d{2})\s?(a\.?m\b\.?|p\.?m\b\.?)"), |m| time(&m[1], &m[2], Some(&m[3]))),
        (regex(r"\b(\d{1,2})\s?(a\.?m\b\.?|p\.?m\b\.?)"), |m| time(&m[1], "00", Some(&m[2]))),
        // After the times of day: "2.00 p.m." holds no pence.
        (regex(r"\b(\d+)\s?(?:p|pence)\b"), |m| {
            let pence: u32 = m[1].parse().ok()?;
            Some(format!("money {}", decimal(&format!("{}.{:02}", pence / 100, pence % 100))))
        }),
        (regex(r"\b(\d{1,2}):(\d{2})\b"), |m| time(&m[1], &m[2], None)),
        (regex(r"\b(?:12 )?(noon|midday|midnight)\b"), |m| {
            Some(if m[1].eq_ignore_ascii_case("midnight") { "time 00:00".into() } else { "time 12:00".into() })
        }),
        (regex(&format!(r"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH_PATTERN}\b,?(?: (\d{{4}}))?")), |m| {
            date(&m[1], &m[2], m.get(3).map(|y| y.as_str()))
        }),
        (regex(&format!(r"\b{MONTH_PATTERN} (\d{{1,2}})(?:st|nd|rd|th)?\b,?(?: (\d{{4}}))?")), |m| {
            date(&m[2], &m[1], m.get(3).map(|y| y.as_str()))
        }),
        (regex(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b"), |m| {
            let month: usize = m[2].parse().ok()?;
            let year = if m[3].len() == 2 { format!("20{}", &m[3]) } else { m[3].to_owned() };
            date(&m[1], MONTHS.get(month.checked_sub(1)?)?, Some(&year))
        }),
        (regex(&format!(r"\b{MONTH_PATTERN} (\d{{4}})\b")), |m| Some(format!("date {} {}", month(&m[1])?, &m[2]))),
        (regex(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?\b\.?"), |m| {
            let day = DAYS.iter().find(|day| day.starts_with(&m[1][..3].to_lowercase()))?;
            Some(format!("day {day}"))
        }),
        (regex(r"\b(january|february|march|april|june|july|august|september|october|november|december)\b"), |m| {
            Some(format!("date {}", month(&m[1])?))
        }),
        (
            regex(&format!(
                r"\b{COUNT_PATTERN}[ -]+((?:working|calendar|school|full) )?(minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|years?)\b"
            )),
            |m| {
                let unit = m[3].to_lowercase();
                let unit = match unit.trim_end_matches('s') {
                    "min" => "minute",
                    "hr" => "hour",
                    other => other,
                };
                let kind = m.get(2).map(|kind| kind.as_str().to_lowercase()).unwrap_or_default();
                let kind = if kind == "working " { kind } else { String::new() };
                Some(format!("duration {} {kind}{unit}", count(&m[1])?))
            },
        ),
        (
            regex(
                r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b",
            ),
            |m| Some(format!("number {}", count(&m[1])?)),
        ),
        (regex(r"\d[\d,]*(?:\.\d+)?"), |m| Some(format!("number {}", count(&m[0])?))),
    ]
});

/// All hard facts of a text.
pub fn facts(text: &str) -> BTreeSet<Fact> {
    let mut rest = text.replace(['\u{a0}', '\u{202f}'], " ").replace(['–', '—'], "-");
    let mut found = BTreeSet::new();
    for (pattern, read) in READERS.iter() {
        let mut unread = String::with_capacity(rest.len());
        let mut at = 0;
        for matched in pattern.captures_iter(&rest) {
            let Some(whole) = matched.get(0) else { continue };
            if let Some(fact) = read(&matched) {
                found.insert(Fact(fact.to_lowercase()));
                unread.push_str(&rest[at..whole.start()]);
                unread.push_str(" \u{1} ");
                at = whole.end();
            }
        }
        unread.push_str(&rest[at..]);
        rest = unread;
    }
    found
}

fn decimal(number: &str) -> String {
    let plain = number.replace(',', "");
    if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain }
}

fn count(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if lower.starts_with(|c: char| c.is_ascii_digit()) {
        let plain = decimal(lower.trim_end_matches(','));
        let shorter = plain.trim_start_matches('0');
        return Some(if shorter.is_empty() || shorter.starts_with('.') {
            format!("0{shorter}")
        } else {
            shorter.to_owned()
        });
    }
    let word = lower.trim_start_matches("a hundred").trim_start_matches("one hundred");
    if word.is_empty() {
        return Some("100".into());
    }
    if matches!(word, "a" | "an") {
        return Some("1".into());
    }
    NUMBER_WORDS.iter().find(|(name, _)| *name == word).map(|(_, value)| value.to_string())
}

fn money(amount: &str, scale: Option<&str>) -> Option<String> {
    let amount = count(amount)?;
    let scale = match scale.map(str::to_lowercase).as_deref() {
        Some("million" | "m") => "000000",
        Some("thousand" | "k") => "000",
        Some(_) | None => "",
    };
    Some(format!("money {amount}{scale}"))
}

fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("44") {
        Some(national) if digits.len() > 10 => format!("0{}", national.trim_start_matches('0')),
        Some(_) | None => digits,
    }
}

fn time(hour: &str, minute: &str, half: Option<&str>) -> Option<String> {
    let mut hour: u32 = hour.parse().ok()?;
    let minute: u32 = minute.parse().ok()?;
    if hour > 23 || minute > 59 {
        return None;
    }
    match half.map(|half| half.to_lowercase().starts_with('p')) {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        Some(_) | None => {}
    }
    Some(format!("time {hour:02}:{minute:02}"))
}

fn month(name: &str) -> Option<usize> {
    let short = name.get(..3)?.to_lowercase();
    MONTHS.iter().position(|month| month.starts_with(&short)).map(|index| index + 1)
}

fn date(day: &str, name: &str, year: Option<&str>) -> Option<String> {
    let day: u32 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = month(name)?;
    Some(match year {
        Some(year) => format!("date {day}/{month} {year}"),
        None => format!("date {day}/{month}"),
    })
}

/// Whether a fact of an answer is covered by the facts of its evidence. A date without a year is covered by one with.
pub(crate) fn covered(fact: &Fact, evidence: &BTreeSet<Fact>) -> bool {
    evidence.contains(fact)
        || fact.kind() == "date"
            && evidence.iter().any(|held| held.0.strip_prefix(&fact.0).is_some_and(|rest| rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = facts(text).into_iter().map(|fact| fact.0).collect();
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn spellings_of_one_fact_are_equal() {
        check("It costs £10.", &["money 10"]);
        check("It costs 10 pounds or £10.00", &["money 10"]);
        check("ten quid", &["money 10"]);
        check("£1,210.33", &["money 1210.33"]);
        check("50p", &["money 0.5"]);
        check("25% or 25 per cent", &["percent 25"]);
        check("2pm, 14:00, 2.00 p.m.", &["time 14:00"]);
        check("12 noon", &["time 12:00"]);
        check("two working days", &["duration 2 working day"]);
        check("within 2 working days", &["duration 2 working day"]);
        check("a fortnight", &["duration 1 fortnight"]);
        check("01632 960 110 / 01632-960110", &["phone 01632960110"]);
        check("+44 1632 960110", &["phone 01632960110"]);
        check("AL90 1AC", &["postcode al901ac"]);
        check("11 January 2027", &["date 11/1 2027"]);
        check("January 11th", &["date 11/1"]);
        check("11/01/2027", &["date 11/1 2027"]);
        check("Mondays and Tue.", &["day monday", "day tuesday"]);
        check("bins@aldermere.example.", &["email bins@aldermere.example"]);
        check("see www.gov.uk/bins, https://gov.uk/bins/", &["link gov.uk/bins"]);
        check("up to five bags", &["number 5"]);
        check("no facts here, one of us may go", &[]);
    }

    #[test]
    fn a_date_without_its_year_is_covered() {
        let evidence = facts("by 11 January 2027");
        assert!(facts("11 January").iter().all(|fact| covered(fact, &evidence)));
        assert!(!facts("1 January").iter().all(|fact| covered(fact, &evidence)));
    }

    proptest! {
        /// Any amount and any time comes out as it went in, whatever stands around it.
        #[test]
        fn amounts_and_times_survive(pounds in 0u32..100_000, pence in 0u32..100, hour in 0u32..24, minute in 0u32..60) {
            let text = format!("Pay £{pounds}.{pence:02} by {hour:02}:{minute:02} at the latest.");
            let money = decimal(&format!("{pounds}.{pence:02}"));
            let found: Vec<String> = facts(&text).into_iter().map(|fact| fact.0).collect();
            prop_assert!(found.contains(&format!("money {money}")), "{found:?}");
            prop_assert!(found.contains(&format!("time {hour:02}:{minute:02}")), "{found:?}");
        }

        /// A changed figure is never covered by the original.
        #[test]
        fn changed_amounts_are_not_covered(amount in 1u32..10_000, other in 1u32..10_000) {
            prop_assume!(amount != other);
            let evidence = facts(&format!("The fee is £{amount}."));
            let claimed = facts(&format!("The fee is £{other}."));
            prop_assert!(!claimed.iter().all(|fact| covered(fact, &evidence)));
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,200}") {
            let _ = facts(&text);
        }
    }
}
