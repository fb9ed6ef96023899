//! Names made of lower-case letters, digits and hyphens, for ids, anchors and file names.

use std::collections::{HashMap, HashSet};

/// Long enough to tell headings apart, short enough for a file name on any system.
const LONGEST_SLUG_CHARACTERS: usize = 60;

/// The text in lower case with every run of other characters than letters and digits made one hyphen. Empty when the
/// text has neither.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut length = 0;
    for character in text.chars().flat_map(char::to_lowercase) {
        if length >= LONGEST_SLUG_CHARACTERS {
            break;
        }
        if character.is_alphanumeric() {
            slug.push(character);
        } else if matches!(character, '\'' | '’') || slug.is_empty() || slug.ends_with('-') {
            // An apostrophe joins: "don't" reads better as "dont" than as "don-t".
            continue;
        } else {
            slug.push('-');
        }
        length += 1;
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Gives out names, each once.
#[derive(Default)]
pub(crate) struct UniqueNames {
    taken: HashSet<String>,
    /// The number to try next for a name, so that a thousand equal headings do not cost a million tries.
    next_number: HashMap<String, usize>,
}

impl UniqueNames {
    /// The wanted name, or the first of `wanted-2`, `wanted-3` … that is not taken yet; takes it.
    pub(crate) fn take(&mut self, wanted: &str) -> String {
        if self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let number = self.next_number.entry(wanted.to_owned()).or_insert(2);
        loop {
            let name = format!("{wanted}-{number}");
            *number += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        fn check(text: &str, expected: &str) {
            assert_eq!(slug(text), expected);
        }
        check("What a burial costs", "what-a-burial-costs");
        check("  If you don’t agree – appeal! ", "if-you-dont-agree-appeal");
        check("Cymorth â’r dreth", "cymorth-âr-dreth");
        check("!!!", "");
        check(&"long ".repeat(50), &"long-".repeat(12)[..59]);
    }

    #[test]
    fn taken_names_get_a_number() {
        let mut unique = UniqueNames::default();
        let names = ["fees", "fees-2", "fees", "fees"].map(|name| unique.take(name));
        assert_eq!(names, ["fees", "fees-2", "fees-3", "fees-4"]);
    }
}
