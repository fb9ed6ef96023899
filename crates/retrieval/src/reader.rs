//! Reading what was found: whether a passage answers a question, and which of its sentences does.

use inference::{Asked, InferenceError, KvState, Reader};

use crate::filling::{Filled, Filling, KeptStates, ReadsPassages};
use crate::states::{StateCache, StateFolder};
use crate::{Index, RetrievalError};

/// A passage with the sentences of it that could be the answer, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToRead {
    /// The passage's number in the index.
    pub passage: usize,
    /// Numbers of sentences.
    pub sentences: Vec<usize>,
}

/// What a reading came to, as log-odds.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// That the passage answers the question.
    pub answerable: f32,
    /// That each sentence, in the order asked, answers it.
    pub sentences: Vec<f32>,
}

/// A reader over kept passage states.
#[derive(Debug)]
pub struct PassageReader {
    reader: Reader,
    cache: StateCache,
    filling: Filling,
}

impl PassageReader {
    /// No states in memory yet; at most `budget_bytes` of those that are not on disk are kept there.
    pub fn new(reader: Reader, budget_bytes: usize, disk: Option<StateFolder>) -> Self {
        let cache = StateCache::new(reader.new_state(), budget_bytes, disk);
        Self { reader, cache, filling: Filling::default() }
    }

    /// Bytes of the states at hand, those that lie on disk included.
    pub fn bytes(&self) -> usize {
        self.cache.bytes()
    }

    /// Reads passages for a question, a reading for each. `keep_going` is asked before each step and while a passage is read
    /// for the first time; when it says no, there are none.
    ///
    /// # Errors
    /// Errors of the model.
    pub fn read(
        &self,
        index: &Index,
        question: &str,
        what: &[ToRead],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<Reading>>, RetrievalError> {
        let mut asked: Vec<(KvState, &str)> = Vec::with_capacity(what.len());
        for ToRead { passage, .. } in what {
            if !keep_going() {
                return Ok(None);
            }
            let Some(state) = self.state_after(&self.prefix(index, *passage)?, keep_going)? else { return Ok(None) };
            asked.push((state, question));
        }
        let answerable = self.reader.ask(Asked::Answerable, &mut asked)?;
        if !keep_going() {
            return Ok(None);
        }
        let mut texts = Vec::new();
        for ToRead { passage, sentences } in what {
            let (_, passage) = index.passage(*passage);
            texts.extend(sentences.iter().map(|number| passage.sentences[*number].with_lead_in()));
        }
        let mut texts = texts.iter();
        let mut forks: Vec<(KvState, &str)> = Vec::new();
        for ((state, _), of_passage) in asked.iter_mut().zip(what) {
            for _ in &of_passage.sentences {
                let text = texts.next().map_or("", String::as_str);
                forks.push((state.fork(), text));
            }
        }
        let mut odds = self.reader.ask(Asked::Answer, &mut forks)?.into_iter();
        let reading = |(answerable, what): (f32, &ToRead)| Reading {
            answerable,
            sentences: odds.by_ref().take(what.sentences.len()).collect(),
        };
        Ok(Some(answerable.into_iter().zip(what).map(reading).collect()))
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
}

impl ReadsPassages for PassageReader {
    fn cache(&self) -> &StateCache {
        &self.cache
    }

    fn prefix(&self, index: &Index, passage: usize) -> Result<Vec<u32>, InferenceError> {
        let (page, passage) = index.passage(passage);
        let heading = passage.heading_path.last().unwrap_or(&page.title);
        let lines: Vec<String> = passage.sentences.iter().map(corpus::Sentence::with_lead_in).collect();
        self.reader.passage_tokens(&page.title, heading, &lines)
    }

    fn compute(&self, prefix: &[u32], keep_going: &dyn Fn() -> bool) -> Result<Option<KvState>, InferenceError> {
        self.reader.read_passage(prefix, keep_going)
    }
}
