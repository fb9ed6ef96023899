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

    /// The log-odds that a reply from a passage answers exactly what was asked; none where all of it is longer than the model's
    /// context. `keep_going` is asked before the question is read and while its passage is read for the first time; when it
    /// says no, there are none either.
    ///
    /// # Errors
    /// Errors of the model.
    pub fn verify(
        &self,
        index: &Index,
        passage: usize,
        what: &ToVerify<'_>,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<f32>, RetrievalError> {
        let prompt = self.prompt(index, passage, &what.request())?;
        let fits = prompt.prefix.len() + prompt.suffix.len() <= self.verifier.options().context_tokens;
        if !fits || !keep_going() {
            return Ok(None);
        }
        let Some(mut state) = self.state_after(&prompt.prefix, keep_going)? else { return Ok(None) };
        Ok(Some(self.verifier.odds(&mut state, &prompt.suffix)?))
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
