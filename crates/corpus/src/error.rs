//! What can stop the knowledge folder from being read or written at all.
//!
//! A fault inside one page is not here: it is a [`Problem`](crate::Problem), and the other pages still load.

use std::io;
use std::path::{Path, PathBuf};

use crate::council::CouncilError;

/// Why a knowledge folder could not be loaded, checked or imported into.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The knowledge folder is missing or is a file.
    #[error("{path} is not a folder: a knowledge folder holds council.toml and pages/", path = .path.display())]
    NotAFolder {
        /// The path that was given.
        path: PathBuf,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {action} {path}", path = .path.display())]
    File {
        /// What was tried: "read", "write", "list".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `council.toml` stands there but cannot be used.
    #[error("{path} cannot be used: {source}", path = .path.display())]
    Council {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        #[source]
        source: CouncilError,
    },
}

impl CorpusError {
    /// Makes the function that wraps a system error, for `map_err`.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { action, path, source }
    }
}
