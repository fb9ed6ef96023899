//! From a question to ranked evidence: a tantivy index and sentence vectors over the passages, fused, then reranked
//! by the language model's likelihood of the question.
//!
//! This crate knows passages and models. It does not know HTTP, SQL, or how an answer is worded.

mod dense;
mod embedded;
mod entailment;
mod error;
mod filling;
mod fuse;
mod index;
mod lexical;
mod prompt;
mod reader;
mod rerank;
mod states;
mod text;
mod vectors;
mod verifier;
mod vocabulary;

pub use embedded::{EmbeddedTexts, embedded_texts};
pub use entailment::{PassageEntailment, statement_request};
pub use error::RetrievalError;
pub use filling::{Filled, KeptStates};
pub use fuse::{FusionWeights, Hit};
pub use index::{BuildProgress, Index, Query};
pub use prompt::{Prompt, SYSTEM};
pub use reader::{PassageReader, Reading, ToRead};
pub use rerank::{RerankOptions, Reranker};
pub use states::{PassageStates, StateFolder, StatesDisk};
pub use text::{Analyzer, words};
pub use verifier::{PassageVerifier, QuestionStates, ToVerify};
pub use vocabulary::Vocabulary;
