//! Which files of cases load, and what is said of those that do not.
#![allow(clippy::unwrap_used)]

use std::fs;

use conversation::Role;

use super::*;

/// Loads a file of these lines. Gives the ids of the cases, or the message of the error without the folder's name.
fn check(lines: &str) -> Result<Vec<String>, String> {
    check_folder(&[("cases.jsonl", lines)])
}

fn check_folder(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, lines) in files {
        fs::write(folder.path().join(name), lines).unwrap();
    }
    match load_cases(folder.path()) {
        Ok(cases) => Ok(cases.into_iter().map(|case| case.id).collect()),
        Err(error) => Err(error.to_string().replace(&format!("{}/", folder.path().display()), "")),
    }
}

fn message(text: &str) -> Result<Vec<String>, String> {
    Err(text.to_owned())
}

#[test]
fn only_id_and_question_are_required() {
    assert_eq!(check(r#"{"id": "a", "question": "q"}"#), Ok(vec!["a".to_owned()]));
    assert_eq!(
        check(r#"{"id": "a", "question": "q", "note": 3, "answer": {"x": []}, "must": null, "expect": null}"#),
        Ok(vec!["a".to_owned()])
    );
    assert_eq!(check(r#"{"id": "a"}"#), message("cases.jsonl:1: not a case: missing field `question`, column 11"));
    assert_eq!(check(r#"{"question": "q"}"#), message("cases.jsonl:1: not a case: missing field `id`, column 17"));
}

#[test]
fn blank_lines_and_a_byte_order_mark_are_skipped_but_counted() {
    let lines = "\u{feff}{\"id\": \"a\", \"question\": \"q\"}\r\n\n  \n{\"id\": \"b\", \"question\": \"q\"}\n";
    assert_eq!(check(lines), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(
        check("\n\n{\"id\": 7, \"question\": \"q\"}"),
        message("cases.jsonl:3: not a case: invalid type: integer `7`, expected a string, column 8")
    );
}

#[test]
fn a_broken_line_is_named() {
    let error = check("{\"id\": \"a\", \"question\": \"q\"}\n{\"id\": \"b\", ").unwrap_err();
    assert!(error.starts_with("cases.jsonl:2: not a case: EOF"), "{error}");
    let error = check(r#"{"id": "a", "question": "q", "history": [{"role": "mayor", "text": "t"}]}"#).unwrap_err();
    assert!(error.starts_with("cases.jsonl:1: not a case: unknown variant `mayor`"), "{error}");
}

#[test]
fn faults_inside_a_case_name_the_case() {
    assert_eq!(
        check(r#"{"id": "bins-1", "question": "q", "expect": "shrug"}"#),
        message(
            "cases.jsonl:1: case \"bins-1\" expects \"shrug\"; known are answer, handoff, clarify, decline, signpost and greeting"
        )
    );
    assert_eq!(
        check(r#"{"id": "bins-1", "question": "q", "must": [["fine", "(open"]]}"#),
        message("cases.jsonl:1: case \"bins-1\" has a regular expression that cannot be used: \"(open\"")
    );
    assert_eq!(
        check(r#"{"id": "bins-1", "question": "q", "must_not": ["look(?=ahead)"]}"#),
        message("cases.jsonl:1: case \"bins-1\" has a regular expression that cannot be used: \"look(?=ahead)\"")
    );
}

#[test]
fn ids_are_unique_over_the_files_of_a_folder() {
    let case = |id: &str| format!("{{\"id\": \"{id}\", \"question\": \"q\"}}\n");
    let files = [("b.jsonl", case("b")), ("a.jsonl", case("z")), ("notes.txt", "not a case".to_owned())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, lines)| (*name, lines.as_str())).collect();
    assert_eq!(check_folder(&files), Ok(vec!["z".to_owned(), "b".to_owned()]));
    let twice = [files.as_slice(), &[("c.jsonl", files[0].1)]].concat();
    assert_eq!(check_folder(&twice), message("c.jsonl:1: case \"b\" has the id of the case at b.jsonl:1"));
}

#[test]
fn folders_in_the_folder_are_read_as_well() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("test")).unwrap();
    fs::write(folder.path().join("test/b.jsonl"), r#"{"id": "b", "question": "q"}"#).unwrap();
    fs::write(folder.path().join("a.jsonl"), r#"{"id": "a", "question": "q"}"#).unwrap();
    let ids: Vec<String> = load_cases(folder.path()).unwrap().into_iter().map(|case| case.id).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn a_path_without_cases_is_an_error() {
    let error = check_folder(&[("notes.txt", "")]).unwrap_err();
    assert!(error.ends_with("holds no file that ends in .jsonl"), "{error}");
    let error = load_cases(Path::new("no/such/file.jsonl")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read no/such/file.jsonl");
    assert_eq!(check(""), Ok(vec![]));
}

#[test]
fn every_field_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.jsonl");
    let line = serde_json::json!({
        "id": "a", "kind": "follow_up", "question": "and on Sundays?", "page_ids": ["contact-us"], "split": "test",
        "history": [{"role": "user", "text": "When are you open?"}, {"role": "staff", "text": "9 to 5"}],
        "must": [["closed", "not open"]], "must_not": ["\\b9 ?am"], "expect": "answer"
    });
    fs::write(&file, line.to_string()).unwrap();
    let cases = load_cases(&file).unwrap();
    assert_eq!(cases[0].history[1].role, Role::Staff);
    assert_eq!(cases[0].expect, Some(Outcome::Answer));
    assert!(cases[0].must[0][0].is_found_in("We are CLOSED on Sundays."));
    assert_eq!(serde_json::to_value(&cases[0]).unwrap(), line, "a case is written as it was read");
}
