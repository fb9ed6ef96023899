//! The models that the configuration names: of the list, fetched where they are missing, or files.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use inference::store::{Manifest, Model, ModelFile, Role, Store};
use sha2::{Digest as _, Sha256};

use crate::config::Config;
use crate::progress::{Meter, show_store};
use crate::wiring::hex;

const MANIFEST: &str = include_str!("../../../models/models.toml");

/// The name in the configuration that leaves a role out.
pub(crate) const NONE: &str = "none";

/// The store of the models that the embedded list names.
pub(crate) fn store(config: &Config) -> Result<Store> {
    let manifest = Manifest::parse(MANIFEST).context("models/models.toml")?;
    Ok(Store::new(manifest, config.models.folder()?))
}

/// A model file that is there, and its digest.
pub(crate) struct Located {
    pub(crate) path: PathBuf,
    pub(crate) digest: String,
}

/// Whether a name in the configuration stands for a model of the list, and not for a file or for none.
pub(crate) fn is_of_list(store: &Store, name: &str) -> bool {
    let path = Path::new(name);
    let is_gguf = || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"));
    let is_path = || name.contains(['/', '\\']) || is_gguf() || path.exists();
    store.manifest().get(name).is_some() || (name != NONE && !is_path())
}

/// What a role is called in the configuration.
pub(crate) fn role_name(role: Role) -> String {
    format!("{role:?}").to_lowercase()
}

/// Finds a model by name, fetching it when it is missing, or by path.
pub(crate) fn locate(store: &Store, name: &str, role: Role) -> Result<Located> {
    if !is_of_list(store, name) {
        let as_path = Path::new(name);
        let mut file = std::fs::File::open(as_path).with_context(|| format!("cannot open the model file {name}"))?;
        let mut hash = Sha256::new();
        std::io::copy(&mut file, &mut hash).with_context(|| format!("cannot read the model file {name}"))?;
        return Ok(Located { path: as_path.to_path_buf(), digest: hex(&hash.finalize()) });
    }
    let fits = |model: &&Model| model.roles.contains(&role);
    if store.manifest().get(name).is_some_and(|model| !fits(&model)) {
        let fitting = store.manifest().models.iter().filter(fits).map(|model| model.name.as_str());
        let (role, fitting) = (role_name(role), fitting.collect::<Vec<_>>().join(", "));
        anyhow::bail!("the model {name} cannot be the {role}; these can: {fitting}");
    }
    let mut meter = Meter::of_bytes();
    let folder = match store.locate(name) {
        Ok(folder) => folder,
        Err(_) => store
            .pull(name, None, &mut |progress| show_store(&mut meter, name, progress))
            .map_err(|error| anyhow::anyhow!("{}", error.chain()))?,
    };
    let model = store.manifest().get(name).with_context(|| format!("no model is called {name}"))?;
    let file = model.files.first().with_context(|| format!("the model {name} has no file"))?;
    Ok(Located { path: folder.join(&file.name), digest: digest_of(&model.files) })
}

/// What a model is known by: the digest of its file, or of those of its files.
pub(crate) fn digest_of(files: &[ModelFile]) -> String {
    match files {
        [only] => only.sha256.clone(),
        files => hex(&Sha256::digest(files.iter().map(|file| file.sha256.as_str()).collect::<String>().as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn models_are_of_the_list_unless_they_look_like_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(Manifest::parse(MANIFEST).unwrap(), folder.path().to_path_buf());
        let check = |name: &str, of_list: bool| assert_eq!(is_of_list(&store, name), of_list, "{name}");
        check("smollm2-135m-instruct", true);
        check("qwen2.5-coder-7b", true);
        check("none", false);
        check("own.gguf", false);
        check("models/own", false);
        check(&folder.path().display().to_string(), false);
        let said = |name: &str, role: Role| format!("{:#}", locate(&store, name, role).err().unwrap());
        let unknown = said("qwen2.5-coder-7b", Role::Generator);
        assert!(unknown.contains("there is no model called") && unknown.contains("smollm2-135m-instruct"), "{unknown}");
        let unfit = said("all-minilm-l6-v2", Role::Reranker);
        assert!(unfit.contains("cannot be the reranker; these can: smollm2-135m-instruct, qwen2.5"), "{unfit}");
        assert!(said("own.gguf", Role::Generator).contains("cannot open the model file own.gguf"));
    }
}
