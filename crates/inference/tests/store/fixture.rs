//! A made-up model, a folder for it, and a stand-in for pip.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use inference::store::{Manifest, Progress, Store, StoreError, Tried};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

pub const MODEL: &str = "made-up";
pub const FILE: &str = "weights.bin";

/// Bytes without a pattern that a mistake could preserve.
pub fn contents(length: u32) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 16) as u8).collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

pub const HUGGING_FACE: &str = "[[model.source]]
kind = \"huggingface\"
official = true
repo = \"somebody/made-up-GGUF\"
revision = \"0123abc\"
paths = { \"weights.bin\" = \"deep/Weights-1.bin\" }
";

/// A manifest with one model of these files and sources.
pub fn manifest(files: &[(&str, &[u8])], sources: &str) -> Manifest {
    let mut text = format!(
        "[[model]]\nname = \"{MODEL}\"\nroles = [\"generator\"]\narchitecture = \"llama\"\nlicence = \"MIT\"\n"
    );
    for (name, bytes) in files {
        let (sha256, length) = (sha256(bytes), bytes.len());
        write!(text, "[[model.file]]\nname = \"{name}\"\nsha256 = \"{sha256}\"\nbytes = {length}\n")
            .expect("a string takes all");
    }
    text.push_str(sources);
    Manifest::parse(&text).expect("a manifest made for a test")
}

/// A fresh cache folder and a store on it for one file and the given sources.
pub fn store(file: &[u8], sources: &str) -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::new(manifest(&[(FILE, file)], sources), folder.path().to_owned())
        .with_endpoint("http://127.0.0.1:1".to_owned());
    (folder, store)
}

pub fn pull(store: &Store) -> Result<PathBuf, StoreError> {
    store.pull(MODEL, None, &mut |_| {})
}

/// Pulls, and returns what was heard about sources, in words.
pub fn pull_and_listen(store: &Store) -> (Result<PathBuf, StoreError>, Vec<String>) {
    let mut heard = Vec::new();
    let pulled = store.pull(MODEL, None, &mut |progress| match progress {
        Progress::Source { what } => heard.push(format!("ask {what}")),
        Progress::SourceFailed { what, .. } => heard.push(format!("skip {what}")),
        Progress::Waiting => heard.push("wait".to_owned()),
        Progress::Ready { model, .. } => heard.push(format!("ready {model}")),
        Progress::Bytes { done, total, .. } | Progress::Checking { done, total, .. } => {
            assert!(done <= total);
        }
    });
    (pulled, heard)
}

/// The sources that a failed pull tried.
pub fn tried(pulled: Result<PathBuf, StoreError>) -> Vec<Tried> {
    match pulled {
        Err(StoreError::NoSource { tried, .. }) => tried,
        other => panic!("expected that no source serves, got {other:?}"),
    }
}

/// The names in a model's folder, without the lock.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.join(MODEL))
        .expect("the folder of the model")
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name != ".lock")
        .collect();
    names.sort();
    names
}
