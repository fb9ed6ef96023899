//! `quote`: the sentences of the pages that answer best, as they stand.

mod wanted;

use std::collections::{BTreeSet, HashMap, HashSet};

use corpus::{Page, Passage, SentenceKind};
use retrieval::{Analyzer, Hit, Index, Reading, ToRead};

use crate::check::{CheckedSentence, is_question, lead_in_number};
use crate::facts::facts;
use crate::reply::ReadSentence;
use crate::triage::instruction_like;

pub(crate) use wanted::Wanted;

/// How many passages sentences are chosen from for each that is read: sometimes the fifth or the eighth has the best ones.
const FOUND: usize = 2;

/// Longest answer in words, lists aside (the contract's limit).
const MOST_WORDS: usize = 80;
/// Most sentences of an answer, lists aside (the contract's limit).
pub(crate) const MOST_SENTENCES: usize = 3;
/// Most items of a list that are shown.
const MOST_ITEMS: usize = 10;

/// What a sentence's share of the question's words counts for beside its cosine.
const OVERLAP_WEIGHT: f64 = 0.35;
/// What a sentence of the wanted kind of fact gets on top.
const WANTED_BONUS: f64 = 0.12;
/// What a point of ranking score between its passage and the best one costs a sentence.
const PASSAGE_WEIGHT: f64 = 0.06;
/// What a sentence loses that was said just before.
const SAID_PENALTY: f64 = 0.15;
/// What a point of the reader's log-odds that a sentence is the answer, and that its passage has one, counts for.
const ANSWER_WEIGHT: f64 = 0.05;
const ANSWERABLE_WEIGHT: f64 = 0.025;
/// What a sentence that was not read is taken for: hardly the answer.
const UNREAD_LOG_ODDS: f64 = -4.0;
/// How many of the best sentences could each be the answer alone.
const ALONE: usize = 3;
/// A further sentence comes along when it is at most this much worse than the best.
const COMPANION_GAP: f64 = 0.16;

/// How rare each stem is among the passages, for weighing matches.
#[derive(Debug)]
pub(crate) struct StemWeights {
    analyzer: Analyzer,
    passages: f64,
    counts: HashMap<String, u32>,
}

impl StemWeights {
    pub(crate) fn new(index: &Index) -> Self {
        let analyzer = Analyzer::new();
        let mut counts = HashMap::new();
        for number in 0..index.len() {
            let (page, passage) = index.passage(number);
            let stems: HashSet<String> =
                analyzer.stems(&format!("{} {}", page.title, passage.text)).into_iter().collect();
            for stem in stems {
                *counts.entry(stem).or_insert(0) += 1;
            }
        }
        Self { analyzer, passages: index.len() as f64, counts }
    }

    pub(crate) fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// Inverse document frequency, at least 0.3; highest for a stem that no passage has.
    fn weight(&self, stem: &str) -> f64 {
        let count = f64::from(self.counts.get(stem).copied().unwrap_or(0));
        ((self.passages + 1.0) / (count + 1.0)).ln().max(0.3)
    }

    /// Share of the question's stems, weighed by rarity, that stand in `text`.
    pub(crate) fn coverage(&self, question: &[String], text: &str) -> f64 {
        let held: HashSet<String> = self.analyzer.stems(text).into_iter().collect();
        let distinct = distinct(question);
        let all: f64 = distinct.iter().map(|stem| self.weight(stem)).sum();
        if all == 0.0 {
            return 0.0;
        }
        distinct.iter().filter(|stem| held.contains(**stem)).map(|stem| self.weight(stem)).sum::<f64>() / all
    }

    /// The question's words that stand on none of the page, with their weights; and the weight of all its words.
    pub(crate) fn missing<'a>(&self, question: &'a str, page: &Page) -> (Vec<(&'a str, f64)>, f64) {
        let texts = page.passages.iter().map(|passage| passage.text.as_str());
        let held: HashSet<String> =
            std::iter::once(page.title.as_str()).chain(texts).flat_map(|text| self.analyzer.stems(text)).collect();
        let mut seen = HashSet::new();
        let (mut missing, mut all) = (Vec::new(), 0.0);
        for word in question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            for stem in self.analyzer.stems(word) {
                if seen.insert(stem.clone()) {
                    let weight = self.weight(&stem);
                    all += weight;
                    if !held.contains(&stem) {
                        missing.push((word, weight));
                    }
                }
            }
        }
        (missing, all)
    }

    /// Share of the question's stems, weighed by rarity, that stand nowhere on the pages.
    pub(crate) fn unknown(&self, question: &[String]) -> f64 {
        let distinct = distinct(question);
        let all: f64 = distinct.iter().map(|stem| self.weight(stem)).sum();
        if all == 0.0 {
            return 0.0;
        }
        let unknown = distinct.iter().filter(|stem| !self.counts.contains_key(**stem));
        unknown.map(|stem| self.weight(stem)).sum::<f64>() / all
    }
}

