//! The pinned cases are copies of cases of the develop split, of every kind that it has.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use evaluate::{Case, DEVELOP, load_cases};

fn shipped(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../evals").join(path)
}

#[test]
fn pinned_cases_are_those_of_the_develop_split() {
    let pinned = load_cases(&shipped("pinned.ndjson")).unwrap();
    let develop = load_cases(&shipped("develop")).unwrap();
    for case in &pinned {
        assert_eq!(case.split.as_deref(), Some(DEVELOP), "{}", case.id);
        let original = develop.iter().find(|original| original.id == case.id);
        assert_eq!(original, Some(case), "the copy of {} in pinned.ndjson differs from its case", case.id);
    }
    let kinds = |cases: &[Case]| -> BTreeSet<String> { cases.iter().filter_map(|case| case.kind.clone()).collect() };
    assert_eq!(kinds(&pinned), kinds(&develop));
}

#[test]
fn a_run_over_the_folder_leaves_the_pinned_file_out() {
    // Its ids would be there twice, which is refused.
    let whole = load_cases(&shipped("")).unwrap();
    assert!(whole.len() >= 100, "{} cases", whole.len());
}
