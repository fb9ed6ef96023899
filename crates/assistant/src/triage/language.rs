//! Languages that the pages are not in, told by script and by the commonest words.

use super::Triage;

/// Common words that are no English ones as well.
const WELSH: &[&str] = &[
    "mae",
    "mae'r",
    "yw",
    "ydy",
    "ydych",
    "oes",
    "sut",
    "beth",
    "pryd",
    "ble",
    "pwy",
    "faint",
    "gyda",
    "wedi",
    "gallaf",
    "alla",
    "rydw",
    "dwi",
    "fy",
    "eich",
    "ei",
    "eu",
    "cael",
    "cyngor",
    "biniau",
    "treth",
    "yn",
    "yr",
    "ar",
    "os",
    "gwelwch",
    "dda",
    "diolch",
    "casglu",
    "talu",
    "ysgol",
    "tai",
    "cais",
    "helo",
    "bore",
    "gwastraff",
    "ailgylchu",
];
const FOREIGN: &[&str] = &[
    // Polish
    "jak",
    "gdzie",
    "kiedy",
    "czy",
    "jest",
    "nie",
    "się",
    "na",
    "mogę",
    "proszę",
    "dla",
    "mieszkanie",
    "za",
    "moje",
    "dzień",
    "dobry",
    // Romanian
    "este",
    "pentru",
    "unde",
    "cum",
    "când",
    "vă",
    "rog",
    "sunt",
    "și",
    "la",
    "în",
    // French
    "comment",
    "où",
    "est",
    "puis-je",
    "pour",
    "le",
    "la",
    "les",
    "des",
    "je",
    "vous",
    "une",
    "mon",
    "ma",
    "avec",
    "quand",
    "payer",
    "est-ce",
    // Spanish and Portuguese
    "cómo",
    "como",
    "dónde",
    "onde",
    "cuándo",
    "quando",
    "puedo",
    "posso",
    "para",
    "el",
    "los",
    "un",
    "mi",
    "por",
    "favor",
    "pagar",
    "que",
    "está",
    "minha",
    "meu",
    // German, Lithuanian
    "wie",
    "wo",
    "wann",
    "ich",
    "kann",
    "der",
    "das",
    "und",
    "bitte",
    "für",
    "kaip",
    "kur",
    "ar",
    "galiu",
];

/// Words that make a message English when they are among few.
const ENGLISH: &[&str] = &[
    "the", "a", "is", "my", "do", "how", "what", "when", "can", "you", "and", "for", "of", "to", "i", "in", "on",
    "where", "it", "are", "does",
];

/// Welsh, or another language that is not English; none for English and for messages too short to tell.
pub(super) fn foreign(text: &str) -> Option<Triage> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let latin = text.chars().filter(|c| c.is_ascii_alphabetic() || ('\u{c0}'..'\u{250}').contains(c)).count();
    if letters >= 4 && latin * 2 < letters {
        return Some(Triage::ForeignLanguage);
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '-').filter(|word| !word.is_empty()).collect();
    if words.len() < 3 {
        return None;
    }
    let count = |list: &[&str]| words.iter().filter(|word| list.contains(word)).count();
    let (welsh, foreign, english) = (count(WELSH), count(FOREIGN), count(ENGLISH));
    if welsh >= 2 && welsh > english && welsh >= foreign {
        Some(Triage::Welsh)
    } else if foreign >= 2 && foreign > english * 2 {
        Some(Triage::ForeignLanguage)
    } else {
        None
    }
}
