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
    /// is longer than the model's context. `read` is what was read of questions before, and from now on what is read here: the
    /// odds are the same with it and without. `keep_going` is asked before each step and while a passage is read for the first
    /// time; when it says no, there are none either.
    ///
    /// # Errors
    /// Errors of the model.
    pub fn verify(
        &self,
        index: &Index,
        replies: &[(usize, ToVerify<'_>)],
        read: &mut QuestionStates,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<f32>>, RetrievalError> {
        // Which state each prompt goes on from, and with what.
        let mut asked: Vec<(usize, Prompt)> = Vec::with_capacity(replies.len());
        for (passage, what) in replies {
            let prompt = self.prompt(index, *passage, &what.request())?;
            if prompt.prefix.len() + prompt.suffix.len() > self.verifier.options().context_tokens {
                return Ok(None);
            }
            let known = read.place(*passage, &prompt.suffix);
            let place =
                if known.is_some() { known } else { self.begin(index, (*passage, what), &prompt, read, keep_going)? };
            let Some(place) = place else { return Ok(None) };
            asked.push((place, prompt));
        }
        // A question to which there are several replies is read once for all; to a single one, in one pass with it.
        let replies_at = |place| asked.iter().filter(|(other, _)| *other == place).count();
        let several = read.0.iter_mut().enumerate().filter(|(place, state)| !state.is_read() && replies_at(*place) > 1);
        self.verifier.odds(several.map(|(_, QuestionState { state, question, .. })| (state, question.as_slice())))?;
        if !keep_going() {
            return Ok(None);
        }
        let mut forks: Vec<(KvState, &[u32])> = Vec::with_capacity(asked.len());
        for (place, prompt) in &asked {
            let question = &mut read.0[*place];
            let rest = if question.is_read() { &prompt.suffix[question.question.len()..] } else { &prompt.suffix };
            forks.push((question.state.fork(), rest));
        }
        let odds = self.verifier.odds(forks.iter_mut().map(|(state, tokens)| (state, *tokens)))?;
        for ((place, _), (mut fork, _)) in asked.iter().zip(forks) {
            let question = &mut read.0[*place];
            if !question.is_read() {
                fork.truncate(question.passage_tokens + question.question.len());
                question.state = fork;
            }
        }
        Ok(Some(odds))
    }

    /// Reads a passage for what is asked of it, or takes its state; the place of that among what is `read`. None when
    /// `keep_going` says no.
    fn begin(
        &self,
        index: &Index,
        (passage, what): (usize, &ToVerify<'_>),
        prompt: &Prompt,
        read: &mut QuestionStates,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<usize>, RetrievalError> {
        if !keep_going() {
            return Ok(None);
        }
        let without = self.prompt(index, passage, &ToVerify { reply: "", ..*what }.request())?;
        let question = first_tokens_alike(&prompt.suffix, &without.suffix).to_vec();
        let Some(state) = self.state_after(&prompt.prefix, keep_going)? else { return Ok(None) };
        read.0.push(QuestionState { passage, question, passage_tokens: state.len(), state });
        Ok(Some(read.0.len() - 1))
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

/// What was read of questions behind passages, so that other replies to them are verified without reading them again: 20 kB a
/// token, for as long as one enquiry is answered.
#[derive(Debug, Default)]
pub struct QuestionStates(Vec<QuestionState>);

impl QuestionStates {
    /// Which state is of that passage and the question that a prompt's rest begins with.
    fn place(&self, passage: usize, rest: &[u32]) -> Option<usize> {
        self.0.iter().position(|state| {
            state.passage == passage && state.question.len() < rest.len() && rest.starts_with(&state.question)
        })
    }
}

/// What was read behind a passage.
#[derive(Debug)]
struct QuestionState {
    passage: usize,
    /// The tokens with which every prompt with that question goes on behind the passage.
    question: Vec<u32>,
    /// How many tokens of the state are before the question.
    passage_tokens: usize,
    /// After the passage, and then after the question.
    state: KvState,
}

impl QuestionState {
    fn is_read(&self) -> bool {
        self.state.len() > self.passage_tokens
    }
}

/// The tokens with which both texts begin, without the last of the one.
fn first_tokens_alike<'a>(one: &'a [u32], other: &[u32]) -> &'a [u32] {
    let alike = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    &one[..alike.min(one.len() - 1)]
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
