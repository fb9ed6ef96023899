//! Passages cover the page, lose and invent nothing, and keep their ids.
#![allow(clippy::unwrap_used, clippy::format_collect, clippy::format_push_string)]

mod documents;

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;

use self::documents::{Document, document, junk, section};
use crate::page::{Page, Passage, SentenceKind};

fn page(source: &str) -> Page {
    let text = format!("---\nid: p\ntitle: Title\n---\n{source}");
    Page::parse(Path::new("pages/p.md"), &text).unwrap().0
}

/// As many different words as wanted, in sentences of ten.
fn prose(word: &str, count: usize) -> String {
    let mark = |number: usize| if number.is_multiple_of(10) { "." } else { "" };
    let word = |number: usize| {
        if number % 10 == 1 { word.to_uppercase() } else { word.to_owned() }
    };
    (1..=count).map(|number| format!("{}{number}{}", word(number), mark(number))).collect::<Vec<_>>().join(" ")
}

/// The ids of the passages, without the page's.
fn check_ids(source: &str, expected: &[&str]) {
    let page = page(source);
    let ids: Vec<&str> = page.passages.iter().map(|passage| passage.id.trim_start_matches("p#")).collect();
    assert_eq!(ids, expected, "{source}");
    check_structure(&page);
}

/// What holds for every page whatever.
fn check_structure(page: &Page) {
    let mut end = 0;
    let mut ids = std::collections::HashSet::new();
    for passage in &page.passages {
        assert!(page.source[end..passage.span.start].trim().is_empty(), "a gap before {}", passage.id);
        assert!(passage.span.end > passage.span.start, "{} is empty", passage.id);
        assert!(ids.insert(&passage.id), "{} twice", passage.id);
        end = passage.span.end;
        let mut place = 0;
        for sentence in &passage.sentences {
            assert!(ids.insert(&sentence.id), "{} twice", sentence.id);
            assert!(sentence.id.starts_with(&format!("{}~", passage.id)));
            assert!(
                passage.span.start <= sentence.span.start && sentence.span.end <= passage.span.end,
                "{sentence:?} leaves {:?}",
                passage.span
            );
            assert!(!page.source[sentence.span.clone()].trim().is_empty());
            assert!(
                !sentence.text.contains('\n') && sentence.text.trim() == sentence.text && !sentence.text.is_empty()
            );
            let found = passage.text[place..].find(&sentence.text).expect("the sentence stands in the passage");
            place += found + sentence.text.len();
        }
    }
    assert!(page.passages.is_empty() || page.source[end..].trim().is_empty(), "the end of the page is not covered");
}

