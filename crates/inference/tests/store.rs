//! The model store against a made-up model: a server on the loopback stands for Hugging Face, a shell script for pip.

#[path = "store/fixture.rs"]
mod fixture;
#[path = "store/listing.rs"]
mod listing;
#[cfg(unix)]
#[path = "store/pypi.rs"]
mod pypi;
#[path = "store/server.rs"]
mod server;

use std::{
    fs::{self, File},
    thread,
    time::Duration,
};

use fixture::{FILE, HUGGING_FACE, MODEL, contents, manifest, names, pull, pull_and_listen, sha256, store, tried};
use inference::store::{Manifest, Progress, Status, Store, StoreError};
use server::{Reply, Server};

#[test]
fn a_fresh_download_is_whole_and_checked() {
    let file = contents(3_000_000);
    let server = Server::of(file.clone());
    let (folder, store) = store(&file, HUGGING_FACE);
    let store = store.with_endpoint(server.endpoint.clone());
    assert_eq!(store.status(MODEL), Status::Missing);
    assert!(matches!(store.locate(MODEL), Err(StoreError::Missing { .. })));

    let (pulled, heard) = pull_and_listen(&store);
    let at = pulled.expect("a pull from a good server");
    assert_eq!(fs::read(at.join(FILE)).expect("the file"), file);
    assert_eq!(names(folder.path()), [FILE, "weights.bin.checked"]);
    assert_eq!(heard, ["ask the official release (somebody/made-up-GGUF on Hugging Face)", "ready made-up"]);
    assert_eq!(server.requests()[0].path, "/somebody/made-up-GGUF/resolve/0123abc/deep/Weights-1.bin");
    assert_eq!(store.locate(MODEL).expect("the model is there"), at);
    assert_eq!(store.status(MODEL), Status::Present);

    pull(&store).expect("nothing is left to do");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_cut_connection_is_taken_up_where_it_broke() {
    let file = contents(10_000);
    let sent = file.clone();
    let server = Server::start(move |_, before| match before {
        0 => Reply::CutAfter(4_000, sent.clone()),
        _ => Reply::File(sent.clone()),
    });
    let (_folder, store) = store(&file, HUGGING_FACE);
    let at = pull(&store.with_endpoint(server.endpoint.clone())).expect("the rest comes");
    assert_eq!(fs::read(at.join(FILE)).expect("the file"), file);
    assert_eq!(server.ranges(), [None, Some("bytes=4000-".to_owned())]);
}

#[test]
fn a_stalled_connection_is_taken_up_where_it_stood_still() {
    let file = contents(10_000);
    let sent = file.clone();
    let server = Server::start(move |_, before| match before {
        0 => Reply::StallAfter(4_000, sent.clone()),
        _ => Reply::File(sent.clone()),
    });
    let (_folder, store) = store(&file, HUGGING_FACE);
    let store = store.with_endpoint(server.endpoint.clone()).with_silence(Duration::from_secs(1));
    let at = pull(&store).expect("the rest comes");
    assert_eq!(fs::read(at.join(FILE)).expect("the file"), file);
    assert_eq!(server.ranges(), [None, Some("bytes=4000-".to_owned())]);
}

#[test]
fn the_range_survives_a_redirect() {
    let file = contents(10_000);
    let sent = file.clone();
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/elsewhere" => Reply::File(sent.clone()),
        _ => Reply::Redirect("/elsewhere"),
    });
    let (folder, store) = store(&file, HUGGING_FACE);
    leave_partial(&folder, &file[..4_000]);
    pull(&store.with_endpoint(server.endpoint.clone())).expect("the rest comes");
    assert_eq!(server.ranges(), [Some("bytes=4000-".to_owned()), Some("bytes=4000-".to_owned())]);
}

#[test]
fn a_later_pull_goes_on_where_an_earlier_one_ended() {
    let file = contents(10_000);
    let sent = file.clone();
    let broken = Server::start(move |_, before| match before {
        0 => Reply::CutAfter(4_000, sent.clone()),
        _ => Reply::Status(503),
    });
    let (folder, store) = store(&file, HUGGING_FACE);
    let failed = tried(pull(&store.clone().with_endpoint(broken.endpoint.clone())));
    assert!(matches!(failed[0].error, StoreError::Refused { status: 503, .. }), "{failed:?}");
    assert_eq!(store.status(MODEL), Status::Partial { bytes: 4_000 });
    assert_eq!(names(folder.path()), ["weights.bin.partial"]);

    let server = Server::of(file);
    pull(&store.clone().with_endpoint(server.endpoint.clone())).expect("the rest comes");
    assert_eq!(server.ranges(), [Some("bytes=4000-".to_owned())]);
    assert_eq!(store.status(MODEL), Status::Present);
}

