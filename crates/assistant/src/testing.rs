//! Replies and small assistants for the tests of crates that show or judge them.

use conversation::{Citation, Offer, Outcome, Reason, SuggestedPage};

use crate::reply::{Reply, ReplyBuilder, Trace};
use crate::texts::FixedText;

/// A signpost with this text.
pub fn signpost_reply(text: &str) -> Reply {
    ReplyBuilder::default().fixed(&FixedText::signpost(text)).finish(Outcome::Signpost, None, Vec::new())
}

/// An answer of one fixed sentence.
pub fn fixed_reply(text: &str) -> Reply {
    ReplyBuilder::default().fixed(&FixedText::signpost(text)).finish(Outcome::Answer, None, Vec::new())
}

/// An answer of one sentence that cites a place on a page.
pub fn cited_reply(text: &str, citation: Citation) -> Reply {
    ReplyBuilder::default().fixed(&FixedText::signpost(text)).citing(citation).finish(Outcome::Answer, None, Vec::new())
}

/// The way to a person, for this reason.
pub fn handoff_reply(text: &str, reason: Reason) -> Reply {
    let offers = vec![Offer::Human, Offer::CallBack];
    ReplyBuilder::default().fixed(&FixedText::signpost(text)).finish(Outcome::Handoff, Some(reason), offers)
}

/// The reply, pointing to these pages.
#[must_use]
pub fn pointing_to(mut reply: Reply, pages: Vec<SuggestedPage>) -> Reply {
    reply.set_pages(pages);
    reply
}

/// The reply as if it had taken this path.
#[must_use]
pub fn on_path(mut reply: Reply, path: &str) -> Reply {
    reply.set_trace(Trace { path: path.to_owned(), ..reply.trace().clone() });
    reply
}

/// A question back, with these readings.
pub fn clarify_reply(text: &str, choices: &[&str]) -> Reply {
    let mut builder = ReplyBuilder::default().fixed(&FixedText::signpost(text));
    for choice in choices {
        builder.push_fixed(&crate::texts::choice(choice));
    }
    let mut reply = builder.finish(Outcome::Clarify, None, Vec::new());
    reply.set_choices(choices.iter().map(|choice| (*choice).to_owned()).collect());
    reply
}
