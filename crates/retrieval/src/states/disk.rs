//! States on disk: a folder for each model and knowledge folder, in it a file for each passage.
//!
//! Nothing here is needed: what cannot be read is computed again, and what cannot be written is kept in memory alone. So
//! nothing here fails; it is logged. Several processes may use a folder at once: a file comes by renaming and goes by
//! deleting, neither of which changes what another process has mapped.

use std::collections::HashSet;
use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use corpus::Digest;
use inference::{KvState, StateFileError};

use super::Key;

const EXTENSION: &str = ".kv";
/// A file that is being written ends so.
const PARTIAL: &str = ".kv.partial";
/// A file that was being written so long ago was left by a process that ended.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// The folders of the knowledge folders, in them those of the models, in them the files.
const DEPTH: usize = 2;

/// All states on disk, with how much room they may take.
#[derive(Debug)]
pub struct StatesDisk {
    root: PathBuf,
    limit_bytes: u64,
    /// As found at opening, and changed by this process since.
    used_bytes: AtomicU64,
    /// Set for good when a file could not be written: the next would cost time and fail as well.
    failed: AtomicBool,
    told_full: AtomicBool,
}

impl StatesDisk {
    /// Counts what lies in the folder `root`, which need not be there yet. No more is written than `limit_bytes` in all.
    pub fn open(root: &Path, limit_bytes: u64) -> Arc<Self> {
        let used_bytes = AtomicU64::new(used_bytes(root, DEPTH));
        let (failed, told_full) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { root: root.to_path_buf(), limit_bytes, used_bytes, failed, told_full })
    }

    /// The states of one model over one knowledge folder, in the folder `name` of the folder `of`. `identity` stands for all
    /// that decides over a state besides its tokens; files of another are stale.
    pub fn folder(self: &Arc<Self>, of: &str, name: &str, identity: [u8; 32]) -> StateFolder {
        let path = self.root.join(of).join(name);
        StateFolder { disk: Arc::clone(self), path, identity, told_stale: AtomicBool::new(false) }
    }

    fn has_room(&self, bytes: u64) -> bool {
        !self.failed.load(Ordering::Relaxed) && self.used_bytes.load(Ordering::Relaxed) + bytes <= self.limit_bytes
    }

    /// Takes room for a file; says so once where there is none.
    fn take(&self, bytes: u64) -> bool {
        let taken = |used: u64| Some(used + bytes).filter(|used| *used <= self.limit_bytes);
        if self.failed.load(Ordering::Relaxed) {
            return false;
        }
        let has_room = self.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok();
        if !has_room && !self.told_full.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                folder = %self.root.display(),
                limit_mib = self.limit_bytes >> 20,
                "passage states have reached models.states_disk_mib; further ones are kept in memory only. \
                 What lies in the folder can be deleted while Reeve does not run"
            );
        }
        has_room
    }

    fn give_back(&self, bytes: u64) {
        let left = |used: u64| Some(used.saturating_sub(bytes));
        // The closure always gives a number.
        let _ = self.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
    }

    fn fail(&self, error: &io::Error) {
        if !self.failed.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                folder = %self.root.display(), %error,
                "a passage state cannot be written; until the next start they are kept in memory only"
            );
        }
    }
}

/// The states of one model over one knowledge folder on disk.
#[derive(Debug)]
pub struct StateFolder {
    disk: Arc<StatesDisk>,
    path: PathBuf,
    identity: [u8; 32],
    told_stale: AtomicBool,
}

impl StateFolder {
    /// The state of these tokens, mapped. A file that is not what it should be is removed.
    pub(super) fn read(&self, key: &Key, tokens: &[u32], empty: &KvState) -> Option<KvState> {
        let path = self.path.join(name(key));
        let file = File::open(&path).map_err(StateFileError::Read);
        match file.and_then(|file| empty.from_file(&file, &self.identity, tokens)) {
            Ok(state) => Some(state),
            Err(StateFileError::Read(error)) => {
                if error.kind() != ErrorKind::NotFound {
                    tracing::warn!(file = %path.display(), %error, "a passage state cannot be read; it is computed again");
                }
                None
            }
            Err(StateFileError::Stale) => {
                // After an update, all are.
                if !self.told_stale.swap(true, Ordering::Relaxed) {
                    let folder = self.path.display();
                    tracing::info!(%folder, "passage states of another model, program or processor are computed again");
                }
                self.remove(&path);
                None
            }
            Err(StateFileError::Damaged) => {
                tracing::warn!(file = %path.display(), "a damaged passage state is computed again");
                self.remove(&path);
                None
            }
        }
    }

