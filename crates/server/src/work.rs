//! Who answers a turn: what was answered before, the model's thread, or when too many wait a quote without the model, or
//! else the way to a person.

mod answerer;
mod filling;
mod kept;
mod queue;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use assistant::{Enquiry, Event, Path, QuoteOnlyReason, Reply, Sameness};
use conversation::{Outcome, Reason, TurnEnding};
use store::Mode;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use uuid::Uuid;

pub(crate) use answerer::Answerer;
#[cfg(test)]
pub(crate) use answerer::ScriptedAnswers;
use filling::Filling;
use kept::{Followers, Kept, Standing, lock};
pub(crate) use queue::JobQueue;
use queue::{Next, Pace};

use crate::conversations::Conversation;
use crate::people::People;
use crate::recorder::Recorder;
use crate::wire::{ContactDetails, StageName};

/// How many turns are answered without the model at a time. Each takes a processor for some tens of milliseconds; more
/// than this would slow down the turn that the model works on.
const QUOTES_AT_A_TIME: usize = 2;

/// Where the model is off, a turn waits for so long to be quoted to: more than a hundred others are in that time.
const LONGEST_WAIT_FOR_QUOTE: Duration = Duration::from_secs(5);

/// How often it is looked whether quotes are done, for which the filling of passage states makes room.
const QUOTE_PAUSE: Duration = Duration::from_millis(20);

/// One turn to be answered.
pub(crate) struct Job {
    pub(crate) conversation: Arc<Conversation>,
    pub(crate) turn: String,
    pub(crate) enquiry: Enquiry,
    /// What it has in common with the same question of others, where it may share their reply.
    sameness: Option<Sameness>,
    followers: Followers,
}

impl Job {
    pub(crate) fn new(conversation: Arc<Conversation>, turn: String, enquiry: Enquiry) -> Self {
        Self { conversation, turn, enquiry, sameness: None, followers: Followers::default() }
    }

    /// Whether anybody waits for its reply.
    fn is_wanted(&self) -> bool {
        self.own_is_wanted() || lock(&self.followers).iter().any(Self::own_is_wanted)
    }

    fn own_is_wanted(&self) -> bool {
        self.conversation.wants(&self.turn)
    }

    fn note(&self, event: &Event) {
        match event {
            Event::Status(stage) => self.conversation.note_stage(&self.turn, (*stage).into()),
            Event::Sentence { index, text, citations } => {
                self.conversation.note_sentence(&self.turn, *index, text, citations);
            }
        }
    }
}

