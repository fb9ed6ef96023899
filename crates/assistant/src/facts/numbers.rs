//! Figures and number words, read as one decimal: "1,210.50", "twenty-one", "ten thousand", "a hundred and fifty".

/// One number word.
const WORD: &str = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|\
                    seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|\
                    thousand|million|dozen)";

/// The pattern of a figure or of number words, in one group.
pub(super) fn number_pattern() -> String {
    format!(r"(\d[\d,]*(?:\.\d+)?(?: (?:thousand|million)\b)?|(?:\ban? )?\b{WORD}(?:(?:[ -]and)?[ -]{WORD})*\b)")
}

/// The same, or an article that stands for one: "a week".
pub(super) fn count_pattern() -> String {
    format!(r"({}|\ban?)", number_pattern().replacen('(', "(?:", 1))
}

const VALUES: &[(&str, u64)] = &[
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("dozen", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

/// The value of a text that a pattern of this module matched, as a decimal without needless zeros.
pub(super) fn value(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let lower = lower.trim();
    if lower.starts_with(|c: char| c.is_ascii_digit()) {
        let mut parts = lower.split(' ');
        let figure = decimal(parts.next()?);
        return match parts.next() {
            Some("thousand") => times(&figure, 1_000),
            Some("million") => times(&figure, 1_000_000),
            Some(_) | None => Some(figure),
        };
    }
    let (mut total, mut group) = (0_u64, 0_u64);
    for word in lower.split([' ', '-']).filter(|word| !word.is_empty() && *word != "and") {
        match word {
            "hundred" => group = group.max(1).checked_mul(100)?,
            "thousand" => {
                total = total.checked_add(group.max(1).checked_mul(1_000)?)?;
                group = 0;
            }
            "million" => {
                total = total.checked_add(group.max(1).checked_mul(1_000_000)?)?;
                group = 0;
            }
            "dozen" => group = group.max(1).checked_mul(12)?,
            _ => group = group.checked_add(VALUES.iter().find(|(name, _)| *name == word)?.1)?,
        }
    }
    Some((total + group).to_string())
}

/// A figure without thousands' commas and needless zeros.
pub(super) fn decimal(figure: &str) -> String {
    let plain = figure.replace(',', "");
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { &plain };
    let shorter = plain.trim_start_matches('0');
    if shorter.is_empty() || shorter.starts_with('.') { format!("0{shorter}") } else { shorter.to_owned() }
}

/// A decimal times a whole number, exactly: the point moves through an integer, never through a float.
pub(super) fn times(figure: &str, factor: u64) -> Option<String> {
    let (whole, fraction) = figure.split_once('.').unwrap_or((figure, ""));
    let digits: u64 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let product = digits.checked_mul(factor)?;
    let rest = product % scale;
    let whole = product / scale;
    Some(decimal(&if fraction.is_empty() {
        whole.to_string()
    } else {
        format!("{whole}.{rest:0width$}", width = fraction.len())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(value(text).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn words_and_figures_have_one_value() {
        check("1,210.50", "1210.5");
        check("007", "7");
        check("twenty-one", "21");
        check("ten thousand", "10000");
        check("10 thousand", "10000");
        check("a hundred and fifty", "150");
        check("two hundred", "200");
        check("1.5 million", "1500000");
        check("half a dozen".trim_start_matches("half "), "12");
        assert_eq!(times("2.5", 60).as_deref(), Some("150"));
    }
}
