//! Replies by a script: the question's first word says what happens.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use assistant::testing::{
    cited_reply, clarify_reply, fixed_reply, handoff_reply, on_path, pointing_to, signpost_reply,
};
use assistant::{Enquiry, Event, Filled, KeptStates, Path, Reply, Sameness, Stage};
use conversation::{Citation, Reason, SuggestedPage};
use corpus::Knowledge;

/// How often a held reply looks whether it may go on.
const POLL: Duration = Duration::from_millis(2);
/// A held reply goes on after this long all the same, so that a failing test ends.
const LONGEST_HOLD: Duration = Duration::from_secs(10);
/// What is slow to be read takes this long.
const SLOW: Duration = Duration::from_millis(50);

/// A source of replies for tests. `hold …` waits for [`Self::release`], `panic …` panics, `cite …` is answered from the page
/// on garden waste, `unknown …` is not on the pages, `unsure …` may be on that page, `person …` asks for one, `choose …` is asked back; anything else is
/// answered. What is `late` is cut short.
pub(crate) struct ScriptedAnswers {
    knowledge: Knowledge,
    overload: Reply,
    fault: Reply,
    released: AtomicBool,
    open: AtomicBool,
    asked: Mutex<Vec<Asked>>,
    states: States,
}

/// Passage states that are filled as a test lets them.
#[derive(Default)]
struct States {
    of: usize,
    kept: AtomicUsize,
    /// So many may be kept by now.
    allowed: AtomicUsize,
    interruptions: AtomicUsize,
}

/// What was asked, as the assistant would have seen it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) question: String,
    pub(crate) history: Vec<conversation::Turn>,
    pub(crate) path: Path,
    pub(crate) has_deadline: bool,
}

impl ScriptedAnswers {
    pub(crate) fn new(knowledge: Knowledge) -> Self {
        let overload = fixed_reply("Please call us.");
        let fault = fixed_reply("Something broke. Please call us.");
        Self {
            knowledge,
            overload,
            fault,
            released: AtomicBool::new(false),
            open: AtomicBool::new(true),
            asked: Mutex::default(),
            states: States::default(),
        }
    }

    /// With so many passage states to be filled, none of which is done before [`Self::allow_states`].
    pub(crate) fn with_states(self, of: usize) -> Self {
        Self { states: States { of, ..States::default() }, ..self }
    }

    /// Lets so many passage states be done, those that are included.
    pub(crate) fn allow_states(&self, count: usize) {
        self.states.allowed.store(count, Ordering::SeqCst);
    }

    /// How often the filling of a state was interrupted.
    pub(crate) fn interruptions(&self) -> usize {
        self.states.interruptions.load(Ordering::SeqCst)
    }

    /// Fills a state, which takes until a test allows it.
    pub(crate) fn fill_next_state(&self, keep_going: &dyn Fn() -> bool) -> Filled {
        let states = &self.states;
        if states.kept.load(Ordering::SeqCst) == states.of {
            return Filled::Done;
        }
        while states.kept.load(Ordering::SeqCst) == states.allowed.load(Ordering::SeqCst) {
            if !keep_going() {
                states.interruptions.fetch_add(1, Ordering::SeqCst);
                return Filled::Interrupted;
            }
            std::thread::sleep(POLL);
        }
        states.kept.fetch_add(1, Ordering::SeqCst);
        Filled::Step
    }

    pub(crate) fn passage_states(&self) -> KeptStates {
        KeptStates { kept: self.states.kept.load(Ordering::SeqCst), of: self.states.of }
    }

    /// Lets held replies go on, now and from now on.
    pub(crate) fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
    }

    /// What was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `danger …` is met without the model. That `slow …` is not takes a while to see.
    #[expect(clippy::unused_self, reason = "called as the assistant's is")]
    pub(crate) fn reply_at_once(&self, enquiry: &Enquiry) -> Option<Reply> {
        if enquiry.question.starts_with("slow") {
            std::thread::sleep(SLOW);
        }
        enquiry.question.starts_with("danger").then(|| signpost_reply("Call 999."))
    }

    /// Only what is asked `again` is the same: other tests ask one thing many times.
    pub(crate) fn sameness(&self, enquiry: &Enquiry) -> Option<Sameness> {
        let open = self.open.load(Ordering::SeqCst).to_string();
        let said = enquiry.history.iter().map(|turn| turn.text.as_str());
        let texts = [enquiry.question.as_str(), open.as_str()].into_iter().chain(said);
        enquiry.question.contains("again").then(|| Sameness::of(texts))
    }

    /// Changes what the time says.
    pub(crate) fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
    }

    pub(crate) fn reply(
        &self,
        enquiry: &Enquiry,
        path: Path,
        deadline: Option<Instant>,
        on_event: &mut dyn FnMut(Event),
        keep_going: &dyn Fn() -> bool,
    ) -> Reply {
        let question = enquiry.question.clone();
        let asked = Asked { question, history: enquiry.history.clone(), path, has_deadline: deadline.is_some() };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        on_event(Event::Status(Stage::Searching));
        assert!(!enquiry.question.starts_with("panic"), "could not read {:?}", enquiry.question);
        let start = Instant::now();
        while enquiry.question.starts_with("hold") && !self.released.load(Ordering::SeqCst) {
            if !keep_going() || start.elapsed() > LONGEST_HOLD {
                return fixed_reply("not to be shown");
            }
            std::thread::sleep(POLL);
        }
        let said = match path {
            Path::Full => "Answered",
            Path::Hurried | Path::Unverified => "Hurried",
            Path::QuoteOnly(_) => "Quoted",
        };
        let text = format!("{said}: {}", enquiry.question);
        on_event(Event::Status(Stage::Writing));
        on_event(Event::Sentence { index: 0, text: text.clone(), citations: vec![1] });
        let reply = match enquiry.question.split(' ').next() {
            Some("cite") => cited_reply(&text, citation()),
            Some("unknown") => handoff_reply("It is not on the pages.", Reason::MissingKnowledge),
            Some("unsure") => pointing_to(handoff_reply("It is not certain.", Reason::LowConfidence), suggested()),
            Some("person") => handoff_reply("Of course.", Reason::AskedForPerson),
            Some("choose") => clarify_reply("Which one?", &["Garden waste", "<b>Contact</b> us"]),
            Some(_) | None => fixed_reply(&text),
        };
        match path {
            Path::Full if enquiry.question.contains("late") => on_path(reply, "full; reading cut short"),
            Path::Full => on_path(reply, "full"),
            Path::Hurried | Path::Unverified => on_path(reply, "full, hurried"),
            Path::QuoteOnly(_) => reply,
        }
    }

    pub(crate) fn handoff_overload(&self) -> Reply {
        self.overload.clone()
    }

    #[expect(clippy::unused_self, reason = "called as the assistant's is")]
    pub(crate) fn handoff_switched_off(&self) -> Reply {
        fixed_reply("Switched off. Please call us.")
    }

    pub(crate) fn handoff_fault(&self) -> Reply {
        self.fault.clone()
    }

    pub(crate) fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }
}

fn suggested() -> Vec<SuggestedPage> {
    let Citation { page_id, title, heading, url, .. } = citation();
    vec![SuggestedPage { page_id, title, heading, url }]
}

fn citation() -> Citation {
    let text = str::to_owned;
    Citation {
        n: 1,
        page_id: text("garden-waste"),
        title: text("Garden waste"),
        heading: text("What it costs"),
        url: text("/pages/garden-waste"),
        quote: text("A subscription costs **£52** a year."),
        page_digest: text("of no page"),
    }
}
