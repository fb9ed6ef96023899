//! The way of an enquiry, from the question to the reply.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use conversation::{Offer, Outcome, Reason, Turn};
use corpus::{Council, Knowledge};
use jiff::Timestamp;
use retrieval::{Hit, Index, PassageStates, Query, Reranker, RetrievalError};

use crate::check::{CheckedSentence, Checker};
use crate::contact::way_to_a_person;
use crate::context::{Contextualised, contextualise};
use crate::draft::{Draft, draft};
use crate::judge::Signals;
use crate::limits;
use crate::quote::{Asked, Quote, StemWeights, Wanted, quote};
use crate::reply::{Reply, ReplyBuilder, Trace};
use crate::texts::{self, FixedText};
use crate::triage::{Triage, redact, triage};

/// A question and what was said before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enquiry {
    /// The question as the resident typed it.
    pub question: String,
    /// Earlier turns, oldest first, without the question.
    pub history: Vec<Turn>,
}

/// Why an enquiry is met without the language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteOnlyReason {
    /// The model's queue is full.
    Overload,
    /// No language model is loaded, or it is switched off.
    ModelOff,
}

/// Which way an enquiry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// With the language model.
    Full,
    /// Without it.
    QuoteOnly(QuoteOnlyReason),
}

/// What is being done, for the resident who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking for pages.
    Searching,
    /// Reading what was found.
    Reading,
    /// Writing the answer.
    Writing,
}

/// What happens while a reply is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A stage began.
    Status(Stage),
    /// A sentence of the answer is final.
    Sentence {
        /// Its place, from 0.
        index: usize,
        /// What it says.
        text: String,
        /// Numbers of its citations.
        citations: Vec<u32>,
    },
}

/// How answers are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compose {
    /// The pages' own sentences.
    Quote,
    /// The model's sentences that pass the check; the quote where none does.
    Generate,
}

/// What the clock says: the real time, or one moment for replays, evaluations and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Always this moment.
    Fixed(Timestamp),
}

impl Clock {
    fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(moment) => moment,
        }
    }
}

/// Settings of the way of an enquiry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How answers are worded.
    pub compose: Compose,
    /// Least confidence at which a candidate is shown as an answer, 0 to 1.
    pub answer_from: f64,
    /// How many of the first passages are read for an answer.
    pub read_passages: usize,
}

/// What an assistant is built from.
pub struct AssistantParts {
    /// The pages, indexed.
    pub index: Index,
    /// Reorders what was found, where a model for it is loaded.
    pub reranker: Option<Reranker>,
    /// The generator with its passage states, where one is loaded.
    pub generator: Option<Arc<PassageStates>>,
    /// Settings.
    pub options: Options,
    /// The time.
    pub clock: Clock,
    /// Digests of the models by role, for the trace.
    pub models: BTreeMap<String, String>,
    /// Digest of the configuration, for the trace.
    pub config: String,
    /// What the arithmetic depends on, for the trace.
    pub profile: String,
}

/// Answers enquiries.
pub struct Assistant {
    parts: AssistantParts,
    weights: StemWeights,
    checker: Checker,
}

impl std::fmt::Debug for Assistant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assistant").field("options", &self.parts.options).finish_non_exhaustive()
    }
}

/// One enquiry on its way.
struct Run<'a> {
    assistant: &'a Assistant,
    path: Path,
    deadline: Option<Instant>,
    on_event: &'a mut dyn FnMut(Event),
    keep_going: &'a dyn Fn() -> bool,
    trace: Trace,
    began: Instant,
}

/// What was found for one part of a question.
struct Found {
    hits: Vec<Hit>,
    quote: Option<Quote>,
    signals: Signals,
}

impl Assistant {
    /// Puts the parts together.
    pub fn new(parts: AssistantParts) -> Self {
        let weights = StemWeights::new(&parts.index);
        Self { parts, weights, checker: Checker::new() }
    }

    /// The pages.
    pub fn knowledge(&self) -> &Knowledge {
        self.parts.index.knowledge()
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.parts.index
    }

    /// Digests of the models by role.
    pub fn models(&self) -> &BTreeMap<String, String> {
        &self.parts.models
    }

    fn council(&self) -> &Council {
        &self.knowledge().council
    }

