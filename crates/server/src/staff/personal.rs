//! Text with its personal data marked, so that staff see at a glance what they must not pass on.

use serde::Serialize;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// What it is, where it is personal data.
    pub(crate) personal: Option<&'static str>,
}

/// The text in pieces, personal data by itself.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut end = 0;
    let mut push = |text: &str, personal| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), personal });
        }
    };
    for found in assistant::personal_data(text) {
        push(&text[end..found.span.start], None);
        push(&text[found.span.clone()], Some(found.kind));
        end = found.span.end;
    }
    push(&text[end..], None);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_stands_by_itself_and_nothing_is_lost() {
        let text = "I am at jo@example.com or 07700 900123, thanks";
        let pieces = pieces(text);
        let marked: Vec<_> = pieces.iter().filter_map(|piece| Some((piece.text.as_str(), piece.personal?))).collect();
        assert_eq!(marked, [("jo@example.com", "e-mail"), ("07700 900123", "phone number")]);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        assert_eq!(super::pieces(""), []);
    }
}
