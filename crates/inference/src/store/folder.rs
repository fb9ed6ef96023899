//! Files that somebody fetched elsewhere and put into a folder. The folder is only read.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::{
    Progress, StoreError,
    error::storage,
    target::{BUFFER_BYTES, Target},
};

/// Copies the file from `folder` into the target's partial file: the one of that name, in `folder` or in a folder of the
/// model's name inside it, or else any with the right contents.
pub(super) fn fetch(
    target: Target<'_>,
    folder: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), StoreError> {
    let of_model = folder.join(target.model);
    let mut candidates = vec![folder.join(&target.file.name), of_model.join(&target.file.name)];
    candidates.extend(files_in(folder).map_err(storage("read", folder))?);
    candidates.extend(files_in(&of_model).unwrap_or_default());

    let mut first_fault = None;
    for path in candidates {
        let Ok(found) = fs::metadata(&path) else {
            continue;
        };
        let fault = if found.len() != target.file.bytes {
            StoreError::WrongOffer { expected: target.file.bytes, found: found.len() }
        } else if let Err(error) = target.check_digest(&path, progress) {
            error
        } else {
            return copy(target, &path, progress);
        };
        // What is wrong with a file of another name is of no interest.
        if path.file_name().is_some_and(|name| name == target.file.name.as_str()) {
            first_fault.get_or_insert(StoreError::BadCopy { path, fault: Box::new(fault) });
        }
    }
    Err(first_fault.unwrap_or_else(|| StoreError::NotInFolder {
        file: target.file.name.clone(),
        bytes: target.file.bytes,
        sha256: target.file.sha256.clone(),
        folder: folder.to_owned(),
    }))
}

/// The files of a folder, in the order of their names.
fn files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn copy(target: Target<'_>, from: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), StoreError> {
    let to = target.partial();
    let mut reader = File::open(from).map_err(storage("open", from))?;
    let mut writer = target.open_partial_at(0)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut done = 0;
    loop {
        let read = reader.read(&mut buffer).map_err(storage("read", from))?;
        if read == 0 {
            return Ok(());
        }
        writer.write_all(&buffer[..read]).map_err(storage("write", &to))?;
        done += read as u64;
        progress(Progress::Bytes { file: &target.file.name, done, total: target.file.bytes });
    }
}