/// The model's thread with its queue, and what stands in for it.
pub(crate) struct Work {
    answerer: Answerer,
    recorder: Option<Recorder>,
    people: Arc<People>,
    runtime: Handle,
    queue: JobQueue,
    kept: Kept,
    quotes: Arc<Semaphore>,
    draft_deadline: Duration,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Work {
    /// Starts the model's thread. To be called inside the runtime.
    pub(crate) fn start(
        answerer: Answerer,
        recorder: Option<Recorder>,
        people: Arc<People>,
        queue: JobQueue,
        kept_replies: usize,
        draft_deadline: Duration,
    ) -> std::io::Result<Arc<Self>> {
        let work = Arc::new(Self {
            answerer,
            recorder,
            people,
            runtime: Handle::current(),
            queue,
            kept: Kept::new(kept_replies),
            quotes: Arc::new(Semaphore::new(QUOTES_AT_A_TIME)),
            draft_deadline,
            thread: Mutex::default(),
        });
        let worker = Arc::clone(&work);
        let thread = std::thread::Builder::new().name("reeve-model".to_owned()).spawn(move || worker.run())?;
        *work.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(work)
    }

    /// The source of the replies.
    pub(crate) fn answerer(&self) -> &Answerer {
        &self.answerer
    }

    /// Sees to it that the turn is answered; does not wait for the model.
    pub(crate) async fn submit(self: &Arc<Self>, job: Job) {
        // Nobody in danger waits behind other people's questions, and no switch holds a signpost back.
        if let Some(reply) = self.answerer.reply_at_once(&job.enquiry).await {
            self.finish(&job, &reply).await;
            return;
        }
        match self.people.mode() {
            Mode::On => self.answer_once(job).await,
            Mode::QuotesOnly => {
                let work = Arc::clone(self);
                tokio::spawn(async move {
                    work.quote(job, QuoteOnlyReason::ModelOff, LONGEST_WAIT_FOR_QUOTE).await;
                });
            }
            Mode::Off => {
                self.finish(&job, &self.answerer.handoff_switched_off()).await;
                self.people.request(&job.conversation).await;
            }
        }
    }

    /// Gives the reply that is kept, waits for that to the same question, or has the question worked on.
    async fn answer_once(self: &Arc<Self>, mut job: Job) {
        let now = self.answerer.now();
        job.sameness = self.answerer.sameness(&job.enquiry, now);
        if let Some(reply) = job.sameness.and_then(|sameness| self.kept.reply(sameness)) {
            self.give(&job, &reply.given_again(now)).await;
            return;
        }
        if self.queue.is_busy() {
            job.conversation.note_stage(&job.turn, StageName::Waiting);
        }
        if let Standing::First(job) = self.kept.join(job) {
            self.queue_up(job).await;
        }
    }

    async fn queue_up(self: &Arc<Self>, job: Job) {
        let (pushed, unwanted) = self.queue.push(job);
        for job in unwanted {
            self.abandon(&job).await;
        }
        if let Err(job) = pushed {
            // Who came to follow it meanwhile is quoted to as well.
            for follower in self.kept.leave(&job) {
                self.quote(follower, QuoteOnlyReason::Overload, Duration::ZERO).await;
            }
            self.quote(job, QuoteOnlyReason::Overload, Duration::ZERO).await;
        }
    }

    /// Answers without the model, or where that is too much for so long as well, shows the way to a person.
    async fn quote(self: &Arc<Self>, job: Job, why: QuoteOnlyReason, longest_wait: Duration) {
        let permit = tokio::time::timeout(longest_wait, Arc::clone(&self.quotes).acquire_owned());
        let Ok(Ok(permit)) = permit.await else {
            self.finish(&job, &self.answerer.handoff_overload()).await;
            return;
        };
        let work = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            work.answer(&job, Path::QuoteOnly(why), None);
            drop(permit);
        });
    }

    /// Lets the model's thread end after the turn that it works on, which [`Conversation::wants`] cuts short.
    pub(crate) fn shut_down(&self) {
        self.queue.close();
        self.kept.close();
    }

    /// Whether the model's thread has ended.
    pub(crate) fn has_ended(&self) -> bool {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn run(&self) {
        let mut filling = Filling::default();
        loop {
            filling.go_on(&self.answerer, &|| self.is_idle());
            let Some(Next { job, pace }) = self.queue.pop() else { return };
            let path = match pace {
                Pace::Usual => Path::Full,
                Pace::Hurried => Path::Hurried,
                Pace::TooLate => Path::QuoteOnly(QuoteOnlyReason::Overload),
            };
            self.answer(&job, path, Some(Instant::now() + self.draft_deadline));
            self.queue.done();
        }
    }

    /// Whether no turn waits for the model's thread, which asks this. While quotes are in work, it waits for them: they have
    /// the processors for themselves.
    fn is_idle(&self) -> bool {
        while self.queue.is_idle() {
            if self.quotes.available_permits() == QUOTES_AT_A_TIME {
                return true;
            }
            std::thread::sleep(QUOTE_PAUSE);
        }
        false
    }

    /// Answers a turn, on a thread that may block; a panic in it is a fault like any other and leads to a person.
    fn answer(&self, job: &Job, path: Path, deadline: Option<Instant>) {
        if !job.is_wanted() {
            self.runtime.block_on(self.abandon(job));
            return;
        }
        // Once the assistant was told to stop, what it gives back is not to be shown, even if someone listens again by then.
        let told_to_stop = Cell::new(false);
        let keep_going = || {
            let wanted = !told_to_stop.get() && job.is_wanted();
            told_to_stop.set(!wanted);
            wanted
        };
        let reply = catch_unwind(AssertUnwindSafe(|| {
            self.answerer.reply(&job.enquiry, path, deadline, &mut |event| job.note(&event), &keep_going)
        }));
        match reply {
            Ok(reply) if reply.was_cancelled() || told_to_stop.get() => {
                self.runtime.block_on(self.abandon(job));
            }
            Ok(reply) => self.runtime.block_on(self.give_all(job, &reply)),
            Err(_) => {
                // The message could hold the question's text; the panic hook logs where it happened.
                tracing::error!(conversation = %job.conversation.id(), turn = job.turn, "the assistant panicked");
                self.runtime.block_on(self.give_all(job, &self.answerer.handoff_fault()));
            }
        }
    }

    /// Keeps the reply for those who will ask the same, and gives it to whoever asked it now and still waits.
    async fn give_all(&self, job: &Job, reply: &Reply) {
        if reply.may_be_given_again() && job.sameness.is_some() {
            // Made at a later time than it was asked, it may tell of other opening hours.
            if let Some(sameness) = self.answerer.sameness(&job.enquiry, reply.trace().clock) {
                self.kept.keep(sameness, reply);
            }
        }
        let followers = self.kept.leave(job);
        // With followers, the work went on even if its own resident left.
        if followers.is_empty() || job.own_is_wanted() {
            self.finish(job, reply).await;
        } else {
            stop(job, TurnEnding::Abandoned).await;
        }
        for follower in followers {
            if follower.own_is_wanted() {
                self.give(&follower, reply).await;
            } else {
                stop(&follower, TurnEnding::Abandoned).await;
            }
        }
    }

    /// Gives a reply that is there as a whole.
    async fn give(&self, job: &Job, reply: &Reply) {
        for event in kept::sentences(reply) {
            job.note(&event);
        }
        self.finish(job, reply).await;
    }

    /// Ends a turn without a reply. Who began to follow it in that moment is worked for anew.
    async fn abandon(&self, job: &Job) {
        stop(job, TurnEnding::Abandoned).await;
        for follower in self.kept.leave(job) {
            if !follower.own_is_wanted() {
                stop(&follower, TurnEnding::Abandoned).await;
            } else if let Standing::First(follower) = self.kept.join(follower) {
                let (pushed, unwanted) = self.queue.push(follower);
                for job in unwanted {
                    Box::pin(self.abandon(&job)).await;
                }
                if let Err(job) = pushed {
                    for job in self.kept.leave(&job).iter().chain([&job]) {
                        self.finish(job, &self.answerer.handoff_overload()).await;
                    }
                }
            }
        }
    }

    /// Keeps the reply and then tells the resident, unless the turn has ended already, and then the recorder what they were
    /// told. Where it cannot be kept, the resident is shown where to get help at once, or the way to a person. Whoever
    /// asked for a person gets into the queue.
    async fn finish(&self, job: &Job, reply: &Reply) {
        let knowledge = self.answerer.knowledge();
        let cited = reply.citations().first().and_then(|citation| knowledge.page(&citation.page_id));
        let nearest = || reply.trace().ranked_pages.first().and_then(|id| knowledge.page(id));
        let service = cited.or_else(nearest).and_then(|page| page.service.clone());
        let about = service.map(|service| {
            let contact = ContactDetails::new(Some(&service), knowledge);
            (service, contact)
        });
        match job.conversation.finish(&job.turn, reply, about).await {
            Ok(true) => {
                if let (Some(recorder), Ok(turn)) = (&self.recorder, job.turn.parse::<Uuid>()) {
                    recorder(turn, &job.enquiry, reply);
                }
                if reply.reason() == Some(Reason::AskedForPerson) {
                    self.people.request(&job.conversation).await;
                }
            }
            Ok(false) => (),
            Err(_) if reply.outcome() == Outcome::Signpost => job.conversation.give_up(&job.turn, reply),
            Err(_) => job.conversation.give_up(&job.turn, &self.answerer.handoff_fault()),
        }
    }
}

/// Ends a turn without a reply. Where that cannot be kept, the turn is taken up again when it is asked for.
async fn stop(job: &Job, ending: TurnEnding) {
    if let Err(error) = job.conversation.stop(&job.turn, ending).await {
        tracing::warn!(?error, "the end of a turn could not be kept");
    }
}
