//! The model files of models/models.toml, and the one place where it is decided how a generator is loaded.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use inference::store::{Manifest, Store};
use inference::{Encoder, Generator, GeneratorOptions, KvPrecision, Precision};

/// The language models, from small to large.
pub(crate) const GENERATORS: [&str; 3] =
    ["smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct"];

const ENCODER: &str = "all-minilm-l6-v2";

/// As `models.context_tokens` is by default.
pub(crate) const CONTEXT_TOKENS: usize = 2048;

fn folder(name: &str) -> Result<PathBuf> {
    let list = std::fs::read_to_string("models/models.toml").context("cannot read models/models.toml")?;
    let store = Store::new(Manifest::parse(&list)?, cache()?);
    store.locate(name).map_err(|error| anyhow::anyhow!("{}; fetch it with `reeve models pull {name}`", error.chain()))
}

/// The GGUF file of a language model.
pub(crate) fn gguf(name: &str) -> Result<PathBuf> {
    let folder = folder(name)?;
    let mut files = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    let found = files.find(|path| path.extension().is_some_and(|extension| extension == "gguf"));
    found.with_context(|| format!("no GGUF file in {}", folder.display()))
}

/// The folder of the encoder.
pub(crate) fn encoder_folder() -> Result<PathBuf> {
    folder(ENCODER)
}

/// The encoder.
pub(crate) fn encoder() -> Result<Encoder> {
    Ok(Encoder::load(&encoder_folder()?)?)
}

/// Loads a language model as `reeve` does.
pub(crate) fn generator(path: &Path) -> Result<Generator> {
    let options = GeneratorOptions {
        precision: Precision::Quantised,
        kv_precision: KvPrecision::F16,
        context_tokens: CONTEXT_TOKENS,
    };
    Ok(Generator::load(path, options)?)
}

/// `REEVE_MODELS`, or the folder for models in the user's cache folder.
fn cache() -> Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let Some(folder) = variable("REEVE_MODELS") {
        return Ok(folder);
    }
    let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    Ok(cache.context("HOME is not set; name the models' folder in REEVE_MODELS")?.join("reeve").join("models"))
}
