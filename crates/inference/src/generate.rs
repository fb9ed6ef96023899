//! Greedy decoding, and the log-probabilities of a given continuation.

use crate::kernels::{argmax, log_probability};
use crate::{Generator, InferenceError, KvState, LogitsAt, Step};

/// When a generation ends, apart from the model's own end of turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most tokens to generate.
    pub max_tokens: usize,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The model ended its turn.
    EndOfTurn,
    /// The token limit or the context was reached.
    TokenLimit,
    /// The caller asked to stop.
    Cancelled,
}

/// What was generated.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The tokens, without the one that ended the turn. All of them are in the state, but for the last one when the
    /// generation was cancelled.
    pub tokens: Vec<u32>,
    /// The natural log-probability of each token when it was chosen.
    pub log_probabilities: Vec<f32>,
    /// Why it ended.
    pub stop: StopReason,
}

impl Generator {
    /// Appends `prompt` to the state, then the most likely token again and again.
    ///
    /// `keep_going` is called before each forward pass with the tokens so far and ends the generation by `false`.
    ///
    /// # Errors
    /// `ContextFull` when the prompt does not fit, `NoTokens` when it is empty, and tensor errors.
    pub fn generate(
        &self,
        state: &mut KvState,
        prompt: &[u32],
        limits: Limits,
        keep_going: &mut dyn FnMut(&[u32]) -> bool,
    ) -> Result<Generated, InferenceError> {
        let mut generated =
            Generated { tokens: Vec::new(), log_probabilities: Vec::new(), stop: StopReason::TokenLimit };
        if !keep_going(&[]) {
            generated.stop = StopReason::Cancelled;
            return Ok(generated);
        }
        let mut logits = self.forward(state, prompt, LogitsAt::Last)?.pop().unwrap_or_default();
        while generated.tokens.len() < limits.max_tokens && state.len() < self.options().context_tokens {
            let next = argmax(&logits) as u32;
            if self.tokenizer().ends_turn(next) {
                generated.stop = StopReason::EndOfTurn;
                break;
            }
            generated.tokens.push(next);
            generated.log_probabilities.push(log_probability(&logits, next as usize));
            if !keep_going(&generated.tokens) {
                generated.stop = StopReason::Cancelled;
                break;
            }
            logits = self.forward(state, &[next], LogitsAt::Last)?.pop().unwrap_or_default();
        }
        Ok(generated)
    }

    /// The natural log-probability of each token of each continuation, given its state and then its context.
    ///
    /// The states hold afterwards what they held before. All sequences are computed in one batch.
    ///
    /// # Errors
    /// `NoTokens` when a context is empty: the first token of the continuation is told from the last of its context.
    /// `ContextFull` and `ForeignState`.
    pub fn log_probabilities(
        &self,
        sequences: &mut [(KvState, &[u32], &[u32])],
    ) -> Result<Vec<Vec<f32>>, InferenceError> {
        if sequences.iter().any(|(_, context, _)| context.is_empty()) {
            return Err(InferenceError::NoTokens);
        }
        let held: Vec<usize> = sequences.iter().map(|(state, _, _)| state.len()).collect();
        let joined: Vec<Vec<u32>> = sequences
            .iter()
            .map(|(_, context, continuation)| {
                // The last token's own logits are not needed.
                let known = &continuation[..continuation.len().saturating_sub(1)];
                [context, known].concat()
            })
            .collect();
        let mut steps: Vec<Step<'_>> = sequences
            .iter_mut()
            .zip(&joined)
            .map(|((state, context, continuation), tokens)| Step {
                state,
                tokens,
                logits: if continuation.is_empty() { LogitsAt::None } else { LogitsAt::From(context.len() - 1) },
            })
            .collect();
        let logits = self.forward_batch(&mut steps)?;
        for ((state, _, _), held) in sequences.iter_mut().zip(held) {
            state.truncate(held);
        }
        Ok(sequences
            .iter()
            .zip(logits)
            .map(|((_, _, continuation), logits)| {
                continuation
                    .iter()
                    .zip(&logits)
                    .map(|(token, logits)| log_probability(logits, *token as usize))
                    .collect()
            })
            .collect())
    }
}
