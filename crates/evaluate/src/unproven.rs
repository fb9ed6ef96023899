//! Hard facts that a reply states and its own citations do not.

use assistant::{ReplySentence, unproven_facts};
use conversation::{Citation, SentenceKind};

/// The hard facts of a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactCount {
    /// How many hard facts its quoted and generated sentences state.
    pub stated: usize,
    /// Those that do not stand in the quotes which their sentence cites, each with the sentence.
    pub unproven: Vec<String>,
}

/// A sentence as it is read, with the numbers of its citations.
struct Claim<'a> {
    text: &'a str,
    kind: SentenceKind,
    citations: &'a [u32],
}

/// Counts the hard facts of a reply's sentences. Fixed texts are reviewed and cite nothing, so they are left out.
pub(crate) fn count_facts(sentences: &[ReplySentence], citations: &[Citation]) -> FactCount {
    let claims = sentences.iter().map(|sentence| Claim {
        text: sentence.text(),
        kind: sentence.kind(),
        citations: sentence.citations(),
    });
    count(claims, citations)
}

fn count<'a>(claims: impl Iterator<Item = Claim<'a>>, citations: &[Citation]) -> FactCount {
    let mut counted = FactCount::default();
    for claim in claims {
        match claim.kind {
            SentenceKind::Quoted | SentenceKind::Generated => {}
            SentenceKind::Fixed => continue,
        }
        let cited = citations.iter().filter(|citation| claim.citations.contains(&citation.n));
        let quotes: Vec<&str> = cited.map(|citation| citation.quote.as_str()).collect();
        counted.stated += unproven_facts(claim.text, &[]).len();
        let unproven = unproven_facts(claim.text, &quotes);
        counted.unproven.extend(unproven.iter().map(|fact| format!("{} in {:?}", fact.as_str(), claim.text)));
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn citation(n: u32, quote: &str) -> Citation {
        let text = |text: &str| text.to_owned();
        Citation {
            n,
            page_id: text("garden-waste"),
            title: text("Garden waste"),
            heading: text("Prices"),
            url: text("/pages/garden-waste"),
            quote: text(quote),
            page_digest: text("digest"),
        }
    }

    fn check(text: &str, kind: SentenceKind, numbers: &[u32], stated: usize, unproven: &[&str]) {
        let citations = [citation(1, "A garden bin costs £52 a year."), citation(2, "Each further bin costs £40.")];
        let counted = count([Claim { text, kind, citations: numbers }].into_iter(), &citations);
        assert_eq!(counted.stated, stated, "{text}");
        assert_eq!(counted.unproven, unproven, "{text}");
    }

    #[test]
    fn a_fact_that_its_own_citations_lack_is_counted() {
        let wrong = ["money 62 in \"A bin costs £62.\""];
        check("A bin costs £52.", SentenceKind::Generated, &[1], 1, &[]);
        check("A bin costs £62.", SentenceKind::Generated, &[1], 1, &wrong);
        check("A bin costs £62.", SentenceKind::Quoted, &[1, 2], 1, &wrong);
        check("A bin costs £62.", SentenceKind::Fixed, &[], 0, &[]);
        check("£52, and £40 for the next.", SentenceKind::Generated, &[1, 2], 2, &[]);
    }

    #[test]
    fn another_sentences_citation_proves_nothing() {
        check("A bin costs £40.", SentenceKind::Generated, &[1], 1, &["money 40 in \"A bin costs £40.\""]);
        check("A bin costs £40.", SentenceKind::Quoted, &[], 1, &["money 40 in \"A bin costs £40.\""]);
    }
}
