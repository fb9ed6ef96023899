//! A language model's first blocks with trained heads in the place of its vocabulary: what it has read comes out as the
//! log-odds of a yes.

use std::path::Path;

use crate::adapter::Adapter;
use crate::generator::{GeneratorOptions, LogitsAt, Precision, Step};
use crate::trunk::Trunk;
use crate::weights::{Loader, in_file};
use crate::{InferenceError, KvPrecision, KvState, ModelConfig, Tokenizer};

/// Blocks, with the changes of an adapter, and heads.
pub(crate) struct Headed {
    pub(crate) trunk: Trunk,
    pub(crate) tokenizer: Tokenizer,
    heads: Vec<Vec<f32>>,
    biases: Vec<f32>,
    pub(crate) weight_bytes: usize,
}

impl std::fmt::Debug for Headed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Headed").field("config", &self.trunk.config).finish_non_exhaustive()
    }
}

impl Headed {
    /// Loads the blocks that the adapter uses from an opened GGUF file at `path`, which the adapter changes, and its `heads`.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the GGUF file; `Unsupported` for an adapter that does not fit it.
    pub(crate) fn load(
        loader: &mut Loader<'_>,
        path: &Path,
        adapter: &Adapter,
        heads: usize,
        (precision, context_tokens): (Precision, usize),
    ) -> Result<Self, InferenceError> {
        let options = GeneratorOptions { precision, kv_precision: KvPrecision::F16, context_tokens };
        let mut config = ModelConfig::from_metadata(loader.metadata())?;
        config.layers = config.layers.min(adapter.layers()?);
        let tokenizer = Tokenizer::from_gguf(loader.metadata())?;
        let (heads, biases) = adapter.heads(heads, config.hidden)?;
        let trunk = loader
            .table_in_file(config.hidden)
            .and_then(|table| Trunk::load(loader, table, config, options))
            .map_err(|error| in_file(path, error))?;
        Ok(Self { trunk, tokenizer, heads, biases, weight_bytes: loader.bytes })
    }

    /// Extends each state by its tokens, in one pass over the weights, and gives the log-odds of a yes that a head reads in the
    /// hidden row of the last, normed.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull`, `ForeignState` and tensor errors; the states are then unchanged.
    pub(crate) fn odds<'a>(
        &self,
        head: usize,
        asked: impl Iterator<Item = (&'a mut KvState, &'a [u32])>,
    ) -> Result<Vec<f32>, InferenceError> {
        let mut steps: Vec<Step<'_>> =
            asked.map(|(state, tokens)| Step { state, tokens, logits: LogitsAt::None }).collect();
        let rows = self.trunk.forward(&mut steps)?;
        let hidden = self.trunk.config.hidden;
        let (weights, bias) = (&self.heads[head], self.biases[head]);
        let mut end = 0;
        let odds = |step: &Step<'_>| {
            end += step.tokens.len();
            let row = self.trunk.normed(&rows[(end - 1) * hidden..end * hidden]);
            row.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f32>() + bias
        };
        Ok(steps.iter().map(odds).collect())
    }
}
