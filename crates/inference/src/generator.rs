//! The language model: logits over batches of sequences, each with its own key/value state.

use std::path::Path;

use crate::adapter::Adapter;
use crate::linear::{Linear, Rows};
use crate::trunk::Trunk;
use crate::weights::{Loader, bytes_of_blocks, bytes_of_file, in_file};
use crate::{ChatTemplate, InferenceError, KvPrecision, KvState, ModelConfig, Tokenizer};

/// What weights are computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats: several times the memory, and slower, but nothing is rounded.
    Full,
    /// The file's quantisation, for prefill and decode alike.
    Quantised,
}

/// How a generator is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratorOptions {
    /// What weights are computed with.
    pub precision: Precision,
    /// How keys and values are stored.
    pub kv_precision: KvPrecision,
    /// Longest sequence in tokens; the model's own limit holds when it is shorter.
    pub context_tokens: usize,
}

/// Of which new tokens a step gives the logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogitsAt {
    /// None: the step only extends the state.
    None,
    /// The last.
    Last,
    /// This one (counted among the step's tokens) and all after it.
    From(usize),
}

/// One sequence's part of a batch: a state, the tokens to append to it, and which logits are wanted.
pub struct Step<'a> {
    /// Extended by the tokens.
    pub state: &'a mut KvState,
    /// The tokens to append; at least one.
    pub tokens: &'a [u32],
    /// Which logits are wanted.
    pub logits: LogitsAt,
}

/// A language model of the `llama` or `qwen2` architecture with its tokeniser and chat template.
pub struct Generator {
    trunk: Trunk,
    head: Linear,
    tokenizer: Tokenizer,
    chat: ChatTemplate,
    weight_bytes: usize,
}

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generator")
            .field("config", self.config())
            .field("options", self.options())
            .finish_non_exhaustive()
    }
}

impl Generator {
    /// Loads a GGUF file.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file, `Unsupported` for another architecture or tokeniser.
    pub fn load(path: &Path, options: GeneratorOptions) -> Result<Self, InferenceError> {
        let mut loader = Loader::open(path, options.precision, None)?;
        let config = ModelConfig::from_metadata(loader.metadata())?;
        let tokenizer = Tokenizer::from_gguf(loader.metadata())?;
        let chat = ChatTemplate::from_gguf(loader.metadata(), &tokenizer)?;
        let width = config.hidden;
        let (trunk, head) = loader
            .table(width)
            .and_then(|table| Trunk::load(&mut loader, table, config, options))
            .and_then(|trunk| {
                let head = loader.head(&trunk.table, width)?;
                Ok((trunk, head))
            })
            .map_err(|error| in_file(path, error))?;
        Ok(Self { trunk, head, tokenizer, chat, weight_bytes: loader.bytes })
    }

    /// How many bytes the weights of a file would take with `Precision::Quantised`, without loading it.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file.
    pub fn weight_bytes_of_file(path: &Path) -> Result<usize, InferenceError> {
        bytes_of_file(path)
    }

    /// As [`Self::weight_bytes_of_file`], of what a reader or a verifier loads: the blocks that the adapter uses, with its
    /// changes. `adapter` is the content of a safetensors file.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file; `Unsupported` or `Tensor` for an adapter that does not fit it.
    pub fn weight_bytes_of_blocks(path: &Path, adapter: &[u8]) -> Result<usize, InferenceError> {
        bytes_of_blocks(path, &Adapter::read(adapter)?)
    }

    /// The model's shape.
    pub fn config(&self) -> &ModelConfig {
        &self.trunk.config
    }

    /// How it was loaded, the context limit resolved.
    pub fn options(&self) -> &GeneratorOptions {
        &self.trunk.options
    }

    /// The file's tokeniser.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The file's chat template.
    pub fn chat(&self) -> &ChatTemplate {
        &self.chat
    }

    /// Bytes held by the weights.
    pub fn weight_bytes(&self) -> usize {
        self.weight_bytes
    }

    /// An empty key/value state for this model.
    pub fn new_state(&self) -> KvState {
        self.trunk.new_state()
    }

    /// Appends tokens to one state and gives the logits wanted: one vector of vocabulary size a position.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull` and `ForeignState`; the state is then unchanged.
    pub fn forward(
        &self,
        state: &mut KvState,
        tokens: &[u32],
        logits: LogitsAt,
    ) -> Result<Vec<Vec<f32>>, InferenceError> {
        let mut of_all = self.forward_batch(&mut [Step { state, tokens, logits }])?;
        Ok(of_all.swap_remove(0))
    }

    /// Appends tokens to several states in one pass over the weights. The logits come step by step.
    ///
    /// # Errors
    /// As `forward`; no state is changed when any step is refused.
    pub fn forward_batch(&self, steps: &mut [Step<'_>]) -> Result<Vec<Vec<Vec<f32>>>, InferenceError> {
        let rows = self.trunk.forward(steps)?;
        self.logits(&rows, steps)
    }

    /// The state after tokens from the beginning; none when `keep_going`, asked before each block, says no. It is, bit by
    /// bit, that of [`Self::forward`] over all of them at once.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull` and tensor errors.
    pub fn read_prefix(
        &self,
        tokens: &[u32],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<KvState>, InferenceError> {
        self.trunk.read(tokens, keep_going)
    }

    fn logits(&self, stream: &[f32], steps: &[Step<'_>]) -> Result<Vec<Vec<Vec<f32>>>, InferenceError> {
        let hidden = self.config().hidden;
        let mut wanted = Vec::new();
        let mut counts = Vec::with_capacity(steps.len());
        let mut first = 0;
        for step in steps {
            let count = step.tokens.len();
            let from = match step.logits {
                LogitsAt::None => count,
                LogitsAt::Last => count.saturating_sub(1),
                LogitsAt::From(index) => index.min(count),
            };
            wanted.extend_from_slice(&stream[(first + from) * hidden..(first + count) * hidden]);
            counts.push(count - from);
            first += count;
        }
        if wanted.is_empty() {
            return Ok(counts.into_iter().map(|_| Vec::new()).collect());
        }
        let rows = wanted.len() / hidden;
        let flat = self.head.forward(&Rows::new(self.trunk.normed(&wanted), hidden))?;
        let mut each = flat.chunks_exact(flat.len() / rows).map(<[f32]>::to_vec);
        Ok(counts.into_iter().map(|count| each.by_ref().take(count).collect()).collect())
    }
}
