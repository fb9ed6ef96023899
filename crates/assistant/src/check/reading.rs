//! A sentence read for the check: its words and phrases in order, its facts in their places, its clauses.

use crate::facts::{Fact, occurrences, plain};

use super::lexicon::{Entry, LEXICON, Marks, stem};

/// A word, a phrase of the lexicon, or a fact.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// In lower case.
    pub(super) word: String,
    pub(super) stem: String,
    pub(super) marks: Marks,
    pub(super) groups: Vec<u16>,
    /// The words of a phrase.
    pub(super) parts: Vec<Unit>,
    pub(super) fact: Option<Fact>,
    /// Whether it says something that evidence must say too.
    pub(super) is_content: bool,
    /// Whether it says little, so that evidence may leave it out.
    pub(super) is_soft: bool,
    /// Number of its clause in [`Reading::clauses`].
    pub(super) clause: usize,
}

impl Unit {
    fn of_entry(word: String, stem: String, entry: &Entry) -> Self {
        let carries = !entry.is_light && entry.marks.without(Marks::ORDER) == Marks::default();
        Self {
            is_content: carries && word.chars().any(char::is_alphanumeric),
            word,
            stem,
            marks: entry.marks,
            groups: entry.groups.clone(),
            parts: Vec::new(),
            fact: None,
            is_soft: entry.is_soft,
            clause: 0,
        }
    }

    fn of_word(word: &str) -> Self {
        let stem = stem(word);
        let entry = LEXICON.word(word, &stem);
        Self::of_entry(word.to_owned(), stem, &entry)
    }

    fn of_fact(word: &str, fact: Fact) -> Self {
        let mut unit = Self::of_entry(word.to_lowercase(), String::new(), &Entry::default());
        unit.is_content = false;
        unit.fact = Some(fact);
        unit
    }

    /// Whether it says what another unit says: the same stem, a common list of the lexicon, or, of a phrase, each of
    /// its words that carries something.
    pub(super) fn agrees(&self, other: &Unit) -> bool {
        if let (Some(fact), Some(held)) = (&self.fact, &other.fact) {
            return fact.is_covered_by(held);
        }
        !self.stem.is_empty() && self.stem == other.stem
            || self.groups.iter().any(|group| other.groups.contains(group))
            || other.parts.iter().any(|part| part.is_content && self.parts.is_empty() && self.agrees(part))
    }

    /// Whether it stands among these units.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an iterator over borrowed units is cheap to clone and to give away"
    )]
    pub(super) fn stands_in<'a>(&self, units: impl Iterator<Item = &'a Unit> + Clone) -> bool {
        if units.clone().any(|held| self.agrees(held)) {
            return true;
        }
        let mut parts = self.parts.iter().filter(|part| part.is_content).peekable();
        parts.peek().is_some() && parts.all(|part| part.stands_in(units.clone()))
    }
}

/// A stretch of a sentence between commas and joining words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clause {
    /// `IF` or `UNLESS` for a condition, nothing for a statement.
    pub(super) condition: Marks,
    /// Clauses with the same number belong to one statement with its conditions.
    pub(super) segment: usize,
}

/// A sentence, read.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) units: Vec<Unit>,
    pub(super) clauses: Vec<Clause>,
}

enum Token<'a> {
    Word(String),
    Fact(&'a str, Fact),
    Break,
}

