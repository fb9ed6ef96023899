//! What is found for a question or a part of it: the passages, what the reader makes of them, the quote, the signals for the
//! judge, and the model's draft.

use std::ops::Range;
use std::time::Instant;

use conversation::Role;
use retrieval::{Hit, RetrievalError, ToVerify};

use super::{Found, Run, Shown, mean};
use crate::assistant::{Compose, Enquiry, Event, Path, QuoteOnlyReason, Stage};
use crate::check::{CheckedSentence, Checker};
use crate::context::Contextualised;
use crate::course;
use crate::draft::{Draft, draft};
use crate::judge::Signals;
use crate::polar::{is_polar, may_follow_no, may_follow_yes, opens_itself};
use crate::quote::{
    Asked, Candidate as Possible, Quote, Wanted, candidates, quotes, read_sentences, texts, to_read, weigh_in,
};
use crate::reply::VerifiedQuote;
use crate::texts::{self as fixed, FixedText};
use crate::triage::{instruction_like, redact};

/// How many of the last turns the verifier reads, and how many characters of each.
const VERIFIED_TURNS: usize = 2;
const VERIFIED_TURN_CHARACTERS: usize = 400;

/// The judge's confidence without the verifier from which the verifier is asked: below, its yes would hardly ever make an answer
/// of the quote. Where others wait, it is asked only about what most likely is one.
const ASKED_FROM: f64 = 0.15;
const ASKED_FROM_HURRIED: f64 = 0.7;
/// The log-odds of the first quote at which the verifier is asked about the others as well: above, the first is the answer, and
/// below, none is.
const DOUBTED: Range<f64> = -4.0..3.0;
/// How many points of log-odds another quote has to be ahead of it.
const MUCH_BETTER: f64 = 4.0;
/// How many points of log-odds a yes is ahead of a no, or a no of a yes, where the answer opens with it.
const DECIDED: f64 = 1.0;
/// The reader's log-odds below which a sentence is not worth asking the verifier about beside the first quote.
const UNLIKELY: f64 = -3.0;

