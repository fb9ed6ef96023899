//! Reading what stands before every question, in the time that nobody else needs.

use crate::{Generator, InferenceError, KvState};

impl Generator {
    /// The state after tokens from the beginning; none when `keep_going`, asked before each block, says no. It is, bit by
    /// bit, that of [`Self::forward`] over all of them at once.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull` and tensor errors.
    pub fn read_prefix(
        &self,
        tokens: &[u32],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<KvState>, InferenceError> {
        self.trunk.read(tokens, keep_going)
    }
}
