//! The verifier: a larger language model's first blocks, changed by an adapter with one head, which says whether a reply
//! answers exactly what was asked.
//!
//! It reads a prompt of the model's own chat template up to the point where the model would speak, and the head reads the
//! hidden row there. training/README.md says how the two are trained.

use std::path::Path;

use crate::adapter::Adapter;
use crate::generator::{GeneratorOptions, Precision};
use crate::headed::Headed;
use crate::weights::Loader;
use crate::{ChatTemplate, InferenceError, KvState, Tokenizer};

/// A trained verifier.
#[derive(Debug)]
pub struct Verifier {
    model: Headed,
    chat: ChatTemplate,
}

impl Verifier {
    /// Loads the blocks that the adapter was trained on from a GGUF file. `adapter` is the content of a safetensors file;
    /// `context_tokens` limits a prompt.
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
        let model = Headed::load(&mut loader, path, &adapter, 1, (precision, context_tokens))?;
        let chat = ChatTemplate::from_gguf(loader.metadata(), &model.tokenizer)?;
        Ok(Self { model, chat })
    }

    /// Bytes held by the weights.
    pub fn weight_bytes(&self) -> usize {
        self.model.weight_bytes
    }

    /// How it was loaded, the context limit resolved.
    pub fn options(&self) -> &GeneratorOptions {
        &self.model.trunk.options
    }

    /// The file's tokeniser.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.model.tokenizer
    }

    /// The file's chat template.
    pub fn chat(&self) -> &ChatTemplate {
        &self.chat
    }

    /// An empty state.
    pub fn new_state(&self) -> KvState {
        self.model.trunk.new_state()
    }

    /// The state after the beginning of a prompt; none when `keep_going`, asked before each block, says no.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull` and tensor errors.
    pub fn read(&self, tokens: &[u32], keep_going: &dyn Fn() -> bool) -> Result<Option<KvState>, InferenceError> {
        self.model.trunk.read(tokens, keep_going)
    }

    /// The log-odds of a yes after the rest of each prompt, by which its state is extended, in one pass over the weights.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull`, `ForeignState` and tensor errors; the states are then unchanged.
    pub fn odds<'a>(
        &self,
        asked: impl Iterator<Item = (&'a mut KvState, &'a [u32])>,
    ) -> Result<Vec<f32>, InferenceError> {
        self.model.odds(0, asked)
    }
}
