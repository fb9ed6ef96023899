//! Verifying a reply before it is given: whether it answers exactly what was asked, by its passage.

use inference::{InferenceError, KvState, Verifier};

use crate::filling::{Filled, Filling, KeptStates, ReadsPassages};
use crate::states::{StateCache, StateFolder};
use crate::{Index, Prompt, RetrievalError};

/// A reply that has not been given yet, with what it replies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToVerify<'a> {
    /// What was said before, oldest first, each as a line of a transcript.
    pub earlier: &'a [String],
    /// What the resident asks.
    pub question: &'a str,
    /// What the council would say.
    pub reply: &'a str,
}

impl ToVerify<'_> {
    /// What stands behind the passage in the prompt, in the words that the verifier was trained on.
    pub fn request(&self) -> String {
        let Self { earlier, question, reply } = self;
        let asked = if earlier.is_empty() {
            format!("A resident asks: \"{question}\"")
        } else {
            format!("A conversation so far:\n{}\nNow the resident asks: \"{question}\"", earlier.join("\n"))
        };
        format!(
            "{asked}\nThe council replies: \"{reply}\"\nDoes the reply answer exactly what was asked? Answer Yes or No."
        )
    }
}

/// A verifier over kept passage states.
#[derive(Debug)]
pub struct PassageVerifier {
    verifier: Verifier,
    cache: StateCache,
    filling: Filling,
}

impl PassageVerifier {
    /// No states in memory yet; at most `budget_bytes` of those that are not on disk are kept there.
    pub fn new(verifier: Verifier, budget_bytes: usize, disk: Option<StateFolder>) -> Self {
        let cache = StateCache::new(verifier.new_state(), budget_bytes, disk);
        Self { verifier, cache, filling: Filling::default() }
    }

    /// The log-odds that each reply, which is from the passage beside it, answers exactly what was asked; none where all of one
    /// is longer than the model's context. `keep_going` is asked before each step and while a passage is read for the first
    /// time; when it says no, there are none either.
    ///
    /// # Errors
    /// Errors of the model.
    pub fn verify(
        &self,
        index: &Index,
        replies: &[(usize, ToVerify<'_>)],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<f32>>, RetrievalError> {
        let mut prompts = Vec::with_capacity(replies.len());
        for (passage, what) in replies {
            let prompt = self.prompt(index, *passage, &what.request())?;
            if prompt.prefix.len() + prompt.suffix.len() > self.verifier.options().context_tokens {
                return Ok(None);
            }
            prompts.push(prompt);
        }
        let mut passages: Vec<BehindPassage<'_>> = Vec::new();
        for ((passage, _), prompt) in replies.iter().zip(&prompts) {
            if passages.iter().any(|behind| behind.passage == *passage) {
                continue;
            }
            if !keep_going() {
                return Ok(None);
            }
            let Some(state) = self.state_after(&prompt.prefix, keep_going)? else { return Ok(None) };
            let of_passage = replies.iter().zip(&prompts).filter(|((other, _), _)| other == passage);
            let suffixes: Vec<&[u32]> = of_passage.map(|(_, prompt)| prompt.suffix.as_slice()).collect();
            passages.push(BehindPassage { passage: *passage, state, shared: shared_tokens(&suffixes) });
        }
        // The question is read once behind each passage, and behind it each reply.
        let asked = passages.iter_mut().filter(|behind| !behind.shared.is_empty());
        self.verifier.odds(asked.map(|behind| (&mut behind.state, behind.shared)))?;
        if !keep_going() {
            return Ok(None);
        }
        let mut forks: Vec<(KvState, &[u32])> = Vec::with_capacity(replies.len());
        for ((passage, _), prompt) in replies.iter().zip(&prompts) {
            let behind = passages.iter_mut().filter(|behind| behind.passage == *passage);
            forks.extend(behind.map(|behind| (behind.state.fork(), &prompt.suffix[behind.shared.len()..])));
        }
        Ok(Some(self.verifier.odds(forks.iter_mut().map(|(state, tokens)| (state, *tokens)))?))
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

    fn prompt(&self, index: &Index, passage: usize, request: &str) -> Result<Prompt, InferenceError> {
        let (page, passage) = index.passage(passage);
        Prompt::new(self.verifier.chat(), self.verifier.tokenizer(), page, passage, request)
    }
}

/// What has been read behind a passage.
struct BehindPassage<'a> {
    passage: usize,
    /// After the passage, and then after what is shared.
    state: KvState,
    /// The tokens with which all that is asked of the passage begins.
    shared: &'a [u32],
}

/// The tokens with which several prompts begin, at least one left for each; none of a single one.
fn shared_tokens<'a>(prompts: &[&'a [u32]]) -> &'a [u32] {
    let [first, others @ ..] = prompts else { return &[] };
    let alike = |other: &&[u32]| first.iter().zip(*other).take_while(|(a, b)| a == b).count().min(other.len() - 1);
    let shared = others.iter().map(alike).min().unwrap_or(0);
    &first[..shared.min(first.len().saturating_sub(1))]
}

impl ReadsPassages for PassageVerifier {
    fn cache(&self) -> &StateCache {
        &self.cache
    }

    fn prefix(&self, index: &Index, passage: usize) -> Result<Vec<u32>, InferenceError> {
        // What is asked stands behind what is kept.
        Ok(self.prompt(index, passage, "")?.prefix)
    }

    fn compute(&self, prefix: &[u32], keep_going: &dyn Fn() -> bool) -> Result<Option<KvState>, InferenceError> {
        self.verifier.read(prefix, keep_going)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompts: &[&[u32]], shared: &[u32]) {
        assert_eq!(shared_tokens(prompts), shared, "{prompts:?}");
    }

    #[test]
    fn what_is_shared_leaves_each_prompt_a_token() {
        check(&[&[1, 2, 3]], &[]);
        check(&[&[1, 2, 3], &[1, 2, 4, 5]], &[1, 2]);
        check(&[&[1, 2, 3], &[1, 2, 3, 4], &[1, 2, 5]], &[1, 2]);
        check(&[&[1, 2, 3], &[1, 2, 3, 4]], &[1, 2]);
        check(&[&[1, 2], &[1, 2]], &[1]);
        check(&[&[1], &[2]], &[]);
    }
}
