//! The real router, driven as a client would, with replies by a script.
#![allow(clippy::unwrap_used)]

pub(crate) mod app;
mod endings;
mod overload;
mod refusals;
mod shown;
mod turns;
