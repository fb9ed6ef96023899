//! The assistant: what it is made of, what it is asked, and its doors.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use conversation::{Offer, Outcome, Reason, Role, Turn};
use corpus::{Council, Knowledge, SignpostKind};
use jiff::Timestamp;
use retrieval::{
    Filled, Hit, Index, KeptStates, PassageEntailment, PassageReader, PassageStates, PassageVerifier, Query, Reranker,
    RetrievalError,
};

use crate::contact::way_to_a_person;
use crate::context::{Contextualised, contextualise, names_topic};
use crate::course;
use crate::judge::{Judge, Judges};
use crate::limits;
use crate::quote::StemWeights;
use crate::reply::{Reply, ReplyBuilder, Trace};
use crate::run::Run;
use crate::texts::{self, FixedText};
use crate::triage::{DangerClassifier, MOST_SENTENCES, Triage, danger, parts, redact, sentences, triage};

/// A message of fewer content words than this, named in the title of a page, may still go on from what was said before.
const LEAST_STEMS_OF_TOPIC: usize = 2;

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
    /// The reader was not done in time.
    OutOfTime,
}

/// Which way an enquiry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// With the language models.
    Full,
    /// With them, but the verifier, which takes longest, is asked only where it will most likely say yes: others wait.
    Hurried,
    /// Without the verifier.
    Unverified,
    /// Without any.
    QuoteOnly(QuoteOnlyReason),
}

impl Path {
    /// Whether language models are asked on it.
    pub(crate) fn has_models(self) -> bool {
        matches!(self, Self::Full | Self::Hurried | Self::Unverified)
    }
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
    pub(crate) fn now(self) -> Timestamp {
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
    /// How many passages are read for an answer: those with the best sentences, among twice as many that are found.
    pub read_passages: usize,
    /// How many of their sentences the reader is asked about, the best of all of them.
    pub read_sentences: usize,
}

/// What an assistant is built from.
pub struct AssistantParts {
    /// The pages, indexed.
    pub index: Index,
    /// Sees danger that no rule knows.
    pub danger: Option<DangerClassifier>,
    /// Reorders what was found, where a model for it is loaded.
    pub reranker: Option<Reranker>,
    /// Says which sentence is the answer, where one is loaded.
    pub reader: Option<PassageReader>,
    /// Says whether a candidate answers what was asked, where one is loaded.
    pub verifier: Option<PassageVerifier>,
    /// The generator with its passage states, where one is loaded.
    pub generator: Option<Arc<PassageStates>>,
    /// Says whether a passage says what the generator wrote, where one is loaded.
    pub entailment: Option<PassageEntailment>,
    /// Say when a candidate is shown.
    pub judges: Judges,
    /// Settings.
    pub options: Options,
    /// The time.
    pub clock: Clock,
    /// Digests of the models by role, for the trace.
    pub models: BTreeMap<String, String>,
    /// Digests of the settings and of the judges, for the trace.
    pub config: String,
    /// What replies depend on besides, for the trace: the program, threads, processor features, kernels.
    pub profile: String,
}

/// Answers enquiries.
pub struct Assistant {
    pub(crate) parts: AssistantParts,
    pub(crate) weights: StemWeights,
    /// The stems of each page's title.
    titles: Vec<Vec<String>>,
}

impl std::fmt::Debug for Assistant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assistant").field("options", &self.parts.options).finish_non_exhaustive()
    }
}

impl Assistant {
    /// Puts the parts together.
    pub fn new(parts: AssistantParts) -> Self {
        let weights = StemWeights::new(&parts.index);
        let titles = parts.index.knowledge().pages.iter().map(|page| weights.analyzer().stems(&page.title)).collect();
        Self { parts, weights, titles }
    }

    /// The pages.
    pub fn knowledge(&self) -> &Knowledge {
        self.parts.index.knowledge()
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.parts.index
    }

    /// Whether a verifier is loaded.
    pub fn has_verifier(&self) -> bool {
        self.parts.verifier.is_some()
    }

    /// Puts another judge of unverified candidates in the place of the one that the trace names, as calibration does, which fits
    /// that of verified ones on what this one leaves to the verifier.
    pub fn set_full_judge(&mut self, judge: Judge) {
        self.parts.judges.full = judge;
    }

    /// Digests of the models by role.
    pub fn models(&self) -> &BTreeMap<String, String> {
        &self.parts.models
    }

    pub(crate) fn council(&self) -> &Council {
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
        Run::new(self, path, deadline, on_event, keep_going).reply(enquiry)
    }

