//! Addresses of pages, and what becomes of the links that stand in a page.

use std::path::{Component, Path, PathBuf};

use corpus::{Knowledge, Page};

use super::slug::slug;

/// The schemes that a page may link to. Whatever else a link names, `javascript:` above all, is no link.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

/// The address of a page on this service.
pub(crate) fn address(page_id: &str) -> String {
    format!("/pages/{}", encoded(page_id))
}

/// The address of a heading of a page on this service; the page's own where the heading is its title.
pub(crate) fn heading_address(page_id: &str, title: &str, heading: &str) -> String {
    let slug = slug(heading);
    if slug.is_empty() || heading.trim() == title.trim() {
        address(page_id)
    } else {
        format!("{}#{}", address(page_id), encoded(&slug))
    }
}

/// Where a link of a page leads on this service; none when it must not or cannot lead anywhere.
pub(crate) fn resolve(knowledge: &Knowledge, page: &Page, target: &str) -> Option<String> {
    let target = target.trim();
    let lower = target.to_ascii_lowercase();
    if SCHEMES.iter().any(|scheme| lower.starts_with(scheme)) {
        return Some(target.to_owned());
    }
    // `//host` and `/\host` are other sites in disguise.
    if target.starts_with("//") || target.contains(['\\', '\n', '\r', '\t']) {
        return None;
    }
    if target.starts_with(['#', '/']) {
        return Some(target.to_owned());
    }
    let (path, fragment) = target.split_once('#').map_or((target, None), |(path, fragment)| (path, Some(fragment)));
    if path.contains(':') {
        return None;
    }
    let file = normal(&page.path.parent().unwrap_or(Path::new("")).join(path))?;
    let linked = knowledge.pages.iter().find(|page| page.path == file)?;
    let address = address(&linked.id);
    Some(fragment.map_or_else(|| address.clone(), |fragment| format!("{address}#{fragment}")))
}

/// The path without `.` and `..`; none when it leads out of the folder.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            Component::Prefix(_) | Component::RootDir => return None,
        }
    }
    Some(normal)
}

/// Percent-encodes what would change an address's meaning (RFC 3986); `/` stays, because ids may hold it.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
