//! Imported pages load again and say what the source said.
#![allow(clippy::unwrap_used, clippy::format_collect, clippy::format_push_string)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Knowledge, Severity};

fn import(lines: &str) -> (tempfile::TempDir, ImportReport) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pages.jsonl");
    fs::write(&file, lines).unwrap();
    let report = jsonl(&file, &folder.path().join("knowledge"), &mut |_, _| {}).unwrap();
    (folder, report)
}

/// The Markdown that a record's HTML becomes.
fn check_html(html: &str, expected: &str) {
    assert_eq!(html::to_markdown(html).markdown.trim_end(), expected, "{html}");
}

fn check_plain(text: &str, expected: &str) {
    assert_eq!(plain::to_markdown(text).trim_end(), expected, "{text}");
}

/// How often each word stands in a text.
fn words(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}

/// The readable words of Markdown, as a page shows them.
fn read_words(markdown: &str) -> BTreeMap<String, usize> {
    let page = Page::parse(Path::new("pages/p.md"), &format!("---\ntitle: T\n---\n{markdown}")).unwrap().0;
    words(&page.passages.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join("\n"))
}

#[test]
fn pages_are_written_once_and_load_under_their_ids() {
    let lines = [
        json!({"id": "A Guide:#3_0", "url": "https://a.example/x", "title": "A: \"guide\"", "markdown": "# A guide\n\nText."}),
        json!({"id": "bins", "title": "Bins", "markdown": " ", "html": "<p>Put it <b>out</b>.</p>", "text": "other"}),
        json!({"id": 7, "title": null, "text": "WASTE GUIDE\n\nPut it out."}),
    ];
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (folder, report) = import(&lines);
    assert_eq!((report.written, report.unchanged, report.skipped.len()), (3, 0, 0));
    let knowledge = Knowledge::load(&folder.path().join("knowledge")).unwrap();
    let ids: Vec<_> = knowledge.pages.iter().map(|page| page.id.as_str()).collect();
    assert_eq!(ids, ["7", "A Guide:#3_0", "bins"]);
    let guide = knowledge.page("A Guide:#3_0").unwrap();
    assert_eq!(
        (guide.title.as_str(), guide.url().as_str(), guide.source.as_str()),
        ("A: \"guide\"", "https://a.example/x", "# A guide\n\nText.\n")
    );
    assert_eq!(knowledge.page("bins").unwrap().source, "# Bins\n\nPut it **out**.\n");
    assert_eq!(knowledge.page("7").unwrap().title, "WASTE GUIDE");
    assert_eq!(knowledge.council.name, "Imported council");
    assert!(knowledge.council.signpost(crate::SignpostKind::Gas).contains("0800 111 999"));

    let into = folder.path().join("knowledge");
    fs::write(into.join("council.toml"), "name = \"Own\"").unwrap();
    let mut seen = Vec::new();
    let again = jsonl(&folder.path().join("pages.jsonl"), &into, &mut |read, total| seen.push((read, total))).unwrap();
    assert_eq!((again.written, again.unchanged), (0, 3));
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2], (lines.len() as u64, lines.len() as u64));
    assert_eq!(Knowledge::load(&into).unwrap().council.name, "Own");
    assert!(
        fs::read_dir(into.join("pages"))
            .unwrap()
            .all(|entry| { entry.unwrap().file_name().to_string_lossy().ends_with(".md") })
    );
}

#[test]
fn bad_lines_are_reported_and_skipped() {
    let (folder, report) = import(
        "{\"id\": \"a\", \"text\": \"one\"}\n\nnonsense\n{\"text\": \"x\"}\n{\"id\": \"b\"}\n{\"id\": \"a\", \"text\": \"two\"}\n{\"id\": \"c\", \"text\": \"three\"}",
    );
    assert_eq!(report.written, 2);
    let lines: Vec<_> = report.skipped.iter().map(|problem| (problem.line, problem.severity)).collect();
    assert_eq!(lines, [3, 4, 5, 6].map(|line| (Some(line), Severity::Error)));
    assert!(report.skipped[3].message.contains("earlier line"));
    let large = json!({"id": "l", "text": "word ".repeat(500_000)}).to_string();
    let (_, report) = import(&format!("{large}\n{{\"id\": \"a\", \"text\": \"one\"}}\n"));
    assert_eq!((report.written, report.skipped.len()), (1, 1));
    assert_eq!(Knowledge::load(&folder.path().join("knowledge")).unwrap().pages.len(), 2);
}

#[test]
fn bytes_that_are_not_utf8_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pages.jsonl");
    fs::write(&file, b"{\"id\": \"a\xff\", \"text\": \"x\"}\n{\"id\": \"b\", \"text\": \"x\"}\n").unwrap();
    let report = jsonl(&file, folder.path(), &mut |_, _| {}).unwrap();
    assert_eq!((report.written, report.skipped.len()), (1, 1));
    assert!(jsonl(&folder.path().join("none"), folder.path(), &mut |_, _| {}).is_err());
}

