//! The shape of a language model, read from the metadata of its GGUF file.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;

use crate::InferenceError;
use crate::kernels::LANES;

/// A family of language models that this crate runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Llama and its likes: rotary embedding over neighbouring pairs, no biases.
    Llama,
    /// Qwen2: rotary embedding over halves, biases on query, key and value.
    Qwen2,
}

/// Sizes and constants of a language model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// The family.
    pub architecture: Architecture,
    /// Number of transformer blocks.
    pub layers: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Query heads.
    pub heads: usize,
    /// Key/value heads; `heads` is a multiple of it.
    pub kv_heads: usize,
    /// Width of one head.
    pub head_dim: usize,
    /// Longest sequence in tokens that the model was trained for.
    pub context_tokens: usize,
    /// Base of the rotary embedding's frequencies.
    pub rope_base: f32,
    /// Epsilon of the RMS norms.
    pub norm_epsilon: f32,
}

impl ModelConfig {
    /// Width of the keys (or values) of one token in one layer.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Reads the configuration from GGUF metadata.
    ///
    /// # Errors
    /// `Unsupported` for another architecture or a rescaled rotary embedding, naming it; `Tensor` when a field is
    /// missing or of the wrong type.
    pub fn from_metadata(metadata: &HashMap<String, Value>) -> Result<Self, InferenceError> {
        let missing = |key: &str| InferenceError::Unsupported(format!("the file has no `{key}`"));
        let name =
            metadata.get("general.architecture").ok_or_else(|| missing("general.architecture"))?.to_string()?.clone();
        let architecture = match name.as_str() {
            "llama" => Architecture::Llama,
            "qwen2" => Architecture::Qwen2,
            other => {
                return Err(InferenceError::Unsupported(format!("architecture `{other}`; `llama` and `qwen2` are")));
            }
        };
        let field = |suffix: &str| metadata.get(&format!("{name}.{suffix}"));
        let count = |suffix: &str| -> Result<usize, InferenceError> {
            let value = field(suffix).ok_or_else(|| missing(&format!("{name}.{suffix}")))?;
            Ok(value.to_u32()? as usize)
        };
        if let Some(kind) = field("rope.scaling.type") {
            let kind = kind.to_string()?;
            if kind != "none" {
                return Err(InferenceError::Unsupported(format!("rotary embedding scaled by `{kind}`")));
            }
        }
        let heads = count("attention.head_count")?;
        let kv_heads = match field("attention.head_count_kv") {
            Some(value) => value.to_u32()? as usize,
            None => heads,
        };
        let hidden = count("embedding_length")?;
        if hidden == 0
            || heads == 0
            || kv_heads == 0
            || !heads.is_multiple_of(kv_heads)
            || !hidden.is_multiple_of(heads)
        {
            return Err(InferenceError::Unsupported(format!(
                "{heads} heads, {kv_heads} key/value heads over a width of {hidden}"
            )));
        }
        let head_dim = match field("attention.key_length") {
            Some(value) => value.to_u32()? as usize,
            None => hidden / heads,
        };
        if head_dim == 0 || !head_dim.is_multiple_of(LANES) {
            return Err(InferenceError::Unsupported(format!("heads of a width of {head_dim}, no multiple of {LANES}")));
        }
        let context_tokens = count("context_length")?;
        if context_tokens == 0 {
            return Err(InferenceError::Unsupported("a context of 0 tokens".into()));
        }
        Ok(Self {
            architecture,
            layers: count("block_count")?,
            hidden,
            heads,
            kv_heads,
            head_dim,
            context_tokens,
            rope_base: match field("rope.freq_base") {
                Some(value) => value.to_f32()?,
                None => 10_000.0,
            },
            norm_epsilon: field("attention.layer_norm_rms_epsilon")
                .ok_or_else(|| missing(&format!("{name}.attention.layer_norm_rms_epsilon")))?
                .to_f32()?,
        })
    }
}
