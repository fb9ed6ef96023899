//! Markup that `CommonMark` would show as text, made spaces before it is read. Every other byte keeps its place.

use std::ops::Range;

/// The page with such markup masked; none when it has none.
pub(super) fn masked(source: &str) -> Option<String> {
    let mut text = String::new();
    let mut copied = 0;
    let mut start = 0;
    let mut previous = "";
    for line in source.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let mask = if is_abbreviation(content) { Some(0..content.len()) } else { surplus_columns(previous, content) };
        if let Some(mask) = mask {
            text.push_str(&source[copied..start + mask.start]);
            text.extend(std::iter::repeat_n(' ', mask.len()));
            copied = start + mask.end;
        }
        previous = content;
        start += line.len();
    }
    (copied > 0).then(|| text + &source[copied..])
}

/// PHP Markdown Extra's definitions: `*[DfE]: Department for Education`.
fn is_abbreviation(line: &str) -> bool {
    let unindented = line.trim_start_matches(' ');
    let named = unindented.strip_prefix("*[").and_then(|rest| rest.split_once("]: "));
    line.len() - unindented.len() <= 3
        && named.is_some_and(|(name, meaning)| !name.contains(['[', ']']) && !meaning.trim().is_empty())
}

/// The end of a table's delimiter row that has more columns than the row of headings above it, as some converters write
/// for a column without a heading. `CommonMark` takes neither for a table.
fn surplus_columns(headings: &str, delimiters: &str) -> Option<Range<usize>> {
    let is_delimiter_row = delimiters.contains("-|") && delimiters.bytes().all(|byte| b"|-: ".contains(&byte));
    if !is_delimiter_row || !headings.contains('|') {
        return None;
    }
    let columns = column_count(headings);
    let pipes = delimiters.match_indices('|').map(|(at, _)| at).filter(|at| *at > 0);
    let end = pipes.take(columns).last()?;
    (column_count(delimiters) > columns).then(|| end + 1..delimiters.len())
}

fn column_count(row: &str) -> usize {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = row.strip_suffix('|').filter(|rest| !rest.ends_with('\\')).unwrap_or(row);
    1 + row.replace("\\|", "").matches('|').count()
}
