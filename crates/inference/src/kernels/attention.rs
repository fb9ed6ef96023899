//! Attention: each row over the keys and values of the tokens that it sees.
//!
//! The queries of several rows and of all heads that share keys and values go over some tokens together before they go on to
//! the next, so that these stay in the nearest cache. Each still has sums of its own, over one token after another.

use rayon::prelude::*;

use super::{LANES, exp, sum_of, sums_of_products};
use crate::simd::vectorised;
use crate::stored::{Run, Stored};

/// Shapes of one attention call.
#[derive(Clone, Copy)]
pub(crate) struct Heads {
    pub(crate) query: usize,
    pub(crate) kv: usize,
    pub(crate) dim: usize,
}

/// Rows whose queries are computed by one task.
const TASK_ROWS: usize = 4;

/// Tokens whose keys are multiplied with all queries of a task before the next are.
const KEY_TOKENS: usize = 16;

/// Tokens whose values are added in one pass over the sums.
const VALUE_TOKENS: usize = 8;

/// Attention of new rows over all keys of a sequence.
///
/// `queries`: rows × (query heads × dim); `runs`: the keys and values of all tokens, the new rows last; `dim` is a multiple
/// of 16. With `causal`, a row sees the keys up to its own position; otherwise all. Returns rows × (query heads × dim). What a
/// row gets depends neither on the rows beside it nor on how the tokens are cut into runs.
pub(crate) fn attention(queries: &[f32], runs: &[Run<'_>], heads: Heads, causal: bool) -> Vec<f32> {
    let Heads { query, kv, dim } = heads;
    let rows = queries.len() / (query * dim);
    let total = runs.iter().map(|run| run.keys.len()).sum::<usize>() / (kv * dim);
    // Query heads of one key/value head lie together.
    let group = query / kv * dim;
    let mut mixed = vec![0.0; queries.len()];
    let mut tasks: Vec<Vec<Query<'_>>> = (0..rows.div_ceil(TASK_ROWS) * kv).map(|_| Vec::new()).collect();
    let groups = mixed.chunks_exact_mut(group).zip(queries.chunks_exact(group));
    for (index, (mixed, queries)) in groups.enumerate() {
        let (row, head) = (index / kv, index % kv);
        let visible = if causal { total - rows + row + 1 } else { total };
        let heads = mixed.chunks_exact_mut(dim).zip(queries.chunks_exact(dim));
        tasks[row / TASK_ROWS * kv + head].extend(heads.map(|(mixed, row)| Query { row, visible, mixed }));
    }
    let of_heads: Vec<OfHead> = (0..kv).into_par_iter().map(|head| OfHead::gather(runs, head, heads)).collect();
    tasks.par_iter_mut().enumerate().for_each_init(Vec::new, |scores, (index, queries)| {
        attend(queries, &of_heads[index % kv], scores);
    });
    mixed
}

/// One row of one query head.
struct Query<'a> {
    row: &'a [f32],
    /// How many tokens it sees.
    visible: usize,
    mixed: &'a mut [f32],
}

/// The keys and values of one head, token after token.
struct OfHead {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl OfHead {
    fn gather(runs: &[Run<'_>], head: usize, Heads { kv, dim, .. }: Heads) -> Self {
        let all = |part: for<'a> fn(&Run<'a>) -> Stored<'a>| {
            let mut floats = vec![0.0; runs.iter().map(|run| part(run).len()).sum::<usize>() / kv];
            let mut tokens = floats.chunks_exact_mut(dim);
            for stored in runs.iter().map(part) {
                for (token, into) in tokens.by_ref().take(stored.len() / (kv * dim)).enumerate() {
                    stored.copy((token * kv + head) * dim, into);
                }
            }
            floats
        };
        Self { keys: all(|run| run.keys), values: all(|run| run.values) }
    }
}

vectorised! {
    /// Some queries of one head, in the order of their rows.
    fn attend(queries: &mut [Query<'_>], of_head: &OfHead, scores: &mut Vec<f32>) {
        let Some(dim) = queries.first().map(|query| query.row.len()) else { return };
        let most = queries.iter().fold(0, |most, query| most.max(query.visible));
        scores.resize(queries.len() * most, 0.0);
        for (block, keys) in of_head.keys.chunks(KEY_TOKENS * dim).enumerate() {
            let first = block * KEY_TOKENS;
            for (query, scores) in queries.iter().zip(scores.chunks_exact_mut(most)) {
                if first < query.visible {
                    multiply(query.row, keys, &mut scores[first..query.visible]);
                }
            }
        }
        for (query, scores) in queries.iter().zip(scores.chunks_exact_mut(most)) {
            softmax(&mut scores[..query.visible]);
        }
        for (block, values) in of_head.values.chunks(VALUE_TOKENS * dim).enumerate() {
            let first = block * VALUE_TOKENS;
            for (query, scores) in queries.iter_mut().zip(scores.chunks_exact(most)) {
                if first < query.visible {
                    mix(query.mixed, &scores[first..query.visible], values);
                }
            }
        }
    }
}

/// The products of a query with some keys.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn multiply(query: &[f32], keys: &[f32], scores: &mut [f32]) {
    let dim = query.len();
    let scale = 1.0 / (dim as f32).sqrt();
    // In two passes: in one, a compiler makes vectors of two floats of the last additions and so of all.
    let mut sums = [[0.0; LANES]; KEY_TOKENS];
    for (sums, key) in sums.iter_mut().zip(keys.chunks_exact(dim)) {
        *sums = sums_of_products(query, key);
    }
    for (score, sums) in scores.iter_mut().zip(&sums) {
        *score = sum_of(sums) * scale;
    }
}

