//! Asking back: which page a question is about, and what is to be known about a topic that was only named. And pointing to
//! pages, where nothing is certain.

use conversation::{Offer, Outcome, Reason, Role, SuggestedPage};
use retrieval::Hit;

use super::{Found, NEAR, Run};
use crate::assistant::Enquiry;
use crate::context::Contextualised;
use crate::quote::{Quote, Wanted};
use crate::reply::{Reply, ReplyBuilder};
use crate::same::normalised;
use crate::texts;
use crate::triage::instruction_like;

/// A question with more content words than this is not asked back: it has said what it is about.
const MOST_STEMS_TO_CLARIFY: usize = 3;

/// The lead of the best sentence below which another page's is as good.
const CLOSE_LEAD: f64 = 0.15;

/// A message of at most so many words may only name a topic that several pages are about.
const BARE_WORDS: usize = 2;

/// Readings offered, and pages about a topic.
const MOST_CHOICES: usize = 3;

/// To how many pages a hand-off points at most. Of the withheld answers of `develop` and `calibrate`, the right page is the first
/// found for 73%, among the first two for 82% and the first three for 85%.
const MOST_PAGES: usize = 2;

/// The nearness in meaning from which a page is about what a resident has only named.
const ABOUT_IT: f32 = 0.35;

/// How much less near than the first page another is that may hold the answer as well.
const AS_NEAR: f32 = 0.1;

impl Run<'_> {
    /// The question that was asked back, where the message takes one of the readings that were offered. From then on only the
    /// page of that reading is read.
    pub(super) fn take_up(&mut self, enquiry: &Enquiry) -> Option<Enquiry> {
        let [before @ .., asked, offer] = enquiry.history.as_slice() else { return None };
        if asked.role != Role::User
            || offer.role != Role::Assistant
            || !offer.text.contains(texts::which_one().as_str())
        {
            return None;
        }
        let taken = enquiry.question.to_lowercase();
        let readings = offer.text.lines().filter_map(|line| line.strip_prefix("- "));
        let title = readings.into_iter().find(|title| normalised(title).to_lowercase() == taken)?;
        let page = self.assistant.knowledge().pages.iter().find(|page| page.title == title)?;
        self.only = Some(page.id.clone());
        Some(Enquiry { question: normalised(&asked.text), history: before.to_vec() })
    }

    /// Of what was found, that which stands on the page that was taken up; all of it where no page was.
    pub(super) fn on_page_taken_up(&self, mut hits: Vec<Hit>) -> Vec<Hit> {
        let index = &self.assistant.parts.index;
        if let Some(page) = &self.only {
            let is_there = |hit: &Hit| index.passage(hit.passage).0.id == *page;
            if hits.iter().any(is_there) {
                hits.retain(is_there);
            }
        }
        hits
    }

    /// Whether a short question could be about several pages alike: then asking back is better than handing over.
    pub(super) fn two_readings(&self, context: &Contextualised, found: &Found, quote: &Quote) -> bool {
        let stems = self.assistant.weights.analyzer().stems(&context.standalone).len();
        (1..=MOST_STEMS_TO_CLARIFY).contains(&stems)
            && quote.lead < CLOSE_LEAD
            && !found.off_topic()
            && found.signals.coverage > 0.5
    }

    /// Asks which of the pages is meant.
    pub(super) fn clarify(pages: &[SuggestedPage]) -> Reply {
        let mut builder = ReplyBuilder::default().fixed(&texts::which_one());
        for page in pages {
            builder.push_fixed(&texts::choice(&page.title));
        }
        let mut reply = asked_back(builder);
        reply.set_choices(pages.iter().map(|page| page.title.clone()).collect());
        reply
    }

    /// Asks what is to be known about a topic, and points to the pages about it, each as a whole.
    pub(super) fn ask_what_about(pages: Vec<SuggestedPage>) -> Reply {
        let whole = pages.into_iter().map(|page| SuggestedPage { heading: page.title.clone(), ..page });
        let mut reply = asked_back(ReplyBuilder::default().fixed(&texts::what_about()));
        reply.set_pages(whole.collect());
        reply
    }

    /// Where the answer may stand.
    pub(super) fn pointed_to(&self, hits: &[Hit]) -> Vec<SuggestedPage> {
        self.near_pages(hits, MOST_PAGES, NEAR)
    }

    /// The pages about what was only named, or about which a question could be.
    pub(super) fn about(&self, hits: &[Hit]) -> Vec<SuggestedPage> {
        self.near_pages(hits, MOST_CHOICES, ABOUT_IT)
    }

    /// The first pages found, each at its first passage, as far as they are as near as `least` and about as near as the first.
    fn near_pages(&self, hits: &[Hit], most: usize, least: f32) -> Vec<SuggestedPage> {
        let index = &self.assistant.parts.index;
        let mut pages: Vec<(SuggestedPage, f32)> = Vec::with_capacity(most);
        for hit in hits {
            let (page, passage) = index.passage(hit.passage);
            if pages.len() < most && pages.iter().all(|(shown, _)| shown.page_id != page.id) {
                // A heading that would tell the reader what to do is not passed on.
                let heading = passage.heading_path.last().filter(|heading| !instruction_like(heading));
                let shown = SuggestedPage {
                    page_id: page.id.clone(),
                    title: page.title.clone(),
                    heading: heading.unwrap_or(&page.title).clone(),
                    url: page.url(),
                };
                pages.push((shown, hit.dense));
            }
        }
        let of_first = pages.first().map_or(least, |(_, dense)| *dense);
        let is_near = |dense: f32| dense >= least && dense >= of_first - AS_NEAR;
        pages.into_iter().filter(|(_, dense)| is_near(*dense)).map(|(page, _)| page).collect()
    }
}

fn asked_back(builder: ReplyBuilder) -> Reply {
    builder.finish(Outcome::Clarify, Some(Reason::LowConfidence), vec![Offer::Human, Offer::CallBack])
}

/// Whether the message only names a topic that several pages are about, as in "permit".
pub(super) fn bare_topic(context: &Contextualised, quote: &Quote) -> bool {
    !context.follow_up
        && context.standalone.split_whitespace().count() <= BARE_WORDS
        && quote.lead < CLOSE_LEAD
        && Wanted::of(&context.standalone) == Wanted::Open
}
