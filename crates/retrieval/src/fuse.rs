//! Lexical and dense scores made comparable and added.

/// What each kind of score counts for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FusionWeights {
    /// Weight of the BM25 z-score.
    pub lexical: f32,
    /// Weight of the dense z-score.
    pub dense: f32,
}

/// A passage found for a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The passage's number in the index.
    pub passage: usize,
    /// BM25 score; 0 when no word matched.
    pub lexical: f32,
    /// Cosine of question and passage, −1 to 1.
    pub dense: f32,
    /// Weighted sum of the z-scores.
    pub fused: f32,
    /// Mean log-probability of the question's tokens given the passage, where it was computed.
    pub likelihood: Option<f32>,
    /// What the ranking goes by: `fused`, and the likelihood mixed in where it was computed.
    pub score: f32,
}

/// The numbers of the `count` highest scores, highest first; of equal ones the first.
pub(crate) fn best(scores: &[f32], count: usize) -> Vec<usize> {
    let higher = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
    let mut order: Vec<usize> = (0..scores.len()).collect();
    if count < order.len() {
        order.select_nth_unstable_by(count, higher);
        order.truncate(count);
    }
    order.sort_unstable_by(higher);
    order
}

/// Fuses the two scores of each passage. The z-scores are over the `pool` best of either list, so that they do not
/// depend on the size of the corpus. Returns hits in falling order of the fused score.
pub(crate) fn fuse(lexical: &[f32], dense: &[f32], weights: FusionWeights, pool: usize) -> Vec<Hit> {
    let mut members = best(dense, pool);
    members.extend(best(lexical, pool).into_iter().filter(|index| lexical[*index] > 0.0));
    members.sort_unstable();
    members.dedup();
    let z_scores = |scores: &[f32]| -> Vec<f32> {
        let count = members.len().max(1) as f32;
        let mean = members.iter().map(|index| scores[*index]).sum::<f32>() / count;
        let variance = members.iter().map(|index| (scores[*index] - mean).powi(2)).sum::<f32>() / count;
        let deviation = variance.sqrt().max(1e-6);
        members.iter().map(|index| (scores[*index] - mean) / deviation).collect()
    };
    let (of_lexical, of_dense) = (z_scores(lexical), z_scores(dense));
    let mut hits: Vec<Hit> = members
        .iter()
        .zip(of_lexical.iter().zip(&of_dense))
        .map(|(passage, (of_lexical, of_dense))| {
            let fused = weights.lexical * of_lexical + weights.dense * of_dense;
            Hit {
                passage: *passage,
                lexical: lexical[*passage],
                dense: dense[*passage],
                fused,
                likelihood: None,
                score: fused,
            }
        })
        .collect();
    hits.sort_by(|a, b| b.fused.total_cmp(&a.fused).then(a.passage.cmp(&b.passage)));
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_good_in_both_beats_one_good_in_either() {
        let weights = FusionWeights { lexical: 0.5, dense: 0.5 };
        let hits = fuse(&[9.0, 8.0, 0.0, 1.0], &[0.1, 0.7, 0.75, 0.0], weights, 4);
        assert_eq!(hits[0].passage, 1);
        assert_eq!(hits.len(), 4);
    }

    #[test]
    fn no_match_at_all_gives_no_nan() {
        let weights = FusionWeights { lexical: 0.5, dense: 0.5 };
        assert!(fuse(&[0.0; 3], &[0.0; 3], weights, 2).iter().all(|hit| hit.fused == 0.0));
        assert!(fuse(&[], &[], weights, 2).is_empty());
    }
}