#[test]
fn a_server_without_ranges_sends_it_all_anew() {
    let file = contents(10_000);
    let sent = file.clone();
    let server = Server::start(move |_, _| Reply::Whole(sent.clone()));
    let (folder, store) = store(&file, HUGGING_FACE);
    leave_partial(&folder, &file[..4_000]);
    pull(&store.with_endpoint(server.endpoint.clone())).expect("the whole file comes");
    assert_eq!(server.ranges(), [Some("bytes=4000-".to_owned())]);
}

#[test]
fn a_wrong_beginning_from_before_does_not_spoil_a_good_source() {
    let file = contents(10_000);
    let server = Server::of(file.clone());
    let (folder, store) = store(&file, HUGGING_FACE);
    leave_partial(&folder, &[7; 4_000]);
    pull(&store.with_endpoint(server.endpoint.clone())).expect("the whole file comes");
    assert_eq!(server.ranges(), [Some("bytes=4000-".to_owned()), None]);
}

#[test]
fn an_answer_of_another_length_is_not_taken_and_spoils_nothing() {
    let file = contents(10_000);
    let server = Server::start(|_, _| Reply::Whole(b"<html>Please log in to the network</html>".to_vec()));
    let (folder, store) = store(&file, HUGGING_FACE);
    leave_partial(&folder, &file[..4_000]);
    let failed = tried(pull(&store.clone().with_endpoint(server.endpoint.clone())));
    assert!(matches!(failed[0].error, StoreError::WrongOffer { expected: 10_000, found: 41 }), "{failed:?}");
    assert_eq!(store.status(MODEL), Status::Partial { bytes: 4_000 });
}

