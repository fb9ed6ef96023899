//! A reply: checked sentences and fixed texts, what they cite, and how it came about.

use std::collections::BTreeMap;

use conversation::{Citation, Offer, Outcome, Reason, SentenceKind, SuggestedPage};
use jiff::Timestamp;
use serde::Serialize;

use crate::check::CheckedSentence;
use crate::texts::FixedText;

/// A sentence as the resident reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplySentence {
    text: String,
    kind: SentenceKind,
    citations: Vec<u32>,
}

impl ReplySentence {
    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it comes from.
    pub fn kind(&self) -> SentenceKind {
        self.kind
    }

    /// Numbers of the citations that support it.
    pub fn citations(&self) -> &[u32] {
        &self.citations
    }
}

/// How a reply came about.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Trace {
    /// Digest of each model used, by role.
    pub models: BTreeMap<String, String>,
    /// Digest of the index.
    pub index: String,
    /// Digests of the settings and of the judges.
    pub config: String,
    /// What the reply depends on besides: the program, threads, processor features, kernels.
    pub profile: String,
    /// The path taken: `triage: …`, `full` or `quote only: …`, with what was cut short.
    pub path: String,
    /// The signals that the judge read.
    pub signals: BTreeMap<String, f64>,
    /// Pages in the order of their best passage, each once.
    pub ranked_pages: Vec<String>,
    /// The first passages in their final order, with what ranked them.
    pub passages: Vec<RankedPassage>,
    /// The sentences that the reader was asked about, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<ReadSentence>,
    /// The quotes that the verifier was asked about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<VerifiedQuote>,
    /// What the model wrote, sentence by sentence, and what the check made of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<WrittenSentence>,
    /// The answer that the judge was asked about, also where it was withheld.
    pub candidate: Option<Candidate>,
    /// Milliseconds spent in each stage; of none where the reply was made before and given again.
    pub timings_ms: BTreeMap<String, f64>,
    /// What the clock said when the reply was begun; a [`Record`](crate::Record) keeps it.
    #[serde(skip)]
    pub clock: Timestamp,
}

/// An answer that was or could have been given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// What it says.
    pub text: String,
    /// Its sentences.
    pub sentences: Vec<ReplySentence>,
    /// What they cite.
    pub citations: Vec<Citation>,
}

impl Candidate {
    /// With `missing`, a part of the question is left without an answer and the candidate says so.
    pub(crate) fn of(sentences: &[CheckedSentence], missing: bool) -> Self {
        let mut builder = ReplyBuilder::default();
        for sentence in sentences {
            builder.push(sentence);
        }
        if missing {
            builder.push_fixed(&crate::texts::rest_not_found());
        }
        Self { text: join(&builder.sentences), sentences: builder.sentences, citations: builder.citations }
    }
}

/// A passage that was found, with its scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedPassage {
    /// The passage.
    pub id: String,
    /// Its nearness to the question in meaning, −1 to 1.
    pub dense: f32,
    /// Weighted z-scores of the search.
    pub fused: f32,
    /// Mean log-probability of the question given the passage, where it was computed.
    pub likelihood: Option<f32>,
}

/// A sentence that the reader was asked about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadSentence {
    /// The sentence.
    pub id: String,
    /// What it says, with what introduces it.
    pub text: String,
    /// Its score as a candidate before and after the reading.
    pub scores: [f64; 2],
    /// Log-odds that its passage answers the question.
    pub answerable: f64,
    /// Log-odds that it is the answer.
    pub answer: f64,
}

/// A quote that the verifier was asked about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifiedQuote {
    /// The passage that it stands in.
    pub passage: String,
    /// What it says.
    pub text: String,
    /// Log-odds that it answers exactly what was asked.
    pub odds: f64,
}

/// A sentence that the model wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WrittenSentence {
    /// As it was written.
    pub text: String,
    /// The passage that it was written from.
    pub passage: String,
    /// The kind of refusal where the check did not let it through.
    pub refused: Option<&'static str>,
}

/// What the resident gets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reply {
    outcome: Outcome,
    text: String,
    sentences: Vec<ReplySentence>,
    citations: Vec<Citation>,
    confidence: Option<f64>,
    reason: Option<Reason>,
    offers: Vec<Offer>,
    trace: Trace,
    /// The readings that a `clarify` offers as choices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
    /// Where the answer may stand, of a hand-off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<SuggestedPage>,
    #[serde(skip)]
    cancelled: bool,
}

impl Reply {
    /// How the enquiry ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// All sentences, list items and steps on lines of their own.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The sentences.
    pub fn sentences(&self) -> &[ReplySentence] {
        &self.sentences
    }

    /// What they cite.
    pub fn citations(&self) -> &[Citation] {
        &self.citations
    }

    /// The probability that the candidate answer is right, where there was one.
    pub fn confidence(&self) -> Option<f64> {
        self.confidence
    }

    /// Why it is not an answer.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// What the resident is offered.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// How it came about.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The readings that a `clarify` offers as choices.
    pub fn choices(&self) -> &[String] {
        &self.choices
    }

