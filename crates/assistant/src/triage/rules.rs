//! Rules over words, read from a text: groups of words that mean the same, and which of them must stand near another.
//!
//! A file has sections in square brackets. In `[words]` a line names a group: `hurt: hit* beat* kick*`. In any other
//! section a line is a rule: items in their order. What stands in an item:
//!
//! - `word`, `stem*`, `two_words`, `@group`, and any of them joined by `|`;
//! - between items, a blank allows three words between, `+` none, and `..` twelve;
//! - `&` parts what may come in either order, up to thirty words away;
//! - `-item` at the end of a rule: it does not hold where the item stands in what it matched, or at most four words away.
//!
//! Everything after `#` is a comment, and a line that begins with blanks goes on where the one above it ends. What a rule means is said here; what it is about, in the files.

use std::collections::HashMap;

use super::words::Word;
#[cfg(test)]
use super::words::is_read;

const NEAR_WORDS: usize = 3;
const FAR_WORDS: usize = 12;
const ELSEWHERE_WORDS: usize = 30;
const EXCEPTION_WORDS: usize = 5;

/// Stems are told apart by so many letters first, and are at least as long.
const STEM_LETTERS: usize = 2;

/// Letters that a word has at least before an "s" that it is read without.
const LEAST_BEFORE_S: usize = 3;

/// Sections of rules.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Phrases by their first word; those that begin with a stem, by the stem's first letters.
    by_word: HashMap<String, Vec<Phrase>>,
    by_stem: HashMap<String, Vec<(String, Phrase)>>,
    /// The items that each phrase is one of the ways to say.
    phrase_items: Vec<Vec<usize>>,
    items: usize,
    sections: Vec<(String, Vec<Rule>)>,
    /// Whether an "s" may be one whose apostrophe was left out.
    apostrophes_may_miss: bool,
}

/// A word or several, without the first.
#[derive(Debug)]
struct Phrase {
    /// What follows the first word, and whether each is a stem.
    rest: Vec<(String, bool)>,
    number: usize,
}

#[derive(Debug)]
struct Rule {
    /// Each a sequence of items with the most words before it.
    groups: Vec<Vec<(usize, usize)>>,
    unless: Vec<usize>,
}

/// Where something stands: numbers of the first and the last word.
pub(super) type Span = (usize, usize);

/// A message as the rules see it: where each item stands.
#[derive(Debug)]
pub(super) struct Read<'a> {
    words: &'a [Word],
    /// Of each item, in the order of their first words.
    spans: Vec<Vec<Span>>,
    /// How many words the longest span has behind its first.
    longest: usize,
    /// How many places the rules have looked at.
    #[cfg(test)]
    looked_at: std::cell::Cell<usize>,
}

impl Rules {
    /// Reads a text of rules. A group is to stand before it is named; one that is not there matches nothing; a test holds that there is none.
    pub(super) fn parse(text: &str) -> Self {
        let mut reader = Reader::default();
        let mut section = String::new();
        for line in whole_lines(text) {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                name.clone_into(&mut section);
            } else if section == "words" {
                if let Some((name, members)) = line.split_once(':') {
                    let phrases = reader.phrases_of(members);
                    reader.groups.entry(name.trim().to_owned()).or_default().extend(phrases);
                }
            } else if !line.is_empty() {
                reader.rule(&section, line);
            }
        }
        reader.rules
    }

    /// The same rules, for what is rather found too often: a word that begins no phrase is read without its "s", as many leave
    /// the apostrophe out of "the kitchen's on fire".
    pub(super) fn where_apostrophes_may_miss(self) -> Self {
        Self { apostrophes_may_miss: true, ..self }
    }

    /// Finds the items in a message.
    pub(super) fn read<'a>(&self, words: &'a [Word]) -> Read<'a> {
        let (mut spans, mut longest) = (vec![Vec::new(); self.items], 0);
        for at in 0..words.len() {
            let text = words[at].text.as_str();
            let by_stem = text.get(..STEM_LETTERS).and_then(|letters| self.by_stem.get(letters)).into_iter().flatten();
            let by_stem = by_stem.filter(|(stem, _)| text.starts_with(stem.as_str())).map(|(_, phrase)| phrase);
            for phrase in self.exactly(text).into_iter().flatten().chain(by_stem) {
                let follows = phrase.rest.iter().enumerate().all(|(number, (wanted, stem))| {
                    words.get(at + 1 + number).is_some_and(|word| {
                        word.sentence == words[at].sentence
                            && if *stem { word.text.starts_with(wanted) } else { word.text == *wanted }
                    })
                });
                if follows {
                    longest = longest.max(phrase.rest.len());
                    for item in &self.phrase_items[phrase.number] {
                        spans[*item].push((at, at + phrase.rest.len()));
                    }
                }
            }
        }
        Read {
            words,
            spans,
            longest,
            #[cfg(test)]
            looked_at: std::cell::Cell::default(),
        }
    }

    /// The phrases that begin with a word.
    fn exactly(&self, word: &str) -> Option<&Vec<Phrase>> {
        let without =
            || word.strip_suffix('s').filter(|rest| self.apostrophes_may_miss && rest.len() >= LEAST_BEFORE_S);
        self.by_word.get(word).or_else(|| self.by_word.get(without()?))
    }

    /// The names of the sections, in the order of the text.
    pub(super) fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|(name, _)| name.as_str())
    }

    /// Whether a rule of the section holds.
    pub(super) fn holds(&self, read: &Read, section: &str) -> bool {
        self.of(section).iter().any(|rule| read.holds(rule).is_some())
    }

    /// Where rules of a section hold, each time with the items by which; one that holds in several places counts in the first
    /// of each start.
    pub(super) fn find_all(&self, read: &Read, section: &str) -> Vec<Vec<Span>> {
        self.of(section).iter().flat_map(|rule| read.holds_at(rule)).collect()
    }

    fn of(&self, section: &str) -> &[Rule] {
        self.sections.iter().find(|(name, _)| name == section).map_or(&[], |(_, rules)| rules)
    }
}

