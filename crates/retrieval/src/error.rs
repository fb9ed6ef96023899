//! What can go wrong while an index is built or searched.

use std::path::PathBuf;

/// An error of building or searching the index.
#[derive(Debug, thiserror::Error)]
pub enum RetrievalError {
    /// A file of the index cannot be read or written.
    #[error("cannot use the index file {}: {source}; is the disk full, or the folder not writable?", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// tantivy failed.
    #[error("the search index failed: {0}")]
    Tantivy(#[from] tantivy::TantivyError),
    /// A model failed.
    #[error(transparent)]
    Inference(#[from] inference::InferenceError),
}
