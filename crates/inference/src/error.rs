//! What can go wrong while a model is loaded or run.

use std::path::PathBuf;

/// An error of loading or running a model.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// The model file cannot be opened or read.
    #[error("cannot read the model file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        #[source]
        source: std::io::Error,
    },
    /// The file is not a whole model file of the expected format.
    #[error("{} is not a usable model file ({reason}); fetch it again with `reeve models pull`, or name another with `--model`", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is sound, but of a kind that this program does not run.
    #[error("this model is not supported: {0}")]
    Unsupported(String),
    /// More tokens than the model's context holds.
    #[error("{needed} tokens do not fit the model's context of {context} tokens")]
    ContextFull {
        /// Tokens that the state would hold.
        needed: usize,
        /// The model's limit.
        context: usize,
    },
    /// A step without tokens, or a continuation of nothing.
    #[error("there are no tokens to compute from")]
    NoTokens,
    /// A state made by another model was handed in.
    #[error("this key/value state belongs to another model")]
    ForeignState,
    /// The chat template of the file cannot be rendered.
    #[error("the model's chat template cannot be rendered: {0}")]
    ChatTemplate(#[from] minijinja::Error),
    /// The tokeniser failed.
    #[error("tokeniser: {0}")]
    Tokenizer(String),
    /// A tensor operation failed.
    #[error("tensor operation: {0}")]
    Tensor(#[from] candle_core::Error),
}
