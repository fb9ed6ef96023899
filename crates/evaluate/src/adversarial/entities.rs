//! What a sentence is about, exchanged for what a sentence of another passage is about.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use corpus::{Knowledge, Page};
use regex::Regex;

use super::{Origin, mix, truth};

/// Where a thing is named: before a verb at the beginning, or after "for", "of", "to" and other words with an article.
static PLACES: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let pattern = |text: &str| {
        #[allow(clippy::expect_used)]
        Regex::new(text).expect("a pattern of this module")
    };
    [
        pattern(
            r"^((?:A|An|The|Your|Each|Our) (?:[a-z-]+ ){1,3}?)(?:costs|is|are|can|must|will|lasts|needs|has|covers|counts|starts|comes)\b",
        ),
        pattern(
            r"\b(?:for|of|with|to|in|on|at|from|about) ((?:a|an|the|your|each|our) [a-z-]+(?: [a-z-]+)?)(?:[,.;]| (?:if|when|and|or|in|on|at|by|for|costs|is|are|must|can|before|after|within)\b)",
        ),
    ]
});

/// The things that a text names in such a place, with where.
fn things(text: &str, pattern: &Regex) -> Vec<(std::ops::Range<usize>, String)> {
    let found = pattern.captures_iter(text).filter_map(|found| found.get(1));
    found
        .map(|thing| {
            let name = thing.as_str().trim_end();
            (thing.start()..thing.start() + name.len(), name.to_owned())
        })
        .collect()
}

/// The sentence with one thing exchanged for one that another passage of the page names in the same place, or else for
/// one that another page of the service names. The two have no word in common, so that neither is a kind of the other.
pub(super) fn exchanged(origin: &Origin<'_>, knowledge: &Knowledge) -> Vec<String> {
    let mut made = Vec::new();
    for pattern in PLACES.iter() {
        for (place, name) in things(&origin.text, pattern) {
            let others = others(origin, pattern, knowledge);
            let own = truth::content(&name);
            let mut fitting: Vec<&String> = others
                .iter()
                .filter(|other| {
                    let words = truth::content(other);
                    !words.is_empty() && !own.is_empty() && words.is_disjoint(&own)
                })
                .collect();
            fitting.sort_by_key(|other| mix(&format!("{}{other}", origin.text)));
            for other in fitting.into_iter().take(2) {
                made.push(format!("{}{other}{}", &origin.text[..place.start], &origin.text[place.end..]));
            }
        }
    }
    made
}

fn others(origin: &Origin<'_>, pattern: &Regex, knowledge: &Knowledge) -> BTreeSet<String> {
    let of_page = |page: &Page, but: &str| {
        let passages = page.passages.iter().filter(|passage| passage.id != but);
        let sentences = passages.flat_map(|passage| &passage.sentences);
        sentences.flat_map(|sentence| things(&sentence.text, pattern)).map(|(_, name)| name).collect::<BTreeSet<_>>()
    };
    let here = of_page(origin.page, &origin.passage.id);
    if !here.is_empty() {
        return here;
    }
    let near = knowledge.pages.iter().filter(|page| page.service == origin.page.service && page.id != origin.page.id);
    near.flat_map(|page| of_page(page, "")).collect()
}
