//! `reeve evaluate` as it is called: the same bytes twice, and an exit status that a script can rely on. The encoder is
//! found where `reeve` keeps it; nothing is fetched.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Command, Output};

const COUNCIL: &str = "name = \"Test Council\"\n[contact]\nphone = \"01632 960100\"\n";

const PAGES: [(&str, &str); 3] = [
    (
        "garden-waste",
        "# Garden waste\n\nA garden waste subscription costs £52 a year for one brown bin. Each extra brown bin costs £40 a \
         year. You cannot put soil or stones in the brown bin.\n\n## How to join\n\nCall 01632 960110 or join online.\n",
    ),
    (
        "bulky-waste",
        "# Bulky waste\n\nA bulky waste collection costs £38 for up to three items:\n\n- sofas\n- beds\n- fridges\n\nYou can \
         cancel until noon on the working day before.\n",
    ),
    (
        "libraries",
        "# Libraries\n\nRiverside Library opens at 9am from Monday to Saturday. Joining the library is free.\n",
    ),
];

const CASES: &str = r#"{"id": "fee", "kind": "direct", "question": "How much does a garden waste subscription cost?", "page_ids": ["garden-waste"], "must": [["£52"]], "expect": "answer"}
{"id": "follow", "kind": "follow_up", "question": "and an extra one?", "history": [{"role": "user", "text": "how much is a brown bin?"}, {"role": "assistant", "text": "£52 a year."}], "page_ids": ["garden-waste"], "must": [["£40"]], "expect": "answer"}
{"id": "list", "kind": "direct", "question": "Which items does a bulky waste collection take?", "page_ids": ["bulky-waste"], "must": [["sofas"]], "expect": "answer"}
{"id": "gas", "kind": "emergency", "question": "I can smell gas in the library", "expect": "signpost"}
{"id": "near", "kind": "near_miss", "question": "Does the library lend guitars?", "expect": "handoff"}
{"id": "thanks", "kind": "greeting", "question": "thank you", "expect": "greeting"}
{"id": "search", "question": "when does the library open", "page_ids": ["libraries"]}
"#;

/// A council of a few pages and its cases, in a folder that is deleted at the end.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let home = std::env::var_os("REEVE_MODELS").map_or_else(
            || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/reeve/models"),
            PathBuf::from,
        );
        assert!(home.is_dir(), "there are no models; fetch the encoder with `reeve models pull all-minilm-l6-v2`");
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("knowledge/pages");
        std::fs::create_dir_all(&pages).unwrap();
        std::fs::write(folder.path().join("knowledge/council.toml"), COUNCIL).unwrap();
        for (id, text) in PAGES {
            let page = format!("---\nid: {id}\ntitle: {id}\nservice: waste\n---\n{text}");
            std::fs::write(pages.join(format!("{id}.md")), page).unwrap();
        }
        std::fs::write(folder.path().join("cases.jsonl"), CASES).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs all cases without a language model; each data folder gets an index of its own.
    fn evaluate(&self, data: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_reeve"))
            .args([
                "evaluate",
                "cases.jsonl",
                "--verifier",
                "none",
                "--model",
                "none",
                "--reranker",
                "none",
                "--data",
                data,
            ])
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }
}

fn succeeds(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

/// The text without the members whose name ends in `_ms`, by their indentation: what is left is compared byte by byte.
fn without_times(json: &str) -> String {
    let mut kept = String::new();
    let mut inside: Option<usize> = None;
    for line in json.lines() {
        let indentation = line.len() - line.trim_start().len();
        match inside {
            Some(of_times) if indentation > of_times => {}
            Some(_) => inside = None,
            None if line.ends_with("_ms\": {") => inside = Some(indentation),
            None => {
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    kept
}

#[test]
fn two_runs_write_the_same_bytes_times_aside() {
    let place = Place::new();
    succeeds(&place.evaluate("data-a", &["--json", "a.json"]));
    succeeds(&place.evaluate("data-b", &["--json", "b.json"]));
    let (a, b) = (without_times(&place.read("a.json")), without_times(&place.read("b.json")));
    assert!(a.contains("\"id\": \"search\"") && a.contains("£52") && !a.contains("p95"), "{a}");
    assert!(a == b, "{}", first_difference(&a, &b));
}

fn first_difference(a: &str, b: &str) -> String {
    let lines = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    lines.map_or_else(|| "one is longer".to_owned(), |(a, b)| format!("{a}\n{b}"))
}

#[test]
fn a_run_is_held_against_an_earlier_one() {
    let place = Place::new();
    succeeds(&place.evaluate("data", &["--json", "before.json"]));
    let same = succeeds(&place.evaluate("data", &["--compare", "before.json"]));
    assert!(same.contains("7 cases: 0 changed"), "{same}");

    // An earlier run in which all was right, and so surely that no doubt was left.
    let mut before: serde_json::Value = serde_json::from_str(&place.read("before.json")).unwrap();
    assert_eq!(before["figures"]["unproven_facts_count"], 0);
    before["figures"]["hit_at_1"] = 1.0.into();
    before["figures"]["hit_at_1_low"] = 1.1.into();
    before["cases"][0]["reply"]["text"] = "It costs £40.".into();
    std::fs::write(place.path("better.json"), before.to_string()).unwrap();
    let worse = place.evaluate("data", &["--compare", "better.json"]);
    let said = String::from_utf8_lossy(&worse.stdout).into_owned();
    assert_eq!(worse.status.code(), Some(1), "{said}");
    assert!(said.contains("Worse than the baseline allows: Right page found first."), "{said}");
    assert!(said.contains("before: ") && said.contains("It costs £40."), "{said}");

    std::fs::write(place.path("other.json"), "{}").unwrap();
    assert!(!place.evaluate("data", &["--compare", "other.json"]).status.success());
}

#[test]
fn a_report_is_written() {
    let place = Place::new();
    succeeds(&place.evaluate("data", &["--report", "report.html"]));
    let html = place.read("report.html");
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{html}");
    assert!(html.contains("<dt>Questions</dt><dd>cases.jsonl</dd>"), "{html}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_the_run() {
    let place = Place::new();
    for option in ["--json", "--report"] {
        let output = place.evaluate("data", &[option, "none/run"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write none/run"), "{output:?}");
    }
    assert!(!place.path("data").exists(), "nothing was begun");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_at_the_end_costs_the_file_and_not_the_figures() {
    let place = Place::new();
    let output = place.evaluate("data", &["--json", "/dev/full", "--report", "report.html"]);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}\n{err}");
    assert!(out.contains("7 cases") && err.contains("cannot write /dev/full"), "{out}\n{err}");
    assert!(place.read("report.html").contains("<dt>Split</dt><dd>none</dd>"));
}