    /// Makes the reply to an enquiry. Blocks; never fails: a fault is a hand-off.
    ///
    /// `keep_going` is asked between steps; when it says no, the reply says that it was cancelled and nobody is to see
    /// it. Past `deadline` no further model work begins and a quote stands in for the draft, marked in the trace.
    pub fn reply(
        &self,
        enquiry: &Enquiry,
        path: Path,
        deadline: Option<Instant>,
        on_event: &mut dyn FnMut(Event),
        keep_going: &dyn Fn() -> bool,
    ) -> Reply {
        let mut run = Run {
            assistant: self,
            path,
            deadline,
            on_event,
            keep_going,
            trace: self.new_trace(),
            began: Instant::now(),
        };
        let mut reply = run.reply(enquiry);
        let total = run.began.elapsed().as_secs_f64() * 1000.0;
        run.trace.timings_ms.insert("total".into(), total);
        reply.set_trace(run.trace);
        reply
    }

    /// The way to a person when there is no room even for a quote.
    pub fn handoff_overload(&self) -> Reply {
        let mut reply = self.handoff(texts::overload(), Reason::Overload, None);
        reply.set_trace(Trace { path: "overload".into(), ..self.new_trace() });
        reply
    }

    /// The way to a person when a part of the service failed.
    pub fn handoff_fault(&self) -> Reply {
        let mut reply = self.handoff(texts::fault(), Reason::Fault, None);
        reply.set_trace(Trace { path: "fault".into(), ..self.new_trace() });
        reply
    }

    /// How to reach the council, as one fixed text.
    pub fn contact_text(&self) -> String {
        way_to_a_person(self.council(), None, self.parts.clock.now()).as_str().to_owned()
    }

    /// Page ids in the order of their best passage: retrieval alone.
    ///
    /// # Errors
    /// Errors of the index and the models.
    pub fn search_pages(&self, enquiry: &Enquiry) -> Result<Vec<String>, RetrievalError> {
        let context = self.contextualise(enquiry);
        let mut hits = self.search(&context, &enquiry.question)?;
        if let Some(reranker) = &self.parts.reranker
            && reranker.in_doubt(&self.parts.index, &hits)
        {
            reranker.rerank(&self.parts.index, &context.standalone, &mut hits, &|| true)?;
        }
        Ok(self.ranked_pages(&hits))
    }

    fn new_trace(&self) -> Trace {
        Trace {
            models: self.parts.models.clone(),
            index: self.parts.index.digest().to_owned(),
            config: self.parts.config.clone(),
            profile: self.parts.profile.clone(),
            ..Trace::default()
        }
    }

    fn contextualise(&self, enquiry: &Enquiry) -> Contextualised {
        let question = self.parts.index.vocabulary().correct(&redact(&enquiry.question).0);
        contextualise(&question, &enquiry.history, self.weights.analyzer())
    }

    fn search(&self, context: &Contextualised, question: &str) -> Result<Vec<Hit>, RetrievalError> {
        let question = self.parts.index.vocabulary().correct(&redact(question).0);
        let history: Vec<&str> = context.history.iter().map(String::as_str).collect();
        self.parts.index.search(Query { question: &question, history: &history })
    }

    fn ranked_pages(&self, hits: &[Hit]) -> Vec<String> {
        let mut pages: Vec<String> = Vec::new();
        for hit in hits {
            let id = &self.parts.index.passage(hit.passage).0.id;
            if !pages.contains(id) {
                pages.push(id.clone());
            }
        }
        pages
    }

    fn handoff(&self, why: FixedText, reason: Reason, service: Option<&str>) -> Reply {
        ReplyBuilder::default()
            .fixed(why)
            .fixed(way_to_a_person(self.council(), service, self.parts.clock.now()))
            .finish(Outcome::Handoff, Some(reason), vec![Offer::Human, Offer::CallBack])
    }
}

