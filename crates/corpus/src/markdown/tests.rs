//! What is readable in Markdown, and where it stands.
#![allow(clippy::unwrap_used)]

use super::*;

/// The blocks' texts, each on a line.
fn check(source: &str, expected: &[&str]) {
    let blocks = blocks(source);
    let texts: Vec<&str> = blocks.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, expected, "{source}");
}

/// The source of the whole text of the first block.
fn check_span(source: &str, expected: &str) {
    let blocks = blocks(source);
    let text = &blocks.first().unwrap().text;
    assert_eq!(&source[text.source_span(&(0..text.len()))], expected);
}

#[test]
fn inline_markup_is_removed() {
    check("Pay **£5** a _day_ or ~~more~~ `less`.", &["Pay £5 a day or more less."]);
    check("See [the *map*](map.md \"Map\") and ![a bin](bin.png).", &["See the map and a bin."]);
    check("Fish &amp; chips, &pound;5 \\*each\\*.", &["Fish & chips, £5 *each*."]);
    check("one\ntwo\u{a0}three", &["one two three"]);
}

#[test]
fn addresses_that_only_a_link_says_are_shown() {
    check("[Email us](mailto:bins@a.example?subject=Bins).", &["Email us (bins@a.example)."]);
    check("[bins@a.example](mailto:bins@a.example)", &["bins@a.example"]);
    check("[Call us](tel:01632960100)", &["Call us (01632960100)"]);
    check("[01632 960 100](tel:+441632960100)", &["01632 960 100"]);
    check("<bins@a.example> <https://a.example/x>", &["bins@a.example https://a.example/x"]);
    check("[](mailto:bins@a.example)", &["bins@a.example"]);
}

#[test]
fn lines_of_an_address_read_on() {
    check(
        "Civic Centre  \nMarket Street\\\nAldermere.  \nCall us",
        &["Civic Centre, Market Street, Aldermere. Call us"],
    );
    check("one<br>two <br/> three", &["one, two, three"]);
    check("one  \n<b> </b>", &["one"]);
}

#[test]
fn lines_that_were_meant_stay_apart() {
    check(
        "Phone: 01632 960100\nOpen Monday to Friday\nClosed on Sundays\n\nThis line says how wide the page is.",
        &["Phone: 01632 960100", "Open Monday to Friday", "Closed on Sundays", "This line says how wide the page is."],
    );
    check(
        "- First permit: £50\n- Second permit: £100\nApply online at our website, where you can pay as well",
        &["First permit: £50", "Second permit: £100", "Apply online at our website, where you can pay as well"],
    );
    // The next word had no room, or the sentence plainly goes on.
    check(
        "You can ask for help with your council tax at the\nCivic Centre in Aldermere, and at the offices of\nSaltby and Wending.",
        &[
            "You can ask for help with your council tax at the Civic Centre in Aldermere, and at the offices of Saltby and Wending.",
        ],
    );
    check(
        "It is run by\nAldermere Council. This line is the longest one here.",
        &["It is run by Aldermere Council. This line is the longest one here."],
    );
    check(
        "**Bold\nText** is not cut, because it is all one here",
        &["Bold Text is not cut, because it is all one here"],
    );
}

#[test]
fn html_is_dropped_to_its_text() {
    check(
        "<div class=\"x\"><p>Pay &pound;5</p><script>let a = 1;</script><!-- no --><b>no</b>w</div>",
        &["Pay £5", "now"],
    );
    check("a <span>b</span><script>x</script> c", &["a b c"]);
    check("<style>p { a: b }</style>\n\ntext", &["text"]);
    check("<p>a < b & c</p>", &["a < b & c"]);
    check("> <p>one\n> two</p>", &["one two"]);
}

#[test]
fn lists_and_their_introduction() {
    let blocks = blocks("You can pay:\n\n- online\n- by phone:\n  - day\n  - night\n\nThe end.\n\n1. Ask\n2. Pay\n");
    let seen: Vec<_> = blocks.iter().map(|block| (block.kind, block.text.as_str(), block.lead_in.as_deref())).collect();
    let (item, step) = (BlockKind::ListItem, BlockKind::Step);
    assert_eq!(
        seen,
        [
            (BlockKind::Prose, "You can pay:", None),
            (item, "online", Some("You can pay:")),
            (item, "by phone:", Some("You can pay:")),
            (item, "day", Some("You can pay: by phone:")),
            (item, "night", Some("You can pay: by phone:")),
            (BlockKind::Prose, "The end.", None),
            (step, "Ask", None),
            (step, "Pay", None),
        ]
    );
    assert!(blocks[0].introduces && blocks[2].introduces && !blocks[5].introduces);
}

#[test]
fn later_paragraphs_of_an_item_are_prose_of_its_group() {
    let blocks = blocks("- one\n\n  more\n- two");
    assert_eq!(
        blocks.iter().map(|block| block.kind).collect::<Vec<_>>(),
        [BlockKind::ListItem, BlockKind::Prose, BlockKind::ListItem]
    );
    assert!(blocks.iter().all(|block| block.group == blocks[0].group));
}

#[test]
fn rows_make_sense_alone() {
    check("| Band | Amount a year |\n|---|---|\n| A | £1,210 |", &["Band A; Amount a year: £1,210"]);
    check("| Item | Adult | Child |\n|---|---|---|\n| **Book** | Free | |", &["Item: Book; Adult: Free"]);
    check("| | Weekly |\n|---|---|\n| Low | £5 |", &["Low; Weekly: £5"]);
    check("| a | b |\n|---|---|", &["a; b"]);
}

#[test]
fn rows_with_a_column_that_has_no_heading() {
    check("Rate | 2024 | \n---|---|---\nA | £5 | \nB | £6 | ", &["Rate A; 2024: £5", "Rate B; 2024: £6"]);
}

#[test]
fn only_headings_at_the_top_are_headings() {
    let kinds: Vec<_> = blocks("# a\n\n> # b\n\n- # c\n\nd\n---").iter().map(|block| block.kind).collect();
    assert_eq!(kinds, [BlockKind::Heading(1), BlockKind::Prose, BlockKind::ListItem, BlockKind::Heading(2)]);
}

#[test]
fn abbreviation_definitions_are_markup() {
    check("The DfE decides.\n\n  *[DfE]: Department for Education\n", &["The DfE decides."]);
    check("*[DfE]: A\n*[DWP]: B\n\ntext", &["text"]);
}

#[test]
fn spans_hold_whole_markup() {
    check_span("See [the map](map.md).", "See [the map](map.md).");
    check_span("**Bold** and [link](x)", "**Bold** and [link](x)");
    check_span("- [link](x)\n", "[link](x)");
    check_span("1\\. Caf&eacute;  \nbar ", "1\\. Caf&eacute;  \nbar");
    let source = "**One. Two.** Three.";
    let blocks = blocks(source);
    let cut: Vec<_> = crate::sentences::split(blocks[0].text.as_str())
        .iter()
        .map(|range| &source[blocks[0].text.source_span(range)])
        .collect();
    assert_eq!(cut, ["One.", "Two.", "Three."]);
}
