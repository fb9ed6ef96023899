//! The chat template of a model file, rendered into pieces: what the template wrote (control marks read as tokens)
//! and what people and pages wrote (read as text, whatever it looks like).

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;
use minijinja::{Environment, context};
use serde::Serialize;

use crate::weights::metadata_string;
use crate::{InferenceError, Tokenizer};

/// The template used when the file has none: `ChatML`.
const CHATML: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n\
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// One message of a conversation with the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: &'static str,
    /// The content, in parts that are tokenised one by one, so that a prefix of the parts gives a prefix of the tokens.
    pub parts: Vec<String>,
}

/// A piece of a rendered conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Written by the template.
    Template(String),
    /// A part of a message.
    Content(String),
}

/// A model's chat template.
pub struct ChatTemplate {
    environment: Environment<'static>,
    beginning: String,
    end: String,
}

impl std::fmt::Debug for ChatTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChatTemplate").finish_non_exhaustive()
    }
}

impl ChatTemplate {
    /// Takes the template of the file, or `ChatML` where it has none.
    ///
    /// # Errors
    /// `ChatTemplate` when it is not a valid template.
    pub fn from_gguf(metadata: &HashMap<String, Value>, tokenizer: &Tokenizer) -> Result<Self, InferenceError> {
        let source = metadata_string(metadata, "tokenizer.chat_template").unwrap_or_else(|| CHATML.into());
        let mut environment = Environment::new();
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_template_owned("chat", source)?;
        Ok(Self {
            environment,
            beginning: tokenizer.beginning_text().unwrap_or_default(),
            end: tokenizer.end_text().unwrap_or_default(),
        })
    }

    /// Renders a conversation up to the point where the assistant speaks.
    ///
    /// # Errors
    /// `ChatTemplate` when the template fails on these messages or leaves one out.
    pub fn render(&self, messages: &[Message]) -> Result<Vec<Piece>, InferenceError> {
        #[derive(Serialize)]
        struct Slot {
            role: &'static str,
            content: String,
        }
        // Slots stand for the contents, so that no content can be taken for a part of the template.
        let slot = |index: usize| format!("\u{e000}{index}\u{e001}");
        let slots: Vec<Slot> = messages
            .iter()
            .enumerate()
            .map(|(index, message)| Slot { role: message.role, content: slot(index) })
            .collect();
        let rendered = self.environment.get_template("chat")?.render(context! {
            messages => slots,
            add_generation_prompt => true,
            bos_token => self.beginning,
            eos_token => self.end,
        })?;
        let mut pieces = Vec::new();
        let mut rest = rendered.as_str();
        for (index, message) in messages.iter().enumerate() {
            let (before, after) = rest.split_once(&slot(index)).ok_or_else(|| {
                InferenceError::Unsupported(format!("a chat template that leaves out the {} message", message.role))
            })?;
            pieces.push(Piece::Template(before.to_owned()));
            pieces.extend(message.parts.iter().cloned().map(Piece::Content));
            rest = after;
        }
        pieces.push(Piece::Template(rest.to_owned()));
        Ok(pieces)
    }

    /// Token ids of each piece.
    ///
    /// # Errors
    /// `Tokenizer` when the tokeniser fails.
    pub fn encode(&self, tokenizer: &Tokenizer, pieces: &[Piece]) -> Result<Vec<Vec<u32>>, InferenceError> {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Template(text) => tokenizer.encode_with_control(text),
                Piece::Content(text) => tokenizer.encode(text),
            })
            .collect()
    }
}
