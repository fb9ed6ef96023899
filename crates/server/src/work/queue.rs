//! The bounded queue in front of the model. A full queue says so at once; turns that nobody wants any more free their place.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Job;

/// Jobs in the order of their coming.
pub(crate) struct JobQueue {
    length: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    working: bool,
    closed: bool,
}

impl JobQueue {
    /// At most `length` jobs wait besides the one in work.
    pub(crate) fn new(length: usize) -> Self {
        Self { length, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Whether a job pushed now would have to wait.
    pub(crate) fn is_busy(&self) -> bool {
        let state = self.lock();
        state.working || !state.waiting.is_empty()
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
        if state.waiting.len() + usize::from(state.working) > self.length {
            (state.waiting, unwanted) = state.waiting.drain(..).partition(Job::is_wanted);
        }
        if state.closed || state.waiting.len() + usize::from(state.working) > self.length {
            return (Err(job), unwanted.into());
        }
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        (Ok(()), unwanted.into())
    }

    /// Waits for the next job and marks it as in work; none once the queue is closed.
    pub(crate) fn pop(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.waiting.pop_front() {
                state.working = true;
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Marks the popped job as done.
    pub(crate) fn done(&self) {
        self.lock().working = false;
    }

    /// Gives out nothing more and takes nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
