//! The key/value state of a sequence as a value: what tokens it holds, and the keys and values of each layer.
//!
//! A state is a chain of frozen segments, shared between forks, and one open segment of its own. Forking freezes the
//! open segment, so it costs a few pointers, whatever the length. A frozen segment can lie in a file.

mod file;

use std::sync::Arc;

use half::{f16, slice::HalfFloatSliceExt};

use crate::stored::{Run, Stored};
use file::MappedSegment;
pub use file::StateFileError;

/// How keys and values are stored. What is stored is what attention reads, so a kept state gives the same logits as
/// a fresh one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KvPrecision {
    /// 32-bit floats: for verification against other implementations.
    F32,
    /// 16-bit floats: half the memory.
    F16,
}

/// Keys or values of one layer, row-major: token × (key/value heads × head width).
#[derive(Debug, Clone)]
enum Rows {
    F32(Vec<f32>),
    F16(Vec<f16>),
}

impl Rows {
    fn new(precision: KvPrecision) -> Self {
        match precision {
            KvPrecision::F32 => Self::F32(Vec::new()),
            KvPrecision::F16 => Self::F16(Vec::new()),
        }
    }

    fn push(&mut self, values: &[f32]) {
        match self {
            Self::F32(rows) => rows.extend_from_slice(values),
            Self::F16(rows) => {
                let start = rows.len();
                rows.resize(start + values.len(), f16::ZERO);
                rows[start..].convert_from_f32_slice(values);
            }
        }
    }

    fn stored(&self) -> Stored<'_> {
        match self {
            Self::F32(rows) => Stored::Floats(rows),
            Self::F16(rows) => Stored::Halves(rows),
        }
    }

    fn truncate(&mut self, elements: usize) {
        match self {
            Self::F32(rows) => rows.truncate(elements),
            Self::F16(rows) => rows.truncate(elements),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::F32(rows) => rows.len() * 4,
            Self::F16(rows) => rows.len() * 2,
        }
    }
}

/// A run of tokens with their keys and values.
#[derive(Debug, Clone)]
struct Segment {
    tokens: Vec<u32>,
    keys: Vec<Rows>,
    values: Vec<Rows>,
}

impl Segment {
    fn new(layers: usize, precision: KvPrecision) -> Self {
        let rows = || (0..layers).map(|_| Rows::new(precision)).collect();
        Self { tokens: Vec::new(), keys: rows(), values: rows() }
    }

    /// Keys and values of a layer, those whose tokens are not noted yet included.
    fn run(&self, layer: usize) -> Run<'_> {
        Run { keys: self.keys[layer].stored(), values: self.values[layer].stored() }
    }
}

/// A segment that nothing is appended to any more: in memory, or in a file that is mapped.
#[derive(Debug)]
enum Frozen {
    Held(Segment),
    Mapped(MappedSegment),
}

impl Frozen {
    fn tokens(&self) -> &[u32] {
        match self {
            Self::Held(segment) => &segment.tokens,
            Self::Mapped(segment) => segment.tokens(),
        }
    }

    /// Keys and values of a layer.
    fn run(&self, layer: usize) -> Run<'_> {
        match self {
            Self::Held(segment) => segment.run(layer),
            Self::Mapped(segment) => segment.run(layer),
        }
    }
}

/// The key/value state of one sequence under one model.
#[derive(Debug, Clone)]
pub struct KvState {
    model: u64,
    precision: KvPrecision,
    kv_width: usize,
    /// Frozen segments with how many of their tokens count (fewer than they hold after a truncation).
    frozen: Vec<(Arc<Frozen>, usize)>,
    open: Segment,
}

impl KvState {
    /// An empty state. `model` identifies the generator that may extend it.
    pub(crate) fn new(model: u64, layers: usize, kv_width: usize, precision: KvPrecision) -> Self {
        Self { model, precision, kv_width, frozen: Vec::new(), open: Segment::new(layers, precision) }
    }

    /// Identifies the generator that made this state.
    pub(crate) fn model(&self) -> u64 {
        self.model
    }

    /// Number of tokens held.
    pub fn len(&self) -> usize {
        self.frozen.iter().map(|(_, count)| count).sum::<usize>() + self.open.tokens.len()
    }

    /// Whether the state holds no token.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tokens held, in order.
    pub fn tokens(&self) -> Vec<u32> {
        let mut tokens = Vec::with_capacity(self.len());
        for (segment, count) in &self.frozen {
            tokens.extend_from_slice(&segment.tokens()[..*count]);
        }
        tokens.extend_from_slice(&self.open.tokens);
        tokens
    }

    /// Bytes of keys and values, shared segments included.
    pub fn bytes(&self) -> usize {
        let frozen: usize = self.frozen.iter().map(|(_, count)| count * self.token_bytes()).sum();
        frozen + self.open_bytes()
    }

