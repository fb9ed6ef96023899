//! Filling passage states before anybody asks: one at a time, in the order of likely use, and at once given up for a
//! question.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use inference::{InferenceError, KvState};

use crate::states::{Key, StateCache, key};
use crate::{Index, RetrievalError};

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// There may be more to do.
    Step,
    /// The caller said to stop. What was begun is lost and begins again with the next step.
    Interrupted,
    /// Nothing is left to do.
    Done,
}

/// How many of the states of passages are at hand: read and whole, on disk or in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeptStates {
    /// So many are.
    pub kept: usize,
    /// So many there could be: one for each passage and model.
    pub of: usize,
}

/// A model that reads a passage before it is asked about it.
pub(crate) trait ReadsPassages {
    fn cache(&self) -> &StateCache;

    /// The tokens of a passage with what stands before it.
    fn prefix(&self, index: &Index, passage: usize) -> Result<Vec<u32>, InferenceError>;

    /// The state after tokens from the beginning, computed; none when `keep_going` says no.
    fn compute(&self, prefix: &[u32], keep_going: &dyn Fn() -> bool) -> Result<Option<KvState>, InferenceError>;

    /// The state after `prefix`, kept or else computed; none when it had to be computed and `keep_going` says no.
    fn state_after(&self, prefix: &[u32], keep_going: &dyn Fn() -> bool) -> Result<Option<KvState>, InferenceError> {
        if let Some(state) = self.cache().get(prefix) {
            return Ok(Some(state));
        }
        let computed = self.compute(prefix, keep_going)?;
        Ok(computed.map(|state| self.cache().keep(prefix, state)))
    }
}

/// What is to be filled.
#[derive(Debug)]
struct Wanted {
    /// The keys of all passages.
    keys: Vec<Key>,
    /// Their numbers, those of likely use first.
    order: Vec<usize>,
}

/// How far the filling of one model's states has come. Only one thread fills; others may look on.
#[derive(Debug, Default)]
pub(crate) struct Filling {
    /// The keys of the first passages, until all are known.
    naming: Mutex<Vec<Key>>,
    wanted: OnceLock<Wanted>,
    /// The place in the order of the next passage.
    next: AtomicUsize,
}

impl Filling {
    /// Does one step: first all passages are named and what is not wanted any more is removed, then each state is looked for
    /// on disk or computed. Each passage has one turn: what goes from memory later, because there is no room, is not filled
    /// again. `keep_going` is asked often.
    pub(crate) fn step(
        &self,
        model: &impl ReadsPassages,
        index: &Index,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Filled, RetrievalError> {
        let Some(wanted) = self.wanted.get() else { return Ok(self.name(model, index, keep_going)) };
        let turn = self.next.load(Ordering::Relaxed);
        let Some(passage) = wanted.order.get(turn).copied() else { return Ok(Filled::Done) };
        let done = fill(model, index, passage, &wanted.keys[passage], keep_going);
        if !matches!(done, Ok(false)) {
            self.next.store(turn + 1, Ordering::Relaxed);
        }
        Ok(if done? { Filled::Step } else { Filled::Interrupted })
    }

    fn name(&self, model: &impl ReadsPassages, index: &Index, keep_going: &dyn Fn() -> bool) -> Filled {
        let mut keys = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        for passage in keys.len()..index.len() {
            if !keep_going() {
                return Filled::Interrupted;
            }
            // What cannot be named has no file; its own turn says why.
            keys.push(model.prefix(index, passage).map_or(Key::default(), |prefix| key(&prefix)));
        }
        let keys = std::mem::take(&mut *keys);
        model.cache().sweep(&keys);
        // Nobody else sets it.
        let _ = self.wanted.set(Wanted { keys, order: order(index) });
        Filled::Step
    }

    /// How many states are at hand; none before the passages are named.
    pub(crate) fn kept(&self, cache: &StateCache, index: &Index) -> KeptStates {
        KeptStates { kept: self.wanted.get().map_or(0, |wanted| cache.count(&wanted.keys)), of: index.len() }
    }
}

/// Sees to it that a passage's state is at hand, where there is room for it; false when it was interrupted.
fn fill(
    model: &impl ReadsPassages,
    index: &Index,
    passage: usize,
    key: &Key,
    keep_going: &dyn Fn() -> bool,
) -> Result<bool, RetrievalError> {
    if model.cache().holds(key) {
        return Ok(true);
    }
    let prefix = model.prefix(index, passage)?;
    if !model.cache().has_room(key, prefix.len()) {
        return Ok(true);
    }
    Ok(model.state_after(&prefix, keep_going)?.is_some())
}

/// Passages in the order of their likely use. A page's first passage says what the page is about, so most questions that
/// find the page read it; of the others nothing is known that is worth keeping.
fn order(index: &Index) -> Vec<usize> {
    let mut seen = HashSet::new();
    let (mut order, rest): (Vec<usize>, Vec<usize>) =
        (0..index.len()).partition(|number| seen.insert(index.passage(*number).0.id.as_str()));
    order.extend(rest);
    order
}
