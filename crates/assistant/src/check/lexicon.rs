//! The words that the check knows: marks, words that say the same, words that carry nothing. Read from `lexicon.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

/// What a word does to what is said, as a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks(u32);

impl Marks {
    pub(super) const NOT: Self = Self(1);
    /// "Without", "even if", "whatever": says no to a condition.
    pub(super) const FLEXIBLE: Self = Self(1 << 1);
    /// "Need not".
    pub(super) const OPTIONAL: Self = Self(1 << 2);
    pub(super) const MUST: Self = Self(1 << 3);
    pub(super) const MAY: Self = Self(1 << 4);
    pub(super) const CAN: Self = Self(1 << 5);
    pub(super) const SHOULD: Self = Self(1 << 6);
    pub(super) const ONLY: Self = Self(1 << 7);
    pub(super) const UNLESS: Self = Self(1 << 8);
    pub(super) const IF: Self = Self(1 << 9);
    pub(super) const FREE: Self = Self(1 << 10);
    pub(super) const HEDGE: Self = Self(1 << 11);
    pub(super) const ALL: Self = Self(1 << 12);
    pub(super) const SOME: Self = Self(1 << 13);
    /// May begin an instruction: "Call …".
    pub(super) const ORDER: Self = Self(1 << 14);
    pub(super) const UP_TO: Self = Self(1 << 15);
    pub(super) const AT_LEAST: Self = Self(1 << 16);
    pub(super) const OVER: Self = Self(1 << 17);
    pub(super) const UNDER: Self = Self(1 << 18);
    pub(super) const WITHIN: Self = Self(1 << 19);
    pub(super) const BY: Self = Self(1 << 20);
    pub(super) const BEFORE: Self = Self(1 << 21);
    pub(super) const AFTER: Self = Self(1 << 22);
    pub(super) const UNTIL: Self = Self(1 << 23);
    pub(super) const FROM: Self = Self(1 << 24);
    pub(super) const OR_MORE: Self = Self(1 << 25);
    pub(super) const OR_LESS: Self = Self(1 << 26);

    const NAMES: [(&'static str, Self); 27] = [
        ("not", Self::NOT),
        ("flexible", Self::FLEXIBLE),
        ("optional", Self::OPTIONAL),
        ("must", Self::MUST),
        ("may", Self::MAY),
        ("can", Self::CAN),
        ("should", Self::SHOULD),
        ("only", Self::ONLY),
        ("unless", Self::UNLESS),
        ("if", Self::IF),
        ("free", Self::FREE),
        ("hedge", Self::HEDGE),
        ("all", Self::ALL),
        ("some", Self::SOME),
        ("order", Self::ORDER),
        ("upto", Self::UP_TO),
        ("atleast", Self::AT_LEAST),
        ("over", Self::OVER),
        ("under", Self::UNDER),
        ("within", Self::WITHIN),
        ("by", Self::BY),
        ("before", Self::BEFORE),
        ("after", Self::AFTER),
        ("until", Self::UNTIL),
        ("from", Self::FROM),
        ("ormore", Self::OR_MORE),
        ("orless", Self::OR_LESS),
    ];

    /// Whether it has one of these.
    pub(super) fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// Both together.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is left without these.
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// What the lexicon says of a word or a phrase.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) marks: Marks,
    /// Numbers of the lists of words that say the same.
    pub(super) groups: Vec<u16>,
    /// Carries nothing, or little.
    pub(super) is_light: bool,
    /// Carries little.
    pub(super) is_soft: bool,
}

/// Words and phrases by their stems.
pub(super) struct Lexicon {
    words: HashMap<String, Entry>,
    /// By the first stem; the longest first.
    phrases: HashMap<String, Vec<(Vec<String>, Entry)>>,
}

/// The lexicon that ships with the check.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("lexicon.txt")));

/// The stem of a word in lower case.
pub(super) fn stem(word: &str) -> String {
    static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    STEMMER.stem(word).into_owned()
}

impl Lexicon {
    fn read(text: &str) -> Self {
        let mut entries: HashMap<Vec<String>, Entry> = HashMap::new();
        let mut group = 0_u16;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, list)) = line.split_once(':') else { continue };
            group += u16::from(name == "same");
            for words in list.split(',') {
                // "=following" is that form alone.
                let key = |word: &str| if word.starts_with('=') { word.to_owned() } else { stem(word) };
                let stems: Vec<String> = words.split_whitespace().map(key).collect();
                let entry = entries.entry(stems).or_default();
                match name {
                    "same" if !entry.groups.contains(&group) => entry.groups.push(group),
                    "light" => entry.is_light = true,
                    "soft" => (entry.is_light, entry.is_soft) = (true, true),
                    // Of "strict" only the phrases matter: each is read as one.
                    "same" | "strict" => {}
                    mark => {
                        let known = Marks::NAMES.iter().find(|(known, _)| *known == mark);
                        entry.marks = known.map_or(entry.marks, |(_, mark)| entry.marks.with(*mark));
                    }
                }
            }
        }
        let (mut words, mut phrases) = (HashMap::new(), HashMap::<String, Vec<_>>::new());
        for (stems, entry) in entries {
            match stems.as_slice() {
                [] => {}
                [word] => {
                    words.insert(word.clone(), entry);
                }
                [first, ..] => phrases.entry(first.clone()).or_default().push((stems.clone(), entry)),
            }
        }
        for list in phrases.values_mut() {
            list.sort_by(|left, right| right.0.len().cmp(&left.0.len()).then_with(|| left.0.cmp(&right.0)));
        }
        Self { words, phrases }
    }

    /// The entry of a word in lower case, or else of its stem.
    pub(super) fn word(&self, word: &str, stem: &str) -> Entry {
        let of_form = self.words.get(&format!("={word}"));
        of_form.or_else(|| self.words.get(stem)).cloned().unwrap_or_default()
    }

    /// The longest phrase at the beginning of these stems, and how many of them it takes.
    pub(super) fn phrase(&self, stems: &[&str]) -> Option<(usize, &Entry)> {
        let list = self.phrases.get(*stems.first()?)?;
        let fits = |phrase: &Vec<String>| phrase.len() <= stems.len() && phrase.iter().zip(stems).all(|(a, b)| a == b);
        list.iter().find(|(phrase, _)| fits(phrase)).map(|(phrase, entry)| (phrase.len(), entry))
    }
}