impl Run<'_> {
    fn reply(&mut self, enquiry: &Enquiry) -> Reply {
        if enquiry.question.chars().count() > limits::MAX_QUESTION_CHARACTERS {
            return self.fixed(texts::unreadable(), Outcome::Decline, Reason::Unreadable);
        }
        let triaged = self.timed("triage", |_| triage(&enquiry.question));
        if let Some(found) = triaged
            && let Some(reply) = self.meet(found, enquiry)
        {
            self.trace.path = format!("triage: {found:?}");
            return reply;
        }
        self.trace.path = match self.path {
            Path::Full => "full".into(),
            Path::QuoteOnly(reason) => format!("quote only: {reason:?}"),
        };
        match self.answer(enquiry) {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%error, "an enquiry failed");
                self.trace.path.push_str("; fault");
                self.assistant.handoff(texts::fault(), Reason::Fault, None)
            }
        }
    }

    /// What the rules alone can say.
    fn meet(&mut self, found: Triage, enquiry: &Enquiry) -> Option<Reply> {
        let council = self.assistant.council();
        let human = vec![Offer::Human, Offer::CallBack];
        let fixed = |text: FixedText, outcome, reason| {
            let offers = if outcome == Outcome::Greeting { Vec::new() } else { vec![Offer::Human, Offer::CallBack] };
            ReplyBuilder::default().fixed(text).finish(outcome, reason, offers)
        };
        Some(match found {
            Triage::Danger(kind) => ReplyBuilder::default().fixed(FixedText::signpost(council.signpost(kind))).finish(
                Outcome::Signpost,
                Some(Reason::Safeguarding),
                human,
            ),
            Triage::WantsPerson => self.assistant.handoff(texts::asked_for_person(), Reason::AskedForPerson, None),
            Triage::Greeting => fixed(texts::greeting(&council.name), Outcome::Greeting, None),
            Triage::Thanks => fixed(texts::thanks(), Outcome::Greeting, None),
            Triage::Goodbye => fixed(texts::goodbye(), Outcome::Greeting, None),
            Triage::Abuse => fixed(texts::abuse(), Outcome::Decline, Some(Reason::Abuse)),
            Triage::Instruction => fixed(texts::instruction(), Outcome::Decline, Some(Reason::Instruction)),
            Triage::Unreadable => fixed(texts::unreadable(), Outcome::Decline, Some(Reason::Unreadable)),
            Triage::Welsh if council.languages.iter().any(|lang| lang == "cy") => return None,
            Triage::Welsh => self.assistant.handoff(texts::welsh(), Reason::UnsupportedLanguage, None),
            Triage::ForeignLanguage => self.assistant.handoff(texts::language(), Reason::UnsupportedLanguage, None),
            Triage::AccountSpecific => {
                let service = self.nearest_service(enquiry);
                self.assistant.handoff(texts::account(), Reason::AccountSpecific, service.as_deref())
            }
            Triage::Complaint => {
                let service = self.nearest_service(enquiry);
                self.assistant.handoff(texts::complaint(), Reason::Complaint, service.as_deref())
            }
        })
    }

    /// The service of the nearest page, so that the hand-off goes to the right people.
    fn nearest_service(&mut self, enquiry: &Enquiry) -> Option<String> {
        let context = self.assistant.contextualise(enquiry);
        let hits = self.assistant.search(&context, &enquiry.question).ok()?;
        self.trace.ranked_pages = self.assistant.ranked_pages(&hits);
        self.service(&hits)
    }

    fn service(&self, hits: &[Hit]) -> Option<String> {
        let first = hits.first()?;
        self.assistant.parts.index.passage(first.passage).0.service.clone()
    }

    fn fixed(&mut self, text: FixedText, outcome: Outcome, reason: Reason) -> Reply {
        ReplyBuilder::default().fixed(text).finish(outcome, Some(reason), vec![Offer::Human, Offer::CallBack])
    }

    fn answer(&mut self, enquiry: &Enquiry) -> Result<Reply, RetrievalError> {
        (self.on_event)(Event::Status(Stage::Searching));
        let context = self.assistant.contextualise(enquiry);
        let mut found = self.find(&context, &enquiry.question)?;
        self.trace.ranked_pages = self.assistant.ranked_pages(&found.hits);
        if !(self.keep_going)() {
            return Ok(self.cancelled());
        }
        let further = self.further_parts(&context)?;
        let draft = self.draft(&context, &mut found)?;
        if !(self.keep_going)() {
            return Ok(self.cancelled());
        }
        let confidence = found.signals.confidence();
        self.trace.signals = found.signals.named();
        let answer_from = self.assistant.parts.options.answer_from;
        let mut reply = match &found.quote {
            Some(quote) if confidence >= answer_from => {
                let sentences = match draft {
                    Some(draft) if !draft.sentences.is_empty() => draft.sentences,
                    Some(_) | None => quote.sentences.clone(),
                };
                self.answered(sentences, further, answer_from)
            }
            Some(_) | None if found.signals.off_topic() => {
                let mut builder = ReplyBuilder::default().fixed(texts::off_topic());
                let now = self.assistant.parts.clock.now();
                builder.push_fixed(way_to_a_person(self.assistant.council(), None, now));
                builder.finish(Outcome::Decline, Some(Reason::OffTopic), vec![Offer::Human, Offer::CallBack])
            }
            quote => {
                let (text, reason) = if quote.is_some() {
                    (texts::not_certain(), Reason::LowConfidence)
                } else {
                    (texts::not_on_pages(), Reason::MissingKnowledge)
                };
                self.assistant.handoff(text, reason, self.service(&found.hits).as_deref())
            }
        };
        reply.set_confidence(Some(confidence));
        Ok(reply)
    }

    /// Puts an answer together and shows it sentence by sentence.
    fn answered(&mut self, sentences: Vec<CheckedSentence>, further: Vec<Found>, answer_from: f64) -> Reply {
        let mut sentences = sentences;
        let mut missing = false;
        for part in further {
            match part.quote {
                Some(quote) if part.signals.confidence() >= answer_from => {
                    // One sentence a part, so that the whole stays within three.
                    sentences.truncate(2);
                    for sentence in quote.sentences.into_iter().take(1) {
                        if !sentences.iter().any(|held| held.text() == sentence.text()) {
                            sentences.push(sentence);
                        }
                    }
                }
                Some(_) | None => missing = true,
            }
        }
        let mut builder = ReplyBuilder::default();
        for (index, sentence) in sentences.iter().enumerate() {
            let citations = builder.push(sentence);
            (self.on_event)(Event::Sentence { index, text: sentence.text().to_owned(), citations });
        }
        let offers = if missing { vec![Offer::Human, Offer::CallBack] } else { Vec::new() };
        if missing && sentences.len() < 3 {
            builder.push_fixed(texts::rest_not_found());
        }
        builder.finish(Outcome::Answer, None, offers)
    }

    /// Searches, reranks where there is doubt and time, and chooses sentences.
    fn find(&mut self, context: &Contextualised, question: &str) -> Result<Found, RetrievalError> {
        let assistant = self.assistant;
        let index = &assistant.parts.index;
        let mut hits = self.timed("search", |_| assistant.search(context, question))?;
        if let (Path::Full, Some(reranker)) = (self.path, &assistant.parts.reranker)
            && reranker.in_doubt(index, &hits)
        {
            (self.on_event)(Event::Status(Stage::Reading));
            let (deadline, keep_going) = (self.deadline, self.keep_going);
            let in_time = move || keep_going() && deadline.is_none_or(|deadline| Instant::now() < deadline);
            let done = self.timed("rerank", |_| reranker.rerank(index, &context.standalone, &mut hits, &in_time))?;
            self.trace.path.push_str(if done { "; reranked" } else { "; rerank cut short" });
        }
        let vector = self.timed("encode", |_| index.encode(&context.standalone))?;
        let asked = Asked {
            stems: assistant.weights.analyzer().stems(&context.standalone),
            vector,
            wanted: Wanted::of(question),
        };
        let read = assistant.parts.options.read_passages;
        let quote = self.timed("quote", |_| quote(index, &assistant.weights, &hits, &asked, read));
        let signals = self.signals(&hits, &asked, quote.as_ref());
        Ok(Found { hits, quote, signals })
    }

    fn signals(&self, hits: &[Hit], asked: &Asked, quote: Option<&Quote>) -> Signals {
        let index = &self.assistant.parts.index;
        let weights = &self.assistant.weights;
        let dense = hits.iter().map(|hit| index.passage_score(hit.passage, &asked.vector)).fold(0.0, f32::max);
        let Some(quote) = quote else {
            return Signals { dense: f64::from(dense), unknown: weights.unknown(&asked.stems), ..Signals::default() };
        };
        let (page, passage) = index.passage(quote.passage);
        let likelihood = hits.iter().find(|hit| hit.passage == quote.passage).and_then(|hit| hit.likelihood);
        Signals {
            dense: f64::from(dense),
            sentence: quote.cosine,
            coverage: weights.coverage(&asked.stems, &format!("{} {}", page.title, passage.text)),
            sentence_coverage: quote.overlap,
            unknown: weights.unknown(&asked.stems),
            lead: quote.lead,
            wanted: match (asked.wanted, quote.wanted) {
                (Wanted::Open, _) => 0.5,
                (_, true) => 1.0,
                (_, false) => 0.0,
            },
            likelihood: likelihood.map(f64::from),
            draft: None,
        }
    }

    /// The further parts of a question that asks for several things, each searched for alone.
    fn further_parts(&mut self, context: &Contextualised) -> Result<Vec<Found>, RetrievalError> {
        let parts = split_parts(&context.standalone);
        let mut found = Vec::new();
        for part in parts.iter().skip(1).take(2) {
            let context = Contextualised {
                history: vec![parts[0].clone()],
                standalone: format!("{} {part}", parts[0]),
                follow_up: true,
            };
            let mut further = self.find(&context, part)?;
            // What the part itself asks for decides, the first part only says what it is about.
            further.signals.wanted = further.quote.as_ref().map_or(0.0, |quote| f64::from(u8::from(quote.wanted)));
            found.push(further);
        }
        Ok(found)
    }

    /// Lets the model write, where it is loaded, wanted and in time.
    fn draft(&mut self, context: &Contextualised, found: &mut Found) -> Result<Option<Draft>, RetrievalError> {
        let assistant = self.assistant;
        let (Path::Full, Compose::Generate, Some(states), Some(quote)) =
            (self.path, assistant.parts.options.compose, &assistant.parts.generator, &found.quote)
        else {
            return Ok(None);
        };
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.trace.path.push_str("; draft left out: out of time");
            return Ok(None);
        }
        (self.on_event)(Event::Status(Stage::Writing));
        let (page, passage) = assistant.parts.index.passage(quote.passage);
        let (deadline, keep_going) = (self.deadline, self.keep_going);
        let in_time = move || keep_going() && deadline.is_none_or(|deadline| Instant::now() < deadline);
        let question = &context.standalone;
        let draft = self
            .timed("draft", |_| draft(states, &assistant.checker, page, passage, question, &in_time, &mut |_| true))?;
        if draft.stopped {
            self.trace.path.push_str("; draft cut short");
        }
        self.trace.path.push_str(&format!("; draft {} checked, {} refused", draft.sentences.len(), draft.refused));
        found.signals.draft = Some(if draft.declined {
            -1.0
        } else if draft.sentences.is_empty() {
            0.0
        } else {
            1.0
        });
        Ok(Some(draft))
    }

    fn cancelled(&mut self) -> Reply {
        self.trace.path.push_str("; cancelled");
        let mut reply = self.assistant.handoff(texts::fault(), Reason::Fault, None);
        reply.set_cancelled();
        reply
    }

    fn timed<T>(&mut self, stage: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        let result = work(self);
        let spent = began.elapsed().as_secs_f64() * 1000.0;
        *self.trace.timings_ms.entry(stage.to_owned()).or_insert(0.0) += spent;
        result
    }
}

