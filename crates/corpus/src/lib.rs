//! The council's published pages, read into passages and sentences that can be cited.
//!
//! This crate knows the folder that a council edits (`council.toml` and `pages/**/*.md`), cuts each page into
//! [`Passage`]s and [`Sentence`]s with stable ids and digests, checks the folder for faults, and imports pages from
//! other systems. It knows nothing of models, search indexes, databases or HTTP.

mod check;
mod council;
mod digest;
mod error;
pub mod import;
mod knowledge;
mod markdown;
mod page;
mod passages;
mod problem;
pub mod sentences;
mod slug;

pub use check::check;
pub use council::{Contact, Council, CouncilError, CouncilService, Signpost, SignpostKind};
pub use digest::{Digest, DigestError};
pub use error::CorpusError;
pub use knowledge::Knowledge;
pub use page::{LARGEST_PAGE_BYTES, Page, PageError, Passage, Sentence, SentenceKind};
pub use problem::{Problem, Severity};