// Whatever is looked for is looked for within a number of words: the work grows with the length of a message and no faster.
impl Read<'_> {
    /// The items by which a rule holds.
    fn holds(&self, rule: &Rule) -> Option<Vec<Span>> {
        let (first, others) = rule.groups.split_first()?;
        let mut found = self.sequences(first).filter(|items| self.stands(rule, hull(items))).peekable();
        found.peek()?;
        let others: Vec<(Vec<Vec<Span>>, usize)> =
            others.iter().map(|group| (self.sequences(group).collect(), self.most_words(group))).collect();
        found.find_map(|mut items| {
            let span = hull(&items);
            for (sequences, most_words) in &others {
                let first = span.0.saturating_sub(ELSEWHERE_WORDS + most_words);
                let mut around = self.within(sequences, |other| hull(other).0, first, (span.1, ELSEWHERE_WORDS)).iter();
                items.extend(around.find(|other| self.apart(span, hull(other)) <= ELSEWHERE_WORDS)?);
            }
            Some(items)
        })
    }

    fn holds_at(&self, rule: &Rule) -> Vec<Vec<Span>> {
        match rule.groups.as_slice() {
            [only] => self.sequences(only).filter(|items| self.stands(rule, hull(items))).collect(),
            _ => self.holds(rule).into_iter().collect(),
        }
    }

    /// Whether no exception of the rule is near.
    fn stands(&self, rule: &Rule, span: Span) -> bool {
        let first = span.0.saturating_sub(EXCEPTION_WORDS + self.longest);
        let around = |item: &usize| self.within(&self.spans[*item], |other| other.0, first, (span.1, EXCEPTION_WORDS));
        let mut exceptions = rule.unless.iter().flat_map(around);
        !exceptions.any(|exception| self.apart(span, *exception) <= EXCEPTION_WORDS)
    }

    /// Places at which the items of a group follow each other; at most one for each first item.
    fn sequences<'r>(&'r self, group: &'r [(usize, usize)]) -> impl Iterator<Item = Vec<Span>> + 'r {
        let first = group.first().map_or(&[][..], |(item, _)| self.spans[*item].as_slice());
        first.iter().filter_map(move |span| {
            let mut items = self.rest(group.get(1..)?, *span)?;
            items.insert(0, *span);
            Some(items)
        })
    }

    /// How many words a sequence of a group has at most.
    fn most_words(&self, group: &[(usize, usize)]) -> usize {
        group.iter().map(|(_, most)| most + 1 + self.longest).sum()
    }

    /// The rest of a group that begins after a span.
    fn rest(&self, group: &[(usize, usize)], before: Span) -> Option<Vec<Span>> {
        let Some(((item, most), rest)) = group.split_first() else { return Some(Vec::new()) };
        let after = self.within(&self.spans[*item], |span| span.0, before.1 + 1, (before.1, most + 1));
        after.iter().find_map(|span| {
            let mut items = self.rest(rest, *span)?;
            items.insert(0, *span);
            Some(items)
        })
    }

    /// Of what stands in the order of its first words, what begins at the word `first` or later, and at most so many words
    /// behind another.
    fn within<'s, T>(
        &self,
        all: &'s [T],
        begins: impl Fn(&T) -> usize,
        first: usize,
        (behind, most): (usize, usize),
    ) -> &'s [T] {
        let later = &all[all.partition_point(|one| begins(one) < first)..];
        let last = self.words[behind].place + most;
        let count = later.partition_point(|one| self.words[begins(one)].place <= last);
        #[cfg(test)]
        self.looked_at.set(self.looked_at.get() + count);
        &later[..count]
    }

    fn apart(&self, one: Span, other: Span) -> usize {
        let place = |word: usize| self.words[word].place;
        place(one.0).saturating_sub(place(other.1)).max(place(other.0).saturating_sub(place(one.1)))
    }
}

