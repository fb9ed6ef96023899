//! Local inference on the processor: model files, tokenisers, the sentence encoder and the language model with an
//! explicit key/value state.
//!
//! This crate knows tensors and tokens. It does not know councils, pages, questions or HTTP.

mod adapter;
mod cached;
mod chat;
mod classifier;
mod config;
mod encoder;
mod error;
mod generate;
mod generator;
mod headed;
mod kernels;
mod linear;
mod packed;
mod profile;
mod reader;
mod rounded;
mod simd;
mod state;
pub mod store;
mod stored;
mod tokenizer;
mod trunk;
mod verifier;
mod weights;

pub use adapter::trained_on;
pub use cached::CachedEncoder;
pub use chat::{ChatTemplate, Message, Piece};
pub use classifier::TextClassifier;
pub use config::{Architecture, ModelConfig};
pub use encoder::Encoder;
pub use error::InferenceError;
pub use generate::{Generated, Limits, StopReason};
pub use generator::{Generator, GeneratorOptions, LogitsAt, Precision, Step};
pub use packed::without_avx512;
pub use profile::numeric_profile;
pub use reader::{Asked, Reader};
pub use rounded::RoundedVectors;
pub use state::{KvPrecision, KvState, StateFileError};
pub use tokenizer::Tokenizer;
pub use verifier::Verifier;
