//! One enquiry on its way, from the question to the reply.

mod asking_back;
mod finding;

use std::time::Instant;

use conversation::{Offer, Outcome, Reason, Turn};
use jiff::Timestamp;
use retrieval::{Hit, QuestionStates, RetrievalError};

use crate::assistant::{Assistant, Enquiry, Event, Path, QuoteOnlyReason, Stage};
use crate::check::CheckedSentence;
use crate::contact::way_to_a_person;
use crate::context::names_topic;
use crate::course::{self, Course};
use crate::judge::{Judge, Judges, Signals};
use crate::limits;
use crate::parts::parts;
use crate::quote::{MOST_SENTENCES, Quote, Wanted};
use crate::reply::{Candidate, RankedPassage, Reply, ReplyBuilder, Trace};
use crate::same::{in_lines, normalised};
use crate::texts::{self, FixedText};
use crate::triage::Triage;
use asking_back::bare_topic;
use finding::transcript;

/// The confidence from which a further part's sentence belongs to the answer.
const MORE_LIKELY_THAN_NOT: f64 = 0.5;

/// The nearness in meaning from which what was found is about the same thing as the question.
const NEAR: f32 = 0.3;

/// How many passages the trace names.
const TRACED_PASSAGES: usize = 8;

/// One enquiry on its way.
pub(crate) struct Run<'a> {
    assistant: &'a Assistant,
    path: Path,
    deadline: Option<Instant>,
    on_event: &'a mut dyn FnMut(Event),
    keep_going: &'a dyn Fn() -> bool,
    trace: Trace,
    began: Instant,
    /// In a replay, where time ran out.
    course: Course,
    /// What the verifier has read of the question and its parts.
    questions: QuestionStates,
    /// The page of the reading that the resident took, when they were asked which one they meant.
    only: Option<String>,
}

/// What was found for one part of a question.
struct Found {
    hits: Vec<Hit>,
    wanted: Wanted,
    quote: Option<Quote>,
    signals: Signals,
}

impl Found {
    /// Whether nothing on the pages is near the question, neither what would be quoted nor what was found.
    fn off_topic(&self) -> bool {
        self.signals.far_off() && self.hits.iter().all(|hit| hit.dense < NEAR)
    }
}

