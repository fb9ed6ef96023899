//! Limits on what residents send.

/// Longest question that is read, in characters.
pub const MAX_QUESTION_CHARACTERS: usize = 2000;

/// Earlier turns that are read for a follow-up.
pub const MAX_HISTORY_TURNS: usize = 8;

/// Longest earlier turn that is read, in characters.
pub const MAX_TURN_CHARACTERS: usize = 2000;
