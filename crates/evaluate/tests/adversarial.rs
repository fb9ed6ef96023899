//! What the check lets through: false sentences made of the shipped pages, and true ones in other words.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use assistant::Checker;
use corpus::Knowledge;
use evaluate::adversarial::{check_statements, load_statements};

#[test]
fn few_false_sentences_get_through_and_most_paraphrases_pass() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let knowledge = Knowledge::load(&root.join("../../knowledge")).unwrap();
    let statements = load_statements(&root.join("statements")).unwrap();
    let report = check_statements(&knowledge, &statements, Checker::default(), &mut |_, _| ());
    let tuned = report.through_tuned();
    assert!(report.through().n >= 1_000, "{} false sentences", report.through().n);
    // The aim is under 0.01; measured are 226 of 2,441.
    assert!(tuned.value().unwrap() < 0.12, "{report}");
    let passed = report.passed();
    assert_eq!(passed.n, 240, "each paraphrase has a page");
    // The aim is 0.9; measured are 137 of 240, and of the half that may be looked at 85 of 120.
    assert!(passed.value().unwrap() >= 0.55, "{report}");
    // What SmolLM2 wrote on develop questions, labelled before the check saw it. Of the false ones 7 of 152 got through;
    // four of them showed two rules that were missing. Measured now are 3 of 152, and 19 of 28 true ones.
    let [passed, through] = report.generated.unwrap();
    assert_eq!((passed.n, through.n, report.unknown), (28, 152, 0), "each sentence has a passage");
    assert!(through.count <= 3 && passed.count >= 19, "{report}");
}
