//! Addresses within the console.

/// Percent-encodes a value for the query of an address (RFC 3986).
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The address if it is one of the console's own, so that nobody is sent elsewhere after signing in.
pub(crate) fn own(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let plain = |character: char| character.is_ascii_graphic() && character != '\\';
    let ours = path == "/staff" || path.starts_with("/staff/");
    (ours && !path.contains("//") && !path.contains("..") && address.chars().all(plain)).then_some(address)
}

/// The query of an address with these values; those that are empty are left out.
pub(crate) fn query(values: &[(&str, &str)]) -> String {
    let given = values.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_console_are_its_own() {
        for own_address in ["/staff", "/staff?service=waste", "/staff/conversations/1?done=sent#n4"] {
            assert_eq!(own(own_address), Some(own_address));
        }
        for other in [
            "",
            "/",
            "/staffing",
            "//evil.example/staff",
            "https://evil.example",
            "/staff//evil.example",
            "/staff/../x",
            "/staff/\\evil",
            "/staff/a b",
            "/staff/\r\nset-cookie: a",
        ] {
            assert_eq!(own(other), None, "{other}");
        }
    }

    #[test]
    fn a_query_leaves_out_what_is_empty() {
        assert_eq!(query(&[("text", "a b&c"), ("page", "")]), "?text=a%20b%26c");
        assert_eq!(query(&[("text", "")]), "");
    }
}
