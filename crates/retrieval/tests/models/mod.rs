//! The model files that the tests load, found where `reeve` keeps them. Tests never fetch anything.

use std::path::{Path, PathBuf};

use inference::store::{Manifest, Store};

/// The folder of a model.
pub fn folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = std::fs::read_to_string(root.join("models/models.toml")).unwrap();
    let home = std::env::var_os("REEVE_MODELS")
        .map_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/reeve/models"), PathBuf::from);
    let store = Store::new(Manifest::parse(&list).unwrap(), home);
    store.locate(name).unwrap_or_else(|error| panic!("{}; fetch it with `reeve models pull {name}`", error.chain()))
}
