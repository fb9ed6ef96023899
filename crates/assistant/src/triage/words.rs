//! A message as plain words: spelling, short forms and contractions evened out, sentences kept apart.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How far the end of a sentence sets two words apart: further than neighbours in a rule may be, unless it says so.
const SENTENCE_GAP: usize = 4;

/// What ends a sentence, whatever follows: few residents type capitals.
pub(super) const SENTENCE_ENDS: [char; 5] = ['.', '!', '?', ';', '\n'];

/// Words that say nothing on their own and would only stretch distances.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "just",
    "really",
    "very",
    "quite",
    "so",
    "has",
    "have",
    "had",
    "is",
    "been",
    "was",
    "literally",
    "actually",
    "well",
    "please",
    "pls",
    "plz",
];

/// Spellings and short forms that residents type, and what they stand for.
const SPELLINGS: &[(&str, &str)] = &[
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("im", "i am"),
    ("ive", "i"),
    ("id", "i"),
    ("weve", "we"),
    ("theyve", "they"),
    ("youve", "you"),
    ("theyre", "they are"),
    ("youre", "you are"),
    ("hes", "he"),
    ("shes", "she"),
    ("theres", "there"),
    ("thats", "that"),
    ("whats", "what"),
    ("its", "it"),
    ("dont", "do not"),
    ("dnt", "do not"),
    ("doesnt", "do not"),
    ("didnt", "do not"),
    ("does", "do"),
    ("did", "do"),
    ("cant", "can not"),
    ("carnt", "can not"),
    ("cannot", "can not"),
    ("couldnt", "can not"),
    ("could", "can"),
    ("wont", "will not"),
    ("wouldnt", "will not"),
    ("would", "will"),
    ("shouldnt", "should not"),
    ("isnt", "not"),
    ("aint", "not"),
    ("wasnt", "not"),
    ("arent", "not"),
    ("werent", "not"),
    ("havent", "not"),
    ("havnt", "not"),
    ("hasnt", "not"),
    ("hadnt", "not"),
    ("never", "not"),
    ("wanna", "want to"),
    ("wana", "want to"),
    ("gonna", "going to"),
    ("gona", "going to"),
    ("gotta", "got to"),
    ("tonite", "tonight"),
    ("2nite", "tonight"),
    ("tonght", "tonight"),
    ("2moz", "tomorrow"),
    ("tmrw", "tomorrow"),
    ("tomoz", "tomorrow"),
    ("tommorow", "tomorrow"),
    ("tomorow", "tomorrow"),
    ("cos", "because"),
    ("cuz", "because"),
    ("coz", "because"),
    ("bf", "boyfriend"),
    ("gf", "girlfriend"),
    ("hubby", "husband"),
    ("wiv", "with"),
    ("n", "and"),
    ("yr", "year"),
    ("yrs", "year"),
    ("years", "year"),
    ("mths", "month"),
    ("months", "month"),
    ("wks", "week"),
    ("yo", "year old"),
    ("mins", "minutes"),
    ("anymore", "any more"),
    ("noone", "nobody"),
    ("nowt", "nothing"),
    ("summat", "something"),
    ("sumone", "someone"),
    ("somone", "someone"),
    ("sum1", "someone"),
    ("someones", "someone"),
    ("ppl", "people"),
    ("knifes", "knives"),
    ("nife", "knife"),
    ("breath", "breathe"),
    ("breth", "breathe"),
    ("breeth", "breathe"),
    ("breeve", "breathe"),
    ("brething", "breathing"),
    ("breethin", "breathing"),
    ("breathin", "breathing"),
    ("concious", "conscious"),
    ("unconcious", "unconscious"),
    ("unconcous", "unconscious"),
    ("suiside", "suicide"),
    ("sucide", "suicide"),
    ("sucidal", "suicidal"),
    ("suicidle", "suicidal"),
    ("suisidal", "suicidal"),
    ("abit", "bit"),
    ("gass", "gas"),
    ("smel", "smell"),
    ("leek", "leak"),
    ("leeking", "leaking"),
    ("thro", "through"),
    ("thru", "through"),
    ("frm", "from"),
    ("hav", "have"),
    ("skared", "scared"),
    ("scard", "scared"),
    ("fone", "phone"),
    ("myself", "self"),
    ("meself", "self"),
    ("himself", "self"),
    ("herself", "self"),
    ("themself", "self"),
    ("themselves", "self"),
    ("nobodys", "nobody"),
    ("leccy", "electric"),
    ("leccie", "electric"),
    ("elec", "electric"),
    ("electricity", "electric"),
    ("elderley", "elderly"),
    ("prego", "pregnant"),
    ("pregnent", "pregnant"),
    ("collasped", "collapsed"),
    ("colapsed", "collapsed"),
    ("strangeld", "strangled"),
    ("bleedin", "bleeding"),
    ("livin", "living"),
    ("sleepin", "sleeping"),
    ("hittin", "hitting"),
    ("beatin", "beating"),
    ("killin", "killing"),
    ("dyin", "dying"),
    ("nothin", "nothing"),
    ("comin", "coming"),
    ("goin", "going"),
];