/// Cuts a message that asks for several things into its questions.
fn split_parts(question: &str) -> Vec<String> {
    use std::sync::LazyLock;
    #[allow(clippy::expect_used)]
    static JOINT: LazyLock<regex::Regex> = LazyLock::new(|| {
        regex::Regex::new(
            r"(?i)(\?\s+|,?\s+(and|&|also|plus)\s+)((also )?(how|what|when|where|who|which|why|can|could|do|does|did|is|are|will|would|should|am|must)\b)",
        )
        .expect("a pattern of this module")
    });
    let mut parts = Vec::new();
    let mut at = 0;
    for joint in JOINT.captures_iter(question) {
        let (Some(between), Some(next)) = (joint.get(1), joint.get(3)) else { continue };
        parts.push(question[at..between.start()].trim().to_owned());
        at = next.start();
    }
    parts.push(question[at..].trim().to_owned());
    parts.retain(|part| part.split_whitespace().count() >= 3);
    if parts.is_empty() { vec![question.to_owned()] } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: &[&str]) {
        assert_eq!(split_parts(question), expected);
    }

    #[test]
    fn questions_with_several_parts_are_cut() {
        check(
            "How much is a Blue Badge and how many years do you get it for?",
            &["How much is a Blue Badge", "how many years do you get it for?"],
        );
        check("When are bins and recycling collected?", &["When are bins and recycling collected?"]);
        check(
            "I moved. What do I do? And how long have I got?",
            &["I moved. What do I do", "And how long have I got?"],
        );
    }
}
