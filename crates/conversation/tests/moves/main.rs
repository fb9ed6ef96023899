//! The moves of a conversation, tried in every order: what may happen, what may not, and what never happens however
//! residents, staff and the assistant get in each other's way.
#![allow(clippy::unwrap_used)]

mod actors;
mod commands;
mod interleaved;
mod rules;
mod sequences;
mod table;