impl Reading {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let text = plain(text);
        let tokens = tokens(&text);
        let mut units: Vec<(Unit, bool)> = Vec::new();
        let mut at = 0;
        let mut broken = false;
        while at < tokens.len() {
            match &tokens[at] {
                Token::Break => broken = true,
                Token::Fact(word, fact) => {
                    units.push((Unit::of_fact(word, fact.clone()), std::mem::take(&mut broken)));
                }
                Token::Word(_) => {
                    let words: Vec<&str> = tokens[at..]
                        .iter()
                        .map_while(|token| match token {
                            Token::Word(word) => Some(word.as_str()),
                            Token::Fact(..) | Token::Break => None,
                        })
                        .take(7)
                        .collect();
                    let (unit, taken) = phrase_or_word(&words);
                    units.push((unit, std::mem::take(&mut broken)));
                    at += taken - 1;
                }
            }
            at += 1;
        }
        settle_needs(&mut units);
        into_clauses(units)
    }

    /// The units that carry something, and the facts.
    pub(super) fn said(&self) -> impl Iterator<Item = &Unit> + Clone {
        self.units.iter().filter(|unit| unit.is_content || unit.fact.is_some())
    }

    /// Whether a unit has one of these marks.
    pub(super) fn has(&self, marks: Marks) -> bool {
        self.units.iter().any(|unit| unit.marks.any(marks))
    }

    /// Whether a fact stands in it.
    pub(super) fn holds(&self, fact: &Fact) -> bool {
        self.units.iter().any(|unit| unit.fact.as_ref().is_some_and(|held| fact.is_covered_by(held)))
    }

    /// The words in lower case, whatever stands between them.
    pub(super) fn words(&self) -> String {
        self.units.iter().map(|unit| unit.word.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The units of a clause.
    pub(super) fn of_clause(&self, clause: usize) -> impl Iterator<Item = &Unit> + Clone {
        self.units.iter().filter(move |unit| unit.clause == clause)
    }
}

fn phrase_or_word(words: &[&str]) -> (Unit, usize) {
    let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
    let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
    match LEXICON.phrase(&stems) {
        Some((length, entry)) => {
            let mut unit = Unit::of_entry(words[..length].join(" "), stems[..length].join(" "), entry);
            unit.parts = words[..length].iter().map(|word| Unit::of_word(word)).collect();
            (unit, length)
        }
        None => (Unit::of_word(words[0]), 1),
    }
}

/// Words in lower case without contractions, facts, and what parts them.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for (place, fact) in occurrences(text) {
        words(&text[at..place.start], &mut tokens);
        tokens.push(Token::Fact(&text[place.clone()], fact));
        at = place.end;
    }
    words(&text[at..], &mut tokens);
    tokens
}

fn words(text: &str, tokens: &mut Vec<Token<'_>>) {
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_alphanumeric() || c == '\'' {
            word.extend(c.to_lowercase());
            continue;
        }
        // "E-mail" is one word; in "drink-driving" the parts say as much.
        if c == '-' && word == "e" {
            continue;
        }
        if !word.is_empty() {
            expand(word.trim_matches('\''), tokens);
            word.clear();
        }
        if matches!(c, ',' | ';' | ':' | '.' | '!' | '(' | ')') {
            tokens.push(Token::Break);
        }
    }
}

fn expand(word: &str, tokens: &mut Vec<Token<'_>>) {
    let mut push = |word: &str| tokens.push(Token::Word(word.to_owned()));
    match word {
        "" => {}
        "can't" => push("cannot"),
        "won't" => {
            push("will");
            push("not");
        }
        _ => match word.split_once('\'') {
            Some((verb, "t")) => {
                push(verb.strip_suffix('n').unwrap_or(verb));
                push("not");
            }
            Some((name, "s" | "")) => push(name),
            Some((subject, "ll")) => {
                push(subject);
                push("will");
            }
            Some((subject, "re" | "ve" | "d" | "m")) => push(subject),
            Some(_) | None => push(word),
        },
    }
}

/// "Do not need", "do not have to" are no prohibitions: the "not" and the "need" become one mark. "Must not" and
/// "can not" are.
fn settle_needs(units: &mut [(Unit, bool)]) {
    for at in 0..units.len() {
        // "We need 10 working days" binds nobody.
        if units[at].0.stem == "need" && units.get(at + 1).is_some_and(|(next, _)| next.fact.is_some()) {
            units[at].0.marks = Marks::default();
        }
    }
    for at in 0..units.len() {
        if !units[at].0.marks.any(Marks::NOT) {
            continue;
        }
        let near = (at + 1)..(at + 3).min(units.len());
        if let Some(need) = near.into_iter().find(|near| units[*near].0.marks.any(Marks::MUST))
            && units[need].0.word != "must"
        {
            units[need].0.marks = Marks::OPTIONAL;
            units[at].0.marks = units[at].0.marks.without(Marks::NOT);
        } else if at > 0 && matches!(units[at - 1].0.word.as_str(), "must" | "may" | "can" | "could" | "might") {
            units[at - 1].0.marks = Marks::default();
        }
    }
}

