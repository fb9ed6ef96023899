//! HTML tables made into Markdown tables.

use scraper::ElementRef;

use super::{LONGEST_CELL_WORDS, count_words, inner_blocks};
use crate::import::html_filter::is_furniture;

/// The caption and the table as Markdown blocks; none for a table that is a layout: with a table or long text in a cell,
/// or with one column.
pub(super) fn to_markdown(table: ElementRef<'_>, depth: usize) -> Option<Vec<String>> {
    let mut blocks = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    collect(table, depth, &mut blocks, &mut rows, 0)?;
    rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    let columns = rows.iter().map(|row| row.cells.len()).max()?;
    if columns < 2 {
        return None;
    }
    let mut lines: Vec<String> = Vec::new();
    // Markdown needs a heading row; a table without one gets an empty one.
    let head = if rows[0].is_head { rows.remove(0).cells } else { Vec::new() };
    lines.push(line(&head, columns));
    lines.push(format!("|{}", " --- |".repeat(columns)));
    lines.extend(rows.iter().map(|row| line(&row.cells, columns)));
    blocks.push(lines.join("\n"));
    Some(blocks)
}

struct Row {
    cells: Vec<String>,
    is_head: bool,
    /// Which cells reach into the rows below: the column, and into how many.
    spans: Vec<(usize, usize)>,
}

impl Row {
    /// Puts what reaches down from the row above in its columns, and what stands there to the right of it.
    fn below(&mut self, above: &Self) {
        for (column, rows) in above.spans.iter().filter(|(_, rows)| *rows > 1) {
            let column = (*column).min(self.cells.len());
            self.cells.insert(column, above.cells[column].clone());
            for (own, _) in self.spans.iter_mut().filter(|(own, _)| *own >= column) {
                *own += 1;
            }
            self.spans.push((column, rows - 1));
        }
        self.spans.sort_unstable();
    }
}

/// Gathers the rows below an element; none when one of them cannot be a line of Markdown.
fn collect(
    element: ElementRef<'_>,
    depth: usize,
    captions: &mut Vec<String>,
    rows: &mut Vec<Row>,
    level: usize,
) -> Option<()> {
    // A table, its body and its rows are three levels.
    if level > 3 {
        return None;
    }
    for child in element.child_elements().filter(|child| !is_furniture(*child)) {
        match child.value().name() {
            "caption" => captions.extend(inner_blocks(child, depth + 1)),
            "thead" | "tbody" | "tfoot" => collect(child, depth + 1, captions, rows, level + 1)?,
            "tr" => {
                let mut row = row(child, depth + 1)?;
                if let Some(above) = rows.last() {
                    row.below(above);
                }
                rows.push(row);
            }
            "colgroup" | "col" => {}
            _ => return None,
        }
    }
    Some(())
}

fn row(element: ElementRef<'_>, depth: usize) -> Option<Row> {
    let (mut cells, mut spans) = (Vec::new(), Vec::new());
    let mut is_head = true;
    for cell in element.child_elements().filter(|cell| matches!(cell.value().name(), "td" | "th")) {
        if cell.select(&scraper::Selector::parse("table").ok()?).next().is_some() {
            return None;
        }
        is_head &= cell.value().name() == "th";
        let blocks = inner_blocks(cell, depth + 1);
        let text = blocks
            .iter()
            .flat_map(|block| block.lines())
            .map(|line| plain_line(line.trim()))
            .collect::<Vec<_>>()
            .join(" ");
        if count_words(&text) > LONGEST_CELL_WORDS {
            return None;
        }
        let span = |of: &str| cell.value().attr(of).and_then(|span| span.parse::<usize>().ok()).unwrap_or(1);
        if span("rowspan") > 1 {
            spans.push((cells.len(), span("rowspan")));
        }
        let span = span("colspan").clamp(1, 20);
        cells.push(text);
        // A cell that covers several columns stands in the first of them.
        cells.extend(std::iter::repeat_n(String::new(), span - 1));
    }
    let is_head = is_head && !cells.is_empty();
    Some(Row { cells, is_head, spans })
}

/// A line of a list or broken paragraph, to stand with others in one cell.
fn plain_line(line: &str) -> &str {
    let line = line.strip_prefix("- ").unwrap_or(line);
    line.strip_suffix('\\').filter(|rest| !rest.ends_with('\\')).unwrap_or(line).trim_start_matches('#').trim()
}

fn line(cells: &[String], columns: usize) -> String {
    let cells = cells.iter().map(String::as_str).chain(std::iter::repeat("")).take(columns);
    cells.fold("|".to_owned(), |line, cell| format!("{line} {cell} |"))
}
