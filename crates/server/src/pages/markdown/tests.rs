//! Pages as HTML: what is shown, and what hostile pages cannot do.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use corpus::{Knowledge, Page};
use proptest::prelude::*;

use super::{plain_text, render};
use crate::tests::app::knowledge;

fn page_of(source: &str) -> Page {
    let (page, _) =
        Page::parse(Path::new("pages/waste/test.md"), &format!("---\nid: test\ntitle: Test\n---\n{source}")).unwrap();
    page
}

fn html(knowledge: &Knowledge, source: &str) -> String {
    render(knowledge, &page_of(source)).html
}

#[test]
fn markdown_becomes_html() {
    let knowledge = knowledge();
    let check = |source: &str, expected: &str| assert_eq!(html(&knowledge, source).trim(), expected);
    check(
        "## It’s *how* much?\n## It’s how much?",
        "<h2 id=\"its-how-much\">It’s <em>how</em> much?</h2>\n<h2 id=\"its-how-much-2\">It’s how much?</h2>",
    );
    check("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
    check("~~old~~", "<p><del>old</del></p>");
    let table = html(&knowledge, "| a |\n| ---: |\n| 1 |\n");
    assert!(table.contains("tabindex=\"0\"") && table.contains("<td>1</td>") && !table.contains("style"), "{table}");
}

#[test]
fn links_lead_where_they_may() {
    let knowledge = knowledge();
    let check = |target: &str, expected: Option<&str>| {
        let html = html(&knowledge, &format!("[x]({target})"));
        let shown = expected.map_or_else(|| "<p>x</p>\n".to_owned(), |to| format!("<p><a href=\"{to}\">x</a></p>\n"));
        assert_eq!(html, shown, "{target}");
    };
    check("garden-waste.md", Some("/pages/garden-waste"));
    check("../council/contact-us.md#phones", Some("/pages/contact-us#phones"));
    check("./../council/./contact-us.md", Some("/pages/contact-us"));
    check("/pages/garden-waste", Some("/pages/garden-waste"));
    check("#fees", Some("#fees"));
    check("https://www.test.example/a?b=1&c=2", Some("https://www.test.example/a?b=1&amp;c=2"));
    check("mailto:a@test.example", Some("mailto:a@test.example"));
    check("tel:01632960100", Some("tel:01632960100"));
    check("../../../../etc/passwd.md", None);
    check("unknown.md", None);
    check("javascript:alert(1)", None);
    check("JaVaScRiPt:alert(1)", None);
    check("<java\tscript:alert(1)>", None);
    check("data:text/html,x", None);
    check("//evil.example", None);
    check("/\\\\evil.example", None);
    assert_eq!(html(&knowledge, "<a@test.example>"), "<p><a href=\"mailto:a@test.example\">a@test.example</a></p>\n");
    assert_eq!(html(&knowledge, "<javascript:alert(1)>"), "<p>javascript:alert(1)</p>\n");
}

#[test]
fn html_in_a_page_is_only_text() {
    let knowledge = knowledge();
    for hostile in [
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)> text",
        "<div onclick=alert(1)>\nwords\n</div>",
        "<!-- <script>alert(1)</script> -->",
        "<scr<script>ipt>alert(1)</script>",
        "<<script>alert(1)<</script>",
        "![<img src=x onerror=alert(1)>](javascript:alert(1))",
        "[x](<javascript:alert(1)> \"onload=alert(1)\")",
        "```html\n<script>alert(1)</script>\n```",
        "# <script>alert(1)</script>\" onload=\"x",
    ] {
        assert_harmless(&html(&knowledge, hostile));
    }
    assert_eq!(html(&knowledge, "![A green bin](bin.png)"), "<p>A green bin</p>\n");
    assert!(html(&knowledge, "<p>Bring <b>both</b> papers.</p>").contains("Bring both papers."));
}

#[test]
fn deep_nesting_is_rendered() {
    let knowledge = knowledge();
    assert_harmless(&html(&knowledge, &format!("{} deep", ">".repeat(300))));
    assert_harmless(&html(&knowledge, &format!("{}x", "- ".repeat(300))));
    assert_harmless(&html(&knowledge, &"[".repeat(3000)));
}

#[test]
fn quotes_are_read_without_markdown() {
    let check = |quote: &str, expected: &str| assert_eq!(plain_text(quote), expected);
    check("It costs **£52** a [year](../a.md).", "It costs £52 a year.");
    check("- grass\n- leaves", "grass leaves");
    check("| First brown bin | £52 | £26 |", "First brown bin – £52 – £26");
    check("1. Pay by card.", "Pay by card.");
    check("a < b & <b>c</b>", "a < b & c");
    check("", "");
}

/// Every tag is one that the renderer makes, and no link leads to a script.
fn assert_harmless(html: &str) {
    const TAGS: [&str; 27] = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
        "sup",
    ];
    for piece in html.split('<').skip(1) {
        let tag = piece.split_once('>').expect("every tag is closed").0;
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        assert!(TAGS.contains(&name), "<{tag}> in {html}");
        let attributes = tag.get(name.len()..).unwrap_or_default().to_ascii_lowercase();
        let outside_values: String = attributes.split('"').step_by(2).collect();
        // In other values, such as the class that names a code block's language, it is only text.
        let addresses = attributes.split("href=\"").chain(attributes.split("src=\"")).skip(1);
        let mut addresses =
            addresses.map(|rest| rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()));
        assert!(
            !outside_values.contains(" on") && !addresses.any(|to| to.starts_with("javascript:")),
            "<{tag}> in {html}"
        );
    }
}

#[test]
fn a_scripts_address_as_the_name_of_a_language_is_only_text() {
    assert_harmless(&html(&knowledge_once(), "```\n~~~~<javascript:x>"));
    assert_harmless(&html(&knowledge_once(), "~~~~<javascript:x>"));
    let linked = std::panic::catch_unwind(|| assert_harmless("<p><a href=\"javascript:x\">x</a></p>"));
    assert!(linked.is_err(), "a link to a script is harm");
}

proptest! {
    #[test]
    fn no_page_can_do_harm(pieces in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "script", "<script>", "</script>", "<img src=x onerror=alert(1)>", "[", "](", ")", "javascript:alert(1)", "!",
        "\"", "'", "&", "&lt;", "`", "```\n", "\n", "\n\n", "> ", "- ", "1. ", "# ", "| a | b |\n|---|---|\n", "|", "*", "_", "~~",
        "<!--", "-->", "<a@b.example>", "<javascript:x>", "text", "é", "\t", "    ", "[x]: javascript:alert(1)\n", "[x]",
    ]), 0..40)) {
        assert_harmless(&html(&knowledge_once(), &pieces.concat()));
    }

    #[test]
    fn plain_text_never_panics(text in ".{0,200}") {
        plain_text(&text);
    }
}

fn knowledge_once() -> std::sync::Arc<Knowledge> {
    static KNOWLEDGE: std::sync::LazyLock<std::sync::Arc<Knowledge>> = std::sync::LazyLock::new(|| knowledge().into());
    std::sync::Arc::clone(&KNOWLEDGE)
}
