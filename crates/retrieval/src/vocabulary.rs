//! Typing mistakes: a word that nobody knows is read as the word of the pages that is nearest to it.

use std::collections::HashMap;
use std::ops::Range;

use crate::text::{is_stop_word, words};

/// Short forms that residents type on a phone.
const SHORT_FORMS: &[(&str, &str)] = &[
    ("2day", "today"),
    ("2moro", "tomorrow"),
    ("2morrow", "tomorrow"),
    ("abt", "about"),
    ("addy", "address"),
    ("any1", "anyone"),
    ("appt", "appointment"),
    ("b4", "before"),
    ("bcos", "because"),
    ("bcoz", "because"),
    ("bcz", "because"),
    ("bday", "birthday"),
    ("becuz", "because"),
    ("cn", "can"),
    ("cos", "because"),
    ("coz", "because"),
    ("cud", "could"),
    ("cuz", "because"),
    ("dat", "that"),
    ("dey", "they"),
    ("diff", "different"),
    ("dis", "this"),
    ("dnt", "don't"),
    ("dunno", "do not know"),
    ("duz", "does"),
    ("every1", "everyone"),
    ("fone", "phone"),
    ("foto", "photo"),
    ("fotos", "photos"),
    ("frm", "from"),
    ("gd", "good"),
    ("gonna", "going to"),
    ("gotta", "have to"),
    ("gud", "good"),
    ("hav", "have"),
    ("hr", "hour"),
    ("hrs", "hours"),
    ("hv", "have"),
    ("hw", "how"),
    ("hwo", "how"),
    ("hws", "how is"),
    ("info", "information"),
    ("kno", "know"),
    ("lng", "long"),
    ("mch", "much"),
    ("mins", "minutes"),
    ("msg", "message"),
    ("mth", "month"),
    ("mths", "months"),
    ("munth", "month"),
    ("munths", "months"),
    ("mutch", "much"),
    ("n", "and"),
    ("nd", "and"),
    ("nite", "night"),
    ("nuffin", "nothing"),
    ("nvm", "never mind"),
    ("nxt", "next"),
    ("ovr", "over"),
    ("pls", "please"),
    ("plz", "please"),
    ("ppl", "people"),
    ("r", "are"),
    ("rd", "road"),
    ("shud", "should"),
    ("some1", "someone"),
    ("sum1", "someone"),
    ("sumone", "someone"),
    ("sumthing", "something"),
    ("thru", "through"),
    ("tht", "that"),
    ("thx", "thanks"),
    ("tmrw", "tomorrow"),
    ("txt", "text"),
    ("tym", "time"),
    ("tyms", "times"),
    ("u", "you"),
    ("ur", "your"),
    ("urs", "yours"),
    ("w8", "wait"),
    ("wanna", "want to"),
    ("wat", "what"),
    ("wats", "what is"),
    ("wen", "when"),
    ("wer", "where"),
    ("whats", "what is"),
    ("whens", "when is"),
    ("wher", "where"),
    ("wheres", "where is"),
    ("whr", "where"),
    ("wich", "which"),
    ("wiv", "with"),
    ("wivout", "without"),
    ("wk", "week"),
    ("wkend", "weekend"),
    ("wkly", "weekly"),
    ("wks", "weeks"),
    ("wnt", "want"),
    ("wot", "what"),
    ("wots", "what is"),
    ("woz", "was"),
    ("wrk", "work"),
    ("wud", "would"),
    ("yr", "year"),
    ("yrs", "years"),
];

/// Figures that stand for words in messages with other short forms or mistakes, unless what is beside them counts or names.
const FIGURES: &[(&str, &str)] = &[("2", "to"), ("4", "for")];

/// Words before which a figure is a number, besides plurals.
const COUNTED: &[&str] = &[
    "adult", "and", "at", "bed", "bedroom", "black", "blue", "brown", "child", "day", "green", "hour", "in", "large",
    "month", "new", "of", "old", "on", "or", "people", "per", "person", "small", "tier", "week", "year",
];

/// Words behind which it is.
const NAMED: &[&str] = &[
    "about", "age", "aged", "band", "class", "every", "flat", "form", "grade", "group", "level", "no", "number",
    "only", "over", "part", "phase", "size", "stage", "than", "tier", "turns", "type", "under", "unit", "within",
    "year", "zone",
];

/// Consonants that a word has at least to be told by them alone.
const LEAST_CONSONANTS: usize = 3;

/// Where the words of a text stand, in bytes.
fn word_places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(char::is_alphanumeric).map(|start| from + start) {
        let end = text[start..].find(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
        from = end.map_or(text.len(), |end| start + end);
        places.push(start..from);
    }
    places
}

/// The words of the pages, and a list of words that are right although no page has them.
#[derive(Debug)]
pub struct Vocabulary {
    counts: HashMap<String, u32>,
    known: std::collections::HashSet<String>,
}

