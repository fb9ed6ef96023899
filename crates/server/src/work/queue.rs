//! The queue in front of the model, bounded by number and by the time that the last in it would wait. A full queue says so
//! at once; turns that nobody wants any more free their place.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Job;

/// A turn counts for so much of the usual time: it follows a change of load within some ten turns.
const WEIGHT_OF_ONE: u32 = 8;

/// What a turn is taken to need before any was worked on: about what a quote takes with its passages read, and what it takes
/// when it is verified as well.
const FIRST_GUESS: Duration = Duration::from_millis(250);
const FIRST_GUESS_VERIFIED: Duration = Duration::from_millis(750);

/// A job with the way that it is to go.
pub(crate) struct Next {
    pub(crate) job: Job,
    pub(crate) pace: Pace,
}

/// How much time a job is given.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// What it takes.
    Usual,
    /// What takes longest is left out, for the sake of those who wait.
    Hurried,
    /// None for the model: it has waited for too long already, and others wait behind it.
    TooLate,
}

/// A job, and since when it waits.
struct Waiting {
    job: Job,
    since: Instant,
}

/// Jobs in the order of their coming.
pub(crate) struct JobQueue {
    length: usize,
    longest_wait: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: VecDeque<Waiting>,
    /// Since when a job is in work, and how.
    working: Option<(Instant, Pace)>,
    /// What a job takes, the latest counting most; and what a hurried one takes.
    usual: Duration,
    usual_hurried: Duration,
    closed: bool,
}

impl JobQueue {
    /// At most `length` jobs wait besides the one in work, and of those behind the first none that would wait for longer than
    /// `longest_wait`, if jobs take what they took lately. When the last would wait for longer than half of that, jobs are
    /// hurried; one that has waited for longer than all of it, since jobs took longer than lately, is too late unless it is the
    /// last.
    pub(crate) fn new(length: usize, longest_wait: Duration) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            working: None,
            usual: FIRST_GUESS_VERIFIED,
            usual_hurried: FIRST_GUESS,
            closed: false,
        };
        Self { length, longest_wait, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Whether a job pushed now would have to wait.
    pub(crate) fn is_busy(&self) -> bool {
        let state = self.lock();
        state.working.is_some() || !state.waiting.is_empty()
    }

    /// Whether no job waits and the queue is open.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.lock();
        state.waiting.is_empty() && !state.closed
    }

    /// Puts a job at the end; gives it back when the queue is full or closed. Also gives the jobs that nobody wants any
    /// more, which have made room.
    pub(crate) fn push(&self, job: Job) -> (Result<(), Job>, Vec<Job>) {
        let mut state = self.lock();
        let mut unwanted = VecDeque::new();
        if self.is_full(&state) {
            (state.waiting, unwanted) = state.waiting.drain(..).partition(|waiting| waiting.job.is_wanted());
        }
        if state.closed || self.is_full(&state) {
            return (Err(job), jobs(unwanted));
        }
        state.waiting.push_back(Waiting { job, since: Instant::now() });
        drop(state);
        self.changed.notify_one();
        (Ok(()), jobs(unwanted))
    }

    /// Waits for the next job and marks it as in work; none once the queue is closed.
    pub(crate) fn pop(&self) -> Option<Next> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(Waiting { job, since }) = state.waiting.pop_front() {
                let pace = match state.waiting.len() {
                    0 => Pace::Usual,
                    _ if since.elapsed() > self.longest_wait => Pace::TooLate,
                    behind if times(state.usual, behind) > self.longest_wait / 2 => Pace::Hurried,
                    _ => Pace::Usual,
                };
                state.working = Some((Instant::now(), pace));
                return Some(Next { job, pace });
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Marks the popped job as done.
    pub(crate) fn done(&self) {
        let mut state = self.lock();
        let Some((since, pace)) = state.working.take() else { return };
        let took = since.elapsed();
        let learn = |usual: &mut Duration| *usual = (*usual * (WEIGHT_OF_ONE - 1) + took) / WEIGHT_OF_ONE;
        match pace {
            Pace::Usual => {
                learn(&mut state.usual);
                // Hurried, a job would not have taken longer.
                if took < state.usual_hurried {
                    learn(&mut state.usual_hurried);
                }
            }
            Pace::Hurried => learn(&mut state.usual_hurried),
            Pace::TooLate => (),
        }
    }

    /// Gives out nothing more and takes nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.changed.notify_all();
    }

    /// Whether one more has no place. What is in work counts as a whole: nobody knows how much of it is left. Where many
    /// wait, they are hurried.
    fn is_full(&self, state: &State) -> bool {
        let ahead = state.waiting.len() + usize::from(state.working.is_some());
        let wait = times(state.usual.min(state.usual_hurried), ahead);
        ahead > self.length || (ahead > 1 && wait > self.longest_wait)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn jobs(waiting: VecDeque<Waiting>) -> Vec<Job> {
    waiting.into_iter().map(|waiting| waiting.job).collect()
}

fn times(each: Duration, count: usize) -> Duration {
    u32::try_from(count).map_or(Duration::MAX, |count| each.saturating_mul(count))
}