    /// Writes a state, if there is room; whether it lies there now.
    pub(super) fn write(&self, key: &Key, state: &KvState) -> bool {
        let bytes = state.file_bytes(state.len());
        if !self.disk.take(bytes) {
            return false;
        }
        match self.write_file(&self.path.join(name(key)), state) {
            Ok(replaced_bytes) => {
                self.disk.give_back(replaced_bytes);
                true
            }
            Err(error) => {
                self.disk.give_back(bytes);
                self.disk.fail(&error);
                false
            }
        }
    }

    /// Writes under another name first, so that no file is ever seen half-written. The disk is not waited for: what a power
    /// cut leaves of a file has not its checksum. Gives the bytes of the file that was there before.
    fn write_file(&self, path: &Path, state: &KvState) -> io::Result<u64> {
        fs::create_dir_all(&self.path)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".").suffix(PARTIAL);
        // Nobody is to write into a file that may be mapped, not by mistake either.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o444));
        let mut file = builder.tempfile_in(&self.path)?;
        state.write(&self.identity, &mut file)?;
        let replaced_bytes = fs::metadata(path).map_or(0, |found| found.len());
        file.persist(path).map_err(|error| error.error)?;
        Ok(replaced_bytes)
    }

    /// Whether there is a file for the state; not whether it is whole.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.path.join(name(key)).is_file()
    }

    pub(super) fn has_room(&self, bytes: u64) -> bool {
        self.disk.has_room(bytes)
    }

    /// Removes the states of passages that there are no more, and what was left half-written. Other files are not touched.
    pub(super) fn sweep(&self, wanted: &[Key]) {
        let wanted: HashSet<String> = wanted.iter().map(name).collect();
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        let unwanted = |entry: &DirEntry| {
            let Some(found) = entry.file_name().to_str().and_then(Found::of) else { return false };
            match found {
                Found::State(name) => !wanted.contains(&name),
                Found::Partial => is_older(entry, ABANDONED),
            }
        };
        let unwanted: Vec<PathBuf> = entries.flatten().filter(unwanted).map(|entry| entry.path()).collect();
        let removed = unwanted.iter().filter(|path| self.remove(path)).count();
        if removed > 0 {
            tracing::info!(folder = %self.path.display(), removed, "removed states of passages that there are no more");
        }
    }

    fn remove(&self, path: &Path) -> bool {
        let bytes = fs::metadata(path).map_or(0, |found| found.len());
        let removed = fs::remove_file(path);
        match &removed {
            Ok(()) => self.disk.give_back(bytes),
            // Another process was quicker, or the folder is not ours to change: either way it will not be used.
            Err(error) => tracing::debug!(file = %path.display(), %error, "a passage state cannot be removed"),
        }
        removed.is_ok()
    }
}

/// A file of Reeve's own, by its name.
enum Found {
    /// A state of this file name.
    State(String),
    Partial,
}

impl Found {
    fn of(name: &str) -> Option<Self> {
        let is_key = |hex: &str| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match (name.strip_suffix(EXTENSION), name.strip_suffix(PARTIAL)) {
            (Some(hex), _) if is_key(hex) => Some(Self::State(name.to_owned())),
            (_, Some(middle)) if middle.starts_with('.') => Some(Self::Partial),
            (Some(_) | None, Some(_) | None) => None,
        }
    }
}

/// The name of a state's file.
fn name(key: &Key) -> String {
    format!("{}{EXTENSION}", Digest(*key))
}

fn is_older(entry: &DirEntry, than: Duration) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > than))
}

/// Bytes of Reeve's own files in a folder and `deeper` levels of folders below it.
fn used_bytes(folder: &Path, deeper: usize) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let bytes = |entry: DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() && deeper > 0 => used_bytes(&entry.path(), deeper - 1),
        Ok(kind) if kind.is_file() && entry.file_name().to_str().and_then(Found::of).is_some() => {
            entry.metadata().map_or(0, |metadata| metadata.len())
        }
        Ok(_) | Err(_) => 0,
    };
    entries.flatten().map(bytes).sum()
}
