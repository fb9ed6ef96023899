//! A table's rows as lines that make sense alone: "Item: Book; Adult charge: Free; Under 18: Free".

use std::ops::Range;

use super::MappedText;

/// Column headings are repeated in every row. A table whose headings are longer than this together is no table of
/// figures, and repeating them could make a small file fill the memory.
const LONGEST_HEADINGS_BYTES: usize = 2_000;

/// The table that is being read.
#[derive(Debug)]
pub(super) struct Table {
    /// Where the table begins; the first row takes the head with it.
    pub(super) start: usize,
    pub(super) group: usize,
    pub(super) lead_in: Option<String>,
    pub(super) headings: Vec<MappedText>,
    pub(super) head: Range<usize>,
    pub(super) cells: Vec<MappedText>,
    pub(super) has_rows: bool,
}

impl Table {
    pub(super) fn new(start: usize, group: usize, lead_in: Option<String>) -> Self {
        Self { start, group, lead_in, headings: Vec::new(), head: start..start, cells: Vec::new(), has_rows: false }
    }

    /// The row whose cells were read last.
    pub(super) fn take_row(&mut self) -> MappedText {
        let cells = std::mem::take(&mut self.cells);
        let short = self.headings.iter().map(MappedText::len).sum::<usize>() <= LONGEST_HEADINGS_BYTES;
        join(if short { &self.headings } else { &[] }, &cells)
    }

    /// The column headings themselves, for a table that has no rows.
    pub(super) fn head_row(&self) -> MappedText {
        join(&[], &self.headings)
    }
}

fn join(headings: &[MappedText], cells: &[MappedText]) -> MappedText {
    let mut row = MappedText::default();
    for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        // What the page says outside the row has no place in the row's source: an empty one, where the cell begins.
        let place = cell.source_span(&(0..cell.len())).start;
        let place = place..place;
        if !row.is_empty() {
            row.push_glue("; ", place.clone());
        }
        if let Some(heading) = headings.get(column).filter(|heading| !heading.is_empty()) {
            row.push_glue(heading.as_str(), place.clone());
            let is_name = column == 0 && !heading.as_str().contains(' ') && is_code(cell.as_str());
            row.push_glue(if is_name || heading.as_str().ends_with([':', '?']) { " " } else { ": " }, place);
        }
        row.append(cell);
    }
    row
}

/// "A", "5", "B2": reads on from the name of its column, as in "Band A".
fn is_code(cell: &str) -> bool {
    cell.len() <= 3 && cell.chars().all(char::is_alphanumeric)
}