/// The answer to all parts of a question.
struct Whole {
    sentences: Vec<CheckedSentence>,
    /// Whether a part is left without an answer.
    missing: bool,
    signals: Signals,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        assistant: &'a Assistant,
        path: Path,
        deadline: Option<Instant>,
        on_event: &'a mut dyn FnMut(Event),
        keep_going: &'a dyn Fn() -> bool,
    ) -> Self {
        let parts = &assistant.parts;
        let verifies = parts.verifier.is_some();
        let loaded = verifies || parts.generator.is_some() || parts.reranker.is_some() || parts.reader.is_some();
        let path = match path {
            path if path.has_models() && !loaded => Path::QuoteOnly(QuoteOnlyReason::ModelOff),
            Path::Hurried | Path::Unverified if !verifies => Path::Full,
            path => path,
        };
        let trace = assistant.new_trace(parts.clock.now());
        let (began, course) = (Instant::now(), Course::default());
        let questions = QuestionStates::default();
        Self { assistant, path, deadline, on_event, keep_going, trace, began, course, questions, only: None }
    }

    /// As at another time, on a course that was taken before.
    pub(crate) fn again(mut self, clock: Timestamp, course: Course) -> Self {
        (self.trace.clock, self.course) = (clock, course);
        self
    }

    /// The whole way.
    pub(crate) fn reply(mut self, enquiry: &Enquiry) -> Reply {
        let triaged = self.timed("triage", |run| run.assistant.triage(&in_lines(&enquiry.question)));
        let enquiry = &Enquiry { question: normalised(&enquiry.question), history: enquiry.history.clone() };
        let reply = match triaged.and_then(|found| self.meet(found, Some(enquiry))) {
            Some(reply) => reply,
            None if enquiry.question.chars().count() > limits::MAX_QUESTION_CHARACTERS => {
                self.trace.path = course::TOO_LONG.into();
                with_offers(&texts::too_long(), Outcome::Decline, Reason::Unreadable)
            }
            None => self.answer_or_fault(enquiry),
        };
        self.finish(reply)
    }

    /// What needs neither pages nor models.
    pub(crate) fn at_once(mut self, enquiry: &Enquiry) -> Option<Reply> {
        let found = self.timed("triage", |run| run.assistant.triage(&in_lines(&enquiry.question)))?;
        let reply = self.meet(found, None)?;
        Some(self.finish(reply))
    }

    fn finish(mut self, mut reply: Reply) -> Reply {
        let total = self.began.elapsed().as_secs_f64() * 1000.0;
        self.trace.timings_ms.insert("total".into(), total);
        reply.set_trace(self.trace);
        reply
    }

    fn answer_or_fault(&mut self, enquiry: &Enquiry) -> Reply {
        self.trace.path = course::name(self.path);
        match self.answer(enquiry) {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%error, "an enquiry failed");
                self.note(course::FAULT);
                self.handoff(&texts::fault(), Reason::Fault, None)
            }
        }
    }

    /// What triage alone can say. With `enquiry`, also what needs the nearest page's service to be handed over well.
    fn meet(&mut self, found: Triage, enquiry: Option<&Enquiry>) -> Option<Reply> {
        self.trace.path = format!("triage: {found:?}");
        let council = self.assistant.council();
        let human = vec![Offer::Human, Offer::CallBack];
        let polite = |text: FixedText| ReplyBuilder::default().fixed(&text).finish(Outcome::Greeting, None, Vec::new());
        Some(match found {
            Triage::Danger(kind) | Triage::LikelyDanger(kind) => {
                let text = FixedText::signpost(council.signpost(kind));
                ReplyBuilder::default().fixed(&text).finish(Outcome::Signpost, Some(Reason::Safeguarding), human)
            }
            Triage::WantsPerson => self.handoff(&texts::asked_for_person(), Reason::AskedForPerson, None),
            Triage::Greeting => polite(texts::greeting(&council.name)),
            Triage::AboutAssistant => ReplyBuilder::default().fixed(&texts::about_assistant(&council.name)).finish(
                Outcome::Greeting,
                None,
                human,
            ),
            Triage::Thanks => polite(texts::thanks()),
            Triage::Goodbye => polite(texts::goodbye()),
            Triage::Abuse => with_offers(&texts::abuse(), Outcome::Decline, Reason::Abuse),
            Triage::Instruction => with_offers(&texts::instruction(), Outcome::Decline, Reason::Instruction),
            Triage::Unreadable => with_offers(&texts::unreadable(), Outcome::Decline, Reason::Unreadable),
            // That the council's own words are offered in Welsh does not mean that its pages are.
            Triage::Welsh if self.assistant.knowledge().pages.iter().any(|page| page.lang == "cy") => return None,
            Triage::Welsh => self.handoff(&texts::welsh(), Reason::UnsupportedLanguage, None),
            Triage::ForeignLanguage => self.handoff(&texts::language(), Reason::UnsupportedLanguage, None),
            Triage::AccountSpecific => {
                let hits = self.nearest(enquiry?);
                let mut reply =
                    self.handoff(&texts::account(), Reason::AccountSpecific, self.service(&hits).as_deref());
                reply.set_pages(self.pointed_to(&hits));
                reply
            }
            Triage::Complaint => {
                let hits = self.nearest(enquiry?);
                self.handoff(&texts::complaint(), Reason::Complaint, self.service(&hits).as_deref())
            }
        })
    }

    /// What is found, so that the hand-off goes to the right people; nothing after a fault.
    fn nearest(&mut self, enquiry: &Enquiry) -> Vec<Hit> {
        let context = self.assistant.contextualise(enquiry);
        let hits = self.assistant.search(&context).unwrap_or_default();
        self.trace.ranked_pages = self.assistant.ranked_pages(&hits);
        hits
    }

    fn service(&self, hits: &[Hit]) -> Option<String> {
        let first = hits.first()?;
        self.assistant.parts.index.passage(first.passage).0.service.clone()
    }

    fn answer(&mut self, enquiry: &Enquiry) -> Result<Reply, RetrievalError> {
        (self.on_event)(Event::Status(Stage::Searching));
        let taken_up = self.take_up(enquiry);
        let asks_back = |turn: &Turn| turn.text.contains(texts::which_one().as_str());
        let already_asked = taken_up.is_some() || enquiry.history.iter().rev().take(2).any(asks_back);
        let enquiry = taken_up.as_ref().unwrap_or(enquiry);
        let context = self.assistant.contextualise(enquiry);
        let (first, others) = parts(&context);
        let said = context.history.iter().rev().take(2).cloned().collect();
        // Each further part has one sentence of the answer.
        let mut found = self.find(&first, said, &transcript(enquiry), MOST_SENTENCES - others.len())?;
        self.trace.ranked_pages = self.assistant.ranked_pages(&found.hits);
        self.trace.passages = found.hits.iter().take(TRACED_PASSAGES).map(|hit| self.ranked(hit)).collect();
        if !(self.keep_going)() {
            return Ok(self.cancelled());
        }
        let further = self.further_parts(&others, (&first, &found))?;
        let about = self.about(&found.hits);
        let has_readings = !already_asked && about.len() > 1;
        let is_bare = has_readings && found.quote.as_ref().is_some_and(|quote| bare_topic(&context, quote));
        let mut shown = Shown { builder: ReplyBuilder::default(), count: 0, streams: further.is_empty() };
        let quoted = found.quote.as_ref().map(|quote| self.whole_answer(quote.sentences.clone(), &found, &further));
        // Which topic is meant is asked back whatever would be written, so nothing is: it could be shown before.
        let draft = if is_bare { None } else { self.draft(&first, &mut found, &mut shown)? };
        if !(self.keep_going)() {
            return Ok(self.cancelled());
        }
        let whole = match draft {
            Some(draft) if !draft.sentences.is_empty() => Some(self.whole_answer(draft.sentences, &found, &further)),
            Some(_) | None => quoted,
        };
        // The draft is of the whole answer, whichever part the other signals are of.
        let of_whole = whole.as_ref().map_or(found.signals, |whole| whole.signals);
        let signals = Signals { draft: found.signals.draft, ..of_whole };
        self.trace.signals = signals.named();
        self.trace.candidate = whole.as_ref().map(|whole| Candidate::of(&whole.sentences, whole.missing));
        let judge = self.judge(&signals);
        let confidence = judge.confidence(&self.trace.signals);
        let sure = confidence >= self.answer_from(judge);
        let mut reply = match (&found.quote, whole) {
            (Some(_), _) if is_bare => Self::clarify(&about),
            (Some(quote), Some(whole)) if sure => {
                // What streamed already opens the answer, and several questions have more than one.
                let is_open = further.is_empty() && shown.count == 0;
                let opening = if is_open {
                    self.yes_or_no(&transcript(enquiry), &first.question, (quote.passage, &whole.sentences))?
                } else {
                    None
                };
                self.answered(&whole, opening, shown)
            }
            (Some(quote), _) if has_readings && self.two_readings(&context, &found, quote) => Self::clarify(&about),
            (Some(_) | None, _) if found.off_topic() => {
                let mut builder = ReplyBuilder::default().fixed(&texts::off_topic());
                builder.push_fixed(&way_to_a_person(self.assistant.council(), None, self.trace.clock));
                builder.finish(Outcome::Decline, Some(Reason::OffTopic), vec![Offer::Human, Offer::CallBack])
            }
            (quote, _) => {
                let (text, reason) = if quote.is_some() {
                    (texts::not_certain(), Reason::LowConfidence)
                } else {
                    (texts::not_on_pages(), Reason::MissingKnowledge)
                };
                let of_topic = !context.follow_up && names_topic(&context.standalone);
                if of_topic && !about.is_empty() {
                    Self::ask_what_about(about)
                } else {
                    let mut reply = self.handoff(&text, reason, self.service(&found.hits).as_deref());
                    reply.set_pages(self.pointed_to(&found.hits));
                    reply
                }
            }
        };
        reply.set_confidence(Some(confidence));
        Ok(reply)
    }

    fn ranked(&self, hit: &Hit) -> RankedPassage {
        let id = self.assistant.parts.index.passage(hit.passage).1.id.clone();
        RankedPassage { id, dense: hit.dense, fused: hit.fused, likelihood: hit.likelihood }
    }

    /// The judge of the path that the enquiry goes, and of what a candidate went through on it.
    fn judge(&self, signals: &Signals) -> &'a Judge {
        let judges = &self.assistant.parts.judges;
        match self.path {
            Path::QuoteOnly(_) => &judges.quote_only,
            _ if signals.verified.is_some() => &judges.verified,
            _ => &judges.full,
        }
    }

    /// The least confidence at which a judge lets a candidate be shown.
    fn answer_from(&self, judge: &Judge) -> f64 {
        Judges::answer_from(judge, self.assistant.parts.judges.risk)
    }

    /// The answer to all parts of a question, as sure as the part that is least so. A further part that is more likely
    /// wrong than right is left out, and the answer says so.
    fn whole_answer(&self, mut sentences: Vec<CheckedSentence>, first: &Found, further: &[Found]) -> Whole {
        if further.is_empty() {
            return Whole { sentences, missing: false, signals: first.signals };
        }
        // A draft may be longer than the quote in whose place it stands.
        sentences.truncate(MOST_SENTENCES - further.len());
        let confidence = |signals: &Signals| self.judge(signals).confidence(&signals.named());
        let of_part = |part: &Found| Signals { several: 1.0, draft: None, ..part.signals };
        let mut whole = Whole { sentences, missing: false, signals: of_part(first) };
        for part in further {
            let signals = of_part(part);
            let sentence = part.quote.as_ref().and_then(|quote| quote.sentences.first()).cloned();
            let is_held =
                |sentence: &CheckedSentence| whole.sentences.iter().any(|held| held.text() == sentence.text());
            let tells = |sentence: &CheckedSentence| {
                confidence(&signals) >= MORE_LIKELY_THAN_NOT
                    && (!is_held(sentence) || part.wanted.is_told_with(first.wanted, sentence.text()))
            };
            let Some(sentence) = sentence.filter(tells) else {
                whole.missing = true;
                continue;
            };
            if confidence(&signals) < confidence(&whole.signals) {
                whole.signals = signals;
            }
            if whole.sentences.len() < MOST_SENTENCES && !is_held(&sentence) {
                whole.sentences.push(sentence);
            }
        }
        if whole.missing {
            whole.sentences.truncate(2);
            whole.signals.missing = 1.0;
        }
        whole
    }

    /// Shows an answer sentence by sentence.
    fn answered(&mut self, whole: &Whole, opening: Option<FixedText>, mut shown: Shown) -> Reply {
        // What streamed while the model wrote is in the reply already.
        let rest = whole.sentences.iter().skip(shown.count);
        if let Some(opening) = opening {
            shown.show_fixed(&opening, self.on_event);
        }
        for sentence in rest {
            shown.show(sentence, self.on_event);
        }
        let offers = if whole.missing { vec![Offer::Human, Offer::CallBack] } else { Vec::new() };
        if whole.missing {
            shown.show_fixed(&texts::rest_not_found(), self.on_event);
        }
        shown.builder.finish(Outcome::Answer, None, offers)
    }

    fn cancelled(&mut self) -> Reply {
        self.note("cancelled");
        let mut reply = self.handoff(&texts::fault(), Reason::Fault, None);
        reply.set_cancelled();
        reply
    }

    /// Adds to the path what happened on it.
    fn note(&mut self, what: &str) {
        self.trace.path.push_str("; ");
        self.trace.path.push_str(what);
    }

    /// Whether the resident still waits and time is left, asked between steps of a model.
    fn time_left(&self) -> impl Fn() -> bool + use<'a> {
        let (deadline, keep_going) = (self.deadline, self.keep_going);
        move || keep_going() && deadline.is_none_or(|deadline| Instant::now() < deadline)
    }

    /// The way to a person, at the time of this reply.
    fn handoff(&self, why: &FixedText, reason: Reason, service: Option<&str>) -> Reply {
        self.assistant.handoff(why, reason, service, self.trace.clock)
    }

    fn timed<T>(&mut self, stage: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        let result = work(self);
        let spent = began.elapsed().as_secs_f64() * 1000.0;
        *self.trace.timings_ms.entry(stage.to_owned()).or_insert(0.0) += spent;
        result
    }
}

/// The sentences of an answer that the resident has seen so far.
struct Shown {
    builder: ReplyBuilder,
    count: usize,
    /// Whether sentences may be shown while the model still writes.
    streams: bool,
}

impl Shown {
    fn show(&mut self, sentence: &CheckedSentence, on_event: &mut dyn FnMut(Event)) {
        let citations = self.builder.push(sentence);
        on_event(Event::Sentence { index: self.count, text: sentence.text().to_owned(), citations });
        self.count += 1;
    }

    fn show_fixed(&mut self, text: &FixedText, on_event: &mut dyn FnMut(Event)) {
        self.builder.push_fixed(text);
        on_event(Event::Sentence { index: self.count, text: text.as_str().to_owned(), citations: Vec::new() });
        self.count += 1;
    }
}

/// A fixed text beside the offer of a person.
fn with_offers(text: &FixedText, outcome: Outcome, reason: Reason) -> Reply {
    ReplyBuilder::default().fixed(text).finish(outcome, Some(reason), vec![Offer::Human, Offer::CallBack])
}

/// The mean of two vectors.
fn mean(left: &[f32], right: &[f32]) -> Vec<f32> {
    left.iter().zip(right).map(|(a, b)| (a + b) / 2.0).collect()
}
