//! States at hand. Those that take memory are bounded by a budget, least recently used first out; those that lie in mapped
//! files take only the system's page cache, which it gives away where it is short.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use inference::KvState;

use super::Key;

struct Kept {
    state: KvState,
    last_used: u64,
}

#[derive(Default)]
struct Cache {
    kept: HashMap<Key, Kept>,
    /// Of the states that lie in no file.
    memory_bytes: usize,
    clock: u64,
}

/// States by key.
pub(super) struct Memory {
    budget_bytes: usize,
    cache: Mutex<Cache>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("budget_bytes", &self.budget_bytes).finish_non_exhaustive()
    }
}

impl Memory {
    pub(super) fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, cache: Mutex::default() }
    }

    /// Bytes of keys and values, wherever they lie.
    pub(super) fn bytes(&self) -> usize {
        self.lock().kept.values().map(|kept| kept.state.bytes()).sum()
    }

    pub(super) fn holds(&self, key: &Key) -> bool {
        self.lock().kept.contains_key(key)
    }

    /// How many of these are at hand.
    pub(super) fn count(&self, keys: &[Key]) -> usize {
        let cache = self.lock();
        keys.iter().filter(|key| cache.kept.contains_key(*key)).count()
    }

    /// Whether a state of so many bytes fits without another's having to go.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.lock().memory_bytes + bytes <= self.budget_bytes
    }

    pub(super) fn get(&self, key: &Key) -> Option<KvState> {
        let mut cache = self.lock();
        cache.clock += 1;
        let now = cache.clock;
        let kept = cache.kept.get_mut(key)?;
        kept.last_used = now;
        Some(kept.state.clone())
    }

    /// Keeps a state, unless it alone is more than the budget.
    pub(super) fn keep(&self, key: Key, state: KvState) {
        let bytes = state.memory_bytes();
        if bytes > self.budget_bytes {
            return;
        }
        let mut cache = self.lock();
        if let Some(replaced) = cache.kept.remove(&key) {
            cache.memory_bytes -= replaced.state.memory_bytes();
        }
        while cache.memory_bytes + bytes > self.budget_bytes {
            let in_memory = cache.kept.iter().filter(|(_, kept)| kept.state.memory_bytes() > 0);
            let Some(oldest) = in_memory.min_by_key(|(_, kept)| kept.last_used).map(|(key, _)| *key) else { break };
            if let Some(gone) = cache.kept.remove(&oldest) {
                cache.memory_bytes -= gone.state.memory_bytes();
            }
        }
        cache.clock += 1;
        let last_used = cache.clock;
        cache.kept.insert(key, Kept { state, last_used });
        cache.memory_bytes += bytes;
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