    /// Where the answer may stand, of a hand-off.
    pub fn pages(&self) -> &[SuggestedPage] {
        &self.pages
    }

    /// Whether the caller stopped it: then nobody is to see it.
    pub fn was_cancelled(&self) -> bool {
        self.cancelled
    }

    pub(crate) fn set_trace(&mut self, trace: Trace) {
        self.trace = trace;
    }

    pub(crate) fn set_confidence(&mut self, confidence: Option<f64>) {
        self.confidence = confidence;
    }

    pub(crate) fn set_choices(&mut self, choices: Vec<String>) {
        self.choices = choices;
    }

    pub(crate) fn set_pages(&mut self, pages: Vec<SuggestedPage>) {
        self.pages = pages;
    }

    pub(crate) fn set_cancelled(&mut self) {
        self.cancelled = true;
    }
}

/// Collects the sentences of a reply.
#[derive(Debug, Default)]
pub(crate) struct ReplyBuilder {
    sentences: Vec<ReplySentence>,
    citations: Vec<Citation>,
}

impl ReplyBuilder {
    pub(crate) fn fixed(mut self, text: &FixedText) -> Self {
        self.push_fixed(text);
        self
    }

    pub(crate) fn push_fixed(&mut self, text: &FixedText) {
        let text = text.as_str().to_owned();
        self.sentences.push(ReplySentence { text, kind: SentenceKind::Fixed, citations: Vec::new() });
    }

    /// Adds a checked sentence and what it cites; gives the numbers of its citations.
    pub(crate) fn push(&mut self, sentence: &CheckedSentence) -> Vec<u32> {
        let mut numbers = Vec::new();
        for evidence in sentence.evidence() {
            let same = |held: &&Citation| held.page_id == evidence.page_id && held.quote == evidence.quote;
            let number = if let Some(held) = self.citations.iter().find(same) {
                held.n
            } else {
                let n = self.citations.len() as u32 + 1;
                self.citations.push(Citation { n, ..evidence.clone() });
                n
            };
            numbers.push(number);
        }
        self.sentences.push(ReplySentence {
            text: sentence.text().to_owned(),
            kind: sentence.kind(),
            citations: numbers.clone(),
        });
        numbers
    }

    pub(crate) fn finish(self, outcome: Outcome, reason: Option<Reason>, offers: Vec<Offer>) -> Reply {
        Reply {
            outcome,
            text: join(&self.sentences),
            sentences: self.sentences,
            citations: self.citations,
            confidence: None,
            reason,
            offers,
            trace: Trace::default(),
            choices: Vec::new(),
            pages: Vec::new(),
            cancelled: false,
        }
    }
}

#[cfg(feature = "testing")]
impl ReplyBuilder {
    /// Lets the last sentence cite something, as if it had been checked against it.
    pub(crate) fn citing(mut self, citation: Citation) -> Self {
        if let Some(sentence) = self.sentences.last_mut() {
            sentence.citations.push(citation.n);
        }
        self.citations.push(citation);
        self
    }
}

/// Sentences with a space between; list items, steps, table rows and what introduces them on lines of their own.
fn join(sentences: &[ReplySentence]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        if !text.is_empty() {
            let flows = |line: &str| !is_item(line) && is_whole_sentence(line);
            let both_flow = flows(&sentence.text) && text.lines().next_back().is_some_and(flows);
            text.push(if both_flow { ' ' } else { '\n' });
        }
        text.push_str(&sentence.text);
    }
    text
}

/// Whether a line ends as a sentence of running text does. Table rows do not, and run into one paragraph they cannot be told
/// apart.
pub fn is_whole_sentence(line: &str) -> bool {
    line.trim_end().trim_end_matches(['"', '\'', '”', '’', ')']).ends_with(['.', '!', '?', '…', ':'])
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ")
        || line
            .split_once(". ")
            .is_some_and(|(n, _)| !n.is_empty() && n.len() <= 2 && n.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sentences: &[&str], expected: &str) {
        let sentence =
            |text: &&str| ReplySentence { text: (*text).to_owned(), kind: SentenceKind::Quoted, citations: Vec::new() };
        assert_eq!(join(&sentences.iter().map(sentence).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_is_no_sentence_of_running_text_has_its_own_line() {
        check(&["Yes.", "It costs £10."], "Yes. It costs £10.");
        check(
            &["You need:", "- a form", "- a photo", "Then call us."],
            "You need:\n- a form\n- a photo\nThen call us.",
        );
        check(&["1. Apply.", "2. Pay.", "It takes a week."], "1. Apply.\n2. Pay.\nIt takes a week.");
        check(
            &["The skip must: have a lamp", "The skip must: leave 1.2 metres clear"],
            "The skip must: have a lamp\nThe skip must: leave 1.2 metres clear",
        );
        check(&["She said \"no.\"", "Ask (again).", "Or call"], "She said \"no.\" Ask (again).\nOr call");
        check(
            &["Pest: Wasp nest; Price: £65", "We come in a week."],
            "Pest: Wasp nest; Price: £65\nWe come in a week.",
        );
    }
}
