//! Phone numbers and e-mail addresses that only a link's target says.

use pulldown_cmark::LinkType;

/// The phone number or e-mail address that a link opens.
pub(super) fn shown_address(link_type: LinkType, target: &str) -> Option<String> {
    let address = match link_type {
        LinkType::Email => Some(target),
        _ => target.strip_prefix("mailto:").or_else(|| target.strip_prefix("tel:")),
    }?;
    let address = address.split('?').next().unwrap_or_default().trim();
    (!address.is_empty()).then(|| address.to_owned())
}

/// Whether the text already says the address, however a phone number is spaced.
pub(super) fn says(text: &str, address: &str) -> bool {
    let bare =
        |text: &str| text.chars().filter(|character| character.is_alphanumeric()).collect::<String>().to_lowercase();
    let (text, address) = (bare(text), bare(address));
    // A number written the international way in the target, +44…, is the same number with 0 in front.
    let national = address.strip_prefix("44").map(|rest| format!("0{rest}"));
    text.contains(&address) || national.is_some_and(|national| text.contains(&national))
}
