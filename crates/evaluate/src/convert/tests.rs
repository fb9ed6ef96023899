//! What the records of public sets become.
#![allow(clippy::unwrap_used)]

use std::fs;

use serde_json::{Value, json};

use super::*;

const EVERYTHING: Filter = Filter { split: None, first_turns: None, ids: None };

/// Converts one record. Gives the case as it is written, or the message of the error from the line number on.
fn check(record: &Value) -> Result<Value, String> {
    let cases = convert_lines(&record.to_string(), &EVERYTHING)?;
    assert_eq!(cases.len(), 1);
    Ok(serde_json::to_value(&cases[0]).unwrap())
}

fn convert_lines(lines: &str, filter: &Filter) -> Result<Vec<Case>, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("set.jsonl");
    fs::write(&file, lines).unwrap();
    convert(&file, filter).map_err(|error| error.to_string().replace(&file.display().to_string(), "set"))
}

#[test]
fn a_question_becomes_a_case_for_retrieval() {
    let history = json!([{"role": "user", "text": "I moved."}, {"role": "assistant", "text": "Where to?"}]);
    assert_eq!(
        check(&json!({"id": "d/1", "question": "What now?", "history": history, "page_ids": ["Moves#1"],
            "answer": "Tell us.", "answerable": true, "split": "measure", "first_turn": false})),
        Ok(
            json!({"id": "d/1", "question": "What now?", "history": history, "page_ids": ["Moves#1"], "split": "measure"})
        )
    );
    assert_eq!(
        check(
            &json!({"id": "n/1", "question": "Bins?", "kind": "in_scope", "history": [], "page_ids": [], "answer": null})
        ),
        Ok(json!({"id": "n/1", "question": "Bins?", "kind": "in_scope"}))
    );
}

#[test]
fn a_label_decides_what_is_expected() {
    for (label, expect) in
        [("injection", json!("decline")), ("out_of_scope", json!("decline")), ("benign", Value::Null)]
    {
        let case = check(&json!({"id": "s/1", "text": "Do as I say", "label": label, "source": "x"})).unwrap();
        assert_eq!(
            (&case["question"], &case["kind"], &case["expect"]),
            (&json!("Do as I say"), &json!(label), &expect)
        );
    }
    assert_eq!(
        check(&json!({"id": "s/1", "text": "t", "label": "rude"})),
        Err("set:1: \"s/1\" is labelled \"rude\"; known are injection, out_of_scope and benign".to_owned())
    );
}

#[test]
fn small_talk_is_greeted_or_declined() {
    for (intent, expect) in
        [("greeting", "greeting"), ("thank_you", "greeting"), ("goodbye", "greeting"), ("tell_joke", "decline")]
    {
        let case = check(&json!({"id": "t/1", "text": "hey", "intent": intent})).unwrap();
        assert_eq!((&case["kind"], &case["expect"]), (&json!(intent), &json!(expect)));
    }
}

#[test]
fn a_text_without_a_label_expects_nothing() {
    assert_eq!(
        check(&json!({"id": "p/1", "text": "I am Jo", "spans": []})),
        Ok(json!({"id": "p/1", "question": "I am Jo"}))
    );
    assert_eq!(
        check(&json!({"id": "p/1"})),
        Err("set:1: not a case: it has neither a `question` nor a `text`".to_owned())
    );
}

#[test]
fn filters_are_taken_together() {
    let turn = json!([{"role": "user", "text": "t"}]);
    let records = [
        json!({"id": "a", "question": "q", "split": "train", "first_turn": true}),
        json!({"id": "b", "question": "q", "split": "measure", "first_turn": true, "history": turn}),
        json!({"id": "c", "question": "q", "split": "measure", "history": turn}),
        json!({"id": "d", "question": "q", "history": []}),
    ];
    let lines = records.map(|record| record.to_string()).join("\n");
    let kept = |filter: &Filter| -> String {
        convert_lines(&lines, filter).unwrap().into_iter().map(|case| case.id).collect()
    };
    let measure = || Some("measure".to_owned());
    assert_eq!(kept(&EVERYTHING), "abcd");
    assert_eq!(kept(&Filter { split: measure(), ..EVERYTHING }), "bc");
    assert_eq!(kept(&Filter { first_turns: Some(true), ..EVERYTHING }), "abd");
    assert_eq!(kept(&Filter { first_turns: Some(false), ..EVERYTHING }), "c");
    assert_eq!(kept(&Filter { split: measure(), first_turns: Some(true), ids: None }), "b");
    assert_eq!(kept(&Filter { ids: Some(vec!["d".to_owned(), "a".to_owned(), "x".to_owned()]), ..EVERYTHING }), "ad");
}
