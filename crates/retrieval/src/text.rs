//! How text becomes words and stems: the same way for pages, questions and the checks on answers.

use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::{
    Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
};

/// Words that say nothing about the subject of a question. Negations and modal verbs matter to the check, which reads
/// the text itself, and not to retrieval.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "d",
    "did", "do", "does", "for", "from", "get", "got", "had", "has", "have", "he", "hello", "her", "hi", "his", "how",
    "i", "if", "in", "into", "is", "it", "its", "just", "know", "like", "ll", "m", "me", "mine", "my", "need", "no",
    "not", "of", "on", "or", "our", "out", "please", "pls", "re", "s", "she", "should", "so", "some", "t", "tell",
    "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "u", "up", "us",
    "ve", "want", "was", "we", "were", "what", "when", "where", "which", "who", "will", "with", "would", "you", "your",
];

/// Cuts text into stems.
#[derive(Clone)]
pub struct Analyzer(TextAnalyzer);

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Analyzer")
    }
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl Analyzer {
    /// English stems, lower case, without stop words.
    pub fn new() -> Self {
        let analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(40))
            .filter(LowerCaser)
            .filter(StopWordFilter::remove(STOP_WORDS.iter().map(|word| (*word).to_owned())))
            .filter(Stemmer::new(Language::English))
            .build();
        Self(analyzer)
    }

    /// The stems of `text`, in order, repeats included.
    pub fn stems(&self, text: &str) -> Vec<String> {
        let mut analyzer = self.0.clone();
        let mut stream = analyzer.token_stream(text);
        let mut stems = Vec::new();
        while stream.advance() {
            stems.push(stream.token().text.clone());
        }
        stems
    }

    pub(crate) fn tantivy(&self) -> TextAnalyzer {
        self.0.clone()
    }
}

/// Whether a lower-case word is a stop word.
pub(crate) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// The words of `text` in lower case, as runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted_for_the_binary_search() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && !is_stop_word("bin"));
    }

    #[test]
    fn inflected_words_share_a_stem() {
        let analyzer = Analyzer::new();
        assert_eq!(analyzer.stems("When are the bins collected?"), analyzer.stems("bin collection"));
    }
}
