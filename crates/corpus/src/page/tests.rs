//! A page file as a whole: front matter, ids, addresses.
#![allow(clippy::unwrap_used)]

use super::*;

fn parse(text: &str) -> (Page, Vec<Problem>) {
    Page::parse(Path::new("pages/waste/missed-bin.md"), text).unwrap()
}

fn check_error(text: &str, line: Option<usize>, words: &str) {
    let error = Page::parse(Path::new("pages/p.md"), text).unwrap_err();
    assert_eq!(error.line(), line, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn a_whole_page() {
    let text = "---\nid: missed-bin\ntitle: \"Bins: missed\"\nservice: waste\nowner: a@b.example\nstatus: draft\nlast_reviewed: 2026-05-12\n\
        review_due: 2027-05-12\nlang: cy\nsource_url: /pages/missed-bin\nunknown: [1, {a: b}]\n---\n# Bins\n\nText.\n";
    let (page, problems) = parse(text);
    assert_eq!(problems, []);
    assert_eq!(
        (page.id.as_str(), page.title.as_str(), page.status.as_str(), page.lang.as_str()),
        ("missed-bin", "Bins: missed", "draft", "cy")
    );
    assert_eq!(page.last_reviewed, Some(jiff::civil::date(2026, 5, 12)));
    assert_eq!(page.source, "# Bins\n\nText.\n");
    assert_eq!(page.source_line, 13);
    assert_eq!(page.digest, Digest::of(text));
    assert_eq!(page.url(), "/pages/missed-bin");
    assert!(!page.is_published());
}

#[test]
fn missing_fields_fall_back_with_one_warning() {
    let (page, problems) = parse("text\n\n## Second\n\n# First\n");
    assert_eq!((page.id.as_str(), page.title.as_str(), page.lang.as_str()), ("waste/missed-bin", "First", "en"));
    assert!(page.is_published());
    assert_eq!(page.url(), "/pages/waste/missed-bin");
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].message.ends_with("id, title, service, owner, last_reviewed, review_due, lang, source_url"),
        "{}",
        problems[0]
    );
    let (page, _) = parse("---\nid: 007\ntitle: 12\nowner:\nservice: ~\nlang: ''\n---\n");
    assert_eq!(
        (page.id.as_str(), page.title.as_str(), page.owner, page.service, page.lang.as_str()),
        ("007", "12", None, None, "en")
    );
}

#[test]
fn ids_are_kept_and_made_fit_for_addresses() {
    let (page, _) = parse("---\nid: \"A Guide: x#3_0?\"\ntitle: t\n---\ntext");
    assert_eq!(page.id, "A Guide: x#3_0?");
    assert_eq!(page.url(), "/pages/A%20Guide%3A%20x%233_0%3F");
    assert_eq!(page.passages[0].id, "A Guide: x#3_0?#top");
}

#[test]
fn windows_files_are_read() {
    let (page, _) = parse("\u{feff}---\r\nid: a\r\ntitle: b\r\n---\r\n# b\r\n\r\nText  \r\nmore.\r\n");
    assert_eq!((page.id.as_str(), page.source.as_str()), ("a", "# b\r\n\r\nText  \r\nmore.\r\n"));
    assert_eq!(page.passages[0].sentences[0].text, "Text, more.");
}

#[test]
fn faults_name_their_line() {
    check_error("---\nid: a\n", Some(1), "closing line");
    check_error("---\nid: a\ntitle: b\nlast_reviewed: 12 May 2026\n---\n", Some(4), "last_reviewed is \"12 May 2026\"");
    check_error("---\nid: a\ntitle: b\nreview_due: 2026-02-30\n---\n", Some(4), "review_due");
    check_error("---\nid: a\ntitle: [b\n---\n", Some(3), "cannot be read");
    check_error("---\nid: a\ntitle: b: c\n---\n", Some(3), "needs quotation marks");
    check_error("---\nid: a\ntitle:\n  - b\n---\n", Some(4), "cannot be read");
    check_error("---\nid: a\n---\ntext", Some(1), "no title");
    check_error(&format!("---\nid: {}\ntitle: b\n---\n", "a".repeat(501)), Some(1), "501 bytes");
    check_error(&"a".repeat(LARGEST_PAGE_BYTES + 1), None, "2097153 bytes");
}

#[test]
fn an_empty_page_is_named() {
    let (page, problems) = parse("---\nid: a\ntitle: b\n---\n# b\n");
    assert_eq!(page.passages.len(), 1);
    assert!(problems.iter().any(|problem| problem.message.contains("empty")));
}
