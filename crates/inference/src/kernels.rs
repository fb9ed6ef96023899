//! The arithmetic between the matrix products, over plain slices: norms, rotary embedding, attention, activations.

mod attention;

use rayon::prelude::*;

use crate::Architecture;
use crate::simd::vectorised;
pub(crate) use attention::{Heads, attention};

/// Root-mean-square norm of each row (Zhang and Sennrich 2019), scaled by `weight`.
pub(crate) fn rms_norm(rows: &[f32], weight: &[f32], epsilon: f32) -> Vec<f32> {
    let mut normed = vec![0.0; rows.len()];
    for (row, out) in rows.chunks_exact(weight.len()).zip(normed.chunks_exact_mut(weight.len())) {
        rms_norm_row(row, weight, epsilon, out);
    }
    normed
}

vectorised! {
    fn rms_norm_row(row: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
        let mean_square = dot(row, row) / row.len() as f32;
        let scale = 1.0 / (mean_square + epsilon).sqrt();
        for ((out, value), weight) in out.iter_mut().zip(row).zip(weight) {
            *out = value * scale * weight;
        }
    }
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
    gate.par_chunks_mut(4096).zip(up.par_chunks(4096)).for_each(|(gate, up)| silu_times_chunk(gate, up));
}

vectorised! {
    fn silu_times_chunk(gate: &mut [f32], up: &[f32]) {
        for (gate, up) in gate.iter_mut().zip(up) {
            *gate = *gate / (1.0 + exp(-*gate)) * up;
        }
    }
}

/// e to the power of `x`, within two units in the last place; 0 below −87, and no more than e to the power of 88. Made of
/// steps that a compiler turns into vectors.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn exp(x: f32) -> f32 {
    // Adding and taking away this number leaves a float without its fraction.
    const ROUNDER: f32 = 12_582_912.0;
    // ln 2 in two parts, the first with few digits, so that its multiples are exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUNDER;
    let whole = shifted - ROUNDER;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // The Taylor series to the seventh power, by which |rest| ≤ ln 2 / 2 leaves nothing that a float holds.
    let mut series = 1.0 / 5040.0;
    for divisor in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * rest + divisor;
    }
    let exponent = (shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits());
    if x < -87.0 { 0.0 } else { series * f32::from_bits(exponent) }
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

/// Values that are summed side by side; the width of a head is a multiple of it.
pub(crate) const LANES: usize = 16;

/// The sum of products, in sixteen sums side by side and then of these.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn dot(left: &[f32], right: &[f32]) -> f32 {
    sum_of(&sums_of_products(left, right))
}

/// The sums of every sixteenth product.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn sums_of_products(left: &[f32], right: &[f32]) -> [f32; LANES] {
    let mut sums = [0.0_f32; LANES];
    for (left, right) in left.as_chunks::<LANES>().0.iter().zip(right.as_chunks::<LANES>().0) {
        for (sum, (left, right)) in sums.iter_mut().zip(left.iter().zip(right)) {
            *sum += left * right;
        }
    }
    sums
}

/// The sum of sixteen numbers, of halves and halves of halves.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn sum_of(sums: &[f32; LANES]) -> f32 {
    let mut sums = *sums;
    for half in [8, 4, 2, 1] {
        for index in 0..half {
            sums[index] += sums[index + half];
        }
    }
    sums[0]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exp() {
        for step in -90_000..89_000 {
            let x = step as f32 / 1000.0;
            let (ours, exact) = (f64::from(exp(x)), f64::from(x).exp());
            if x > -87.0 && x < 88.0 {
                assert!((ours - exact).abs() <= 3e-7 * exact, "exp({x}) is {exact}, not {ours}");
            }
        }
        assert_eq!(exp(-1000.0).to_bits(), 0);
        assert_eq!(exp(0.0).to_bits(), 1.0_f32.to_bits());
        assert!(exp(f32::NEG_INFINITY) < f32::MIN_POSITIVE && exp(1000.0).is_finite());
    }
}
