//! Key/value states of passages: looked for in memory, then on disk, and else made and kept in both.

mod disk;
mod memory;

use std::sync::Arc;

use inference::{Generator, InferenceError, KvState};
use sha2::{Digest as _, Sha256};

pub use disk::{StateFolder, StatesDisk};
use memory::Memory;

use crate::filling::{Filled, Filling, KeptStates, ReadsPassages};
use crate::{Index, Prompt, RetrievalError};

/// Names a state by what it was computed from: the digest of the tokens, which hold the prompt and the passage.
pub(crate) type Key = [u8; 32];

/// The key of a state.
pub(crate) fn key(prefix: &[u32]) -> Key {
    let mut hash = Sha256::new();
    for token in prefix {
        hash.update(token.to_le_bytes());
    }
    hash.finalize().into()
}

/// States of one model by the tokens that they were computed from.
#[derive(Debug)]
pub(crate) struct StateCache {
    /// The model's, without a token.
    empty: KvState,
    memory: Memory,
    disk: Option<StateFolder>,
}

impl StateCache {
    /// No states in memory yet, where at most `budget_bytes` of those that are not on disk are kept. `empty` is a state of
    /// the model without a token.
    pub(crate) fn new(empty: KvState, budget_bytes: usize, disk: Option<StateFolder>) -> Self {
        Self { empty, memory: Memory::new(budget_bytes), disk }
    }

    /// Bytes of the states at hand, those that lie on disk included.
    pub(crate) fn bytes(&self) -> usize {
        self.memory.bytes()
    }

    /// The state after `prefix`, from memory or from disk. The caller owns its fork.
    pub(crate) fn get(&self, prefix: &[u32]) -> Option<KvState> {
        let key = key(prefix);
        if let Some(state) = self.memory.get(&key) {
            return Some(state);
        }
        let state = self.read_from_disk(&key, prefix)?;
        self.memory.keep(key, state.clone());
        Some(state)
    }

    /// Keeps the state after `prefix`, and gives it back as it is kept.
    pub(crate) fn keep(&self, prefix: &[u32], mut state: KvState) -> KvState {
        let key = key(prefix);
        state.freeze();
        let state = self.write_to_disk(&key, prefix, state);
        self.memory.keep(key, state.clone());
        state
    }

    fn read_from_disk(&self, key: &Key, prefix: &[u32]) -> Option<KvState> {
        self.disk.as_ref()?.read(key, prefix, &self.empty)
    }

    /// Writes the state and gives it as it lies on disk, so that it costs no memory of ours; as it was where it cannot be
    /// written.
    fn write_to_disk(&self, key: &Key, prefix: &[u32], state: KvState) -> KvState {
        let written = self.disk.as_ref().is_some_and(|disk| disk.write(key, &state));
        let mapped = if written { self.read_from_disk(key, prefix) } else { None };
        mapped.unwrap_or(state)
    }

    /// Whether the state is at hand.
    pub(crate) fn holds(&self, key: &Key) -> bool {
        self.memory.holds(key)
    }

    /// How many of these states are at hand.
    pub(crate) fn count(&self, keys: &[Key]) -> usize {
        self.memory.count(keys)
    }

    /// Whether a state of so many tokens could be kept without another's having to go, or lies on disk already.
    pub(crate) fn has_room(&self, key: &Key, tokens: usize) -> bool {
        let on_disk = |disk: &StateFolder| disk.has(key) || disk.has_room(self.empty.file_bytes(tokens));
        self.disk.as_ref().is_some_and(on_disk) || self.memory.has_room(self.empty.token_bytes() * tokens)
    }

    /// Removes from disk what is not wanted any more.
    pub(crate) fn sweep(&self, wanted: &[Key]) {
        if let Some(disk) = &self.disk {
            disk.sweep(wanted);
        }
    }
}

/// The passage states of one generator.
#[derive(Debug)]
pub struct PassageStates {
    generator: Arc<Generator>,
    cache: StateCache,
    filling: Filling,
}

impl PassageStates {
    /// No states in memory yet; at most `budget_bytes` of those that are not on disk are kept there.
    pub fn new(generator: Arc<Generator>, budget_bytes: usize, disk: Option<StateFolder>) -> Self {
        let cache = StateCache::new(generator.new_state(), budget_bytes, disk);
        Self { generator, cache, filling: Filling::default() }
    }

    /// The model that the states belong to.
    pub fn generator(&self) -> &Arc<Generator> {
        &self.generator
    }

    /// Bytes of the states at hand, those that lie on disk included.
    pub fn bytes(&self) -> usize {
        self.cache.bytes()
    }

    /// The state after `prefix`, kept or else computed; none when it had to be computed and `keep_going`, asked before each
    /// block of the model, says no. The caller owns its fork.
    ///
    /// # Errors
    /// `ContextFull` and tensor errors.
    pub fn after(&self, prefix: &[u32], keep_going: &dyn Fn() -> bool) -> Result<Option<KvState>, InferenceError> {
        self.state_after(prefix, keep_going)
    }

    /// Does one step of filling the states of all passages.
    ///
    /// # Errors
    /// Errors of the model; the passage is then passed over.
    pub fn fill_next(&self, index: &Index, keep_going: &dyn Fn() -> bool) -> Result<Filled, RetrievalError> {
        self.filling.step(self, index, keep_going)
    }

    /// How many states of the passages are at hand.
    pub fn kept(&self, index: &Index) -> KeptStates {
        self.filling.kept(&self.cache, index)
    }
}

impl ReadsPassages for PassageStates {
    fn cache(&self) -> &StateCache {
        &self.cache
    }

    fn prefix(&self, index: &Index, passage: usize) -> Result<Vec<u32>, InferenceError> {
        let (page, passage) = index.passage(passage);
        // What is asked stands behind what is kept.
        Ok(Prompt::new(self.generator.chat(), self.generator.tokenizer(), page, passage, "")?.prefix)
    }

    fn compute(&self, prefix: &[u32], keep_going: &dyn Fn() -> bool) -> Result<Option<KvState>, InferenceError> {
        self.generator.read_prefix(prefix, keep_going)
    }
}