/// Adds some values times their scores, one token after another.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn mix(mixed: &mut [f32], scores: &[f32], values: &[f32]) {
    let dim = mixed.len();
    if let (Some(scores), true) = (scores.first_chunk(), values.len() == VALUE_TOKENS * dim) {
        mix_block(mixed, scores, values);
        return;
    }
    for (score, values) in scores.iter().zip(values.chunks_exact(dim)) {
        for (sum, value) in mixed.iter_mut().zip(values) {
            *sum += score * value;
        }
    }
}

vectorised! {
    /// The same for a whole block; a function of its own, so that a compiler knows that nothing overlaps.
    fn mix_block(mixed: &mut [f32], scores: &[f32; VALUE_TOKENS], values: &[f32]) {
        let dim = mixed.len();
        let mut of_tokens: [&[f32]; VALUE_TOKENS] = [&[]; VALUE_TOKENS];
        for (of_token, values) in of_tokens.iter_mut().zip(values.chunks_exact(dim)) {
            *of_token = values;
        }
        let [one, two, three, four, five, six, seven, eight] = of_tokens;
        for index in 0..dim {
            let mut sum = mixed[index];
            sum += scores[0] * one[index];
            sum += scores[1] * two[index];
            sum += scores[2] * three[index];
            sum += scores[3] * four[index];
            sum += scores[4] * five[index];
            sum += scores[5] * six[index];
            sum += scores[6] * seven[index];
            sum += scores[7] * eight[index];
            mixed[index] = sum;
        }
    }
}

/// Turns scores into probabilities, in place.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it is to be compiled into loops over vectors")]
fn softmax(scores: &mut [f32]) {
    let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in scores.iter_mut() {
        *score = exp(*score - max);
    }
    let mut sums = [0.0_f32; LANES];
    for some in scores.chunks(LANES) {
        for (sum, score) in sums.iter_mut().zip(some) {
            *sum += score;
        }
    }
    let sum = sum_of(&sums);
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    /// Attention as its definition says, in 64 bits.
    fn defined(queries: &[f32], keys: &[f32], values: &[f32], heads: Heads, causal: bool) -> Vec<f64> {
        let Heads { query, kv, dim } = heads;
        let (rows, total) = (queries.len() / (query * dim), keys.len() / (kv * dim));
        let mut mixed = Vec::new();
        for row in 0..rows {
            for head in 0..query {
                let own = |of: &[f32], token: usize, index: usize| {
                    f64::from(of[(token * kv + head / (query / kv)) * dim + index])
                };
                let visible = if causal { total - rows + row + 1 } else { total };
                let scores: Vec<f64> = (0..visible)
                    .map(|token| {
                        let products = (0..dim).map(|index| {
                            f64::from(queries[(row * query + head) * dim + index]) * own(keys, token, index)
                        });
                        (products.sum::<f64>() / (dim as f64).sqrt()).exp()
                    })
                    .collect();
                let sum: f64 = scores.iter().sum();
                mixed.extend((0..dim).map(|index| {
                    scores.iter().enumerate().map(|(token, score)| score / sum * own(values, token, index)).sum::<f64>()
                }));
            }
        }
        mixed
    }

    #[test]
    fn attention_is_as_defined_and_row_by_row() {
        let heads = Heads { query: 6, kv: 2, dim: 32 };
        let numbers = |count: usize, seed: usize| -> Vec<f32> {
            (0..count).map(|index| ((index * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0).collect()
        };
        let (total, rows) = (19, 7);
        let (keys, values) = (numbers(total * 64, 1), numbers(total * 64, 2));
        let queries = numbers(rows * 192, 3);
        let run = |tokens: Range<usize>| {
            let floats = tokens.start * 64..tokens.end * 64;
            Run { keys: Stored::Floats(&keys[floats.clone()]), values: Stored::Floats(&values[floats]) }
        };
        for causal in [true, false] {
            let mixed = attention(&queries, &[run(0..total)], heads, causal);
            for (ours, exact) in mixed.iter().zip(defined(&queries, &keys, &values, heads, causal)) {
                assert!((f64::from(*ours) - exact).abs() < 1e-5, "{ours} for {exact}");
            }
            for row in 0..rows {
                let seen = if causal { total - rows + row + 1 } else { total };
                let (query, mixed) = (&queries[row * 192..(row + 1) * 192], &mixed[row * 192..(row + 1) * 192]);
                assert_eq!(attention(query, &[run(0..seen)], heads, causal), mixed);
                assert_eq!(attention(query, &[run(0..5), run(5..6), run(6..seen)], heads, causal), mixed);
            }
        }
    }
}
