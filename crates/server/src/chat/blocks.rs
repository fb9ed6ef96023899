//! A reply's sentences as paragraphs and lists, each with the numbers of what it cites.

use serde::Serialize;
use serde_json::Value;

/// A paragraph or a list.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BlockKind {
    Paragraph,
    Items,
    Steps,
}

/// A sentence, an item or a step.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line {
    pub(super) text: String,
    /// The number of a step.
    pub(super) number: Option<u32>,
    pub(super) citations: Vec<u64>,
}

/// The sentences of a reply in the words of the wire.
pub(super) fn blocks(wire: &Value) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut before_is_whole = true;
    for sentence in wire["sentences"].as_array().into_iter().flatten() {
        let text = sentence["text"].as_str().unwrap_or_default();
        let citations: Vec<u64> =
            sentence["citations"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let whole = assistant::is_whole_sentence(text);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        for (index, line) in lines.iter().enumerate() {
            let (kind, number, text) = read(line);
            let citations = if index + 1 == lines.len() { citations.clone() } else { Vec::new() };
            let line = Line { text: text.to_owned(), number, citations };
            let flows = kind != BlockKind::Paragraph || (whole && before_is_whole && index == 0);
            match blocks.last_mut() {
                Some(block) if block.kind == kind && flows => block.lines.push(line),
                Some(_) | None => blocks.push(Block { kind, lines: vec![line] }),
            }
        }
        before_is_whole = whole;
    }
    blocks
}

/// What a line is, the number of a step, and its text.
fn read(line: &str) -> (BlockKind, Option<u32>, &str) {
    let line = line.trim();
    for sign in ["- ", "• ", "* "] {
        if let Some(text) = line.strip_prefix(sign) {
            return (BlockKind::Items, None, text.trim());
        }
    }
    match line.split_once(". ") {
        Some((number, text)) if number.len() <= 3 && number.parse::<u32>().is_ok() => {
            (BlockKind::Steps, number.parse().ok(), text.trim())
        }
        Some(_) | None => (BlockKind::Paragraph, None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sentences_flow_and_items_stand_alone() {
        let sentence = |text: &str, n: u64| json!({ "text": text, "citations": [n] });
        let wire = json!({ "sentences": [
            sentence("It costs £52.", 1), sentence("You can pay online.", 2), sentence("You need:", 1),
            sentence("- a bin", 1), sentence("- a form", 1), sentence("1. Ask.", 1), sentence("2. Pay.", 1),
            sentence("First bin – £52", 3), sentence("Second bin – £40", 3),
        ]});
        let told: Vec<(BlockKind, usize)> = blocks(&wire).iter().map(|block| (block.kind, block.lines.len())).collect();
        let (paragraph, items, steps) = (BlockKind::Paragraph, BlockKind::Items, BlockKind::Steps);
        assert_eq!(told, [(paragraph, 3), (items, 2), (steps, 2), (paragraph, 1), (paragraph, 1)]);
        assert_eq!(blocks(&wire)[2].lines[1].number, Some(2));
        assert!(blocks(&json!({})).is_empty());
    }
}
