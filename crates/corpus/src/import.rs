//! Pages from other systems made into page files.
//!
//! Each format has its own module for the text; this one decides what is written, and writes it safely: a file appears
//! whole or not at all, and one that would not change is left alone.

mod escape;
mod html;
mod html_filter;
mod plain;
mod record;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::digest::Digest;
use crate::error::CorpusError;
use crate::knowledge::{COUNCIL_FILE, PAGES_FOLDER};
use crate::page::{LARGEST_PAGE_BYTES, Page};
use crate::problem::Problem;
use crate::slug::slug;
use record::Record;

/// The longest line that is read: a page of the largest size, as HTML with all that surrounds it.
const LONGEST_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Pages that are new or have changed.
    pub written: usize,
    /// Pages whose file stood there already with the same bytes.
    pub unchanged: usize,
    /// Lines that could not be made into pages, and why.
    pub skipped: Vec<Problem>,
}

/// Imports JSON Lines: on each line an object with `id`, `url`, `title` and the first non-empty of `markdown`, `html` and
/// `text`. Writes `pages/SLUG.md` below `into`, and a `council.toml` with the national emergency signposts where there is
/// none. `progress` is told the bytes read and the bytes in all after each line.
///
/// A line that cannot be used is reported and skipped. Pages that stand in `into` and not in `file` stay.
pub fn jsonl(file: &Path, into: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<ImportReport, CorpusError> {
    let input = fs::File::open(file).map_err(CorpusError::file("read", file))?;
    let total = input.metadata().map_err(CorpusError::file("read", file))?.len();
    let pages = into.join(PAGES_FOLDER);
    fs::create_dir_all(&pages).map_err(CorpusError::file("write", &pages))?;
    let council = into.join(COUNCIL_FILE);
    if !council.exists() {
        write_whole(&council, IMPORTED_COUNCIL)?;
    }
    let mut reader = BufReader::new(input);
    let mut report = ImportReport::default();
    let mut ids = HashSet::new();
    let mut line = Vec::new();
    let mut bytes_read = 0;
    for number in 1.. {
        line.clear();
        let length = reader
            .by_ref()
            .take(LONGEST_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(CorpusError::file("read", file))?;
        if length == 0 {
            break;
        }
        bytes_read += length as u64;
        let is_cut = length as u64 == LONGEST_LINE_BYTES && !line.ends_with(b"\n");
        if is_cut {
            bytes_read += reader.skip_until(b'\n').map_err(CorpusError::file("read", file))? as u64;
        }
        let imported = if is_cut {
            Err(format!("the line is longer than {LONGEST_LINE_BYTES} bytes"))
        } else {
            page_file(&line, &mut ids)
        };
        match imported {
            Ok(None) => {}
            Ok(Some((name, text))) => {
                if write_whole(&pages.join(name), &text)? {
                    report.written += 1;
                } else {
                    report.unchanged += 1;
                }
            }
            Err(message) => report.skipped.push(Problem::error(file, Some(number), message)),
        }
        progress(bytes_read, total);
    }
    Ok(report)
}

/// The name and text of the page file for one line; none for a blank line. Says what is wrong with a line otherwise.
fn page_file(line: &[u8], ids: &mut HashSet<String>) -> Result<Option<(String, String)>, String> {
    let line = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8 text".to_owned())?;
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.is_empty() {
        return Ok(None);
    }
    let record = Record::parse(line)?;
    if ids.contains(&record.id) {
        return Err(format!("the id {:?} stands on an earlier line already", record.id));
    }
    let text = record.page_text();
    if text.len() > LARGEST_PAGE_BYTES {
        return Err(format!("the page is {} bytes long; the most is {LARGEST_PAGE_BYTES}", text.len()));
    }
    let name = file_name(&record.id);
    let path = Path::new(PAGES_FOLDER).join(&name);
    // What is written must load again, under the same id.
    match Page::parse(&path, &text) {
        Ok((page, _)) if page.id == record.id => {}
        Ok(_) => return Err(format!("the id {:?} cannot be kept", record.id)),
        Err(error) => return Err(error.to_string()),
    }
    ids.insert(record.id);
    Ok(Some((name, text)))
}

/// The id itself where it is fit for a file name on any system; else its slug with a digest, so that no two ids share one.
fn file_name(id: &str) -> String {
    let slug = slug(id);
    if slug == id && id.is_ascii() {
        return format!("{id}.md");
    }
    let ascii: String = slug.chars().filter(char::is_ascii).collect();
    format!("{}-{}.md", if ascii.is_empty() { "page" } else { &ascii }, Digest::of(id).short())
}

/// Writes a file by way of a temporary one beside it. Tells whether it had to.
fn write_whole(path: &Path, text: &str) -> Result<bool, CorpusError> {
    if fs::read(path).is_ok_and(|standing| standing == text.as_bytes()) {
        return Ok(false);
    }
    // The ending is not .md and the name is hidden, so that a crash leaves nothing that would load as a page.
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    fs::write(&temporary, text).map_err(CorpusError::file("write", &temporary))?;
    fs::rename(&temporary, path).map_err(CorpusError::file("write", path))?;
    Ok(true)
}

/// Without `signposts`, every one is the national text.
const IMPORTED_COUNCIL: &str = include_str!("import/council.toml");

#[cfg(test)]
mod tests;
