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

/// The cases of one split; all of them when no split is named.
pub fn in_split(cases: Vec<Case>, split: Option<&str>) -> Vec<Case> {
    match split {
        Some(split) => cases.into_iter().filter(|case| case.split.as_deref() == Some(split)).collect(),
        None => cases,
    }
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
        assert_eq!(in_split(cases.clone(), None).len(), 3);
        let test = in_split(cases, Some("test"));
        assert_eq!(test.iter().map(|case| case.id.as_str()).collect::<Vec<_>>(), ["b"]);
    }
}
