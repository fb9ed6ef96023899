//! Negations put in and left out, "must" and "may" exchanged, conditions left out.

use std::sync::LazyLock;

use regex::Regex;

/// What is found, and what is put in its place.
pub(super) type Rules = LazyLock<Vec<(Regex, &'static str)>>;

/// Compiles rules.
pub(super) fn rules(list: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    #[allow(clippy::expect_used)]
    list.iter().map(|(pattern, by)| (Regex::new(pattern).expect("a pattern of this module"), *by)).collect()
}

/// The text with one place changed, for each rule and each place that it fits.
pub(super) fn each_place(text: &str, rules: &[(Regex, &str)]) -> Vec<String> {
    let mut made = Vec::new();
    for (pattern, by) in rules {
        for found in pattern.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            let mut other = String::new();
            found.expand(by, &mut other);
            made.push(tidy(&format!("{}{other}{}", &text[..whole.start()], &text[whole.end()..])));
        }
    }
    made
}

/// One space between words, none before a stop, a capital at the beginning, a stop at the end.
fn tidy(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let joined = joined.replace(" ,", ",").replace(" .", ".").replace(",.", ".");
    let joined = joined.trim_start_matches([',', ' ']).trim_end_matches([',', ' ']);
    let mut chars = joined.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let text = format!("{first}{}", chars.as_str());
    if text.ends_with(['.', '!', ':']) { text } else { format!("{text}.") }
}

/// The same with a negation in one place.
pub(super) fn negation_added(text: &str) -> Vec<String> {
    static RULES: Rules = LazyLock::new(|| {
        rules(&[
            (r"\bcan ", "cannot "),
            (r"\bmust (not )?", "must not "),
            (r"\bwill (not )?", "will not "),
            (r"\bis (not )?", "is not "),
            (r"\bare (not )?", "are not "),
            (
                r"\b(You|you|We|we|They|they) (?:do not )?(get|take|pay|need|have|send|keep|collect|accept|give|offer|charge|check) ",
                "$1 do not $2 ",
            ),
            (r"\b(costs|lasts|counts|includes|covers|starts|ends) ", "never $1 "),
        ])
    });
    // A second "no" after the first would be no sentence.
    let doubled = |made: &str| {
        [" not no", "not not", "cannot no", "nor cannot", "never not"].iter().any(|two| made.contains(two))
    };
    let made = each_place(text, &RULES);
    made.into_iter().filter(|made| !made.eq_ignore_ascii_case(text) && !doubled(made)).collect()
}

/// The same with one negation left out.
pub(super) fn negation_removed(text: &str) -> Vec<String> {
    static RULES: Rules = LazyLock::new(|| {
        rules(&[
            (r"\bcannot ", "can "),
            (r"\b(is|are|will|must|should|may|can|has|have|was|were) not ", "$1 "),
            (r"\b(?:do|does|did) not ", ""),
            (r"\b(There|there) (is|are) no ", "$1 $2 a "),
            (r"\bno (charge|fee|discount|refund|limit|need|contract)\b", "a $1"),
            (r"\bnever ", ""),
            (r"\bnot accepted\b", "accepted"),
            (r"\bwithout ", "with "),
        ])
    });
    each_place(text, &RULES)
}

/// What has to be done, may be done, and will be done, exchanged.
pub(super) fn modality(text: &str) -> Vec<String> {
    static RULES: Rules = LazyLock::new(|| {
        rules(&[
            (r"\bmust ([a-z]+) ", "may $1 "),
            (r"\bmust ([a-z]+) ", "do not have to $1 "),
            (r"\b(?:have|need) to ", "can "),
            (r"\bcan ([a-z]+) ", "must $1 "),
            (r"\b(?:do|does) not (?:have|need) to ", "must not "),
            (r"\b(we|We|it|It) will ([a-z]+) ", "$1 may $2 "),
            (r"\b(you|You|they|They) may ([a-z]+) ", "$1 must $2 "),
            (r"\bshould ([a-z]+) ", "must $1 "),
            (r"\bcannot ", "do not have to "),
        ])
    });
    let made = each_place(text, &RULES);
    made.into_iter().filter(|made| !made.contains("may not ") && !made.contains("must not to")).collect()
}

/// One condition left out.
pub(super) fn condition_dropped(text: &str) -> Vec<String> {
    static RULES: Rules = LazyLock::new(|| {
        rules(&[
            (r"\bonly ", ""),
            (r",? unless [^,.;]+", ""),
            (r",? except [^,.;]+", ""),
            (r",? (?:only )?if [^,.;]+", ""),
            (r"^If [^,]+, ", ""),
            (r",? as long as [^,.;]+", ""),
            (r",? provided (?:that )?[^,.;]+", ""),
            (r"\b(?:usually|normally) ", ""),
        ])
    });
    let made = each_place(text, &RULES);
    // A few words left are no statement, and what begins in the middle of a list is none either.
    made.into_iter().filter(|made| made.split_whitespace().count() >= 4 && !made.starts_with("And ")).collect()
}
