//! Where passage states are kept on disk, and what they depend on.

use std::path::Path;
use std::sync::Arc;

use corpus::Digest;
use inference::GeneratorOptions;
use retrieval::{StateFolder, StatesDisk};

/// The states of one knowledge folder on disk.
pub(crate) struct KeptOnDisk {
    disk: Arc<StatesDisk>,
    /// The name of the knowledge folder.
    of: String,
}

impl KeptOnDisk {
    /// The states below the folder `data`; none where the configuration leaves no room for any.
    pub(crate) fn open(data: &Path, of: String, limit_mib: u64) -> Option<Self> {
        (limit_mib > 0).then(|| Self { disk: StatesDisk::open(&data.join("states"), limit_mib << 20), of })
    }

    /// The folder of a model, which is known by the digests of its files.
    pub(crate) fn folder(&self, files: &[&str], options: &GeneratorOptions) -> StateFolder {
        let name = Digest::of_parts(files).to_string();
        self.disk.folder(&self.of, &name[..16], identity(files, options))
    }
}

/// What decides over a state besides its tokens: the model's files, the program's arithmetic and that of the processor. The
/// prompt is in the tokens.
fn identity(files: &[&str], options: &GeneratorOptions) -> [u8; 32] {
    let layouts = format!("{:?} {:?}", options.precision, options.kv_precision);
    let arithmetic = [env!("REEVE_ARITHMETIC").to_owned(), inference::numeric_profile(), layouts];
    Digest::of_parts(files.iter().map(|file| (*file).to_owned()).chain(arithmetic)).0
}

#[cfg(test)]
mod tests {
    use inference::{KvPrecision, Precision};

    use super::*;

    #[test]
    fn states_are_of_a_model_and_its_arithmetic() {
        let usual =
            GeneratorOptions { precision: Precision::Quantised, kv_precision: KvPrecision::F16, context_tokens: 2048 };
        let own = identity(&["model", "adapter"], &usual);
        for files in [["model", "other"], ["other", "adapter"], ["modela", "dapter"]] {
            assert_ne!(identity(&files, &usual), own, "{files:?}");
        }
        let full = GeneratorOptions { precision: Precision::Full, ..usual };
        assert_ne!(identity(&["model", "adapter"], &full), own);
        // How long a prompt may be does not change what is computed of a shorter one.
        let longer = GeneratorOptions { context_tokens: 4096, ..usual };
        assert_eq!(identity(&["model", "adapter"], &longer), own);
    }

    #[test]
    fn no_room_means_no_folder() {
        let data = tempfile::tempdir().expect("a folder");
        assert!(KeptOnDisk::open(data.path(), "of".to_owned(), 0).is_none());
        assert!(KeptOnDisk::open(data.path(), "of".to_owned(), 1).is_some());
        assert!(!data.path().join("states").exists(), "it is made with the first state");
    }
}
