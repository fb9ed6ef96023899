//! What can go wrong with model files. Each message says what to do next.

use std::{error::Error, fmt::Write as _, io, path::PathBuf};

/// An error of the model store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The manifest is not the TOML that is expected.
    #[error("the list of models cannot be read")]
    ManifestSyntax(#[source] Box<toml::de::Error>),
    /// The manifest reads, but says something that cannot be.
    #[error("the list of models is wrong at {model}: {reason}")]
    ManifestContent {
        /// The model in question.
        model: String,
        /// What is wrong.
        reason: String,
    },
    /// No model has this name.
    #[error("there is no model called \"{name}\"; the models are: {known}")]
    UnknownModel {
        /// The name that was asked for.
        name: String,
        /// The names that exist, separated by commas.
        known: String,
    },
    /// A file of the model is not in the cache folder.
    #[error("{file} of the model {model} is not in {folder}; fetch it with `reeve models pull {model}`")]
    Missing {
        /// The model.
        model: String,
        /// The file.
        file: String,
        /// Where it should be.
        folder: PathBuf,
    },
    /// A file is longer or shorter than it should be.
    #[error(
        "{file} of the model {model} has {found} bytes and should have {expected}; fetch it anew with `reeve models pull \
         {model}`, or take a good copy with `reeve models pull {model} --from DIR`"
    )]
    WrongSize {
        /// The model.
        model: String,
        /// The file.
        file: String,
        /// The length in the manifest, in bytes.
        expected: u64,
        /// The length found, in bytes.
        found: u64,
    },
    /// A file has the right length, but not the right contents.
    #[error(
        "{file} of the model {model} has the sha256 {found} and should have {expected}, so it is not used; fetch it anew \
         with `reeve models pull {model}`, or take a good copy with `reeve models pull {model} --from DIR`"
    )]
    WrongDigest {
        /// The model.
        model: String,
        /// The file.
        file: String,
        /// The SHA-256 in the manifest.
        expected: String,
        /// The SHA-256 found.
        found: String,
    },
    /// The disk refused.
    #[error("could not {doing} {path}{}", advice(source))]
    Storage {
        /// What was being done, as a verb.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The disk has less room than the file needs.
    #[error("{file} needs {needed} more bytes and {folder} has room for {available}; free some space and try again")]
    NoRoom {
        /// The file.
        file: String,
        /// Where it goes.
        folder: PathBuf,
        /// How many bytes are still to come.
        needed: u64,
        /// How many bytes are free.
        available: u64,
    },
    /// A source sent nothing for too long.
    #[error("nothing came for {seconds} seconds")]
    Silent {
        /// How long it was waited for.
        seconds: u64,
    },
    /// A source cannot be reached at all.
    #[error("it cannot be reached; check the network and its proxy")]
    Unreachable(#[source] Box<ureq::Error>),
    /// A source answered with something else than the file.
    #[error("the answer to {address} was HTTP status {status}")]
    Refused {
        /// What was asked for.
        address: String,
        /// The HTTP status.
        status: u16,
    },
    /// A source has a file of another length.
    #[error("what it offers has {found} bytes instead of {expected}, so it is another file")]
    WrongOffer {
        /// The length in the manifest, in bytes.
        expected: u64,
        /// The length offered, in bytes.
        found: u64,
    },
    /// The connection broke again and again.
    #[error(
        "the connection broke after {done} of {expected} bytes; what came is kept, and the next try goes on from there"
    )]
    Cut {
        /// How many bytes have come.
        done: u64,
        /// How many there should be.
        expected: u64,
    },
    /// The Python interpreter cannot be started.
    #[error("{command} cannot be started; install Python 3 with pip")]
    NoPython {
        /// The command.
        command: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// Python is there, and pip is not.
    #[error("{command} has no pip; install it (the package python3-pip on many systems)")]
    NoPip {
        /// The command.
        command: String,
    },
    /// pip gave up.
    #[error("pip could not fetch {requirement}: {why}")]
    Pip {
        /// The package and version.
        requirement: String,
        /// pip's last words.
        why: String,
    },
    /// A wheel came, but cannot be read, twice.
    #[error("the wheel of {requirement} is broken: {why}")]
    Wheel {
        /// The package and version.
        requirement: String,
        /// What is wrong with it.
        why: String,
    },
    /// The folder named by the user has another file under this name.
    #[error("{path} is not the right file")]
    BadCopy {
        /// The file in that folder. It is left as it is.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        fault: Box<StoreError>,
    },
    /// The folder named by the user does not have the file.
    #[error("{file} ({bytes} bytes, sha256 {sha256}) is not in {folder}, under that name or another")]
    NotInFolder {
        /// The file.
        file: String,
        /// Its length in bytes.
        bytes: u64,
        /// Its SHA-256.
        sha256: String,
        /// The folder that was searched.
        folder: PathBuf,
    },
    /// Every source was tried, and none gave the file.
    #[error(
        "no source gave {file} of the model {model}:{}\nTry `reeve models pull {model}` again later, or fetch the file on \
         another machine and run `reeve models pull {model} --from DIR`",
        listed(tried)
    )]
    NoSource {
        /// The model.
        model: String,
        /// The file.
        file: String,
        /// What was tried, in order.
        tried: Vec<Tried>,
    },
}

/// A source that was tried in vain.
#[derive(Debug)]
pub struct Tried {
    /// The source in words.
    pub what: String,
    /// Why it did not serve.
    pub error: StoreError,
}

impl StoreError {
    /// The error and its causes in one line.
    pub fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            // A string cannot refuse what is written to it.
            let _ = write!(line, ": {error}");
            cause = error.source();
        }
        line
    }

    /// Whether the fault is this machine's, so that another source cannot help.
    pub(super) fn is_local(&self) -> bool {
        matches!(self, Self::Storage { .. } | Self::NoRoom { .. })
    }

    /// Whether the source as a whole does not serve, so that the next file need not ask it again.
    pub(super) fn is_whole_source(&self) -> bool {
        matches!(self, Self::Silent { .. } | Self::Unreachable(_) | Self::NoPython { .. } | Self::NoPip { .. })
    }
}

/// Makes a function that puts a disk error in its place.
pub(super) fn storage(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.into();
    move |source| StoreError::Storage { doing, path, source }
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ", because the disk is full; free some space and try again"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; let the account that runs reeve write there, or name another folder for the models"
        }
        _ => "",
    }
}

fn listed(tried: &[Tried]) -> String {
    let mut lines = String::new();
    for Tried { what, error } in tried {
        // A string cannot refuse what is written to it.
        let _ = write!(lines, "\n  {what}: {}", error.chain());
    }
    if tried.is_empty() {
        lines.push_str(" the list of models names none");
    }
    lines
}
