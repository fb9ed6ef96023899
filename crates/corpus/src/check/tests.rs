//! Each fault is found, at its line, and a clean folder has none.
#![allow(clippy::unwrap_used)]

use std::fs;

const COUNCIL: &str = "name = \"A\"\n[contact]\nphone = \"1\"\n";
const FIELDS: &str =
    "service: s\nowner: o@a.example\nlast_reviewed: 2026-01-01\nreview_due: 2027-01-01\nlang: en\nsource_url: /x\n";

/// The problems of a folder, as text; the warnings about national signposts are left out.
fn check(council: &str, pages: &[(&str, &str)], expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pages")).unwrap();
    fs::write(folder.path().join("council.toml"), council).unwrap();
    for (name, text) in pages {
        fs::write(folder.path().join("pages").join(name), text).unwrap();
    }
    let problems = super::check(folder.path(), jiff::civil::date(2026, 11, 23)).unwrap();
    let problems: Vec<_> =
        problems.iter().map(ToString::to_string).filter(|problem| !problem.contains("national")).collect();
    assert_eq!(problems, expected);
}

fn page(id: &str, body: &str) -> String {
    format!("---\nid: {id}\ntitle: T\n{FIELDS}---\n{body}\n")
}

#[test]
fn a_clean_folder_has_no_faults() {
    let body = "Text [b](b.md), [b](./b.md#fees), [b](/pages/b#fees), [here](#top), [web](https://a.example/b.md), [mail](mailto:a@b.md).";
    check(COUNCIL, &[("a.md", &page("a", body)), ("b.md", &page("b", "# T\n\n## Fees\n\nText."))], &[]);
}

#[test]
fn links_that_lead_nowhere() {
    let body = "Text\n[c](c.md)\n\n[c](/pages/c) [d](d.md) [out](../../out.md) [b](b.md#costs)";
    let draft = page("d", "text").replace("title", "status: draft\ntitle");
    check(
        COUNCIL,
        &[("a.md", &page("a", body)), ("b.md", &page("b", "Text.")), ("d.md", &draft)],
        &[
            "pages/a.md:12: error: the link \"c.md\" leads to no page",
            "pages/a.md:14: error: the link \"/pages/c\" leads to no page",
            "pages/a.md:14: warning: the link \"d.md\" leads to a page that is not published (status: draft)",
            "pages/a.md:14: error: the link \"../../out.md\" leads to no page",
            "pages/a.md:14: warning: the link \"b.md#costs\" leads to a heading that is not on the page",
        ],
    );
}

#[test]
fn front_matter() {
    let overdue = page("a", "text").replace("2027-01-01", "2026-11-22");
    let confused = page("b", "text").replace("last_reviewed: 2026-01-01", "last_reviewed: 2028-01-01");
    let nobody = page("c", "text").replace("owner: o@a.example\n", "");
    let empty = page("d", "");
    check(
        COUNCIL,
        &[("a.md", &overdue), ("b.md", &confused), ("c.md", &nobody), ("d.md", &empty), ("e.md", &page("a", "x"))],
        &[
            "pages/a.md:7: warning: the review was due on 2026-11-22 (o@a.example)",
            "pages/b.md:6: warning: last_reviewed, 2028-01-01, is in the future",
            "pages/b.md:7: warning: review_due is before last_reviewed",
            "pages/c.md:1: warning: the front matter lacks: owner",
            "pages/d.md:11: warning: the page is empty: it has no text to answer from",
            "pages/e.md:2: error: the id \"a\" is already used by pages/a.md",
        ],
    );
}

#[test]
fn council_file() {
    check(
        "name = \"A\"\ntimezone = \"x\"",
        &[],
        &["council.toml:2: error: timezone is \"x\"; a name such as Europe/London is expected"],
    );
    let council = "name = \"A\"\nfoo = 1\nopening_hours = \"Mo 09:00-17:00; Tu off\"\nbank_holidays = [2026-01-01, 2026-01-01]\n\
        [contact]\nfone = \"1\"\npage = \"gone\"\n[[signposts]]\nkind = \"gas\"\ntext = \"x\"\n[[signposts]]\nkind = \"gas\"\ntext = \"y\"\n";
    check(
        council,
        &[],
        &[
            "council.toml:2: warning: the key \"foo\" is not known and is ignored",
            "council.toml:3: warning: the rule \"Tu off\" in opening_hours changes nothing: another rule says otherwise or the same",
            "council.toml:4: warning: all bank_holidays are in the past: add next year's",
            "council.toml:4: warning: bank_holidays lists 2026-01-01 twice",
            "council.toml:5: warning: contact has neither a phone number nor an e-mail address: residents need a way to reach a person",
            "council.toml:6: warning: the key \"fone\" is not known and is ignored",
            "council.toml:7: warning: contact names the page \"gone\", which is not there",
            "council.toml:9: warning: the signpost gas is given more than once: the first one counts",
        ],
    );
}

#[test]
fn services_of_the_council_file() {
    let bad = format!("{COUNCIL}[services.s]\nphone = \"2\"\nopening_hours = \"9 to 5\"\n");
    let page = page("a", "Text.");
    check(
        &bad,
        &[("a.md", &page)],
        &[
            "council.toml:6: error: the service s: opening_hours cannot be read: \"9 to 5\". An example that can: \"Mo-Fr 08:30-17:30; PH off\"",
        ],
    );
    let doubtful = format!(
        "opening_hours = \"Mo 09:00-17:00\"\n{COUNCIL}[services.s]\nopening_hours = \"off\"\nfone = \"1\"\n\
         [services.gone]\nteam = \"T\"\npage = \"b\"\n"
    );
    check(
        &doubtful,
        &[("a.md", &page)],
        &[
            "council.toml:6: warning: the service s: opening_hours \"off\" are never open",
            "council.toml:7: warning: the key \"fone\" is not known and is ignored",
            "council.toml:8: warning: no page has the service \"gone\"",
            "council.toml:10: warning: gone names the page \"b\", which is not there",
        ],
    );
}
