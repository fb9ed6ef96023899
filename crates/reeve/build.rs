//! Names the sources that replies are made by, for the trace: rules, prompts and fixed texts are code, and a record has to
//! say by which code its reply was made.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// What the numbers that a model computes depend on: passage states of other sources are stale.
const ARITHMETIC: [&str; 2] = ["Cargo.lock", "crates/inference/src"];

/// What the way of an enquiry runs through, from the top of the repository, and which versions of dependencies.
const SOURCES: [&str; 6] = [
    "Cargo.lock",
    "crates/assistant/src",
    "crates/conversation/src",
    "crates/corpus/src",
    "crates/inference/src",
    "crates/retrieval/src",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../..");
    println!("cargo::rustc-env=REEVE_SOURCES={}", digest(&root, &SOURCES)?);
    println!("cargo::rustc-env=REEVE_ARITHMETIC={}", digest(&root, &ARITHMETIC)?);
    Ok(())
}

/// The first 12 hexadecimal digits of the digest of these files and folders.
fn digest(root: &Path, sources: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut hash = Sha256::new();
    for source in sources {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
        for file in files(&root.join(source))? {
            let text = fs::read(&file)?;
            // The path counts without where the repository lies, and with the same strokes everywhere.
            let name = file.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            hash.update(format!("{name}\n{}\n", text.len()));
            hash.update(text);
        }
    }
    Ok(hash.finalize().iter().take(6).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
}

/// The file, or all files in the folder, in a fixed order.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    entries.sort();
    let mut all = Vec::new();
    for entry in entries {
        all.extend(files(&entry)?);
    }
    Ok(all)
}
