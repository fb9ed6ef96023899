//! Who answers a turn: the model's thread, or when too many wait a quote without the model, or else the way to a person.

mod answerer;
mod queue;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use assistant::{Enquiry, Event, Path, QuoteOnlyReason, Reply};
use tokio::sync::Semaphore;

pub(crate) use answerer::Answerer;
#[cfg(test)]
pub(crate) use answerer::ScriptedAnswers;
use queue::JobQueue;

use crate::conversations::Conversation;
use crate::recorder::Recorder;
use crate::wire::{Ending, StageName};

/// How many turns are answered without the model at a time. Each takes a processor for some tens of milliseconds; more
/// than this would slow down the turn that the model works on.
const QUOTES_AT_A_TIME: usize = 2;

/// One turn to be answered.
pub(crate) struct Job {
    pub(crate) conversation: Arc<Conversation>,
    pub(crate) turn: usize,
    pub(crate) enquiry: Enquiry,
}

impl Job {
    fn is_wanted(&self) -> bool {
        self.conversation.wants(self.turn)
    }

    fn note(&self, event: Event) {
        match event {
            Event::Status(stage) => self.conversation.note_stage(self.turn, stage.into()),
            Event::Sentence { index, text, citations } => {
                self.conversation.note_sentence(self.turn, index, &text, &citations);
            }
        }
    }
}

/// The model's thread with its queue, and what stands in for it.
pub(crate) struct Work {
    answerer: Answerer,
    recorder: Option<Recorder>,
    queue: JobQueue,
    quotes: Arc<Semaphore>,
    draft_deadline: Duration,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Work {
    /// Starts the model's thread.
    pub(crate) fn start(
        answerer: Answerer,
        recorder: Option<Recorder>,
        queue_length: usize,
        draft_deadline: Duration,
    ) -> std::io::Result<Arc<Self>> {
        let work = Arc::new(Self {
            answerer,
            recorder,
            queue: JobQueue::new(queue_length),
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

    /// Sees to it that the turn is answered; does not wait. To be called inside the runtime.
    pub(crate) fn submit(self: &Arc<Self>, job: Job) {
        // Nobody in danger waits behind other people's questions.
        if let Some(reply) = self.answerer.reply_at_once(&job.enquiry) {
            self.finish(&job, &reply);
            return;
        }
        if self.queue.is_busy() {
            job.conversation.note_stage(job.turn, StageName::Waiting);
        }
        let Err(job) = self.queue.push(job) else { return };
        let Ok(permit) = Arc::clone(&self.quotes).try_acquire_owned() else {
            self.finish(&job, &self.answerer.handoff_overload());
            return;
        };
        let work = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            work.answer(&job, Path::QuoteOnly(QuoteOnlyReason::Overload), None);
            drop(permit);
        });
    }

    /// Lets the model's thread end after the turn that it works on, which [`Conversation::wants`] cuts short.
    pub(crate) fn shut_down(&self) {
        self.queue.close();
    }

    /// Whether the model's thread has ended.
    pub(crate) fn has_ended(&self) -> bool {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn run(&self) {
        while let Some(job) = self.queue.pop() {
            self.answer(&job, Path::Full, Some(Instant::now() + self.draft_deadline));
            self.queue.done();
        }
    }

    /// Answers a turn; a panic in it is a fault like any other and leads to a person.
    fn answer(&self, job: &Job, path: Path, deadline: Option<Instant>) {
        if !job.is_wanted() {
            job.conversation.stop(job.turn, Ending::Abandoned);
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
            self.answerer.reply(&job.enquiry, path, deadline, &mut |event| job.note(event), &keep_going)
        }));
        match reply {
            Ok(reply) if reply.was_cancelled() || told_to_stop.get() => {
                job.conversation.stop(job.turn, Ending::Abandoned);
            }
            Ok(reply) => self.finish(job, &reply),
            Err(_) => {
                // The message could hold the question's text; the panic hook logs where it happened.
                tracing::error!(conversation = %job.conversation.id(), turn = job.turn, "the assistant panicked");
                self.finish(job, &self.answerer.handoff_fault());
            }
        }
    }

    /// Tells the resident the reply, unless the turn has ended already, and then the recorder what they were told.
    fn finish(&self, job: &Job, reply: &Reply) {
        if let (Some(turn), Some(recorder)) = (job.conversation.finish(job.turn, reply), &self.recorder) {
            recorder(turn, &job.enquiry, reply);
        }
    }
}