/// From the first to the last word of items that follow each other.
pub(super) fn hull(items: &[Span]) -> Span {
    (items.first().map_or(0, |first| first.0), items.last().map_or(0, |last| last.1))
}

#[derive(Debug, Default)]
struct Reader {
    /// The phrases of each group.
    groups: HashMap<String, Vec<usize>>,
    phrases: HashMap<String, usize>,
    known: HashMap<String, usize>,
    rules: Rules,
}

impl Reader {
    fn rule(&mut self, section: &str, line: &str) {
        let mut rule = Rule { groups: vec![Vec::new()], unless: Vec::new() };
        let mut most = NEAR_WORDS;
        for part in line.split_whitespace() {
            match part {
                ".." => most = FAR_WORDS,
                "+" => most = 0,
                "&" => rule.groups.push(Vec::new()),
                _ if part.starts_with('-') => {
                    let item = self.item(&part[1..]);
                    rule.unless.push(item);
                }
                _ => {
                    let item = self.item(part);
                    if let Some(group) = rule.groups.last_mut() {
                        group.push((item, most));
                    }
                    most = NEAR_WORDS;
                }
            }
        }
        match self.rules.sections.iter_mut().find(|(name, _)| name == section) {
            Some((_, rules)) => rules.push(rule),
            None => self.rules.sections.push((section.to_owned(), vec![rule])),
        }
    }

    fn item(&mut self, text: &str) -> usize {
        if let Some(item) = self.known.get(text) {
            return *item;
        }
        let item = self.rules.items;
        self.rules.items += 1;
        self.known.insert(text.to_owned(), item);
        for phrase in self.phrases_of(text) {
            let items = &mut self.rules.phrase_items[phrase];
            if items.last() != Some(&item) {
                items.push(item);
            }
        }
        item
    }

    /// The phrases that a list of them and of groups names.
    fn phrases_of(&mut self, text: &str) -> Vec<usize> {
        let mut numbers = Vec::new();
        for one in text.split(|c: char| c == '|' || c.is_whitespace()).filter(|one| !one.is_empty()) {
            match one.strip_prefix('@') {
                Some(name) => numbers.extend(self.groups.get(name).into_iter().flatten()),
                None => numbers.push(self.phrase(one)),
            }
        }
        numbers
    }

    fn phrase(&mut self, text: &str) -> usize {
        if let Some(number) = self.phrases.get(text) {
            return *number;
        }
        let number = self.rules.phrase_items.len();
        self.rules.phrase_items.push(Vec::new());
        self.phrases.insert(text.to_owned(), number);
        let mut parts = text.split('_').map(|part| (part.trim_end_matches('*').to_owned(), part.ends_with('*')));
        if let Some((first, stem)) = parts.next() {
            let phrase = Phrase { rest: parts.collect(), number };
            if !stem {
                self.rules.by_word.entry(first).or_default().push(phrase);
            } else if let Some(letters) = first.get(..STEM_LETTERS) {
                self.rules.by_stem.entry(letters.to_owned()).or_default().push((first, phrase));
            }
        }
        number
    }
}

/// The lines without comments, and with what continues them.
fn whole_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let bare = line.split('#').next().unwrap_or_default().trim_end();
        match lines.last_mut() {
            Some(last) if bare.starts_with(' ') => {
                if !last.ends_with('|') {
                    last.push(' ');
                }
                last.push_str(bare.trim_start());
            }
            Some(_) | None => lines.push(bare.to_owned()),
        }
    }
    lines
}

/// What would never match: groups that a text of rules names and does not have, short stems, and words that messages are read
/// without or in another spelling.
#[cfg(test)]
pub(super) fn faults(text: &str) -> Vec<String> {
    let lines = whole_lines(text);
    let names: Vec<&str> = lines.iter().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim()).collect();
    let parts = lines.iter().flat_map(|line| line.split(|c: char| c.is_whitespace() || c == '|'));
    let parts = parts.map(|part| part.trim_start_matches('-'));
    let wrong = parts.filter(|part| match part.strip_prefix('@') {
        Some(name) => !names.contains(&name),
        None => part.split('_').any(|word| match word.strip_suffix('*') {
            Some(stem) => stem.len() < STEM_LETTERS,
            None => !is_read(word),
        }),
    });
    wrong.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
