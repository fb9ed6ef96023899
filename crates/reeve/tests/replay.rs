//! `reeve replay` as it is called.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn what_cannot_be_replayed_is_told_from_what_is_not_the_same() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wrong.toml"), "[server]\nport = 3\n").unwrap();
    for configuration in [&[][..], &["--config", "none.toml"], &["--config", "wrong.toml"]] {
        let mut reeve = Command::new(env!("CARGO_BIN_EXE_reeve"));
        reeve.args(["replay", "turn.json"]).args(configuration).current_dir(folder.path());
        let output = reeve.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{configuration:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
