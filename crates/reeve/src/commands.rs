//! One module a subcommand.

pub(crate) mod ask;
pub(crate) mod calibrate;
pub(crate) mod cases;
pub(crate) mod check;
pub(crate) mod evaluate;
pub(crate) mod import;
pub(crate) mod models;
pub(crate) mod replay;
pub(crate) mod safety;
pub(crate) mod sentences;
pub(crate) mod serve;
pub(crate) mod staff;
