//! The real router, driven as a client would, with replies by a script.
#![allow(clippy::unwrap_used)]

pub(crate) mod app;
mod chat;
mod endings;
mod filling;
mod full;
mod kept;
mod load;
mod openapi;
mod overload;
mod people;
mod refusals;
mod replicas;
mod restarts;
mod shown;
mod staff;
mod turns;
mod widget;