#[test]
fn the_imported_council_tells_the_national_numbers() {
    let council = crate::Council::from_toml(IMPORTED_COUNCIL).unwrap();
    for kind in crate::SignpostKind::ALL {
        let own = council.signposts.iter().find(|signpost| signpost.kind == kind).unwrap();
        assert!(kind.national_text().starts_with(&own.text), "{}", kind.name());
    }
}

#[test]
fn only_the_content_of_html_is_kept() {
    check_html(
        "<html><head><title>T</title></head><body><header><h1>Site</h1></header><nav>Menu</nav><div class=\"cookie-banner\">Cookies</div>\
         <main><nav class=breadcrumb>Home</nav><h1>Bins</h1><p>Text</p><div class=\"block related-links\"><p>More</p></div>\
         <form>Search</form><script>x</script><div role=navigation>On</div><p hidden>No</p></main><aside>Side</aside><footer>Foot</footer></body></html>",
        "# Bins\n\nText",
    );
    check_html(
        "<body class=\"has-sidebar\"><div class=\"layout-sidebar\"><article><header><h1>A</h1></header><p>B</p></article></div></body>",
        "# A\n\nB",
    );
    check_html("<form id=aspnet><div><h1>A</h1><p>B</p></div></form>", "# A\n\nB");
    check_html("<h2 id=cookies class=share>Cookies</h2><p class=social-care>Care</p>", "## Cookies\n\nCare");
    check_html("", "");
}

#[test]
fn html_becomes_markdown() {
    check_html(
        "<p>A <strong>b</strong> <em>c</em>&nbsp;<a href=\"/x y\">d <b>e</b></a>.</p>",
        "A **b** *c* [d **e**](/x%20y).",
    );
    check_html("<p>One<br>Two</p>", "One\\\nTwo");
    check_html(
        "<ul><li>a</li><li><p>b</p><ol start=3><li>c</li><li>d</li></ol></li></ul>",
        "- a\n- b\n\n  3. c\n  4. d",
    );
    check_html("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b");
    check_html(
        "<table><caption>Fees</caption><thead><tr><th>A</th><th>B|C</th></tr></thead><tr><td>1</td><td><p>2</p><p>3</p></td></tr></table>",
        "Fees\n\n| A | B\\|C |\n| --- | --- |\n| 1 | 2 3 |",
    );
    check_html("<table><tr><th>A</th><td>1</td></tr></table>", "|  |  |\n| --- | --- |\n| A | 1 |");
    check_html("<table><tr><td><h2>x</h2><table><tr><td>y</td></tr></table></td></tr></table>", "## x\n\ny");
    check_html("<a href=x><h3>Card</h3><p>Text</p></a>", "### Card\n\nText");
    check_html(
        "<p>Wow!<a href=x>y</a></p><p># no</p><p>1. no</p><p>- no *no* [no]</p>",
        "Wow\\![y](x)\n\n\\# no\n\n1\\. no\n\n\\- no \\*no\\* \\[no\\]",
    );
    check_html(
        "<blockquote><p>a</p><p>b</p></blockquote><dl><dt>c</dt><dd>d</dd></dl><div>e<p>f</p>g</div>",
        "> a\n>\n> b\n\nc\n\nd\n\ne\n\nf\n\ng",
    );
    check_html("<p>a <script>b</script><!-- c --><img alt=\"d\" src=e> f</p>", "a d f");
}

#[test]
fn a_table_without_a_head_is_still_read() {
    let markdown = html::to_markdown("<table><tr><td>Monday</td><td>9am</td></tr></table>").markdown;
    assert_eq!(read_words(&markdown), words("Monday 9am"));
}

#[test]
fn a_cell_over_several_rows_stands_in_each() {
    let markdown = html::to_markdown(
        "<table><tr><th>Size</th><th>Where</th><th>Price</th></tr><tr><td rowspan=2>Small</td><td>Saltby</td><td>£10</td></tr>\
         <tr><td>Mar</td><td>£20</td></tr><tr><td>Large</td><td rowspan=2>Mar</td><td>£30</td></tr>\
         <tr><td>Huge</td><td>£40</td></tr></table>",
    )
    .markdown;
    for row in ["| Small | Saltby | £10 |", "| Small | Mar | £20 |", "| Large | Mar | £30 |", "| Huge | Mar | £40 |"]
    {
        assert!(markdown.contains(row), "{markdown}");
    }
}

#[test]
fn plain_text_becomes_markdown() {
    check_plain(
        "BIN GUIDE\n\nBin days\nYour bin is emptied weekly.\nCall us.\n\nBring:\n• one\n- two\n3. no\n",
        "## BIN GUIDE\n\n## Bin days\n\nYour bin is emptied weekly.\n\nCall us.\n\nBring:\n\n- one\n- two\n\n3. no",
    );
    check_plain("1. Ask\n2. Pay\n4. Wait", "1. Ask\n2. Pay\n\n4\\. Wait");
    check_plain("Civic Centre\nMarket Street\nAldermere", "Civic Centre\n\nMarket Street\n\nAldermere");
    let long = "This line is long enough to have been broken by an editor, so it goes";
    check_plain(&format!("{long}\non here.\nNew line"), &format!("{long}\non here.\n\nNew line"));
    check_plain("# no\n---\n> no", "\\# no\n\n\\---\n\n\\> no");
}