    /// Bytes of keys and values held in memory: without those that lie in a file, which cost the system's page cache.
    pub fn memory_bytes(&self) -> usize {
        let held = |(segment, count): &(Arc<Frozen>, usize)| match **segment {
            Frozen::Held(_) => count * self.token_bytes(),
            Frozen::Mapped(_) => 0,
        };
        self.frozen.iter().map(held).sum::<usize>() + self.open_bytes()
    }

    /// Bytes of keys and values that a token takes.
    pub fn token_bytes(&self) -> usize {
        let element_bytes = match self.precision {
            KvPrecision::F32 => 4,
            KvPrecision::F16 => 2,
        };
        self.kv_width * element_bytes * 2 * self.open.keys.len()
    }

    fn open_bytes(&self) -> usize {
        self.open.keys.iter().chain(&self.open.values).map(Rows::bytes).sum()
    }

    /// Freezes what is held so far and returns a second state that shares it.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        self.freeze();
        self.clone()
    }

    /// Freezes the open segment so that `clone` shares instead of copying.
    pub fn freeze(&mut self) {
        if self.open.tokens.is_empty() {
            return;
        }
        let empty = Segment::new(self.open.keys.len(), self.precision);
        let full = std::mem::replace(&mut self.open, empty);
        let count = full.tokens.len();
        self.frozen.push((Arc::new(Frozen::Held(full)), count));
    }

    /// Drops all but the first `tokens` tokens. Does nothing when there are not more.
    pub fn truncate(&mut self, tokens: usize) {
        let held_frozen: usize = self.frozen.iter().map(|(_, count)| count).sum();
        let keep_open = tokens.saturating_sub(held_frozen);
        let width = self.kv_width;
        self.open.tokens.truncate(keep_open);
        for rows in self.open.keys.iter_mut().chain(&mut self.open.values) {
            rows.truncate(keep_open * width);
        }
        let mut left = tokens;
        self.frozen.retain_mut(|(_, count)| {
            *count = (*count).min(left);
            left -= *count;
            *count > 0
        });
    }

    /// Appends the keys and values of new tokens in one layer (row-major, tokens × `kv_width`).
    pub(crate) fn push(&mut self, layer: usize, keys: &[f32], values: &[f32]) {
        self.open.keys[layer].push(keys);
        self.open.values[layer].push(values);
    }

    /// Notes the tokens whose keys and values were pushed.
    pub(crate) fn push_tokens(&mut self, tokens: &[u32]) {
        self.open.tokens.extend_from_slice(tokens);
    }

    /// Drops keys and values pushed without their tokens, after a step that failed half-way.
    pub(crate) fn discard_unfinished(&mut self) {
        let elements = self.open.tokens.len() * self.kv_width;
        for rows in self.open.keys.iter_mut().chain(&mut self.open.values) {
            rows.truncate(elements);
        }
    }

    /// Keys and values of one layer, those just pushed last.
    pub(crate) fn runs(&self, layer: usize) -> Vec<Run<'_>> {
        let frozen = self.frozen.iter().map(|(segment, count)| segment.run(layer).first(count * self.kv_width));
        frozen.chain([self.open.run(layer)]).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]
    use super::*;
    use proptest::prelude::*;

    /// Keys and values of a layer as 32-bit floats.
    pub(super) fn floats(state: &KvState, layer: usize) -> (Vec<f32>, Vec<f32>) {
        let all = |part: fn(&Run<'_>) -> Vec<f32>| state.runs(layer).iter().flat_map(part).collect();
        (all(|run| run.keys.to_floats()), all(|run| run.values.to_floats()))
    }

    fn push(state: &mut KvState, token: u32) {
        let value = token as f32;
        state.push(0, &[value, value], &[-value, -value]);
        state.push_tokens(&[token]);
    }

    proptest! {
        /// A state behaves like the plain list of its tokens under any sequence of pushes, forks and truncations.
        #[test]
        fn behaves_like_a_list(moves in proptest::collection::vec((0u8..4, 0usize..12), 1..60)) {
            let mut state = KvState::new(1, 1, 2, KvPrecision::F16);
            let mut model: Vec<u32> = Vec::new();
            let mut kept: Vec<(KvState, Vec<u32>)> = Vec::new();
            for (index, (kind, length)) in moves.into_iter().enumerate() {
                match kind {
                    0 | 1 => { push(&mut state, index as u32); model.push(index as u32); }
                    2 => { let fork = state.fork(); kept.push((fork, model.clone())); }
                    _ => { state.truncate(length); model.truncate(length); }
                }
            }
            kept.push((state, model));
            for (state, model) in kept {
                prop_assert_eq!(state.tokens(), model.clone());
                let (keys, values) = floats(&state, 0);
                let expected: Vec<f32> = model.iter().flat_map(|t| [*t as f32; 2]).collect();
                prop_assert_eq!(values, expected.iter().map(|v| -v).collect::<Vec<_>>());
                prop_assert_eq!(keys, expected);
                prop_assert_eq!(state.bytes(), model.len() * 2 * 2 * 2);
            }
        }
    }
}