#[test]
fn a_wrong_checksum_is_named_and_the_file_removed() {
    let (file, other) = (contents(10_000), vec![7; 10_000]);
    let server = Server::of(other.clone());
    let (folder, store) = store(&file, HUGGING_FACE);
    let store = store.with_endpoint(server.endpoint.clone());
    let error = pull(&store).expect_err("the wrong file");
    let message = error.to_string();
    for part in [FILE, &sha256(&file), &sha256(&other), "`reeve models pull made-up`", "--from DIR"] {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
    assert!(names(folder.path()).is_empty());
    assert_eq!(store.status(MODEL), Status::Missing);
}

#[test]
fn a_truncated_file_is_named_and_a_pull_replaces_it() {
    let file = contents(10_000);
    let server = Server::of(file.clone());
    let (folder, store) = store(&file, HUGGING_FACE);
    let store = store.with_endpoint(server.endpoint.clone());
    pull(&store).expect("a good server");
    fs::write(folder.path().join(MODEL).join(FILE), &file[..9_999]).expect("a truncation");

    let message = store.locate(MODEL).expect_err("a truncated file").to_string();
    assert!(message.contains("weights.bin of the model made-up has 9999 bytes and should have 10000"), "{message}");
    assert!(message.contains("`reeve models pull made-up`"), "{message}");
    assert!(matches!(store.status(MODEL), Status::Wrong { file, .. } if file == FILE));

    let unreachable = store.clone().with_endpoint("http://127.0.0.1:1".to_owned());
    assert!(matches!(tried(pull(&unreachable))[0].error, StoreError::Unreachable(_)));
    assert_eq!(store.status(MODEL), Status::Missing, "a pull removes what is wrong");
    pull(&store).expect("a good server");
    assert_eq!(store.status(MODEL), Status::Present);
}

#[test]
fn a_changed_file_is_found_by_its_time_and_by_verify_in_any_case() {
    let file = contents(10_000);
    let server = Server::of(file.clone());
    let (folder, store) = store(&file, HUGGING_FACE);
    let store = store.with_endpoint(server.endpoint.clone());
    pull(&store).expect("a good server");
    let path = folder.path().join(MODEL).join(FILE);
    let time = fs::metadata(&path).and_then(|found| found.modified()).expect("a time");

    let mut changed = file;
    changed[5_000] ^= 1;
    fs::write(&path, &changed).expect("a change");
    let handle = File::options().append(true).open(&path).expect("the file");
    handle.set_modified(time).expect("the old time");
    assert!(store.locate(MODEL).is_ok(), "nothing shows that it changed");
    assert!(matches!(store.verify(MODEL, &mut |_| {}), Err(StoreError::WrongDigest { .. })));
    assert!(matches!(store.locate(MODEL), Err(StoreError::WrongDigest { .. })), "what verify found is remembered");

    handle.set_modified(time + Duration::from_secs(1)).expect("another time");
    assert!(matches!(store.locate(MODEL), Err(StoreError::WrongDigest { .. })));
}

#[test]
fn files_fetched_elsewhere_are_found_by_name_and_by_checksum() {
    let file = contents(10_000);
    for name in [FILE, "made-up/weights.bin", "Weights (1).bin"] {
        let (_cache, store) = store(&file, HUGGING_FACE);
        let elsewhere = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(elsewhere.path().join(MODEL)).expect("a folder");
        fs::write(elsewhere.path().join("another.bin"), vec![7; 10_000]).expect("another file");
        fs::write(elsewhere.path().join(name), &file).expect("the file");
        let at = store.pull(MODEL, Some(elsewhere.path()), &mut |_| {}).expect("the file is there");
        assert_eq!(fs::read(at.join(FILE)).expect("the file"), file, "{name}");
        assert!(elsewhere.path().join(name).exists());
    }
}

#[test]
fn a_folder_without_the_right_file_says_what_is_missing() {
    let file = contents(10_000);
    let (_cache, store) = store(&file, HUGGING_FACE);
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let from = |store: &Store| store.pull(MODEL, Some(elsewhere.path()), &mut |_| {});

    let message = from(&store).expect_err("an empty folder").to_string();
    assert!(message.contains(FILE) && message.contains(&sha256(&file)), "{message}");

    fs::write(elsewhere.path().join(FILE), vec![7; 10_000]).expect("another file of that name");
    let message = from(&store).expect_err("another file").chain();
    assert!(message.contains("is not the right file: weights.bin of the model made-up has the sha256"), "{message}");
    fs::write(elsewhere.path().join(FILE), b"short").expect("a short file of that name");
    let message = from(&store).expect_err("a short file").chain();
    assert!(message.contains("is not the right file: what it offers has 5 bytes instead of 10000"), "{message}");
    assert!(elsewhere.path().join(FILE).exists(), "what is the user's stays");
    assert_eq!(store.status(MODEL), Status::Missing);
}

#[test]
fn the_disk_is_asked_before_the_network() {
    let text = format!(
        "[[model]]\nname = \"{MODEL}\"\nroles = []\narchitecture = \"llama\"\nlicence = \"MIT\"\n[[model.file]]\n\
         name = \"{FILE}\"\nsha256 = \"{}\"\nbytes = {}\n{HUGGING_FACE}",
        sha256(b""),
        1_u64 << 60
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::of(Vec::new());
    let store = Store::new(Manifest::parse(&text).expect("a manifest"), folder.path().to_owned())
        .with_endpoint(server.endpoint.clone());
    assert!(matches!(pull(&store), Err(StoreError::NoRoom { .. })));
    assert!(server.requests().is_empty());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = contents(10);
    let (folder, _) = store(&file, HUGGING_FACE);
    let in_the_way = folder.path().join("models");
    fs::write(&in_the_way, b"").expect("a file where the folder should be");
    let store = Store::new(manifest(&[(FILE, &file)], HUGGING_FACE), in_the_way.clone());
    let message = pull(&store).expect_err("no folder").to_string();
    assert!(message.contains("could not create") && message.contains("models"), "{message}");
}

#[test]
fn of_two_pulls_at_once_one_waits_for_the_other() {
    let file = contents(100_000);
    let sent = file.clone();
    let server = Server::start(move |_, _| {
        thread::sleep(Duration::from_millis(200));
        Reply::File(sent.clone())
    });
    let (_folder, store) = store(&file, HUGGING_FACE);
    let store = store.with_endpoint(server.endpoint.clone());
    let heard: Vec<Vec<String>> = thread::scope(|scope| {
        let pulls = [(); 2].map(|()| {
            scope.spawn(|| {
                let (pulled, heard) = pull_and_listen(&store);
                assert_eq!(fs::read(pulled.expect("a pull").join(FILE)).expect("the file"), file);
                heard
            })
        });
        pulls.map(|pull| pull.join().expect("a pull that does not panic")).into()
    });
    assert_eq!(server.requests().len(), 1);
    assert_eq!(heard.iter().filter(|heard| heard[0] == "wait").count(), 1, "{heard:?}");
}

/// Leaves what an earlier pull might have left.
fn leave_partial(folder: &tempfile::TempDir, bytes: &[u8]) {
    let folder = folder.path().join(MODEL);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("{FILE}.partial")), bytes).expect("a partial file");
}

/// The progress that a terminal would show counts up and ends at the whole.
#[test]
fn progress_ends_at_the_whole_file() {
    let file = contents(3_000_000);
    let server = Server::of(file.clone());
    let (_folder, store) = store(&file, HUGGING_FACE);
    let mut counts = Vec::new();
    store
        .with_endpoint(server.endpoint.clone())
        .pull(MODEL, None, &mut |progress| {
            if let Progress::Bytes { file, done, total } = progress {
                assert_eq!((file, total), (FILE, 3_000_000));
                counts.push(done);
            }
        })
        .expect("a good server");
    assert!(counts.is_sorted());
    assert_eq!(counts.last(), Some(&3_000_000));
}