    /// The reply to a message that triage alone can meet: danger, a wish for a person, a greeting. It needs no language
    /// model: the rules take about a millisecond, and the encoder, which the classifier of danger needs, some 20 for a message
    /// and fewer for each of its parts, where they were not read lately. So nobody in danger waits behind other people's
    /// questions. None for all that needs the pages.
    pub fn reply_at_once(&self, enquiry: &Enquiry) -> Option<Reply> {
        Run::new(self, Path::Full, None, &mut |_| (), &|| true).at_once(enquiry)
    }

    /// The way to a person when there is no room even for a quote.
    pub fn handoff_overload(&self) -> Reply {
        self.handoff_overload_at(self.parts.clock.now())
    }

    /// The way to a person when a part of the service failed.
    pub fn handoff_fault(&self) -> Reply {
        self.handoff_fault_at(self.parts.clock.now())
    }

    /// The way to a person while the council has switched the assistant off.
    pub fn handoff_switched_off(&self) -> Reply {
        self.handoff_switched_off_at(self.parts.clock.now())
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
        let mut hits = self.search(&context)?;
        if self.in_doubt(&hits) {
            self.rerank(&context, &mut hits, &|| true)?;
        }
        Ok(self.ranked_pages(&hits))
    }

    /// Computes one of the passage states that are not at hand, or reads one from disk, so that the first question on a
    /// passage need not wait for it: the reader's first, then the verifier's, which both read for every question, then those of
    /// the language models that are loaded. To be called again until nothing is left to do, while nobody waits; `keep_going` is
    /// asked often.
    /// Replies are the same, whether it is called or not.
    pub fn fill_next_state(&self, keep_going: &dyn Fn() -> bool) -> Filled {
        let (parts, index) = (&self.parts, &self.parts.index);
        let of_reader = parts.reader.iter().map(|reader| reader.fill_next(index, keep_going));
        let of_verifier = parts.verifier.iter().map(|verifier| verifier.fill_next(index, keep_going));
        let of_others = self.states().map(|states| states.fill_next(index, keep_going));
        for filled in of_reader.chain(of_verifier).chain(of_others) {
            match filled {
                Ok(Filled::Done) => (),
                Ok(filled @ (Filled::Step | Filled::Interrupted)) => return filled,
                Err(error) => {
                    tracing::warn!(%error, "the state of a passage cannot be computed");
                    return Filled::Step;
                }
            }
        }
        Filled::Done
    }

    /// How many passage states are at hand, of those that [`Self::fill_next_state`] sees to.
    pub fn passage_states(&self) -> KeptStates {
        let index = &self.parts.index;
        let of_reader = self.parts.reader.iter().map(|reader| reader.kept(index));
        let of_verifier = self.parts.verifier.iter().map(|verifier| verifier.kept(index));
        let all = of_reader.chain(of_verifier).chain(self.states().map(|states| states.kept(index)));
        all.fold(KeptStates::default(), |sum, states| KeptStates {
            kept: sum.kept + states.kept,
            of: sum.of + states.of,
        })
    }

    /// The states of the language models; those of a model with two roles once.
    fn states(&self) -> impl Iterator<Item = &Arc<PassageStates>> {
        let generator = self.parts.generator.as_ref();
        let reranker = self.parts.reranker.as_ref().map(Reranker::states);
        let other = reranker.filter(|states| generator.is_none_or(|generator| !Arc::ptr_eq(generator, states)));
        generator.into_iter().chain(other)
    }

    pub(crate) fn handoff_overload_at(&self, clock: Timestamp) -> Reply {
        let mut reply = self.handoff(&texts::overload(), Reason::Overload, None, clock);
        reply.set_trace(Trace { path: course::OVERLOAD.into(), ..self.new_trace(clock) });
        reply
    }

    pub(crate) fn handoff_fault_at(&self, clock: Timestamp) -> Reply {
        let mut reply = self.handoff(&texts::fault(), Reason::Fault, None, clock);
        reply.set_trace(Trace { path: course::FAULT.into(), ..self.new_trace(clock) });
        reply
    }

    pub(crate) fn handoff_switched_off_at(&self, clock: Timestamp) -> Reply {
        let mut reply = self.handoff(&texts::switched_off(), Reason::SwitchedOff, None, clock);
        reply.set_trace(Trace { path: course::SWITCHED_OFF.into(), ..self.new_trace(clock) });
        reply
    }

