//! The way to a person: phone, email and when someone is there.

use corpus::Council;
use jiff::Timestamp;

use crate::texts::FixedText;

/// One or two sentences that say how to reach a person about a service, or the council where the service is unknown.
pub(crate) fn way_to_a_person(council: &Council, service: Option<&str>, now: Timestamp) -> FixedText {
    let contact = council.contact_for(service);
    let (phone, email) = (contact.phone.as_ref(), contact.email.as_ref());
    let address = council.contact.address.as_ref();
    let mut text = match (phone, email) {
        (Some(phone), Some(email)) => format!("You can call {} on {phone} or email {email}.", council.name),
        (Some(phone), None) => format!("You can call {} on {phone}.", council.name),
        (None, Some(email)) => format!("You can email {} at {email}.", council.name),
        (None, None) => match (address, &council.website) {
            (Some(address), _) => format!("You can visit or write to {}.", address.trim_end_matches('.')),
            (None, Some(website)) => format!("You can find how to reach us at {website}."),
            (None, None) => format!("Please contact {}.", council.name),
        },
    };
    if phone.is_some() {
        text.push_str(&lines_open(council, service, now));
    }
    FixedText::contact(text)
}

fn lines_open(council: &Council, service: Option<&str>, now: Timestamp) -> String {
    if council.opening_hours_for(service).is_none() {
        return String::new();
    }
    if council.is_open(service, now) {
        return " The lines are open now.".to_owned();
    }
    match council.next_opening(service, now).and_then(|opening| council.local_time(opening)) {
        None => " The lines are closed now.".to_owned(),
        Some(opening) => {
            let (hour, minute) = (opening.hour(), opening.minute());
            let (half, shown) = if hour < 12 { ("am", hour) } else { ("pm", hour - 12) };
            let shown = if shown == 0 { 12 } else { shown };
            let minutes = if minute == 0 { String::new() } else { format!(":{minute:02}") };
            let day = opening.strftime("%A %-d %B");
            format!(" The lines are closed now and open at {shown}{minutes}{half} on {day}.")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(now: &str, service: Option<&str>, expected: &str) {
        let council = Council::from_toml(
            "name = \"Test Council\"\nopening_hours = \"Mo-Fr 08:30-17:30; PH off\"\nbank_holidays = [\"2026-12-25\"]\n\
             [contact]\nphone = \"01632 960100\"\n[services.waste]\nphone = \"01632 960110\"\nemail = \"bins@test.example\"\n\
             [services.libraries]\nopening_hours = \"Sa 09:00-16:00\"\n",
        )
        .unwrap();
        assert_eq!(way_to_a_person(&council, service, now.parse().unwrap()).as_str(), expected);
    }

    #[test]
    fn says_whom_to_call_and_when() {
        check("2026-11-23T10:00:00Z", None, "You can call Test Council on 01632 960100. The lines are open now.");
        check(
            "2026-12-24T18:00:00Z",
            Some("waste"),
            "You can call Test Council on 01632 960110 or email bins@test.example. The lines are closed now and open at \
             8:30am on Monday 28 December.",
        );
        // A service with hours of its own.
        check(
            "2026-11-23T10:00:00Z",
            Some("libraries"),
            "You can call Test Council on 01632 960100. The lines are closed now and open at 9am on Saturday 28 November.",
        );
    }
}
