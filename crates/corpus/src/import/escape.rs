//! Text made safe for Markdown and for YAML: read back, it says what it said before.

/// Text inside a line of Markdown, every character that could mean something escaped.
pub(super) fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let escape = match character {
            '\\' | '*' | '`' | '[' | ']' | '<' | '|' => true,
            // Inside a word an underscore means nothing.
            '_' => !(previous.is_alphanumeric() && next.is_some_and(char::is_alphanumeric)),
            '~' => previous == '~' || next == Some('~') || previous.is_whitespace(),
            '&' => next.is_some_and(|next| next.is_alphabetic() || next == '#'),
            '!' => next == Some('['),
            _ => false,
        };
        if escape {
            escaped.push('\\');
        }
        escaped.push(character);
        previous = character;
    }
    escaped
}

/// A line of inline Markdown that begins a block, so that its beginning makes no heading, list, quote or rule.
pub(super) fn line_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let after = |from: usize| line[from..].chars().next();
    // A number with a stop, a list's bullet, a heading's mark: a backslash before the mark makes it text.
    let mark = match after(0) {
        Some('#' | '>' | '+' | '-' | '=' | ':' | '~') => Some(0),
        Some(first) if first.is_ascii_digit() && matches!(after(digits), Some('.' | ')')) => Some(digits),
        _ => None,
    };
    mark.map_or_else(|| line.to_owned(), |at| format!("{}\\{}", &line[..at], &line[at..]))
}

/// A quoted YAML string on one line.
pub(super) fn yaml(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // YAML takes some of these for line breaks, and refuses the others.
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                push_code(&mut quoted, character);
            }
            _ if character.is_control() => push_code(&mut quoted, character),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Four hexadecimal digits are enough for every character that is escaped.
fn push_code(quoted: &mut String, character: char) {
    let code = u32::from(character);
    quoted.push_str("\\u");
    quoted.extend([12, 8, 4, 0].into_iter().filter_map(|shift| char::from_digit((code >> shift) & 0xf, 16)));
}
