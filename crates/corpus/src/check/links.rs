//! Links between pages that lead nowhere.

use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Parser, Tag};

use super::{Site, has_anchor};
use crate::markdown::{self, line_of};
use crate::page::Page;
use crate::problem::Problem;

/// Checks relative links to `.md` files, links to `/pages/ID`, and links to headings. Other addresses are another site's.
pub(super) fn check(root: &Path, site: &Site<'_>, page: &Page, problems: &mut Vec<Problem>) {
    let (mut counted, mut line) = (0, page.source_line);
    for (event, range) in Parser::new_ext(&page.source, markdown::options()).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. }) = event else {
            continue;
        };
        // Counted on from the link before: a page of links only would take too long otherwise.
        if range.start > counted {
            line += line_of(&page.source.as_bytes()[counted..range.start], usize::MAX) - 1;
            counted = range.start;
        }
        let (line, target) = (Some(line), &*dest_url);
        match fault(root, site, page, target) {
            None => {}
            Some(Fault::Dead) => {
                problems.push(Problem::error(&page.path, line, format!("the link {target:?} leads to no page")));
            }
            Some(Fault::Unpublished(status)) => {
                let message = format!("the link {target:?} leads to a page that is not published (status: {status})");
                problems.push(Problem::warning(&page.path, line, message));
            }
            Some(Fault::NoSuchHeading) => {
                problems.push(Problem::warning(
                    &page.path,
                    line,
                    format!("the link {target:?} leads to a heading that is not on the page"),
                ));
            }
        }
    }
}

enum Fault {
    Dead,
    Unpublished(String),
    NoSuchHeading,
}

fn fault(root: &Path, site: &Site<'_>, page: &Page, target: &str) -> Option<Fault> {
    let (address, anchor) = target.split_once('#').map_or((target, None), |(address, anchor)| (address, Some(anchor)));
    let address = address.split('?').next().unwrap_or_default();
    let linked = if address.is_empty() {
        page
    } else if let Some(id) = address.strip_prefix("/pages/") {
        match site.by_id.get(decoded(id.trim_end_matches('/')).as_str()) {
            Some(linked) => linked,
            None => return Some(Fault::Dead),
        }
    } else if is_relative(address) && has_ending(address, "md") {
        let path = resolve(page.path.parent().unwrap_or(Path::new("")), &decoded(address))?;
        match site.by_path.get(path.as_path()) {
            Some(linked) => linked,
            // A file that stands there and is no page has its own error.
            None => return (!root.join(path).is_file()).then_some(Fault::Dead),
        }
    } else {
        return None;
    };
    if page.is_published() && !linked.is_published() {
        return Some(Fault::Unpublished(linked.status.clone()));
    }
    let anchor = anchor.filter(|anchor| !anchor.is_empty())?;
    (!has_anchor(linked, &decoded(anchor))).then_some(Fault::NoSuchHeading)
}

/// No scheme (`https:`, `mailto:`), no host and not from the root of a site.
fn is_relative(address: &str) -> bool {
    let before_slash = address.split('/').next().unwrap_or_default();
    !address.starts_with('/') && !before_slash.contains(':')
}

fn has_ending(address: &str, ending: &str) -> bool {
    Path::new(address).extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

/// The path from the knowledge folder, without `..`. A path that leaves the folder stays as it is, and leads nowhere.
fn resolve(folder: &Path, address: &str) -> Option<PathBuf> {
    let mut path = folder.to_path_buf();
    for part in Path::new(address).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    path.push("..");
                }
            }
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// The address with `%20` and the like as the characters that they stand for.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = code.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