static STANDARD: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| SPELLINGS.iter().copied().collect());

/// A word with its place: words of one sentence count on by one, the next sentence begins further off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: usize,
    /// The number of its sentence.
    pub(super) sentence: usize,
}

/// The words of a message. Apostrophes go, `'s` with them; what stands for "not" becomes "not"; fillers are left out.
pub(super) fn words(message: &str) -> Vec<Word> {
    let mut reader = Reader { words: Vec::new(), place: 0, sentence: 0 };
    let lower = message.to_lowercase();
    let mut word = String::new();
    let mut characters = lower.chars().peekable();
    while let Some(c) = characters.next() {
        let digit_meets_letter = word
            .chars()
            .next_back()
            .is_some_and(|last| last.is_ascii_digit() && c.is_alphabetic() && !word.starts_with('2'));
        if digit_meets_letter {
            reader.take(&mut word);
        }
        match c {
            '\'' | '’' => {
                // "he's", "dad'll": what hangs on after the apostrophe, unless it is the "t" of "not".
                let rest: String = characters.clone().take_while(|c| c.is_alphabetic()).collect();
                let (skip, expanded) = match rest.as_str() {
                    "s" | "ve" | "d" => (rest.len(), None),
                    "ll" => (rest.len(), Some("will")),
                    "re" => (rest.len(), Some("are")),
                    "m" => (rest.len(), Some("am")),
                    _ => (0, None),
                };
                for _ in 0..skip {
                    characters.next();
                }
                if skip > 0 {
                    reader.take(&mut word);
                }
                if let Some(expanded) = expanded {
                    reader.push(expanded);
                }
            }
            c if c.is_alphanumeric() => word.push(c),
            c if SENTENCE_ENDS.contains(&c) => {
                reader.take(&mut word);
                reader.end_sentence();
            }
            _ => reader.take(&mut word),
        }
    }
    reader.take(&mut word);
    reader.words
}

/// Whether a word of a message comes out as it is.
#[cfg(test)]
pub(super) fn is_read(word: &str) -> bool {
    !FILLERS.contains(&word) && STANDARD.get(word).is_none_or(|standard| *standard == word)
}

struct Reader {
    words: Vec<Word>,
    place: usize,
    sentence: usize,
}

impl Reader {
    fn take(&mut self, word: &mut String) {
        if !word.is_empty() {
            let standard = STANDARD.get(word.as_str()).copied().unwrap_or(word.as_str());
            for part in standard.split(' ') {
                self.push(part);
            }
            word.clear();
        }
    }

    fn push(&mut self, text: &str) {
        if !FILLERS.contains(&text) {
            self.words.push(Word { text: text.to_owned(), place: self.place, sentence: self.sentence });
            self.place += 1;
        }
    }

    fn end_sentence(&mut self) {
        if self.words.last().is_some_and(|last| last.sentence == self.sentence) {
            self.sentence += 1;
            self.place += SENTENCE_GAP;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expected: &str) {
        let read: Vec<String> = words(message).into_iter().map(|word| word.text).collect();
        assert_eq!(read.join(" "), expected, "{message}");
    }

    #[test]
    fn spelling_is_evened_out() {
        check("He's got a KNIFE, and I'm scared!", "he got knife and i am scared");
        check("I cant see the point any more", "i can not see point any more");
        check("i don't wanna be here anymore", "i do not want to be here any more");
        check("she isn't breathing. They've gone", "she not breathing they gone");
        check("my 3yo is 14yrs", "my 3 year old 14 year");
        check("", "");
    }

    #[test]
    fn sentences_are_set_apart() {
        let read = words("No gas. Smell nothing...");
        let places: Vec<(usize, usize)> = read.iter().map(|word| (word.place, word.sentence)).collect();
        assert_eq!(places, [(0, 0), (1, 0), (2 + SENTENCE_GAP, 1), (3 + SENTENCE_GAP, 1)]);
    }
}
