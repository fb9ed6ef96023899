//! Records of replies as files: written whole or not at all, for nobody but their owner to read, and read again.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result, bail};
use assistant::Record;
use server::Recorder;

/// How many records may wait to be written: more than a disk that keeps up ever leaves waiting, and at some 10 KB each
/// not much memory.
const MOST_WAITING: usize = 256;

/// Reads a record.
pub(crate) fn read(file: &Path) -> Result<Record> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    // What is not text is no record either; the parser says so.
    Record::parse(&String::from_utf8_lossy(&text)).with_context(|| format!("{} is not a record", file.display()))
}

/// Refuses a file that is there and is no record, as `--record` with a wrong name must not cost anyone their file, and one
/// in a folder that is not there.
pub(crate) fn may_write(file: &Path) -> Result<()> {
    if fs::symlink_metadata(file).is_ok() && read(file).is_err() {
        bail!("{} is there and is not a record, so it is not overwritten; name another file", file.display());
    }
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            bail!("there is no folder {} for the record; make it first", folder.display())
        }
        Some(_) | None => Ok(()),
    }
}

/// Writes a record, over an earlier one if there is one.
pub(crate) fn write(file: &Path, record: &Record) -> Result<()> {
    let named = || format!("cannot write the record {}", file.display());
    write_whole(file, &record.to_json()?).with_context(named)
}

/// Writes beside the file first, so that the file is at no time there in part.
fn write_whole(file: &Path, text: &str) -> Result<()> {
    let name = file.file_name().context("a file has to be named")?.to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = private(&beside)
        .and_then(|mut part| part.write_all(text.as_bytes()).and_then(|()| part.sync_all()))
        .and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // Whatever is left of it is of no use.
        let _ = fs::remove_file(&beside);
    }
    Ok(written?)
}

/// A new file that only its owner can read: records hold residents' words.
fn private(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Keeps a record of every reply in a folder, as `ID.json` by the turn's name, on a thread of its own: a slow disk keeps
/// no resident waiting.
pub(crate) struct RecordKeeper {
    sender: SyncSender<Message>,
    thread: JoinHandle<()>,
}

enum Message {
    Keep(PathBuf, Box<Record>),
    Finish,
}

impl RecordKeeper {
    /// Makes the folder where it is missing.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).with_context(|| format!("cannot make the folder of records {}", folder.display()))?;
        let (sender, receiver) = sync_channel(MOST_WAITING);
        let thread = std::thread::Builder::new().name("reeve-records".to_owned()).spawn(move || keep(&receiver))?;
        Ok(Self { sender, thread })
    }

    /// What the server tells its replies to.
    pub(crate) fn recorder(&self, folder: &Path) -> Recorder {
        let (sender, folder) = (self.sender.clone(), folder.to_path_buf());
        Arc::new(move |turn, enquiry, reply| {
            let kept = Record::new(enquiry, reply).map_err(|error| error.to_string()).and_then(|record| {
                let message = Message::Keep(folder.join(format!("{turn}.json")), Box::new(record));
                sender.try_send(message).map_err(|error| match error {
                    TrySendError::Full(_) => "too many wait to be written".to_owned(),
                    TrySendError::Disconnected(_) => "Reeve is stopping".to_owned(),
                })
            });
            if let Err(why) = kept {
                tracing::error!(%turn, why, "the reply is not recorded");
            }
        })
    }

    /// Waits until what was told so far is written.
    pub(crate) fn finish(self) {
        if self.sender.send(Message::Finish).is_ok() {
            // A panic there was told where it happened.
            let _ = self.thread.join();
        }
    }
}

fn keep(receiver: &Receiver<Message>) {
    while let Ok(Message::Keep(file, record)) = receiver.recv() {
        if let Err(error) = write(&file, &record) {
            tracing::error!("{error:#}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assistant::{Enquiry, testing};

    use super::*;

    fn record(question: &str) -> Record {
        let enquiry = Enquiry { question: question.to_owned(), history: Vec::new() };
        Record::new(&enquiry, &testing::fixed_reply("Told.")).unwrap()
    }

    #[test]
    fn a_record_goes_over_a_record_and_over_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("reply.json");
        may_write(&file).unwrap();
        write(&file, &record("one")).unwrap();
        may_write(&file).unwrap();
        write(&file, &record("two")).unwrap();
        assert_eq!(read(&file).unwrap().enquiry().question, "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        fs::write(&file, "my thesis").unwrap();
        assert!(may_write(&file).unwrap_err().to_string().contains("not overwritten"));
        assert!(may_write(folder.path()).is_err());
        assert!(may_write(&folder.path().join("none/reply.json")).unwrap_err().to_string().contains("no folder"));
        may_write(Path::new("reply.json.that.is.not.there")).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_records() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("reply.json");
        write(&file, &record("one")).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_was_told_is_there_when_the_keeper_has_finished() {
        let folder = tempfile::tempdir().unwrap();
        let records = folder.path().join("a/b");
        let keeper = RecordKeeper::start(&records).unwrap();
        let recorder = keeper.recorder(&records);
        let turn = uuid::Uuid::from_u128(7);
        let enquiry = Enquiry { question: "one".to_owned(), history: Vec::new() };
        recorder(turn, &enquiry, &testing::fixed_reply("Told."));
        keeper.finish();
        let read = read(&records.join(format!("{turn}.json"))).unwrap();
        assert_eq!((read.enquiry(), read.told().text.as_str()), (enquiry, "Told."));
        // Late ones are told of, and do no harm.
        recorder(turn, &read.enquiry(), &testing::fixed_reply("Late."));
    }

    #[test]
    fn what_is_no_record_is_named_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("reply.json");
        let text = record("one").to_json().unwrap();
        for (text, why) in [(&text[..40], "cut off"), ("{}", "not the record of a reply"), ("\u{0}", "not JSON")] {
            fs::write(&file, text).unwrap();
            let error = format!("{:#}", read(&file).unwrap_err());
            assert!(error.contains("reply.json is not a record") && error.contains(why), "{error}");
        }
        assert!(format!("{:#}", read(&folder.path().join("none.json")).unwrap_err()).contains("cannot read"));
    }
}
