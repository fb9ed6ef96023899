//! `reeve staff` as it is called.
#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs it on a data folder with a line of standard input; gives whether it succeeded, and what it wrote to both ends.
fn staff(data: &Path, arguments: &[&str], line: &str) -> (bool, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_reeve"))
        .arg("staff")
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that needs no password ends without reading.
    let _ = writeln!(child.stdin.take().unwrap(), "{line}");
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn people_are_added_listed_and_removed() {
    let data = tempfile::tempdir().unwrap();
    let add = ["add", "Asha", "--role", "agent", "--display-name", "Asha P", "--password-stdin"];
    let (done, _, told) = staff(data.path(), &add, "too short");
    assert!(!done && told.contains("at least 12 characters"), "{told}");
    let (done, printed, told) = staff(data.path(), &add, "correct horse battery");
    assert!(done && printed.is_empty(), "{told}");
    assert!(!staff(data.path(), &add, "correct horse battery").0);
    assert_eq!(staff(data.path(), &["list"], "").1, "asha\tAgent\tAsha P\n");
    assert!(staff(data.path(), &["password", "asha", "--password-stdin"], "another password").0);
    assert!(staff(data.path(), &["remove", "ASHA"], "").0);
    assert_eq!(staff(data.path(), &["list"], "").1, "asha\tAgent\tAsha P (removed)\n");
    let again = ["add", "asha", "--role", "curator", "--password-stdin"];
    assert!(staff(data.path(), &again, "correct horse battery").0);
    assert_eq!(staff(data.path(), &["list"], "").1, "asha\tCurator\tAsha P\n");
    let (done, _, told) = staff(data.path(), &["remove", "ben"], "");
    assert!(!done && told.contains("nobody is called ben"), "{told}");
}