/// Each stem once, in an order that is always the same: sums of weights depend on it in their last digit.
fn distinct(stems: &[String]) -> BTreeSet<&String> {
    stems.iter().collect()
}

/// A question prepared for choosing sentences.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) stems: Vec<String>,
    pub(crate) vector: Vec<f32>,
    pub(crate) wanted: Wanted,
    /// What was said just before: an answer already given is not what a follow-up asks for.
    pub(crate) said: Vec<String>,
}

/// A sentence that could be the answer, with its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    passage: usize,
    sentence: usize,
    score: f64,
    cosine: f64,
    overlap: f64,
    wanted: bool,
    read: Option<Read>,
}

/// What the reader made of a sentence, as log-odds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    /// That its passage answers the question.
    pub(crate) answerable: f64,
    /// That it is the answer.
    pub(crate) answer: f64,
}

impl Read {
    fn weight(self) -> f64 {
        ANSWER_WEIGHT * self.answer + ANSWERABLE_WEIGHT * self.answerable
    }
}

/// The best sentences found.
#[derive(Debug)]
pub(crate) struct Quote {
    pub(crate) sentences: Vec<CheckedSentence>,
    /// The passage of the first sentence.
    pub(crate) passage: usize,
    /// Cosine and share of the question's words of the first sentence; the lead over the best of another page.
    pub(crate) cosine: f64,
    pub(crate) overlap: f64,
    pub(crate) lead: f64,
    /// Whether the first sentence holds the kind of fact asked for.
    pub(crate) wanted: bool,
    /// What the reader made of the first sentence.
    pub(crate) read: Option<Read>,
}

/// The best candidates by their passages, for a reader: at most so many sentences, of at most so many passages. All of them may
/// be of one passage, where that is what the question is about.
pub(crate) fn to_read(candidates: &[Candidate], passages: usize, sentences: usize) -> Vec<ToRead> {
    let mut what: Vec<ToRead> = Vec::new();
    let mut left = sentences;
    for candidate in candidates {
        if left == 0 {
            break;
        }
        let held = what.iter().position(|what| what.passage == candidate.passage);
        match held {
            Some(place) => what[place].sentences.push(candidate.sentence),
            None if what.len() < passages => {
                what.push(ToRead { passage: candidate.passage, sentences: vec![candidate.sentence] });
            }
            None => continue,
        }
        left -= 1;
    }
    what
}

/// Weighs in what the reader made of the candidates, and puts them in their new order.
pub(crate) fn weigh_in(candidates: &mut [Candidate], what: &[ToRead], readings: &[Reading]) {
    for candidate in candidates.iter_mut() {
        let reading = what.iter().zip(readings).find(|(what, _)| what.passage == candidate.passage);
        candidate.read = reading.and_then(|(what, reading)| {
            let place = what.sentences.iter().position(|number| *number == candidate.sentence)?;
            Some(Read { answerable: reading.answerable.into(), answer: f64::from(*reading.sentences.get(place)?) })
        });
        let read = candidate.read.unwrap_or(Read { answerable: UNREAD_LOG_ODDS, answer: UNREAD_LOG_ODDS });
        candidate.score += read.weight();
    }
    sort(candidates);
}

fn sort(candidates: &mut [Candidate]) {
    candidates
        .sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)).then(a.sentence.cmp(&b.sentence)));
}

/// What was read, for the trace.
pub(crate) fn read_sentences(index: &Index, candidates: &[Candidate]) -> Vec<ReadSentence> {
    let of = |candidate: &Candidate| {
        let read = candidate.read?;
        let sentence = &index.passage(candidate.passage).1.sentences[candidate.sentence];
        Some(ReadSentence {
            id: sentence.id.clone(),
            text: sentence.with_lead_in(),
            scores: [candidate.score - read.weight(), candidate.score],
            answerable: read.answerable,
            answer: read.answer,
        })
    };
    candidates.iter().filter_map(of).collect()
}

