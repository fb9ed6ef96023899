//! Names for headings in addresses: the same rule as in the ids of the passages, so that both lead to the same place.

use std::collections::HashSet;

/// Long enough to tell headings apart.
const LONGEST_SLUG_CHARACTERS: usize = 60;

/// The text in lower case with every run of other characters than letters and digits made one hyphen. An apostrophe joins:
/// "don't" is "dont". Empty when the text has neither letters nor digits.
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
            continue;
        } else {
            slug.push('-');
        }
        length += 1;
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Gives each heading of a page a name of its own.
#[derive(Default)]
pub(crate) struct Anchors(HashSet<String>);

impl Anchors {
    /// The heading's slug, or the first of `slug-2`, `slug-3` … that is free.
    pub(crate) fn take(&mut self, heading: &str) -> String {
        let slug = match slug(heading) {
            slug if slug.is_empty() => "section".to_owned(),
            slug => slug,
        };
        let numbered = (2..).map(|number| format!("{slug}-{number}"));
        let free = std::iter::once(slug.clone()).chain(numbered).find(|name| !self.0.contains(name)).unwrap_or(slug);
        self.0.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_follow_the_rule_of_the_passages() {
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
    fn equal_headings_get_numbers() {
        let mut anchors = Anchors::default();
        let names = ["Fees", "Fees", "Fees 2", "?"].map(|heading| anchors.take(heading));
        assert_eq!(names, ["fees", "fees-2", "fees-2-2", "section"]);
    }
}