#[test]
fn deep_html_is_read() {
    for tag in ["div", "b", "a", "ul><li", "blockquote", "span", "table><tr><td"] {
        let html = format!("{}deep", format!("<{tag}>").repeat(2_000));
        assert_eq!(words(&html::to_markdown(&html).markdown).get("deep"), Some(&1), "{tag}");
    }
}

/// Words and marks that could be taken for Markdown, YAML or HTML.
fn awkward() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-zA-Z0-9]{1,6}",
        2 => prop::sample::select(vec![" ", " ", "\n", "\n\n"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "#", "##", "-", "--", "---", "*", "**", "_", "__", "+", ">", "=", "===", "|", "`", "```", "~~", "~", "[", "]", "(", ")", "!", "![", "](", "\\", "&", "&amp;",
            ":", ";", "'", "\"", "1.", "2)", "<", "<b>", "£", "\t", ". ", "•", "- ", "{", "}", "@", "%", "\u{85}", "\u{7f}", "\u{feff}", "\u{2028}", "é", "😀", "\r\n",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_id_title_and_text_survive(id in awkward(), title in awkward(), url in awkward(), body in awkward()) {
        let line = json!({"id": id, "title": title, "url": url, "markdown": body}).to_string();
        let body_is_blank = body.trim().is_empty();
        match page_file(line.as_bytes(), &mut HashSet::new()) {
            Err(message) => prop_assert!(id.trim().is_empty() || body_is_blank, "{message}"),
            Ok(file) => {
                let (name, text) = file.unwrap();
                prop_assert!(name.is_ascii() && !name.starts_with('.') && !name.contains(['/', '\\']));
                let page = Page::parse(&Path::new("pages").join(name), &text).unwrap().0;
                prop_assert_eq!(&page.id, &id);
                prop_assert_eq!(page.source.trim_end(), body.trim_end());
                if !title.trim().is_empty() {
                    prop_assert_eq!(page.title, title.split_whitespace().collect::<Vec<_>>().join(" "));
                }
            }
        }
    }

    #[test]
    fn no_word_of_html_is_lost_or_invented(texts in proptest::collection::vec((awkward(), 0..9_usize), 1..8)) {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let mut html = String::from("<main>");
        let mut plain = String::new();
        for (text, style) in &texts {
            let text = text.replace('\u{85}', " ");
            let text = text.trim();
            let escaped = escape(text);
            html.push_str(&match style {
                0 => format!("<h2>{escaped}</h2>"),
                1 => format!("<ul><li>{escaped}</li><li>{escaped}</li></ul>"),
                2 => format!("<ol><li><p>{escaped}</p></li></ol>"),
                3 => format!("<table><tr><td>{escaped}</td><td>x</td></tr></table>"),
                4 => format!("<p>{escaped}<a href=\"/a(b)\">{escaped}</a></p>"),
                5 => format!("<p><b>{escaped}</b>{escaped}</p>"),
                6 => format!("<blockquote>{escaped}</blockquote>"),
                7 => format!("<p>{escaped}<br>{escaped}</p>"),
                _ => format!("<div>{escaped}</div>"),
            });
            let parted = format!(" {text} ");
            plain.push_str(&match style {
                1 | 7 => parted.repeat(2),
                3 => format!("{parted} x "),
                4 | 5 => format!(" {text}{text} "),
                _ => parted,
            });
        }
        let markdown = html::to_markdown(&html).markdown;
        prop_assert_eq!(read_words(&markdown), words(&plain), "{} became {}", html, markdown);
    }

    #[test]
    fn no_word_of_plain_text_is_lost_or_invented(text in awkward()) {
        let markdown = plain::to_markdown(&text);
        let mut read = read_words(&markdown);
        // Numbers of items are markup: they are counted where the list says them.
        for (event, _) in pulldown_cmark::Parser::new_ext(&markdown, crate::markdown::options()).into_offset_iter() {
            if let pulldown_cmark::Event::Start(pulldown_cmark::Tag::List(Some(first))) = event {
                *read.entry(first.to_string()).or_default() += 1;
            }
        }
        let mut expected = words(&text);
        // Further items of one list count on from the first.
        for (word, count) in &mut expected {
            let listed = read.get(word).copied().unwrap_or_default();
            if word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit()) {
                *count = listed;
            }
        }
        expected.retain(|_, count| *count > 0);
        read.retain(|word, _| word.len() > 2 || !word.bytes().all(|byte| byte.is_ascii_digit()) || expected.contains_key(word));
        prop_assert_eq!(read, expected, "{} became {}", text, markdown);
    }
}
