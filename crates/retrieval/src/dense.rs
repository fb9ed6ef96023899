//! The vectors of passages and of their sentences, and which passages are nearest to a question.

use inference::RoundedVectors;

use crate::fuse::best;
use crate::vectors::dot;

/// How many vectors there are from which on all are looked at rounded first.
const MANY: usize = 10_000;

/// The vectors of one passage, all of unit length.
pub(crate) struct PassageVectors {
    pub(crate) passage: Vec<f32>,
    pub(crate) sentences: Vec<Vec<f32>>,
}

impl PassageVectors {
    /// The mean of the passage's cosine and that of its nearest sentence, at least 0.
    fn score(&self, vector: &[f32]) -> f32 {
        mean_with_best(dot(&self.passage, vector), self.sentences.iter().map(|sentence| dot(sentence, vector)))
    }
}

fn mean_with_best(passage: f32, sentences: impl Iterator<Item = f32>) -> f32 {
    passage.midpoint(sentences.fold(0.0, f32::max))
}

/// The vectors of all passages.
pub(crate) struct Dense {
    pub(crate) passages: Vec<PassageVectors>,
    /// Each passage's vector and then its sentences', where there are many.
    rounded: Option<RoundedVectors>,
}

impl Dense {
    pub(crate) fn new(passages: Vec<PassageVectors>) -> Self {
        Self::rounded_from(MANY, passages)
    }

    fn rounded_from(many: usize, passages: Vec<PassageVectors>) -> Self {
        let all = || passages.iter().flat_map(|of| std::iter::once(&of.passage).chain(&of.sentences));
        let all: Vec<&[f32]> = all().map(Vec::as_slice).collect();
        let width = all.first().map_or(0, |vector| vector.len());
        let is_whole = all.iter().all(|vector| vector.len() == width);
        let rounded =
            (all.len() >= many.max(1) && is_whole).then(|| RoundedVectors::new(all.len(), width, |number| all[number]));
        let rounded = rounded.flatten();
        Self { passages, rounded }
    }

    /// The score of each passage that is among the `pool` nearest ones or `wanted` besides; -1 of any other where there are
    /// many. What is told is exact: passages are passed over only where rounding cannot have hidden that they are near.
    pub(crate) fn scores(&self, vector: &[f32], wanted: impl Fn(usize) -> bool, pool: usize) -> Vec<f32> {
        let Some(rounded) = &self.rounded else {
            return self.passages.iter().map(|passage| passage.score(vector)).collect();
        };
        let (dots, error) = rounded.dots(vector);
        let mut dots = dots.into_iter();
        let near: Vec<f32> = self
            .passages
            .iter()
            .map(|of| mean_with_best(dots.next().unwrap_or(-1.0), dots.by_ref().take(of.sentences.len())))
            .collect();
        let least = best(&near, pool).last().map_or(-1.0, |last| near[*last] - 2.0 * error);
        let score = |(number, near): (usize, &f32)| {
            if *near >= least || wanted(number) { self.passages[number].score(vector) } else { -1.0 }
        };
        near.iter().enumerate().map(score).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 64;

    /// Passages in bundles, as those of pages about one thing are, so that many are nearly as near as the nearest.
    fn passages(count: usize) -> Vec<PassageVectors> {
        let mut state = 3_u64;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        };
        let bundles: Vec<Vec<f32>> = (0..20).map(|_| (0..WIDTH).map(|_| number()).collect()).collect();
        let mut unit = |bundle: &[f32]| {
            let values: Vec<f32> = bundle.iter().map(|value| value + 0.15 * number()).collect();
            let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
            values.into_iter().map(|value| value / length).collect::<Vec<f32>>()
        };
        let passage = |index: usize| {
            let bundle = &bundles[index % bundles.len()];
            PassageVectors { passage: unit(bundle), sentences: (0..index % 4).map(|_| unit(bundle)).collect() }
        };
        (0..count).map(passage).collect()
    }

    #[test]
    fn among_many_the_nearest_are_exactly_those() {
        const POOL: usize = 50;
        let exact = Dense::rounded_from(usize::MAX, passages(3000));
        let many = Dense::rounded_from(0, passages(3000));
        assert!(exact.rounded.is_none() && many.rounded.is_some());
        let wanted = |number: usize| number % 1000 == 7;
        let mut passed_over = 0;
        for number in (0..3000).step_by(97) {
            let vector = exact.passages[number].passage.clone();
            let (all, found) = (exact.scores(&vector, wanted, POOL), many.scores(&vector, wanted, POOL));
            assert_eq!(best(&found, POOL), best(&all, POOL));
            for (number, (found, all)) in found.iter().zip(&all).enumerate() {
                let is_told = found.to_bits() == all.to_bits();
                assert!(is_told || found.to_bits() == (-1.0_f32).to_bits() && !wanted(number));
                passed_over += usize::from(!is_told);
            }
        }
        assert!(passed_over > 31 * 1500, "{passed_over} of {} are passed over", 31 * 3000);
    }

    #[test]
    fn there_may_be_nothing() {
        assert_eq!(Dense::rounded_from(0, Vec::new()).scores(&[1.0], |_| true, 5), Vec::<f32>::new());
    }
}
