//! Key/value states of passages, kept in memory within a budget, least recently used first out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use inference::{Generator, InferenceError, KvState, LogitsAt};

/// Identifies what a state was computed from: the tokens themselves.
type Key = Vec<u32>;

struct Kept {
    state: KvState,
    last_used: u64,
}

#[derive(Default)]
struct Cache {
    kept: HashMap<Key, Kept>,
    bytes: usize,
    clock: u64,
}

/// States by the tokens that they were computed from.
pub(crate) struct StateCache {
    budget_bytes: usize,
    cache: Mutex<Cache>,
}

impl std::fmt::Debug for StateCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateCache").field("budget_bytes", &self.budget_bytes).finish_non_exhaustive()
    }
}

impl StateCache {
    /// No states yet; at most `budget_bytes` of them are kept.
    pub(crate) fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, cache: Mutex::default() }
    }

    /// Bytes of the states kept.
    pub(crate) fn bytes(&self) -> usize {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// The state after `prefix`, kept or else made. The caller owns its fork.
    pub(crate) fn after(
        &self,
        prefix: &[u32],
        make: impl FnOnce() -> Result<KvState, InferenceError>,
    ) -> Result<KvState, InferenceError> {
        if let Some(state) = self.kept(prefix) {
            return Ok(state);
        }
        let mut state = make()?;
        state.freeze();
        self.keep(prefix, state.clone());
        Ok(state)
    }

    fn kept(&self, prefix: &[u32]) -> Option<KvState> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.clock += 1;
        let now = cache.clock;
        let kept = cache.kept.get_mut(prefix)?;
        kept.last_used = now;
        Some(kept.state.clone())
    }

    fn keep(&self, prefix: &[u32], state: KvState) {
        let bytes = state.bytes();
        if bytes > self.budget_bytes {
            return;
        }
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        while cache.bytes + bytes > self.budget_bytes {
            let Some(oldest) = cache.kept.iter().min_by_key(|(_, kept)| kept.last_used).map(|(key, _)| key.clone())
            else {
                break;
            };
            if let Some(gone) = cache.kept.remove(&oldest) {
                cache.bytes -= gone.state.bytes();
            }
        }
        cache.clock += 1;
        let last_used = cache.clock;
        if let Some(replaced) = cache.kept.insert(prefix.to_vec(), Kept { state, last_used }) {
            cache.bytes -= replaced.state.bytes();
        }
        cache.bytes += bytes;
    }
}

/// The passage states of one generator.
pub struct PassageStates {
    generator: Arc<Generator>,
    cache: StateCache,
}

impl std::fmt::Debug for PassageStates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PassageStates").field("cache", &self.cache).finish_non_exhaustive()
    }
}

impl PassageStates {
    /// No states yet; at most `budget_bytes` of them are kept.
    pub fn new(generator: Arc<Generator>, budget_bytes: usize) -> Self {
        Self { generator, cache: StateCache::new(budget_bytes) }
    }

    /// The model that the states belong to.
    pub fn generator(&self) -> &Arc<Generator> {
        &self.generator
    }

    /// Bytes of the states kept.
    pub fn bytes(&self) -> usize {
        self.cache.bytes()
    }

    /// The state after `prefix`, computed or kept. The caller owns its fork.
    ///
    /// # Errors
    /// `ContextFull` and tensor errors.
    pub fn after(&self, prefix: &[u32]) -> Result<KvState, InferenceError> {
        self.cache.after(prefix, || {
            let mut state = self.generator.new_state();
            self.generator.forward(&mut state, prefix, LogitsAt::None)?;
            Ok(state)
        })
    }
}
