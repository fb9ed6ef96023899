//! One question of a question set, and what makes a reply to it right.

mod load;

use conversation::{Outcome, Turn};
use serde::Serialize;

use crate::pattern::Pattern;

pub use load::load_cases;
pub(crate) use load::read_lines;

/// A case, in the format of the product's question sets (JSON Lines). Serialising gives the same format back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// Names the case; unique in a run.
    pub id: String,
    /// What the case is a test of, in free text; figures are grouped by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What the resident writes.
    pub question: String,
    /// What was said before, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Turn>,
    /// Every page where a right answer stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub page_ids: Vec<String>,
    /// One pattern of each inner list must be found in the reply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<Vec<Pattern>>,
    /// None of these may be found in the reply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub must_not: Vec<Pattern>,
    /// The right outcome. A case without one is scored for retrieval alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<Outcome>,
    /// The part of the question set that the case belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
}

/// The split that is run when none is named: the one that may be tuned on.
pub const DEVELOP: &str = "develop";

/// The split that is only looked at to report.
pub const TEST: &str = "test";

/// The cases of one split. When none is named, those of `develop` and those without a split; where there are neither, all
/// cases, since whoever names such a set means it.
pub fn in_split(cases: Vec<Case>, split: Option<&str>) -> Vec<Case> {
    let of = |split: &str, case: &Case| case.split.as_deref() == Some(split);
    if let Some(split) = split {
        return cases.into_iter().filter(|case| of(split, case)).collect();
    }
    let usual = |case: &Case| case.split.is_none() || of(DEVELOP, case);
    let any = cases.iter().any(usual);
    cases.into_iter().filter(|case| !any || usual(case)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A case with nothing but an id and a question.
    pub(crate) fn bare_case(id: &str) -> Case {
        Case {
            id: id.to_owned(),
            kind: None,
            question: "When is my bin day?".to_owned(),
            history: Vec::new(),
            page_ids: Vec::new(),
            must: Vec::new(),
            must_not: Vec::new(),
            expect: None,
            split: None,
        }
    }

    pub(crate) fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::new(text).unwrap()).collect()
    }

    #[test]
    fn a_bare_case_is_written_with_the_required_fields_only() {
        let json = serde_json::to_value(bare_case("bins-1")).unwrap();
        assert_eq!(json, serde_json::json!({"id": "bins-1", "question": "When is my bin day?"}));
    }

    #[test]
    fn a_split_keeps_its_own_cases_only() {
        let split = |id: &str, split: Option<&str>| Case { split: split.map(str::to_owned), ..bare_case(id) };
        let cases = vec![split("a", Some("develop")), split("b", Some("test")), split("c", None)];
        let ids = |cases: Vec<Case>| cases.into_iter().map(|case| case.id).collect::<Vec<_>>();
        assert_eq!(ids(in_split(cases.clone(), None)), ["a", "c"]);
        assert_eq!(ids(in_split(cases.clone(), Some("test"))), ["b"]);
        assert_eq!(ids(in_split(cases[1..2].to_vec(), None)), ["b"]);
    }
}
