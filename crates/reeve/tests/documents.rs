//! The documents name only what there is: every path in them exists, and ARCHITECTURE.md names every crate.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The documents that are held against the tree. All stand at its top, where their links start from.
const DOCUMENTS: [&str; 3] = ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"];

/// The names with which a path of this repository begins. A list, and not what is found on the disk: a path into a folder
/// that was removed is a fault, too.
const TOP: [&str; 17] = [
    ".cargo",
    ".ci",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "benchmarks",
    "crates",
    "docs",
    "evals",
    "knowledge",
    "models",
    "rustfmt.toml",
    "widget",
    "xtask",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap()
}

/// A document's text without code, and its code, inline and fenced.
fn parts(document: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut prose, mut code) = (Vec::new(), Vec::new());
    for (number, block) in document.split("```").enumerate() {
        if number % 2 == 1 {
            code.push(block);
            continue;
        }
        // Inline code may go over the end of a line, but not over the end of a paragraph.
        for paragraph in block.split("\n\n") {
            for (number, piece) in paragraph.split('`').enumerate() {
                if number % 2 == 1 {
                    code.push(piece);
                } else {
                    prose.push(piece);
                }
            }
        }
    }
    (prose, code)
}

/// Whether a word of code is a path of this repository.
fn is_path(word: &str) -> bool {
    let first = word.split('/').next().unwrap_or_default();
    let ending = Path::new(word).extension();
    let is_file = ending.is_some_and(|ending| ["md", "toml", "rs"].iter().any(|known| ending == *known));
    (word.contains('/') || is_file) && TOP.contains(&first)
}

/// The targets of Markdown links that are no addresses of the web and no headings of the same document.
fn links(prose: &str) -> impl Iterator<Item = &str> {
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains(':'))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
}

/// The paths that a document names. One with a wildcard counts up to the part that holds it.
fn paths(document: &str) -> BTreeSet<String> {
    let (prose, code) = parts(document);
    let linked = prose.into_iter().flat_map(links);
    let words = code.into_iter().flat_map(str::split_whitespace);
    let words =
        words.map(|word| word.trim_matches(['(', ')', '[', ']', '"', '\'', ',', ';', ':']).trim_end_matches('.'));
    let whole = |path: &str| path.split('/').take_while(|part| !part.contains('*')).collect::<Vec<_>>().join("/");
    linked.chain(words.filter(|word| is_path(word))).map(whole).collect()
}

/// The paths that a document names and that do not exist.
fn missing(document: &str) -> Vec<String> {
    paths(document).into_iter().filter(|path| !root().join(path).exists()).collect()
}

/// The crates that no code in the document names, as `NAME` or as a path in `crates/NAME`.
fn unnamed(document: &str, crates: &[String]) -> Vec<String> {
    let (_, code) = parts(document);
    let is_named = |name: &str| {
        code.iter().any(|piece| {
            *piece == name
                || piece
                    .strip_prefix("crates/")
                    .and_then(|rest| rest.strip_prefix(name))
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    crates.iter().filter(|name| !is_named(name)).cloned().collect()
}

#[test]
fn every_path_exists() {
    for name in DOCUMENTS {
        let document = read(name);
        assert!(paths(&document).len() >= 5, "{name} names hardly a path: are they still found?");
        assert_eq!(missing(&document), Vec::<String>::new(), "{name} names paths that do not exist");
    }
}

#[test]
fn every_crate_is_named() {
    let folders = fs::read_dir(root().join("crates")).unwrap().map(Result::unwrap);
    let crates: Vec<String> = folders
        .filter(|folder| folder.path().join("Cargo.toml").is_file())
        .map(|folder| folder.file_name().into_string().unwrap())
        .collect();
    assert!(!crates.is_empty());
    assert_eq!(unnamed(&read("ARCHITECTURE.md"), &crates), Vec::<String>::new(), "crates without a line");
}

#[test]
fn what_is_not_there_is_noticed() {
    let document = "See `crates/nowhere/src/lib.rs` and [this](models/gone.md#top), `xtask/src/main.rs`, `gone/lib.rs`.\n\n\
        ```sh\nreeve check evals/nothing.jsonl, # and evals/*.jsonl\n```\n\nOver a line: `reeve ask\nwidget/none`.\n";
    assert_eq!(
        missing(document),
        ["crates/nowhere/src/lib.rs", "evals/nothing.jsonl", "models/gone.md", "widget/none"]
    );
    assert!(paths(document).contains("evals"), "a wildcard stands for the folder");
    assert!(!paths(document).contains("gone/lib.rs"), "another project's path");
}

#[test]
fn a_crate_is_named_by_its_whole_name() {
    let crates = ["corpus", "retrieval", "server"].map(str::to_owned);
    let document = "The corpus is read by `corpora`, `crates/retrieval/src` and `crates/server-old`.";
    assert_eq!(unnamed(document, &crates), ["corpus", "server"]);
}
