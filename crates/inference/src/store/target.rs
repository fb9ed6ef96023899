//! One file on its way into the cache folder: the names it has on the disk, its check, and the last step that makes it
//! usable. Knows nothing of where the bytes come from.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sha2::{Digest as _, Sha256};

use super::{ModelFile, Progress, StoreError, error::storage};

/// How much is read at a time.
pub(super) const BUFFER_BYTES: usize = 1 << 20;

/// A file of a model and the folder where it belongs.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub model: &'a str,
    pub file: &'a ModelFile,
    pub folder: &'a Path,
    coming: Coming,
}

/// In what a file comes. What is not yet whole has a name of its own for each, so that none cuts off what another brought.
#[derive(Clone, Copy)]
enum Coming {
    Bytes,
    Wheels,
}

/// Whether the note of an earlier check is good enough.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Read the file only if it changed since it was last checked.
    Note,
    /// Read every byte.
    Nothing,
}

impl<'a> Target<'a> {
    /// A file that comes byte by byte.
    pub fn new(model: &'a str, file: &'a ModelFile, folder: &'a Path) -> Self {
        Self { model, file, folder, coming: Coming::Bytes }
    }

    /// The same file, coming in wheels.
    pub fn in_wheels(self) -> Self {
        Self { coming: Coming::Wheels, ..self }
    }

    /// Where the finished file is.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.file.name)
    }

    /// Where the file is while it is not yet whole.
    pub fn partial(&self) -> PathBuf {
        self.folder.join(self.partial_name())
    }

    /// Which parts the partial file is made of.
    pub fn parts_note(&self) -> PathBuf {
        self.folder.join(format!("{}.parts", self.partial_name()))
    }

    fn partial_name(&self) -> String {
        let ending = match self.coming {
            Coming::Bytes => "partial",
            Coming::Wheels => "wheels.partial",
        };
        format!("{}.{ending}", self.file.name)
    }

    fn checked_note(&self) -> PathBuf {
        self.folder.join(format!("{}.checked", self.file.name))
    }

    /// How many bytes of an unfinished file are there.
    pub fn partial_bytes(&self) -> u64 {
        fs::metadata(self.partial()).map_or(0, |found| found.len())
    }

    /// Opens the unfinished file for writing at `start`, dropping what lies beyond.
    pub fn open_partial_at(&self, start: u64) -> Result<File, StoreError> {
        let path = self.partial();
        let file = File::options().create(true).append(true).open(&path).map_err(storage("open", &path))?;
        file.set_len(start).map_err(storage("write", &path))?;
        Ok(file)
    }

    /// Whether the file is there and is the right one.
    pub fn check(&self, trust: Trust, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), StoreError> {
        let path = self.path();
        let found = match fs::metadata(&path) {
            Ok(found) if found.is_file() => found,
            Ok(_) => return Err(self.missing()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(self.missing()),
            Err(error) => return Err(storage("look at", path)(error)),
        };
        self.check_size(found.len())?;
        let note = self.note(&found);
        if trust == Trust::Note && fs::read_to_string(self.checked_note()).is_ok_and(|old| old == note) {
            return Ok(());
        }
        let checked = self.check_digest(&path, progress);
        // Where the folder cannot be written to, the file is good all the same, and is read again at the next start.
        if checked.is_ok() {
            let _ = write_whole(&self.checked_note(), &note);
        } else {
            let _ = fs::remove_file(self.checked_note());
        }
        checked
    }

    /// Checks the unfinished file and gives it its name. A wrong one is removed.
    pub fn finish(&self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), StoreError> {
        let partial = self.partial();
        let checked = self.check_size(self.partial_bytes()).and_then(|()| self.check_digest(&partial, progress));
        if let Err(error) = checked {
            if !error.is_local() {
                self.remove_partial()?;
            }
            return Err(error);
        }
        // Once it has its name, a file is taken to be whole: so it must be on the disk before.
        File::options()
            .append(true)
            .open(&partial)
            .and_then(|file| file.sync_all())
            .map_err(storage("write", &partial))?;
        fs::rename(&partial, self.path()).map_err(storage("rename", &partial))?;
        for coming in [Coming::Bytes, Coming::Wheels] {
            Self { coming, ..*self }.remove_partial()?;
        }
        if let Ok(found) = fs::metadata(self.path()) {
            let _ = write_whole(&self.checked_note(), &self.note(&found));
        }
        Ok(())
    }

    /// Removes a finished file that turned out to be wrong.
    pub fn remove_wrong(&self) -> Result<(), StoreError> {
        remove(&self.checked_note())?;
        remove(&self.path())
    }

    /// Removes the unfinished file.
    pub fn remove_partial(&self) -> Result<(), StoreError> {
        remove(&self.parts_note())?;
        remove(&self.partial())
    }

    fn missing(&self) -> StoreError {
        StoreError::Missing {
            model: self.model.to_owned(),
            file: self.file.name.clone(),
            folder: self.folder.to_owned(),
        }
    }

    fn check_size(&self, found: u64) -> Result<(), StoreError> {
        if found == self.file.bytes {
            return Ok(());
        }
        Err(StoreError::WrongSize {
            model: self.model.to_owned(),
            file: self.file.name.clone(),
            expected: self.file.bytes,
            found,
        })
    }

    /// Reads every byte at `path` and compares the SHA-256 with the one in the manifest.
    pub fn check_digest(&self, path: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), StoreError> {
        let mut reader = File::open(path).map_err(storage("open", path))?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut done = 0;
        loop {
            let read = reader.read(&mut buffer).map_err(storage("read", path))?;
            if read == 0 {
                break;
            }
            digest.update(&buffer[..read]);
            done += read as u64;
            progress(Progress::Checking { file: &self.file.name, done, total: self.file.bytes });
        }
        let found = format!("{:x}", digest.finalize());
        if found == self.file.sha256 {
            return Ok(());
        }
        Err(StoreError::WrongDigest {
            model: self.model.to_owned(),
            file: self.file.name.clone(),
            expected: self.file.sha256.clone(),
            found,
        })
    }

    /// What was checked: a later change of the file shows in its length or its time.
    fn note(&self, found: &fs::Metadata) -> String {
        let changed_ns = found
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |since| since.as_nanos());
        format!("{} {} {changed_ns}\n", self.file.sha256, found.len())
    }
}

/// Writes a small file so that a reader sees the old contents or the new, never half.
pub(super) fn write_whole(path: &Path, contents: &str) -> Result<(), StoreError> {
    // Checks run without the lock, so two processes may be here at once: each needs a name of its own.
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}", std::process::id()));
    let new = PathBuf::from(new);
    fs::write(&new, contents)
        .and_then(|()| fs::rename(&new, path))
        .inspect_err(|_| {
            let _ = fs::remove_file(&new);
        })
        .map_err(storage("write", path))
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(storage("remove", path)(error)),
        _ => Ok(()),
    }
}
