//! Replies and small assistants for the tests of crates that show or judge them.

use conversation::Outcome;

use crate::reply::{Reply, ReplyBuilder};
use crate::texts::FixedText;

/// A signpost with this text.
pub fn signpost_reply(text: &str) -> Reply {
    ReplyBuilder::default().fixed(&FixedText::signpost(text)).finish(Outcome::Signpost, None, Vec::new())
}

/// An answer of one fixed sentence.
pub fn fixed_reply(text: &str) -> Reply {
    ReplyBuilder::default().fixed(&FixedText::signpost(text)).finish(Outcome::Answer, None, Vec::new())
}
