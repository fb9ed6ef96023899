//! The arithmetic between the matrix products, over plain slices: norms, rotary embedding, attention, activations.

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use crate::{Architecture, InferenceError};

/// Root-mean-square norm of each row (Zhang and Sennrich 2019), scaled by `weight`.
pub(crate) fn rms_norm(rows: &[f32], weight: &[f32], epsilon: f32) -> Vec<f32> {
    let width = weight.len();
    let mut normed = vec![0.0; rows.len()];
    for (row, out) in rows.chunks_exact(width).zip(normed.chunks_exact_mut(width)) {
        let mean_square = row.iter().map(|v| v * v).sum::<f32>() / width as f32;
        let scale = 1.0 / (mean_square + epsilon).sqrt();
        for ((out, value), weight) in out.iter_mut().zip(row).zip(weight) {
            *out = value * scale * weight;
        }
    }
    normed
}

/// Layer norm of each row, in place (Ba et al. 2016).
pub(crate) fn layer_norm(rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = weight.len();
    for row in rows.chunks_exact_mut(width) {
        let mean = row.iter().sum::<f32>() / width as f32;
        let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / width as f32;
        let scale = 1.0 / (variance + epsilon).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
            *value = (*value - mean) * scale * weight + bias;
        }
    }
}

/// Adds `other` to `rows`.
pub(crate) fn add(rows: &mut [f32], other: &[f32]) {
    for (value, other) in rows.iter_mut().zip(other) {
        *value += other;
    }
}

/// `gate` becomes silu(gate) × up.
pub(crate) fn silu_times(gate: &mut [f32], up: &[f32]) {
    gate.par_chunks_mut(4096).zip(up.par_chunks(4096)).for_each(|(gate, up)| {
        for (gate, up) in gate.iter_mut().zip(up) {
            *gate = *gate / (1.0 + (-*gate).exp()) * up;
        }
    });
}

/// Cosines and sines of the rotary embedding (Su et al. 2021): positions × head width / 2.
pub(crate) struct Rope {
    architecture: Architecture,
    half: usize,
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Rope {
    pub(crate) fn new(architecture: Architecture, head_dim: usize, base: f32, positions: usize) -> Self {
        let half = head_dim / 2;
        let frequencies: Vec<f32> = (0..half).map(|i| base.powf(-2.0 * i as f32 / head_dim as f32)).collect();
        let angles = || (0..positions).flat_map(|p| frequencies.iter().map(move |f| p as f32 * f));
        Self { architecture, half, cos: angles().map(f32::cos).collect(), sin: angles().map(f32::sin).collect() }
    }

    /// Turns each head of `row` by the angle of `position`, in place.
    pub(crate) fn rotate(&self, row: &mut [f32], position: usize) {
        let at = position * self.half;
        let (cos, sin) = (&self.cos[at..at + self.half], &self.sin[at..at + self.half]);
        for head in row.chunks_exact_mut(self.half * 2) {
            for i in 0..self.half {
                let (a, b) = match self.architecture {
                    Architecture::Llama => (2 * i, 2 * i + 1),
                    Architecture::Qwen2 => (i, i + self.half),
                };
                let (x, y) = (head[a], head[b]);
                head[a] = x * cos[i] - y * sin[i];
                head[b] = x * sin[i] + y * cos[i];
            }
        }
    }
}

/// Shapes of one attention call.
#[derive(Clone, Copy)]
pub(crate) struct Heads {
    pub(crate) query: usize,
    pub(crate) kv: usize,
    pub(crate) dim: usize,
}

/// Attention of new rows over all keys of a sequence.
///
/// `queries`: rows × (query heads × dim); `keys` and `values`: total × (kv heads × dim), the new rows last. With
/// `causal`, a row sees the keys up to its own position; otherwise all. Returns rows × (query heads × dim).
pub(crate) fn attention(
    queries: &[f32],
    keys: Vec<f32>,
    values: Vec<f32>,
    heads: Heads,
    causal: bool,
) -> Result<Vec<f32>, InferenceError> {
    let Heads { query, kv, dim } = heads;
    let group = query / kv;
    let rows = queries.len() / (query * dim);
    let total = keys.len() / (kv * dim);
    let scale = 1.0 / (dim as f32).sqrt();
    // Query heads of one key/value head lie together: kv × (group × rows) × dim.
    let mut grouped = vec![0.0; queries.len()];
    for row in 0..rows {
        for head in 0..query {
            let from = (row * query + head) * dim;
            let to = (head * rows + row) * dim;
            for i in 0..dim {
                grouped[to + i] = queries[from + i] * scale;
            }
        }
    }
    let device = &Device::Cpu;
    let q = Tensor::from_vec(grouped, (kv, group * rows, dim), device)?;
    let k = Tensor::from_vec(keys, (total, kv, dim), device)?.transpose(0, 1)?.transpose(1, 2)?;
    let v = Tensor::from_vec(values, (total, kv, dim), device)?.transpose(0, 1)?;
    let mut scores = q.matmul(&k)?.flatten_all()?.to_vec1::<f32>()?;
    scores.par_chunks_mut(total).enumerate().for_each(|(index, scores)| {
        let visible = if causal { total - rows + index % rows + 1 } else { total };
        softmax(&mut scores[..visible]);
        scores[visible..].fill(0.0);
    });
    let weights = Tensor::from_vec(scores, (kv, group * rows, total), device)?;
    let mixed = weights.matmul(&v)?.flatten_all()?.to_vec1::<f32>()?;
    let mut out = vec![0.0; queries.len()];
    for head in 0..query {
        for row in 0..rows {
            let from = (head * rows + row) * dim;
            let to = (row * query + head) * dim;
            out[to..to + dim].copy_from_slice(&mixed[from..from + dim]);
        }
    }
    Ok(out)
}

/// Turns scores into probabilities, in place.
fn softmax(scores: &mut [f32]) {
    let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - max).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

/// Natural logarithm of the softmax probability of one entry of `logits`.
pub(crate) fn log_probability(logits: &[f32], index: usize) -> f32 {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|v| f64::from((v - max).exp())).sum();
    logits[index] - max - sum.ln() as f32
}

/// Index of the largest entry, the first of equals.
pub(crate) fn argmax(logits: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in logits.iter().enumerate() {
        if *value > logits[best] {
            best = index;
        }
    }
    best
}