    /// The clock is read once a reply, so that a record's one moment brings the same reply about.
    pub(crate) fn new_trace(&self, clock: Timestamp) -> Trace {
        Trace {
            models: self.parts.models.clone(),
            index: self.parts.index.digest().to_owned(),
            config: self.parts.config.clone(),
            profile: self.parts.profile.clone(),
            clock,
            ..Trace::default()
        }
    }

    pub(crate) fn contextualise(&self, enquiry: &Enquiry) -> Contextualised {
        let question = self.parts.index.vocabulary().correct(&redact(&enquiry.question).0);
        let redacted = |turn: &Turn| Turn { role: turn.role, text: redact(&turn.text).0 };
        let history: Vec<Turn> = enquiry.history.iter().map(redacted).collect();
        // Who names what a page is about has done with what was said before.
        let new_topic = |turn: &Turn| turn.role == Role::User && self.names_page(&turn.text);
        let from =
            if self.names_page(&question) { history.len() } else { history.iter().rposition(new_topic).unwrap_or(0) };
        contextualise(&question, &history[from..], self.weights.analyzer())
    }

    /// Whether a message only names a topic, in words that stand together in the title of a page.
    fn names_page(&self, message: &str) -> bool {
        let stems = self.weights.analyzer().stems(message);
        stems.len() >= LEAST_STEMS_OF_TOPIC
            && names_topic(message)
            && self.titles.iter().any(|title| stems.iter().all(|stem| title.contains(stem)))
    }

    /// What a message is, by the rules; and where they leave it to the pages, to records or to a person, whether it or a part
    /// of it speaks of danger. Where they see danger and the classifier next to none, they are asked what it is besides.
    pub(crate) fn triage(&self, message: &str) -> Option<Triage> {
        let too_long = message.chars().count() > limits::MAX_QUESTION_CHARACTERS;
        let by_rules = danger(message).filter(|kind| too_long || !self.is_hardly_danger(*kind, message));
        if let Some(kind) = by_rules {
            return Some(Triage::Danger(kind));
        }
        let found = triage(message);
        if too_long || found.is_some_and(Triage::is_settled) {
            return found;
        }
        let likely = self.parts.danger.as_ref().and_then(|classifier| {
            let in_parts = || parts(message).iter().find_map(|part| classifier.danger_of_part(part));
            classifier.danger(message).or_else(in_parts)
        });
        likely.map(Triage::LikelyDanger).or(found)
    }

    /// Whether the classifier sees no danger in a message nor in any of its sentences, where a rule saw it in words that often
    /// mean something else. Who may mean to end their life is never left to it.
    fn is_hardly_danger(&self, kind: SignpostKind, message: &str) -> bool {
        let Some(classifier) = self.parts.danger.as_ref().filter(|_| kind != SignpostKind::MentalHealth) else {
            return false;
        };
        sentences(message).count() <= MOST_SENTENCES
            && std::iter::once(message).chain(sentences(message)).all(|text| classifier.is_hardly_danger(text))
    }

    pub(crate) fn search(&self, context: &Contextualised) -> Result<Vec<Hit>, RetrievalError> {
        let history: Vec<&str> = context.history.iter().map(String::as_str).collect();
        self.parts.index.search(Query { question: &context.question, history: &history })
    }

    /// Whether a reranker is loaded and the search leaves doubt.
    pub(crate) fn in_doubt(&self, hits: &[Hit]) -> bool {
        self.parts.reranker.as_ref().is_some_and(|reranker| reranker.in_doubt(&self.parts.index, hits))
    }

    /// Reranks hits by the language model; whether it finished.
    pub(crate) fn rerank(
        &self,
        context: &Contextualised,
        hits: &mut [Hit],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<bool, RetrievalError> {
        match &self.parts.reranker {
            Some(reranker) => reranker.rerank(&self.parts.index, &context.standalone, hits, keep_going),
            None => Ok(false),
        }
    }

    pub(crate) fn ranked_pages(&self, hits: &[Hit]) -> Vec<String> {
        let mut pages: Vec<String> = Vec::new();
        for hit in hits {
            let id = &self.parts.index.passage(hit.passage).0.id;
            if !pages.contains(id) {
                pages.push(id.clone());
            }
        }
        pages
    }

    pub(crate) fn handoff(&self, why: &FixedText, reason: Reason, service: Option<&str>, clock: Timestamp) -> Reply {
        ReplyBuilder::default().fixed(why).fixed(&way_to_a_person(self.council(), service, clock)).finish(
            Outcome::Handoff,
            Some(reason),
            vec![Offer::Human, Offer::CallBack],
        )
    }
}
