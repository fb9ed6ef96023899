//! The prompt `[system][passage] | [question]`: what stands before the bar is the same for every resident who is shown
//! the passage, so that its key/value state can be computed once and kept.

use corpus::{Page, Passage};
use inference::{ChatTemplate, InferenceError, Message, Tokenizer};

/// What the model is told before the passage, whichever its role.
pub const SYSTEM: &str = "You help residents of a council. You read one text from the council's website and rely on \
nothing else. You write plain, short English.";

/// A prompt's tokens before and after the bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// System message and passage.
    pub prefix: Vec<u32>,
    /// The instruction or question, up to the point where the model speaks.
    pub suffix: Vec<u32>,
}

impl Prompt {
    /// Encodes the prompt for a passage, with `request` after the bar, as a model's template and tokeniser have it.
    ///
    /// # Errors
    /// Errors of the chat template and the tokeniser.
    pub fn new(
        chat: &ChatTemplate,
        tokenizer: &Tokenizer,
        page: &Page,
        passage: &Passage,
        request: &str,
    ) -> Result<Self, InferenceError> {
        Self::of_text(chat, tokenizer, &page.title, &passage.text, request)
    }

    /// As [`Self::new`], for a passage that stands on no page.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_text(
        chat: &ChatTemplate,
        tokenizer: &Tokenizer,
        title: &str,
        text: &str,
        request: &str,
    ) -> Result<Self, InferenceError> {
        let messages = [
            Message { role: "system", parts: vec![SYSTEM.to_owned()] },
            Message { role: "user", parts: vec![format!("Text: {title}\n{text}"), format!("\n\n{request}")] },
        ];
        let pieces = chat.render(&messages)?;
        let mut tokens = chat.encode(tokenizer, &pieces)?;
        // Pieces: template, system, template, passage | request, template.
        let suffix = tokens.split_off(tokens.len() - 2).concat();
        Ok(Self { prefix: tokens.concat(), suffix })
    }
}
