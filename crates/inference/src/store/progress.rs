//! What a caller hears of the state of a model: how far it is, and what happens while it is fetched or checked.

use std::path::Path;

/// How far a model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nothing of it is there.
    Missing,
    /// Some of it is there.
    Partial {
        /// How many bytes, of all files together.
        bytes: u64,
    },
    /// It is there, and it was checked.
    Present,
    /// It is there and cannot be used.
    Wrong {
        /// The first file that is wrong.
        file: String,
        /// What is wrong, and what to do.
        reason: String,
    },
}

/// What happens during a pull or a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another process fetches the same model; this one waits for it.
    Waiting,
    /// A source is about to be asked.
    Source {
        /// The source in words.
        what: &'a str,
    },
    /// Bytes came.
    Bytes {
        /// The file.
        file: &'a str,
        /// How many bytes of it are here.
        done: u64,
        /// How many there will be.
        total: u64,
    },
    /// The checksum is being computed.
    Checking {
        /// The file.
        file: &'a str,
        /// How many bytes were read.
        done: u64,
        /// How many there are.
        total: u64,
    },
    /// A source, or a file found in the cache folder, does not serve; the next source is asked.
    SourceFailed {
        /// The source in words.
        what: &'a str,
        /// Why.
        why: &'a str,
    },
    /// The model can be used.
    Ready {
        /// The model.
        model: &'a str,
        /// Where it is.
        folder: &'a Path,
    },
}