impl Vocabulary {
    /// Counts the words of `texts`. `known` are further words of the language, never corrected.
    pub fn new<'a>(texts: impl Iterator<Item = &'a str>, known: impl Iterator<Item = String>) -> Self {
        let mut counts = HashMap::new();
        for text in texts {
            for word in words(text) {
                *counts.entry(word).or_insert(0) += 1;
            }
        }
        Self { counts, known: known.collect() }
    }

    /// `question` with short forms written out and unknown words replaced by the nearest word of the pages. Words that
    /// are known, numbers and words without a near neighbour stay as they are.
    pub fn correct(&self, question: &str) -> String {
        let places = word_places(question);
        let lower: Vec<String> = places.iter().map(|place| question[place.clone()].to_lowercase()).collect();
        let is_amount = |place: &Range<usize>| {
            // "£4" and "4.50" are amounts, not short forms.
            let (before, behind) = (&question[..place.start], &question[place.end..]);
            before.ends_with(['£', '.', ',', ':', '/', '-'])
                || behind.starts_with(['.', ',', ':', '/', '%']) && behind.chars().nth(1).is_some_and(char::is_numeric)
        };
        let replacement =
            |(place, word): (&Range<usize>, &String)| if is_amount(place) { None } else { self.replacement(word) };
        let mut better: Vec<Option<&str>> = places.iter().zip(&lower).map(replacement).collect();
        if better.iter().any(Option::is_some) {
            for at in 0..places.len() {
                let figure = FIGURES.iter().find(|(figure, _)| *figure == lower[at] && !is_amount(&places[at]));
                let counts = lower.get(at + 1).is_none_or(|next| {
                    COUNTED.contains(&next.as_str()) || next.ends_with('s') && !next.ends_with("ss")
                });
                let names = at.checked_sub(1).is_some_and(|before| NAMED.contains(&lower[before].as_str()));
                if let Some((_, word)) = figure.filter(|_| !counts && !names) {
                    better[at] = Some(word);
                }
            }
        }
        let mut corrected = String::with_capacity(question.len());
        let mut end = 0;
        for (place, better) in places.into_iter().zip(better) {
            corrected.push_str(&question[end..place.start]);
            corrected.push_str(better.unwrap_or(&question[place.clone()]));
            end = place.end;
        }
        corrected.push_str(&question[end..]);
        corrected
    }

    fn replacement(&self, word: &str) -> Option<&str> {
        if let Some((_, long)) = SHORT_FORMS.iter().find(|(short, _)| *short == word) {
            return Some(long);
        }
        let length = word.chars().count();
        if is_stop_word(word) || self.is_known(word) || !word.chars().all(char::is_alphabetic) {
            return None;
        }
        self.nearest(word, length).or_else(|| self.with_vowels(word))
    }

    /// The word of the pages at the fewest edits.
    fn nearest(&self, word: &str, length: usize) -> Option<&str> {
        if length < 4 {
            return None;
        }
        let most_edits = if length < 8 { 1 } else { 2 };
        let first = word.chars().next();
        self.counts
            .iter()
            .filter(|(candidate, _)| {
                candidate.chars().count().abs_diff(length) <= most_edits
                    && candidate.chars().next() == first
                    && candidate.chars().all(char::is_alphabetic)
            })
            .filter_map(|(candidate, count)| {
                let edits = edit_distance(word, candidate);
                (edits <= most_edits).then_some((edits, std::cmp::Reverse(*count), candidate))
            })
            .min()
            .map(|(_, _, candidate)| candidate.as_str())
    }

    /// The word of the pages whose consonants are these, as in "shld" and "libry"; the commonest of several.
    fn with_vowels(&self, word: &str) -> Option<&str> {
        let wanted = consonants(word);
        if wanted.chars().count() < LEAST_CONSONANTS {
            return None;
        }
        let first = word.chars().next();
        let fitting = self
            .counts
            .iter()
            .filter(|(candidate, _)| candidate.chars().next() == first && consonants(candidate) == wanted);
        fitting.min_by_key(|(candidate, count)| (std::cmp::Reverse(**count), *candidate)).map(|(word, _)| word.as_str())
    }

    fn is_known(&self, word: &str) -> bool {
        let known = |word: &str| self.counts.contains_key(word) || self.known.contains(word);
        known(word)
            || ["s", "es", "ed", "d", "ing", "'s", "’s", "ly", "er", "ers"]
                .iter()
                .any(|ending| word.strip_suffix(ending).is_some_and(|stem| stem.len() > 2 && known(stem)))
    }
}

/// A word without its vowels, a consonant that stands twice in a row once.
fn consonants(word: &str) -> String {
    let mut kept: Vec<char> = word.chars().filter(|c| !"aeiou".contains(*c)).collect();
    kept.dedup();
    kept.into_iter().collect()
}

/// Damerau–Levenshtein distance with adjacent transpositions (optimal string alignment), in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i; right.len() + 1];
        for j in 1..=right.len() {
            let substitution = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            row[j] = substitution.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: &str) {
        let pages = ["Recycling is collected weekly. A garden waste subscription costs £52. Parking permits."];
        let known = ["settee", "kettle"].iter().map(|word| (*word).to_owned());
        assert_eq!(Vocabulary::new(pages.into_iter(), known).correct(question), expected);
    }

    #[test]
    fn mistakes_are_read_as_words_of_the_pages() {
        check("recyling colected?", "recycling collected?");
        check("gardne wast subscripton", "garden waste subscription");
        check("wat abt parkng 4 u", "what about parking for you");
        check("wkly recyclng", "weekly recycling");
        check("prmts, subscrptn", "permits, subscription");
    }

    #[test]
    fn known_words_figures_and_marks_stay() {
        check("my settee, £52!", "my settee, £52!");
        check("£4 or 4.50 at 2:30", "£4 or 4.50 at 2:30");
        check("🙂 «quoted»\n", "🙂 «quoted»\n");
        check("How much is parking in zone 2?", "How much is parking in zone 2?");
        check("Can I have 2 garden bins", "Can I have 2 garden bins");
    }

    #[test]
    fn figures_are_words_in_messages_with_short_forms() {
        check("wot do i need 2 bring 4 my kettle", "what do i need to bring for my kettle");
        check("pls tell me abt stage 2 n 4 weeks parking", "please tell me about stage 2 and 4 weeks parking");
        check("2", "2");
    }
}
