//! The model files that the tests load, found where `reeve` keeps them. Tests never fetch anything.
#![allow(dead_code, reason = "each test file uses a part of this")]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::Content;
use inference::store::{Manifest, Store};
use inference::{Generator, GeneratorOptions, KvPrecision, Precision};

/// The small language model: `llama`.
pub const SMOLLM: &str = "smollm2-135m-instruct";
/// The next larger one: `qwen2`.
pub const QWEN: &str = "qwen2.5-coder-0.5b-instruct";
/// The largest: the verifier's.
pub const QWEN_LARGE: &str = "qwen2.5-coder-1.5b-instruct";
/// The sentence encoder.
pub const ENCODER: &str = "all-minilm-l6-v2";

/// The folder of a model, its files checked against the manifest.
pub fn folder(name: &str) -> PathBuf {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/models.toml");
    let list = std::fs::read_to_string(list).expect("models/models.toml");
    let store = Store::new(Manifest::parse(&list).expect("a valid list of models"), cache());
    store.locate(name).unwrap_or_else(|error| {
        panic!("{}; fetch it with `cargo xtask test`, or `reeve models pull {name}`", error.chain())
    })
}

/// The GGUF file of a language model.
pub fn gguf(name: &str) -> PathBuf {
    let files = std::fs::read_dir(folder(name)).expect("the model's folder").flatten().map(|entry| entry.path());
    let mut files = files.filter(|path| path.extension().is_some_and(|extension| extension == "gguf"));
    files.next().expect("a GGUF file in the model's folder")
}

/// The header of a GGUF file, and the file to read tensors from.
pub fn content(name: &str) -> (Content, BufReader<File>) {
    let mut reader = BufReader::new(File::open(gguf(name)).expect("the model file"));
    let content = Content::read(&mut reader).expect("a GGUF header");
    (content, reader)
}

/// A language model with 512 tokens of context.
pub fn generator(name: &str, precision: Precision, kv_precision: KvPrecision) -> Generator {
    let options = GeneratorOptions { precision, kv_precision, context_tokens: 512 };
    Generator::load(&gguf(name), options).expect("the model loads")
}

/// Index of the largest entry, the first of equals.
pub fn argmax(logits: &[f32]) -> usize {
    (0..logits.len()).fold(0, |best, index| if logits[index] > logits[best] { index } else { best })
}

/// The largest difference between entries at the same place, all of which have to be numbers.
pub fn max_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "vectors of different length");
    // In this order, what is not a number is the largest.
    let largest = a.iter().zip(b).map(|(a, b)| (a - b).abs()).max_by(f32::total_cmp).expect("an entry");
    assert!(largest.is_finite(), "not a number, or without limit");
    largest
}

/// `REEVE_MODELS`, or the folder for models in the user's cache folder.
fn cache() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    variable("REEVE_MODELS").unwrap_or_else(|| {
        let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
        cache.expect("HOME is set").join("reeve").join("models")
    })
}
