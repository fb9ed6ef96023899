//! What was answered already, and what is being answered: the same question is worked on once.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assistant::{Event, Reply, Sameness};
use conversation::Outcome;
use lru::LruCache;

use super::Job;

/// Jobs that wait for the reply to another job's same question.
pub(crate) type Followers = Arc<Mutex<Vec<Job>>>;

/// Replies by what was asked, and the questions in work. It holds digests of questions, not their words.
pub(crate) struct Kept {
    replies: Option<Mutex<LruCache<Sameness, Arc<Reply>>>>,
    in_work: Mutex<HashMap<Sameness, Followers>>,
}

/// How a job stands to those in work.
pub(crate) enum Standing {
    /// Nobody has asked the same: it is to be worked on, and others may follow it.
    First(Job),
    /// It waits for another's reply.
    Follows,
}

impl Kept {
    /// Keeps at most so many replies.
    pub(crate) fn new(most: usize) -> Self {
        Self { replies: NonZeroUsize::new(most).map(|most| Mutex::new(LruCache::new(most))), in_work: Mutex::default() }
    }

    /// The reply to the same question.
    pub(crate) fn reply(&self, sameness: Sameness) -> Option<Arc<Reply>> {
        lock(self.replies.as_ref()?).get(&sameness).cloned()
    }

    /// Keeps a reply for those who will ask the same.
    pub(crate) fn keep(&self, sameness: Sameness, reply: &Reply) {
        if let Some(replies) = &self.replies {
            lock(replies).put(sameness, Arc::new(reply.clone()));
        }
    }

    /// Lets a job follow one with the same question, or be followed.
    pub(crate) fn join(&self, job: Job) -> Standing {
        let Some(sameness) = job.sameness else { return Standing::First(job) };
        let mut in_work = lock(&self.in_work);
        if let Some(followers) = in_work.get(&sameness) {
            lock(followers).push(job);
            return Standing::Follows;
        }
        in_work.insert(sameness, Arc::clone(&job.followers));
        Standing::First(job)
    }

    /// Those who waited for a job that has ended. From now on nobody follows it.
    pub(crate) fn leave(&self, job: &Job) -> Vec<Job> {
        let mut in_work = lock(&self.in_work);
        if let Some(sameness) = job.sameness
            && in_work.get(&sameness).is_some_and(|followers| Arc::ptr_eq(followers, &job.followers))
        {
            in_work.remove(&sameness);
        }
        std::mem::take(&mut *lock(&job.followers))
    }

    /// Forgets what is in work, when nothing is worked on any more.
    pub(crate) fn close(&self) {
        lock(&self.in_work).clear();
    }
}

/// The events of an answer that is there as a whole.
pub(crate) fn sentences(reply: &Reply) -> impl Iterator<Item = Event> {
    let of_an_answer = if reply.outcome() == Outcome::Answer { reply.sentences() } else { &[] };
    of_an_answer.iter().enumerate().map(|(index, sentence)| Event::Sentence {
        index,
        text: sentence.text().to_owned(),
        citations: sentence.citations().to_vec(),
    })
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