/// Words that begin a statement after "and" or after a condition.
const SUBJECTS: &[&str] = &[
    "you", "we", "they", "it", "there", "he", "she", "this", "please", "then", "your", "our", "the", "both", "nobody",
    "anyone",
];

/// What is known of a unit before the clauses are.
#[expect(clippy::struct_excessive_bools, reason = "each is seen or not, whatever the others are")]
struct Start {
    broken: bool,
    begins_condition: bool,
    begins_segment: bool,
    begins_clause: bool,
    may_begin_statement: bool,
}

impl Start {
    fn of(list: &[(Unit, bool)], at: usize) -> Self {
        let (unit, broken) = &list[at];
        let next = list.get(at + 1).map(|(unit, _)| unit);
        let is_subject = |unit: &Unit| SUBJECTS.contains(&unit.word.as_str());
        let begins_condition = unit.marks.any(Marks::IF.with(Marks::UNLESS)) && next.is_some();
        let joins = matches!(unit.word.as_str(), "but" | "so" | "because" | "although" | "which");
        let and_statement = unit.word == "and"
            && next.is_some_and(|next| {
                let binds = Marks::MUST.with(Marks::CAN).with(Marks::NOT).with(Marks::ONLY);
                is_subject(next) || next.fact.is_some() || next.marks.any(binds)
            });
        Self {
            broken: *broken,
            begins_condition,
            begins_segment: joins || and_statement && next.is_some_and(is_subject),
            begins_clause: at == 0 || *broken || begins_condition || joins || and_statement,
            may_begin_statement: *broken && (is_subject(unit) || unit.marks.any(Marks::ORDER) || unit.word == "a"),
        }
    }
}

fn into_clauses(list: Vec<(Unit, bool)>) -> Reading {
    let starts: Vec<Start> = (0..list.len()).map(|at| Start::of(&list, at)).collect();
    // A condition at the beginning ends where a statement may begin, or else at the last comma.
    let opens = starts.first().is_some_and(|start| start.begins_condition);
    let end_of_first = opens.then(|| {
        let later = || starts.iter().enumerate().skip(1);
        let statement = later().find(|(_, start)| start.may_begin_statement && !start.begins_condition);
        statement.or_else(|| later().rfind(|(_, start)| start.broken && !start.begins_condition)).map(|(at, _)| at)
    });
    let mut reading = Reading::default();
    let (mut condition, mut segment, mut ordering) = (Marks::default(), 0, false);
    let mut word_before = String::new();
    for (at, ((mut unit, _), start)) in list.into_iter().zip(&starts).enumerate() {
        if start.begins_clause {
            if start.begins_condition {
                condition = if unit.marks.any(Marks::UNLESS) { Marks::UNLESS } else { Marks::IF };
            } else if start.begins_segment || end_of_first == Some(Some(at)) || at > 0 && start.may_begin_statement {
                condition = Marks::default();
            }
            segment += usize::from(start.begins_segment);
            reading.clauses.push(Clause { condition, segment });
        }
        // An instruction stands at the beginning of a statement, or is joined to one.
        let opens_statement = start.begins_clause || matches!(word_before.as_str(), "please" | "so" | "then");
        let joined = ordering && matches!(word_before.as_str(), "and" | "or");
        let is_order = unit.marks.any(Marks::ORDER) && condition == Marks::default() && (opens_statement || joined);
        if start.begins_clause {
            ordering = false;
        }
        ordering |= is_order;
        if !is_order {
            unit.marks = unit.marks.without(Marks::ORDER);
        }
        word_before.clone_from(&unit.word);
        unit.clause = reading.clauses.len() - 1;
        reading.units.push(unit);
    }
    reading
}