fn count(texts: impl IntoIterator<Item = String>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for text in texts {
        for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn sentence_ids(passages: &[Passage]) -> Vec<&str> {
    passages
        .iter()
        .flat_map(|passage| {
            std::iter::once(passage.id.as_str()).chain(passage.sentences.iter().map(|sentence| sentence.id.as_str()))
        })
        .collect()
}

#[test]
fn sections_of_fair_size_are_passages() {
    let source =
        format!("# Title\n\n{}\n\n## Fees\n\n{}\n\n## Fees\n\n{}", prose("a", 100), prose("b", 100), prose("c", 100));
    check_ids(&source, &["top", "fees", "fees-2"]);
    let page = page(&source);
    assert!(page.passages[0].heading_path.is_empty());
    assert!(page.passages[0].text.starts_with("Title\nA1 "));
    assert_eq!(page.passages[1].heading_path, ["Fees"]);
    assert_eq!(page.passages[1].sentences[0].heading.as_deref(), Some("Fees"));
    assert!(page.source[page.passages[1].span.clone()].starts_with("## Fees"));
}

#[test]
fn a_page_of_only_a_title_is_one_passage() {
    check_ids("# Title", &["top"]);
    check_ids("", &[]);
    check_ids("<!-- nothing -->", &[]);
    check_ids("## Something", &["something"]);
}

#[test]
fn short_sections_join_their_neighbours() {
    let source = format!(
        "# Title\n\n{}\n\n## One\n\n{}\n\n## Two\n\n{}\n\n### Deep\n\n{}",
        prose("a", 80),
        prose("b", 40),
        prose("c", 100),
        prose("d", 30)
    );
    check_ids(&source, &["top", "two"]);
    let source = format!(
        "# Title\n\n{}\n\n## One\n\n{}\n\n### Deep\n\n{}\n\n## Two\n\n{}",
        prose("a", 80),
        prose("b", 100),
        prose("d", 30),
        prose("c", 100)
    );
    check_ids(&source, &["top", "one", "two"]);
    let page = page(&source);
    assert_eq!(page.passages[1].heading_path, ["One"]);
    assert_eq!(page.passages[1].sentences.last().unwrap().heading.as_deref(), Some("Deep"));
}

#[test]
fn a_bare_heading_goes_with_what_it_announces() {
    let source =
        format!("# Title\n\n## Pay\n\n### Online\n\n{}\n\n### By phone\n\n{}", prose("a", 100), prose("b", 300));
    check_ids(&source, &["online", "by-phone", "by-phone-2"]);
    let page = page(&source);
    assert_eq!(page.passages[0].heading_path, ["Pay", "Online"]);
    assert!(page.passages[0].text.starts_with("Title\nPay\nOnline\nA1"));
}

#[test]
fn long_sections_are_split_between_blocks_then_sentences() {
    let source =
        format!("# Title\n\n## Long\n\n{}\n\n{}\n\n## Next\n\n{}", prose("a", 180), prose("b", 180), prose("c", 700));
    check_ids(&source, &["long", "long-2", "next", "next-2", "next-3"]);
    let page = page(&source);
    assert!(page.passages.iter().all(|passage| super::count_words(&passage.text) <= super::MOST_WORDS));
    assert_eq!(page.passages[1].heading_path, ["Long"]);
    assert!(page.passages[1].text.starts_with("B1 "));
}

#[test]
fn an_introduction_stays_with_its_list() {
    let list: String = (0..20).map(|number| format!("- {}\n", prose(&format!("i{number}x"), 10))).collect();
    let page = page(&format!("{}\n\nYou can get it if you are:\n\n{list}", prose("a", 170)));
    assert_eq!(page.passages.len(), 2);
    assert!(page.passages[1].text.starts_with("You can get it if you are:\n"));
    let items = || page.passages[1].sentences.iter().filter(|sentence| sentence.kind == SentenceKind::ListItem);
    assert_eq!(items().count(), 20);
    assert!(items().all(|item| item.group == Some(0) && item.lead_in.as_deref() == Some("You can get it if you are:")));
}

#[test]
fn long_items_are_cut_into_sentences() {
    let page = page(&format!("1. {}\n2. Short one. With two sentences.", prose("a", 40)));
    let kinds: Vec<_> = page.passages[0].sentences.iter().map(|sentence| sentence.kind).collect();
    let (step, prose) = (SentenceKind::Step, SentenceKind::Prose);
    assert_eq!(kinds, [step, prose, prose, prose, step]);
    assert!(page.passages[0].sentences.iter().all(|sentence| sentence.group == Some(0)));
}

#[test]
fn equal_sentences_have_different_ids() {
    let page = page("Yes.\n\nYes.\n\nYes.");
    let ids: Vec<_> = page.passages[0].sentences.iter().map(|sentence| sentence.id.as_str()).collect();
    assert_eq!(ids, ["p#top~5f9a2b79", "p#top~5f9a2b79-2", "p#top~5f9a2b79-3"]);
}

#[test]
fn deep_nesting_is_read() {
    for mark in ["> ", "- ", "1. ", "> - "] {
        let page = page(&format!("{}deep", mark.repeat(300)));
        check_structure(&page);
        assert!(page.passages[0].text.contains("deep"));
    }
    let nested: String = (0..300).map(|level| format!("{}- item{level}\n", "  ".repeat(level))).collect();
    let page = page(&nested);
    check_structure(&page);
    assert!(
        (0..300).all(|level| { page.passages.iter().any(|passage| passage.text.contains(&format!("item{level}"))) })
    );
}

#[test]
fn sizes_that_repeat_do_not_fill_the_memory() {
    let source = format!(
        "{}:\n\n{}\n## {}\n\n{}",
        "lead ".repeat(20_000),
        "- a\n".repeat(50_000),
        "head ".repeat(20_000),
        "b. ".repeat(50_000)
    );
    check_structure(&page(&source));
    check_structure(&page(&format!("|{}|b|\n|-|-|\n{}", "head ".repeat(20_000), "|a|b|\n".repeat(20_000))));
    check_structure(&page(&"# same\n\n".repeat(50_000)));
    check_structure(&page(&format!("<div>{}</div>", "<p>a</p>".repeat(20_000))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_text_is_cut_whole(source in junk()) {
        check_structure(&page(&source));
    }

    #[test]
    fn any_bytes_are_cut_whole(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let text = String::from_utf8_lossy(&bytes);
        check_structure(&page(&text));
        // With the bytes for front matter as well, it may be refused, and must not panic.
        let _ = Page::parse(Path::new("pages/p.md"), &text);
        let _ = Page::parse(Path::new("pages/p.md"), &format!("---\n{text}\n---\ntext"));
    }

    #[test]
    fn no_word_is_lost_or_invented(document in document()) {
        let Document { source, body_words, heading_words, repeated_words } = document;
        let page = page(&source);
        check_structure(&page);
        let in_texts = count(page.passages.iter().map(|passage| passage.text.clone()));
        let sentences = || page.passages.iter().flat_map(|passage| &passage.sentences);
        let in_sentences = count(sentences().map(|sentence| sentence.text.clone()));
        for word in &body_words {
            prop_assert_eq!(in_texts.get(word), Some(&1), "{} in texts of {}", word, source);
            prop_assert_eq!(in_sentences.get(word), Some(&1), "{} in sentences of {}", word, source);
        }
        for word in &heading_words {
            prop_assert_eq!(in_texts.get(word), Some(&1), "{} in texts of {}", word, source);
            prop_assert_eq!(in_sentences.get(word), None);
        }
        let known = body_words.len() + heading_words.len() + repeated_words.len();
        prop_assert_eq!(in_texts.len(), known, "words were invented or lost: {:?} from {}", in_texts, source);
        prop_assert!(page.passages.iter().all(|passage| super::count_words(&passage.text) <= super::MOST_WORDS));
    }

    #[test]
    fn spans_point_at_the_words(document in document()) {
        let page = page(&document.source);
        for sentence in page.passages.iter().flat_map(|passage| &passage.sentences) {
            if sentence.kind == SentenceKind::TableRow {
                continue;
            }
            let mut quote = &page.source[sentence.span.clone()];
            for word in sentence.text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
                let at = quote.find(word);
                prop_assert!(at.is_some(), "{} is not in {:?}", word, &page.source[sentence.span.clone()]);
                quote = &quote[at.unwrap() + word.len()..];
            }
        }
    }

    #[test]
    fn editing_a_section_leaves_the_ids_of_the_others(
        sections in proptest::collection::vec(section(), 2..6),
        edited in section(),
        index in any::<prop::sample::Index>(),
    ) {
        // Sections of fair size: whether a short one stands alone depends on its neighbours.
        let write = |sections: &[String]| {
            sections.iter().enumerate().fold(String::from("# Title\n\n"), |page, (number, text)| format!("{page}## Part {number}\n\n{text}\n\n"))
        };
        let mut changed = sections.clone();
        let index = index.index(sections.len());
        changed[index] = edited;
        let (before, after) = (page(&write(&sections)), page(&write(&changed)));
        let others = |page: &Page| {
            let own = format!("Part {index}");
            let passages: Vec<Passage> = page.passages.iter().filter(|passage| passage.heading_path != [own.as_str()]).cloned().collect();
            sentence_ids(&passages).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        prop_assert_eq!(others(&before), others(&after));
    }
}