/// The answers that the candidates make, of at most `sentences` sentences: the best one with what belongs to it, then each of
/// the first few alone.
pub(crate) fn quotes(index: &Index, candidates: &[Candidate], wanted: Wanted, sentences: usize) -> Vec<Quote> {
    let quote = |candidate: &Candidate, sentences: Vec<CheckedSentence>| {
        let page_of = |candidate: &Candidate| &index.passage(candidate.passage).0.id;
        let rival = candidates.iter().find(|rival| page_of(rival) != page_of(candidate));
        Quote {
            sentences,
            passage: candidate.passage,
            cosine: candidate.cosine,
            overlap: candidate.overlap,
            lead: rival.map_or(1.0, |rival| candidate.score - rival.score),
            wanted: candidate.wanted,
            read: candidate.read,
        }
    };
    let Some(best) = candidates.first() else { return Vec::new() };
    let mut quotes = vec![quote(best, compose(index, candidates, *best, wanted, sentences))];
    for candidate in candidates.iter().take(ALONE) {
        let (page, passage) = index.passage(candidate.passage);
        let lead_in = passage.sentences[candidate.sentence].kind == SentenceKind::ListItem;
        let alone = vec![CheckedSentence::quoted(page, passage, candidate.sentence, lead_in)];
        if quotes.iter().all(|quote| texts(&quote.sentences) != texts(&alone)) {
            quotes.push(quote(candidate, alone));
        }
    }
    quotes
}

/// What sentences say.
pub(crate) fn texts(sentences: &[CheckedSentence]) -> Vec<&str> {
    sentences.iter().map(CheckedSentence::text).collect()
}

/// The sentences of the passages of the first hits, twice as many as are read, and of the rest of the first hit's page, best
/// first.
pub(crate) fn candidates(
    index: &Index,
    weights: &StemWeights,
    hits: &[Hit],
    asked: &Asked,
    read: usize,
) -> Vec<Candidate> {
    let Some(first) = hits.first() else { return Vec::new() };
    let first_page = &index.passage(first.passage).0.id;
    let mut candidates = Vec::new();
    for (rank, hit) in hits.iter().enumerate() {
        let (page, passage) = index.passage(hit.passage);
        if rank >= FOUND * read && page.id != *first_page {
            continue;
        }
        let behind = f64::from((first.score - hit.score).clamp(0.0, 3.0));
        let scores = index.sentence_scores(hit.passage, &asked.vector);
        for (number, sentence) in passage.sentences.iter().enumerate() {
            let lead_in = sentence.lead_in.as_deref().unwrap_or_default();
            let heading = sentence.heading.as_deref().unwrap_or_default();
            // A page's own question is not an answer; the sentence after it is, and is found by it. What tells a model
            // what to do was put there by somebody else than the council.
            if is_question(&sentence.text) || instruction_like(&sentence.text) || instruction_like(lead_in) {
                continue;
            }
            let question = number.checked_sub(1).map(|before| &passage.sentences[before].text);
            let question = question.filter(|text| is_question(text)).map_or("", String::as_str);
            let cosine = if question.is_empty() { scores[number] } else { scores[number].max(scores[number - 1]) };
            let around = format!("{} {heading} {lead_in} {question} {}", page.title, sentence.text);
            let overlap = weights.coverage(&asked.stems, &around);
            let said = format!("{lead_in} {}", sentence.text);
            let wanted = asked.wanted.found_in(&said);
            // "You can:" says nothing without its list.
            if sentence.text.ends_with(':') && sentence.lead_in.is_none() && introduces(passage, number) {
                continue;
            }
            let bonus = if wanted && asked.wanted != Wanted::Open { WANTED_BONUS } else { 0.0 };
            let cosine = f64::from(cosine);
            let said_before =
                asked.said.iter().any(|said| said.contains(sentence.text.as_str()) || same_facts(said, &sentence.text));
            let penalty = if said_before { SAID_PENALTY } else { 0.0 };
            let score = cosine + OVERLAP_WEIGHT * overlap + bonus - PASSAGE_WEIGHT * behind - penalty;
            let (passage, sentence) = (hit.passage, number);
            candidates.push(Candidate { passage, sentence, score, cosine, overlap, wanted, read: None });
        }
    }
    sort(&mut candidates);
    candidates
}

/// Whether all facts of a sentence, and there are some, were said before.
fn same_facts(said: &str, sentence: &str) -> bool {
    let of_sentence = facts(sentence);
    !of_sentence.is_empty() && of_sentence.is_subset(&facts(said))
}

fn introduces(passage: &Passage, number: usize) -> bool {
    (number + 1..passage.sentences.len()).any(|later| lead_in_number(passage, later) == Some(number))
}

