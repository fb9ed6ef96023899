//! Reranking by the likelihood of the question: how probable the language model finds the resident's question as one
//! that the passage answers (Sachan et al. 2022).

use std::sync::Arc;

use inference::KvState;

use crate::fuse::Hit;
use crate::{Index, PassageStates, Prompt, RetrievalError};

const REQUEST: &str = "Write a question that a resident could ask and that this text answers.";

/// When and how far to rerank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RerankOptions {
    /// How many of the first hits are read.
    pub candidates: usize,
    /// What the mean log-probability counts for beside the fused score.
    pub weight: f32,
    /// No rerank when the first hit leads the second page's best by at least this fused score.
    pub sure_margin: f32,
}

/// Reorders hits by reading them with a language model.
#[derive(Debug)]
pub struct Reranker {
    states: Arc<PassageStates>,
    options: RerankOptions,
}

impl Reranker {
    /// A reranker over kept passage states.
    pub fn new(states: Arc<PassageStates>, options: RerankOptions) -> Self {
        Self { states, options }
    }

    /// The states that it reads by.
    pub fn states(&self) -> &Arc<PassageStates> {
        &self.states
    }

    /// Whether the fused scores leave doubt about the best page.
    pub fn in_doubt(&self, index: &Index, hits: &[Hit]) -> bool {
        let Some(first) = hits.first() else { return false };
        let page = |hit: &Hit| &index.passage(hit.passage).0.id;
        let rival = hits.iter().find(|hit| page(hit) != page(first));
        rival.is_some_and(|rival| first.fused - rival.fused < self.options.sure_margin)
    }

    /// Reads the first hits and reorders them; the rest keep their order behind them. `keep_going` is asked between
    /// passages and while one is read for the first time; when it says no, the hits stay as they were and the answer is false.
    ///
    /// # Errors
    /// Errors of the model.
    pub fn rerank(
        &self,
        index: &Index,
        question: &str,
        hits: &mut [Hit],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<bool, RetrievalError> {
        let generator = self.states.generator();
        let count = self.options.candidates.min(hits.len());
        let question = generator.tokenizer().encode(question)?;
        if question.is_empty() {
            return Ok(false);
        }
        let mut read: Vec<(KvState, Vec<u32>)> = Vec::with_capacity(count);
        for hit in &hits[..count] {
            if !keep_going() {
                return Ok(false);
            }
            let (page, passage) = index.passage(hit.passage);
            let prompt = Prompt::new(generator.chat(), generator.tokenizer(), page, passage, REQUEST)?;
            let Some(state) = self.states.after(&prompt.prefix, keep_going)? else { return Ok(false) };
            read.push((state, prompt.suffix));
        }
        let mut sequences: Vec<(KvState, &[u32], &[u32])> =
            read.iter().map(|(state, suffix)| (state.clone(), suffix.as_slice(), question.as_slice())).collect();
        let of_all = generator.log_probabilities(&mut sequences)?;
        for (hit, log_probabilities) in hits.iter_mut().zip(of_all) {
            let mean = log_probabilities.iter().sum::<f32>() / log_probabilities.len() as f32;
            hit.likelihood = Some(mean);
            hit.score = hit.fused + self.options.weight * mean;
        }
        // What was not read ranks below what was, in its old order.
        let lowest = hits[..count].iter().map(|hit| hit.score).fold(f32::INFINITY, f32::min);
        for (place, hit) in hits[count..].iter_mut().enumerate() {
            hit.score = lowest - 1.0 - place as f32;
        }
        hits[..count].sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)));
        Ok(true)
    }
}
