//! The reader: a language model's first blocks with a trained adapter, which says whether a passage answers a question,
//! whether a sentence of it is the answer, and whether a statement is supported by it.
//!
//! What it reads goes `[passage] | [question] | [answer]`, so that the state of a passage is the same for every question
//! and the state of a question for every answer. The texts before the bars end with a line break, and the heads read the
//! hidden row of that line break. How the adapter is trained is in training/README.md.

use std::path::Path;

use crate::adapter::Adapter;
use crate::generator::{GeneratorOptions, Precision};
use crate::headed::Headed;
use crate::weights::Loader;
use crate::{InferenceError, KvState};

/// What a reader is asked about what it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// After a question: whether the passage answers it.
    Answerable,
    /// After an answer: whether it answers the question.
    Answer,
    /// After a statement: whether the passage supports it.
    Statement,
}

impl Asked {
    const ALL: [Self; 3] = [Self::Answerable, Self::Answer, Self::Statement];

    /// The text in the form that the reader was trained on.
    fn line(self, text: &str) -> String {
        // A line break within would be read as its end.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match self {
            Self::Answerable => format!("Question: {text}\n"),
            Self::Answer => format!("Answer: {text}\n"),
            Self::Statement => format!("Statement: {text}\n"),
        }
    }
}

/// A trained reader.
#[derive(Debug)]
pub struct Reader {
    model: Headed,
}

impl Reader {
    /// Loads the blocks that the adapter uses from a GGUF file and adds the adapter's changes. With `Precision::Quantised` the
    /// changed weights are rounded to 8 bits.
    /// `adapter` is the content of a safetensors file; `context_tokens` limits passage, question and answer together.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the GGUF file; `Unsupported` or `Tensor` for an adapter that does not fit it.
    pub fn load(
        path: &Path,
        adapter: &[u8],
        precision: Precision,
        context_tokens: usize,
    ) -> Result<Self, InferenceError> {
        let adapter = Adapter::read(adapter)?;
        let mut loader = Loader::open(path, precision, Some(&adapter))?;
        let model = Headed::load(&mut loader, path, &adapter, Asked::ALL.len(), (precision, context_tokens))?;
        Ok(Self { model })
    }

    /// Bytes held by the weights.
    pub fn weight_bytes(&self) -> usize {
        self.model.weight_bytes
    }

    /// How it was loaded, the context limit resolved.
    pub fn options(&self) -> &GeneratorOptions {
        &self.model.trunk.options
    }

    /// An empty state.
    pub fn new_state(&self) -> KvState {
        self.model.trunk.new_state()
    }

    /// The tokens of a passage: its page's title, its heading, and its sentences, each on a line. As many of them as leave
    /// half of the context to the question and the answer: longer passages are read up to there.
    ///
    /// # Errors
    /// Errors of the tokeniser.
    pub fn passage_tokens(&self, title: &str, heading: &str, sentences: &[String]) -> Result<Vec<u32>, InferenceError> {
        let mut tokens = self.model.tokenizer.encode(&format!("{title}\n{heading}\n{}\n", sentences.join("\n")))?;
        tokens.truncate(self.model.trunk.options.context_tokens / 2);
        Ok(tokens)
    }

    /// The state after a passage; none when `keep_going`, asked before each block, says no.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull` and tensor errors.
    pub fn read_passage(
        &self,
        tokens: &[u32],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<KvState>, InferenceError> {
        self.model.trunk.read(tokens, keep_going)
    }

    /// Reads a text after each state, in one pass over the weights, and gives the log-odds of a yes for each. The states
    /// are extended by the texts.
    ///
    /// # Errors
    /// `ContextFull`, `ForeignState`, tokeniser and tensor errors; the states are then unchanged.
    pub fn ask(&self, asked: Asked, texts: &mut [(KvState, &str)]) -> Result<Vec<f32>, InferenceError> {
        let tokens: Vec<Vec<u32>> =
            texts.iter().map(|(_, text)| self.model.tokenizer.encode(&asked.line(text))).collect::<Result<_, _>>()?;
        let states = texts.iter_mut().map(|(state, _)| state);
        self.model.odds(asked as usize, states.zip(tokens.iter().map(Vec::as_slice)))
    }
}
