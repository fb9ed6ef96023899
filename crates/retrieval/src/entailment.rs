//! Whether a passage says a statement: what a sentence that a model wrote is asked about beside the rules of the check.

use corpus::{Page, Passage};
use inference::{InferenceError, Verifier};

use crate::Prompt;
use crate::states::StateCache;

/// What stands behind the passage in the prompt, in the words that the adapter was trained on.
pub fn statement_request(statement: &str) -> String {
    format!("The council says: \"{statement}\"\nDoes the text say exactly that? Answer Yes or No.")
}

/// A model that was trained to say whether a text says a statement, over kept passage states.
#[derive(Debug)]
pub struct PassageEntailment {
    model: Verifier,
    cache: StateCache,
}

impl PassageEntailment {
    /// `model` with the adapter for statements. At most `budget_bytes` of passage states are kept in memory.
    pub fn new(model: Verifier, budget_bytes: usize) -> Self {
        let cache = StateCache::new(model.new_state(), budget_bytes, None);
        Self { model, cache }
    }

    /// The log-odds that a passage says the statement; none where both are longer than the model's context.
    ///
    /// # Errors
    /// Errors of the model.
    pub fn odds(&self, page: &Page, passage: &Passage, statement: &str) -> Result<Option<f32>, InferenceError> {
        let request = statement_request(statement);
        let prompt = Prompt::new(self.model.chat(), self.model.tokenizer(), page, passage, &request)?;
        if prompt.prefix.len() + prompt.suffix.len() > self.model.options().context_tokens {
            return Ok(None);
        }
        let known = self.cache.get(&prompt.prefix);
        let read = || self.model.read(&prompt.prefix, &|| true);
        let state = if known.is_some() { known } else { read()?.map(|state| self.cache.keep(&prompt.prefix, state)) };
        let Some(mut state) = state else { return Ok(None) };
        let odds = self.model.odds([(&mut state, prompt.suffix.as_slice())].into_iter())?;
        Ok(odds.first().copied())
    }
}
