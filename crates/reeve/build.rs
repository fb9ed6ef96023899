//! Names the sources that replies are made by, for the trace: rules, prompts and fixed texts are code, and a record has to
//! say by which code its reply was made.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

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
    let mut hash = Sha256::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
        for file in files(&root.join(source))? {
            let text = fs::read(&file)?;
            // The path counts without where the repository lies, and with the same strokes everywhere.
            let name = file.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            hash.update(format!("{name}\n{}\n", text.len()));
            hash.update(text);
        }
    }
    let digest = hash.finalize().iter().take(6).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    println!("cargo::rustc-env=REEVE_SOURCES={digest}");
    Ok(())
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
