//! Two kinds that were written after the check and on which nothing was tuned.

/// Not yet written.
pub(super) fn quantifier(_text: &str) -> Vec<String> {
    Vec::new()
}

/// Not yet written.
pub(super) fn actor(_text: &str) -> Vec<String> {
    Vec::new()
}