impl Run<'_> {
    /// Searches, reranks where there is doubt and time, and chooses at most so many sentences. What was `said` is hardly asked
    /// for again; `earlier` is the transcript that the question stands behind.
    pub(super) fn find(
        &mut self,
        context: &Contextualised,
        said: Vec<String>,
        earlier: &[String],
        sentences: usize,
    ) -> Result<Found, RetrievalError> {
        let assistant = self.assistant;
        let index = &assistant.parts.index;
        let found = self.timed("search", |_| assistant.search(context))?;
        let mut hits = self.on_page_taken_up(found);
        if self.path.has_models() && assistant.in_doubt(&hits) {
            (self.on_event)(Event::Status(Stage::Reading));
            let is_in_time = self.course.next_rerank_is_in_time();
            let time_left = self.time_left();
            let in_time = || is_in_time && time_left();
            let done = self.timed("rerank", |_| assistant.rerank(context, &mut hits, &in_time))?;
            self.note(course::rerank_note(done));
        }
        let vector = self.timed("encode", |_| {
            let whole = index.encode(&context.standalone)?;
            // A follow-up is about what was said before, but asks for something else: both readings count.
            if context.follow_up {
                Ok(mean(&whole, &index.encode(&context.question)?))
            } else {
                Ok::<_, RetrievalError>(whole)
            }
        })?;
        let wanted = match Wanted::of(&context.question) {
            Wanted::Open if context.follow_up && !context.further => Wanted::of(&context.standalone),
            wanted => wanted,
        };
        let asked = Asked { stems: assistant.weights.analyzer().stems(&context.standalone), vector, wanted, said };
        let read = assistant.parts.options.read_passages;
        let mut possible = self.timed("quote", |_| candidates(index, &assistant.weights, &hits, &asked, read));
        self.read(&context.standalone, &mut possible)?;
        let mut quotes = quotes(index, &possible, asked.wanted, sentences);
        let mut signals = self.signals(context, &hits, &asked, quotes.first())?;
        let mut best = 0;
        let asked_from = if self.path == Path::Hurried { ASKED_FROM_HURRIED } else { ASKED_FROM };
        if self.assistant.parts.judges.full.confidence(&signals.named()) >= asked_from {
            (best, signals.verified) = self.best_verified(earlier, &context.question, &quotes)?;
        }
        if best > 0 {
            signals = Signals { verified: signals.verified, ..self.signals(context, &hits, &asked, quotes.get(best))? };
        }
        let quote = (!quotes.is_empty()).then(|| quotes.swap_remove(best));
        Ok(Found { hits, wanted, quote, signals })
    }

    /// Lets the reader, where one is loaded and in time, say which candidate is the answer.
    fn read(&mut self, question: &str, possible: &mut [Possible]) -> Result<(), RetrievalError> {
        let parts = &self.assistant.parts;
        let (true, Some(reader)) = (self.path.has_models(), &parts.reader) else { return Ok(()) };
        (self.on_event)(Event::Status(Stage::Reading));
        let what = to_read(possible, parts.options.read_passages, parts.options.read_sentences);
        let (is_in_time, time_left) = (self.course.next_reading_is_in_time(), self.time_left());
        let in_time = || is_in_time && time_left();
        let readings = self.timed("read", |_| reader.read(&parts.index, question, &what, &in_time))?;
        self.note(course::reading_note(readings.is_some()));
        match readings {
            Some(readings) => {
                weigh_in(possible, &what, &readings);
                self.trace.read.extend(read_sentences(&parts.index, possible));
            }
            // What was not read is judged, and shown, as it would be without a reader.
            None => self.path = Path::QuoteOnly(QuoteOnlyReason::OutOfTime),
        }
        Ok(())
    }

    fn signals(
        &mut self,
        context: &Contextualised,
        hits: &[Hit],
        asked: &Asked,
        quote: Option<&Quote>,
    ) -> Result<Signals, RetrievalError> {
        let index = &self.assistant.parts.index;
        let weights = &self.assistant.weights;
        let dense = hits.iter().map(|hit| index.passage_score(hit.passage, &asked.vector)).fold(0.0, f32::max);
        let of_question = Signals {
            dense: f64::from(dense),
            unknown: weights.unknown(&asked.stems),
            follow_up: f64::from(u8::from(context.follow_up)),
            ..Signals::default()
        };
        let Some(quote) = quote else { return Ok(of_question) };
        let (soft_coverage, weakest) = self.timed("words", |run| run.nearness(&context.standalone, quote.passage))?;
        let (page, passage) = index.passage(quote.passage);
        let hit = hits.iter().find(|hit| hit.passage == quote.passage);
        Ok(Signals {
            found: f64::from(hit.map_or(0.0, |hit| hit.dense)),
            sentence: quote.cosine,
            coverage: weights.coverage(&asked.stems, &format!("{} {}", page.title, passage.text)),
            sentence_coverage: quote.overlap,
            soft_coverage,
            weakest,
            lead: quote.lead,
            wanted: match (asked.wanted, quote.wanted) {
                (Wanted::Open, _) => 0.5,
                (_, true) => 1.0,
                (_, false) => 0.0,
            },
            answer: quote.read.map(|read| read.answer),
            answerable: quote.read.map(|read| read.answerable),
            likelihood: hit.and_then(|hit| hit.likelihood).map(f64::from),
            ..of_question
        })
    }

    /// How much of the question the page of a passage covers in meaning, and the nearness of the word least at home.
    fn nearness(&self, question: &str, passage: usize) -> Result<(f64, f64), RetrievalError> {
        let index = &self.assistant.parts.index;
        let (missing, all) = self.assistant.weights.missing(question, index.passage(passage).0);
        if missing.is_empty() || all == 0.0 {
            return Ok((1.0, 1.0));
        }
        let words: Vec<&str> = missing.iter().map(|(word, _)| *word).collect();
        let nearest = index.nearest_words(passage, &words)?;
        let (mut lost, mut weakest) = (0.0, 1.0_f64);
        for ((_, weight), near) in missing.iter().zip(nearest) {
            let near = f64::from(near);
            lost += weight * (1.0 - near);
            weakest = weakest.min(near);
        }
        Ok((1.0 - lost / all, weakest))
    }

    /// What is found for the further parts of a question, each searched for alone. A sentence of the answer to an earlier
    /// part is hardly the answer to a later one.
    pub(super) fn further_parts(
        &mut self,
        parts: &[Contextualised],
        first: (&Contextualised, &Found),
    ) -> Result<Vec<Found>, RetrievalError> {
        let texts = |found: &Found| -> Vec<String> {
            let sentences = found.quote.iter().flat_map(|quote| &quote.sentences);
            sentences.map(|sentence| sentence.text().to_owned()).collect()
        };
        let (question, first) = first;
        let mut said = texts(first);
        let replied = said.first().map(|said| line(Role::Assistant, said));
        let earlier: Vec<String> = std::iter::once(line(Role::User, &question.question)).chain(replied).collect();
        let mut found = Vec::new();
        for part in parts {
            let further = self.find(part, said.clone(), &earlier, 1)?;
            said.extend(texts(&further));
            found.push(further);
        }
        Ok(found)
    }

    /// Which quote answers what was asked, and the verifier's log-odds that it does, where a verifier is loaded and in time. The
    /// others are put to it only where it doubts the first and nobody waits, and have to do much better.
    fn best_verified(
        &mut self,
        earlier: &[String],
        question: &str,
        quotes: &[Quote],
    ) -> Result<(usize, Option<f64>), RetrievalError> {
        let Some((first, others)) = quotes.split_first() else { return Ok((0, None)) };
        let reply = |quote: &Quote| (quote.passage, texts(&quote.sentences).join(" "));
        let Some(odds) = self.verify(earlier, question, vec![reply(first)])? else { return Ok((0, None)) };
        let odds_of_first = odds[0];
        let is_likely = |quote: &Quote| quote.read.is_none_or(|read| read.answer >= UNLIKELY);
        let others = (1..).zip(others).filter(|(_, other)| is_likely(other));
        let (places, replies): (Vec<usize>, Vec<_>) = others.map(|(place, other)| (place, reply(other))).unzip();
        if self.path == Path::Hurried || !DOUBTED.contains(&odds_of_first) || replies.is_empty() {
            return Ok((0, Some(odds_of_first)));
        }
        let odds = self.verify(earlier, question, replies)?.unwrap_or_default();
        let best = places.into_iter().zip(odds).max_by(|(_, a), (_, b)| a.total_cmp(b));
        let better = best.filter(|(_, odds)| *odds >= odds_of_first + MUCH_BETTER);
        Ok(better.map_or((0, Some(odds_of_first)), |(place, odds)| (place, Some(odds))))
    }

    /// A yes or a no to open the answer with, where the question asks for one and the verifier is much surer of the answer with
    /// the one than with the other.
    pub(super) fn yes_or_no(
        &mut self,
        earlier: &[String],
        question: &str,
        (passage, answer): (usize, &[CheckedSentence]),
    ) -> Result<Option<FixedText>, RetrievalError> {
        let answer = texts(answer).join(" ");
        let is_open = may_follow_yes(&answer) || may_follow_no(&answer);
        if self.path != Path::Full || !is_polar(question) || opens_itself(&answer) || !is_open {
            return Ok(None);
        }
        let with = |opening: FixedText| (passage, format!("{} {answer}", opening.as_str()));
        let odds = self.verify(earlier, question, vec![with(fixed::yes()), with(fixed::no())])?.unwrap_or_default();
        let [yes, no] = odds[..] else { return Ok(None) };
        Ok(match yes - no {
            DECIDED.. if may_follow_yes(&answer) => Some(fixed::yes()),
            ahead if ahead <= -DECIDED && may_follow_no(&answer) => Some(fixed::no()),
            _ => None,
        })
    }

    /// Asks the verifier, where one is loaded and in time, how well each reply, which is from the passage beside it, answers
    /// what was asked.
    fn verify(
        &mut self,
        earlier: &[String],
        question: &str,
        replies: Vec<(usize, String)>,
    ) -> Result<Option<Vec<f64>>, RetrievalError> {
        let parts = &self.assistant.parts;
        let (Path::Full | Path::Hurried, Some(verifier)) = (self.path, &parts.verifier) else { return Ok(None) };
        (self.on_event)(Event::Status(Stage::Reading));
        let (is_in_time, time_left) = (self.course.next_verification_is_in_time(), self.time_left());
        let in_time = || is_in_time && time_left();
        let to_verify: Vec<(usize, ToVerify<'_>)> =
            replies.iter().map(|(passage, reply)| (*passage, ToVerify { earlier, question, reply })).collect();
        let odds =
            self.timed("verify", |run| verifier.verify(&parts.index, &to_verify, &mut run.questions, &in_time))?;
        self.note(course::verification_note(odds.is_some()));
        let odds: Option<Vec<f64>> = odds.map(|odds| odds.into_iter().map(f64::from).collect());
        let told = replies.into_iter().zip(odds.iter().flatten()).map(|((passage, text), odds)| {
            let passage = parts.index.passage(passage).1.id.clone();
            VerifiedQuote { passage, text, odds: *odds }
        });
        self.trace.verified.extend(told);
        Ok(odds)
    }

    /// Lets the model write, where it is loaded, wanted and in time.
    pub(super) fn draft(
        &mut self,
        context: &Contextualised,
        found: &mut Found,
        shown: &mut Shown,
    ) -> Result<Option<Draft>, RetrievalError> {
        let assistant = self.assistant;
        let (true, Compose::Generate, Some(states), Some(quote)) =
            (self.path.has_models(), assistant.parts.options.compose, &assistant.parts.generator, &found.quote)
        else {
            return Ok(None);
        };
        if self.course.draft_is_left_out() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.note(course::DRAFT_LEFT_OUT);
            return Ok(None);
        }
        let (page, passage) = assistant.parts.index.passage(quote.passage);
        // Nothing is written from a text that tells the model what to do.
        if passage.sentences.iter().any(|sentence| instruction_like(&sentence.text)) {
            return Ok(None);
        }
        (self.on_event)(Event::Status(Stage::Writing));
        let checker = Checker::new(assistant.parts.entailment.as_ref());
        let (taken, time_left) = (self.course.clone(), self.time_left());
        let in_time = |tokens| taken.draft_goes_on(tokens) && time_left();
        let question = &context.standalone;
        // The judge decides on the first checked sentence; from then on the outcome can no longer change.
        let with_draft = Signals { draft: Some(1.0), ..found.signals };
        let judge = self.judge(&with_draft);
        let streams = shown.streams && judge.confidence(&with_draft.named()) >= self.answer_from(judge);
        let mut draft = self.timed("draft", |run| {
            let on_event = &mut *run.on_event;
            draft(states, checker, page, passage, question, &in_time, &mut |sentence| {
                if streams {
                    shown.show(sentence, on_event);
                }
            })
        })?;
        if let Some(tokens) = draft.cut_after {
            self.note(&course::draft_cut_note(tokens));
        }
        let (passed, refused) = (draft.sentences.len(), draft.written.len() - draft.sentences.len());
        self.note(&format!("draft {passed} checked, {refused} refused"));
        self.trace.written = std::mem::take(&mut draft.written);
        found.signals.draft = Some(match (draft.sentences.is_empty(), draft.declined) {
            (false, _) => 1.0,
            (true, false) => 0.0,
            (true, true) => -1.0,
        });
        Ok(Some(draft))
    }
}

/// The last turns as lines of a transcript, without personal data.
pub(super) fn transcript(enquiry: &Enquiry) -> Vec<String> {
    let from = enquiry.history.len().saturating_sub(VERIFIED_TURNS);
    enquiry.history[from..].iter().map(|turn| line(turn.role, &turn.text)).collect()
}

fn line(role: Role, text: &str) -> String {
    let who = if role == Role::User { "Resident" } else { "Council" };
    format!("{who}: {}", redact(text).0.chars().take(VERIFIED_TURN_CHARACTERS).collect::<String>())
}
