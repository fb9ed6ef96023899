//! The question sets that ship with the product fit the pages that ship with it.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use corpus::Knowledge;
use evaluate::{lint, load_cases};

fn shipped(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)
}

#[test]
fn shipped_cases_are_free_of_faults() {
    let cases = load_cases(&shipped("evals")).unwrap();
    let knowledge = Knowledge::load(&shipped("knowledge")).unwrap();
    assert!(cases.len() >= 100, "{} cases", cases.len());
    let faults = lint(&cases, &knowledge);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
