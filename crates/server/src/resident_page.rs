//! The page that a resident is on, as far as the widget or a link says so. Its query is left out at once: personal data
//! can stand there.

use corpus::Knowledge;

use crate::pages;

/// Longer than the addresses of councils' pages are.
const LONGEST_CHARACTERS: usize = 500;

/// An address of the web, or a path, without its query; none for what is neither.
pub(crate) fn bare(address: &str) -> Option<&str> {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let bare = address[..end].trim();
    let is_plain = |sign: char| !sign.is_control() && !sign.is_whitespace() && !matches!(sign, '\\' | '"' | '<' | '>');
    let is_one = bare.chars().all(is_plain) && bare.chars().count() <= LONGEST_CHARACTERS && path(bare).is_some();
    is_one.then_some(bare)
}

/// The path of such an address, which is what is kept.
pub(crate) fn path(bare: &str) -> Option<&str> {
    let path = match bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://")) {
        Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => bare,
    };
    // What begins with two is the name of a host.
    (path.starts_with('/') && !path.starts_with("//")).then_some(path)
}

/// Where staff find a page of this path: here, if it is one of the pages that answers come from, or else on the council's
/// website. None where the council has named none.
pub(crate) fn link(knowledge: &Knowledge, path: &str) -> Option<String> {
    if let Some(page) = knowledge.page_at(path) {
        return Some(pages::address(&page.id));
    }
    let website = knowledge.council.website.as_deref()?;
    let host = website.strip_prefix("https://").or_else(|| website.strip_prefix("http://"))?;
    let origin = website.len() - host.len() + host.find('/').unwrap_or(host.len());
    Some(format!("{}{path}", &website[..origin]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::app::knowledge;

    #[test]
    fn only_the_path_of_an_address_is_left() {
        fn check(address: &str, expected: Option<&str>) {
            assert_eq!(bare(address).and_then(path), expected, "{address}");
        }
        check("https://www.council.example/bins?name=Jo#top", Some("/bins"));
        check("https://jo:secret@www.council.example/bins", Some("/bins"));
        check("http://council.example", Some("/"));
        check("/pages/garden-waste?from=search", Some("/pages/garden-waste"));
        check("/é/bins", Some("/é/bins"));
        for wrong in
            ["", "bins", "//other.example/x", "javascript:alert(1)", "/a b", "/<b>", "/\\other.example", "/\u{7}"]
        {
            check(wrong, None);
        }
        check(&format!("/{}", "x".repeat(500)), None);
    }

    #[test]
    fn staff_are_led_to_the_page_or_to_the_councils_website() {
        let mut knowledge = knowledge();
        assert_eq!(link(&knowledge, "/pages/garden-waste").unwrap(), "/pages/garden-waste");
        assert_eq!(link(&knowledge, "/bins"), None);
        for website in ["https://www.council.example", "https://www.council.example/home?x=1"] {
            knowledge.council.website = Some(website.to_owned());
            assert_eq!(link(&knowledge, "/bins").unwrap(), "https://www.council.example/bins");
        }
        knowledge.council.website = Some("javascript:alert(1)".to_owned());
        assert_eq!(link(&knowledge, "/bins"), None);
    }
}
