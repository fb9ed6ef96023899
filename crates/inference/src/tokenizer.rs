//! Byte-level BPE tokenisers built from the metadata of a GGUF file, giving the ids that llama.cpp gives.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;
use tokenizers::decoders::byte_level::ByteLevel as ByteLevelDecoder;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, PreTokenizerWrapper, SplitDelimiterBehavior};

use crate::InferenceError;
use crate::weights::metadata_string;

/// Splits words for `qwen2`; the pattern of the published tokeniser.
const QWEN2_WORDS: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Splits words for `llama-bpe`; the pattern of the published tokeniser.
const LLAMA3_WORDS: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const TOKEN_CONTROL: u32 = 3;
const TOKEN_USER_DEFINED: u32 = 4;

/// A byte-level BPE tokeniser.
pub struct Tokenizer {
    /// Reads marks such as `<|im_start|>` as text.
    plain: tokenizers::Tokenizer,
    /// Reads them as the control tokens that they name.
    with_control: tokenizers::Tokenizer,
    end_of_turn: Vec<u32>,
    beginning: Option<u32>,
    end: Option<u32>,
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokenizer").field("end_of_turn", &self.end_of_turn).finish_non_exhaustive()
    }
}

fn failed(error: impl std::fmt::Display) -> InferenceError {
    InferenceError::Tokenizer(error.to_string())
}

impl Tokenizer {
    /// Builds the tokeniser that the file describes.
    ///
    /// # Errors
    /// `Unsupported` for a kind other than byte-level BPE or an unknown way of splitting words, naming it.
    pub fn from_gguf(metadata: &HashMap<String, Value>) -> Result<Self, InferenceError> {
        let kind = metadata_string(metadata, "tokenizer.ggml.model").unwrap_or_default();
        if kind != "gpt2" {
            return Err(InferenceError::Unsupported(format!("tokeniser `{kind}`; byte-level BPE (`gpt2`) is")));
        }
        let words = metadata_string(metadata, "tokenizer.ggml.pre").unwrap_or_else(|| "default".into());
        let list = |key: &str| -> Result<&Vec<Value>, InferenceError> {
            let value = metadata.get(key).ok_or_else(|| failed(format!("the file has no `{key}`")))?;
            Ok(value.to_vec()?)
        };
        let mut vocabulary = Vec::new();
        for token in list("tokenizer.ggml.tokens")? {
            vocabulary.push(token.to_string()?.clone());
        }
        let mut merges = Vec::new();
        for merge in list("tokenizer.ggml.merges")? {
            let merge = merge.to_string()?;
            let (left, right) = merge.split_once(' ').ok_or_else(|| failed(format!("bad merge `{merge}`")))?;
            merges.push((left.to_owned(), right.to_owned()));
        }
        let mut kinds = Vec::with_capacity(vocabulary.len());
        for kind in list("tokenizer.ggml.token_type")? {
            kinds.push(match kind {
                Value::I32(kind) => *kind as u32,
                other => other.to_u32()?,
            });
        }
        let of_kind = |wanted: u32, special: bool| -> Vec<AddedToken> {
            let named = vocabulary.iter().zip(&kinds).filter(|(_, kind)| **kind == wanted);
            named.map(|(token, _)| AddedToken::from(token.clone(), special).normalized(false)).collect()
        };
        let (control, user_defined) = (of_kind(TOKEN_CONTROL, true), of_kind(TOKEN_USER_DEFINED, false));
        let ids: HashMap<String, u32> =
            vocabulary.iter().enumerate().map(|(id, token)| (token.clone(), id as u32)).collect();

        let id = |key: &str| metadata.get(key).and_then(|value| value.to_u32().ok());
        let end = id("tokenizer.ggml.eos_token_id");
        let marks = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>"];
        let mut end_of_turn: Vec<u32> = marks.iter().filter_map(|mark| ids.get(*mark).copied()).collect();
        end_of_turn.extend(end);

        let model = BPE::builder()
            .vocab_and_merges(ids.into_iter().collect::<Vocab>(), merges)
            .ignore_merges(words == "llama-bpe")
            .build()
            .map_err(failed)?;
        let mut plain = tokenizers::Tokenizer::new(model);
        plain.with_pre_tokenizer(Some(word_splitter(&words)?));
        plain.with_decoder(Some(ByteLevelDecoder::default()));
        plain.add_tokens(user_defined).map_err(failed)?;
        let mut with_control = plain.clone();
        with_control.add_special_tokens(control).map_err(failed)?;
        Ok(Self { plain, with_control, end_of_turn, beginning: id("tokenizer.ggml.bos_token_id"), end })
    }

    /// Token ids of `text`; marks such as `<|im_start|>` in it stay text. For everything that people or pages wrote.
    ///
    /// # Errors
    /// `Tokenizer` when the library fails.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        Ok(self.plain.encode_fast(text, false).map_err(failed)?.get_ids().to_vec())
    }

    /// Token ids of `text`, its control marks read as control tokens. For chat templates only.
    ///
    /// # Errors
    /// `Tokenizer` when the library fails.
    pub fn encode_with_control(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        Ok(self.with_control.encode_fast(text, false).map_err(failed)?.get_ids().to_vec())
    }

    /// The text of token ids, control tokens left out.
    ///
    /// # Errors
    /// `Tokenizer` when the library fails.
    pub fn decode(&self, ids: &[u32]) -> Result<String, InferenceError> {
        self.with_control.decode(ids, true).map_err(failed)
    }

    /// Whether this token ends the model's turn.
    pub fn ends_turn(&self, id: u32) -> bool {
        self.end_of_turn.contains(&id)
    }

    /// The text of the beginning-of-sequence token, where the file names one.
    pub(crate) fn beginning_text(&self) -> Option<String> {
        self.beginning.and_then(|id| self.with_control.id_to_token(id))
    }

    /// The text of the end-of-sequence token, where the file names one.
    pub(crate) fn end_text(&self) -> Option<String> {
        self.end.and_then(|id| self.with_control.id_to_token(id))
    }
}

/// How text is cut into words before merging, by the name that the file gives.
fn word_splitter(name: &str) -> Result<PreTokenizerWrapper, InferenceError> {
    let bytes = |split_words: bool| PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, split_words));
    let by_pattern = |pattern: &str| -> Result<PreTokenizerWrapper, InferenceError> {
        let split = Split::new(SplitPattern::Regex(pattern.into()), SplitDelimiterBehavior::Isolated, false);
        let split = PreTokenizerWrapper::Split(split.map_err(failed)?);
        Ok(PreTokenizerWrapper::Sequence(Sequence::new(vec![split, bytes(false)])))
    };
    match name {
        "default" | "gpt-2" => Ok(bytes(true)),
        "smollm" => {
            let digits = PreTokenizerWrapper::Digits(Digits::new(true));
            Ok(PreTokenizerWrapper::Sequence(Sequence::new(vec![digits, bytes(true)])))
        }
        "qwen2" => by_pattern(QWEN2_WORDS),
        "llama-bpe" => by_pattern(LLAMA3_WORDS),
        other => Err(InferenceError::Unsupported(format!(
            "word splitting `{other}`; `default`, `gpt-2`, `smollm`, `qwen2` and `llama-bpe` are"
        ))),
    }
}
