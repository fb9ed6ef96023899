//! Greedy decoding, and the log-probabilities of a given continuation.

use crate::kernels::{argmax, log_probability};
use crate::{Generator, InferenceError, KvState, LogitsAt, Precision, Step};

/// When a generation ends, apart from the model's own end of turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most tokens to generate.
    pub max_tokens: usize,
    /// Whether tokens may be drafted by prompt lookup (Saxena 2023). It changes how long a generation takes, and nothing else.
    /// A model with `Precision::Full` does without, as its products depend on how many tokens are computed at once.
    pub lookup: bool,
}

/// Most tokens drafted at a time.
const MOST_DRAFTED: usize = 8;

/// How many tokens have to be the same for those that followed them to be drafted: the longer, the likelier they follow again.
const SAME_TOKENS: [usize; 2] = [3, 2];

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

impl Generated {
    fn push(&mut self, token: u32, logits: &[f32]) {
        self.tokens.push(token);
        self.log_probabilities.push(log_probability(logits, token as usize));
    }
}

/// The tokens, `most` at most, that followed the last time that tokens stood as they stand now at the end.
fn followers(tokens: &[u32], most: usize) -> Vec<u32> {
    for same in SAME_TOKENS {
        let Some(before) = tokens.len().checked_sub(same).filter(|_| most > 0) else { continue };
        let (earlier, last) = (&tokens[..tokens.len() - 1], &tokens[before..]);
        if let Some(at) = earlier.windows(same).rposition(|window| window == last) {
            return tokens[at + same..].iter().copied().take(most).collect();
        }
    }
    Vec::new()
}

impl Generator {
    /// Appends `prompt` to the state, then the most likely token again and again.
    ///
    /// `keep_going` is called with the tokens so far, at the start and after each, and ends the generation by `false`.
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
        let lookup = limits.lookup && self.options().precision == Precision::Quantised;
        let mut known = state.tokens();
        while generated.tokens.len() < limits.max_tokens && state.len() < self.options().context_tokens {
            let next = argmax(&logits) as u32;
            if self.tokenizer().ends_turn(next) {
                generated.stop = StopReason::EndOfTurn;
                break;
            }
            generated.push(next, &logits);
            if !keep_going(&generated.tokens) {
                generated.stop = StopReason::Cancelled;
                break;
            }
            known.push(next);
            let room = (limits.max_tokens - generated.tokens.len())
                .min(self.options().context_tokens - state.len() - 1)
                .min(if lookup { MOST_DRAFTED } else { 0 });
            let drafted = followers(&known, room);
            let held = state.len() + 1;
            let after = self.forward(state, &[&[next], drafted.as_slice()].concat(), LogitsAt::From(0))?;
            // What was drafted stays as far as the model itself would have chosen it.
            let mut right = 0;
            for (token, logits) in drafted.iter().zip(&after) {
                if argmax(logits) as u32 != *token || self.tokenizer().ends_turn(*token) {
                    break;
                }
                generated.push(*token, logits);
                if !keep_going(&generated.tokens) {
                    generated.stop = StopReason::Cancelled;
                    state.truncate(held + right);
                    return Ok(generated);
                }
                known.push(*token);
                right += 1;
            }
            state.truncate(held + right);
            logits = after.into_iter().nth(right).unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_followed_before_is_drafted() {
        let check = |tokens: &[u32], most: usize, expected: &[u32]| assert_eq!(followers(tokens, most), expected);
        check(&[], 8, &[]);
        check(&[1], 8, &[]);
        check(&[1, 2, 3, 4], 8, &[]);
        check(&[1, 2, 3, 4, 5, 1, 2, 3], 8, &[4, 5, 1, 2, 3]);
        check(&[1, 2, 3, 4, 5, 1, 2, 3], 2, &[4, 5]);
        check(&[1, 2, 3, 4, 5, 1, 2, 3], 0, &[]);
        // Three the same before two, and of those the last.
        check(&[9, 1, 2, 7, 8, 1, 2, 6, 9, 1, 2], 1, &[7]);
        check(&[1, 2, 7, 1, 2, 6, 1, 2], 1, &[6]);
        // A repetition goes on.
        check(&[5, 5, 5, 5], 8, &[5]);
    }
}