/// The best sentence first, then what belongs to it: the rest of its list when several items fit, and sentences of
/// its page that are nearly as good.
fn compose(
    index: &Index,
    candidates: &[Candidate],
    best: Candidate,
    wanted: Wanted,
    most: usize,
) -> Vec<CheckedSentence> {
    let (page, passage) = index.passage(best.passage);
    let sentence = &passage.sentences[best.sentence];
    let listed = matches!(sentence.kind, SentenceKind::ListItem | SentenceKind::Step);
    let near = |candidate: &&Candidate| best.score - candidate.score <= COMPANION_GAP;
    let in_group = |candidate: &&Candidate| {
        candidate.passage == best.passage
            && sentence.group.is_some()
            && passage.sentences[candidate.sentence].group == sentence.group
    };
    let mut chosen = Vec::new();
    // A whole list leaves no room for another part, and without all that introduces it its items would say something else.
    let is_introduced = sentence.lead_in.as_ref().is_none_or(|lead_in| {
        let number = lead_in_number(passage, best.sentence);
        number.is_some_and(|number| passage.sentences[number].text.ends_with(lead_in.as_str()))
    });
    if most == MOST_SENTENCES
        && listed
        && is_introduced
        && wanted == Wanted::Open
        && candidates.iter().filter(in_group).filter(near).count() > 1
    {
        chosen.extend(whole_list(page, passage, best.sentence));
    } else {
        let lead_in = sentence.kind == SentenceKind::ListItem;
        chosen.push(CheckedSentence::quoted(page, passage, best.sentence, lead_in));
    }
    let mut prose = 1;
    let mut words = count_words(chosen[0].text());
    for candidate in candidates.iter().filter(near).skip(1) {
        let (other_page, other) = index.passage(candidate.passage);
        let further = &other.sentences[candidate.sentence];
        if prose >= most || other_page.id != page.id || (listed && in_group(&candidate)) {
            continue;
        }
        // A figure that was given once is not given again in other words.
        if chosen.iter().any(|held: &CheckedSentence| same_facts(held.text(), &further.text)) {
            continue;
        }
        let lead_in = further.kind == SentenceKind::ListItem;
        let checked = CheckedSentence::quoted(other_page, other, candidate.sentence, lead_in);
        words += count_words(checked.text());
        if words > MOST_WORDS {
            break;
        }
        prose += 1;
        chosen.push(checked);
    }
    chosen
}

/// What introduces a list, then its items in order.
fn whole_list(page: &Page, passage: &Passage, number: usize) -> Vec<CheckedSentence> {
    let group = passage.sentences[number].group;
    let mut chosen = Vec::new();
    if let Some(lead_in) = lead_in_number(passage, number) {
        chosen.push(CheckedSentence::quoted(page, passage, lead_in, false));
    }
    let mut step = 0;
    for (other, sentence) in passage.sentences.iter().enumerate() {
        if sentence.group != group || step >= MOST_ITEMS || instruction_like(&sentence.text) {
            continue;
        }
        let mark = match sentence.kind {
            SentenceKind::Step => {
                step += 1;
                format!("{step}.")
            }
            SentenceKind::ListItem => {
                step += 1;
                "-".to_owned()
            }
            SentenceKind::Prose | SentenceKind::TableRow => continue,
        };
        chosen.push(CheckedSentence::quoted_item(page, passage, other, &mark));
    }
    chosen
}

pub(crate) fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The passages of candidates, best first, each with its sentences in that order, that are read.
    fn check(passages: &[usize], (most, sentences): (usize, usize), expected: &[(usize, &[usize])]) {
        let candidate = |(sentence, passage): (usize, &usize)| Candidate {
            passage: *passage,
            sentence,
            score: -(sentence as f64),
            cosine: 0.0,
            overlap: 0.0,
            wanted: false,
            read: None,
        };
        let candidates: Vec<Candidate> = passages.iter().enumerate().map(candidate).collect();
        let read = to_read(&candidates, most, sentences);
        let read: Vec<(usize, &[usize])> = read.iter().map(|what| (what.passage, what.sentences.as_slice())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn the_best_sentences_are_read_wherever_they_stand() {
        check(&[7, 7, 7, 7], (4, 3), &[(7, &[0, 1, 2])]);
        check(&[7, 3, 7, 3, 5], (4, 4), &[(7, &[0, 2]), (3, &[1, 3])]);
        // One of a further passage takes nobody's place.
        check(&[7, 3, 5, 7, 3], (2, 4), &[(7, &[0, 3]), (3, &[1, 4])]);
        check(&[7, 3], (4, 0), &[]);
        check(&[], (4, 8), &[]);
    }
}
