//! `council.toml`: what is read, what is refused, and when the council is open.
#![allow(clippy::unwrap_used)]

use jiff::civil::date;

use super::*;

fn council(text: &str) -> Council {
    Council::from_toml(text).unwrap()
}

fn check_error(text: &str, line: Option<usize>, words: &str) {
    let error = Council::from_toml(text).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(error.line(text), line, "{error}");
}

#[test]
fn a_name_is_enough() {
    let council = council("name = \"A\"");
    assert_eq!((council.timezone.as_str(), council.languages.as_slice()), ("Europe/London", &["en".to_owned()][..]));
    assert_eq!(council.is_open("2026-11-23T12:00:00Z".parse().unwrap()), None);
    for kind in SignpostKind::ALL {
        let text = council.signpost(kind);
        assert!(text.contains("999") || text.contains("105") || text.contains("0808"), "{text}");
    }
}

#[test]
fn everything_is_read() {
    let council = council(
        "name = \"A\"\nopening_hours = \"Mo-Fr 08:30-17:30; PH off\"\nbank_holidays = [2026-12-25, \"2026-12-28\"]\nunknown = 1\n\
         [contact]\nphone = \"1\"\nemail = \"a@b\"\n[[signposts]]\nkind = \"gas\"\ntext = \" Call. \"\n[services.waste]\nphone = \"2\"\npage = \"bins\"",
    );
    assert_eq!(council.bank_holidays, [date(2026, 12, 25), date(2026, 12, 28)]);
    assert_eq!(council.signpost(SignpostKind::Gas), "Call.");
    let waste = council.contact_for(Some("waste"));
    assert_eq!(
        (waste.phone.as_deref(), waste.email.as_deref(), waste.page.as_deref()),
        (Some("2"), Some("a@b"), Some("bins"))
    );
    assert_eq!(council.contact_for(Some("roads")), council.contact);
}

#[test]
fn every_kind_is_read_by_its_name() {
    for kind in SignpostKind::ALL {
        let council = council(&format!("name = \"A\"\n[[signposts]]\nkind = \"{}\"\ntext = \"Own\"", kind.name()));
        assert_eq!(council.signpost(kind), "Own");
    }
}

#[test]
fn faults_name_their_line() {
    check_error("name = \"A\"\nwebsite = 5", Some(2), "string");
    check_error("website = \"x\"", Some(1), "name");
    check_error("\nname = \" \"", Some(2), "no name");
    check_error("name = \"A\"\nopening_hours = \"9 to 5\"", Some(2), "opening_hours");
    check_error("name = \"A\"\n\ntimezone = \"Mars\"", Some(3), "Mars");
    check_error("name = \"A\"\nbank_holidays = [\"Christmas\"]", Some(2), "Christmas");
    check_error("name = \"A\"\n[[signposts]]\nkind = \"flood\"\ntext = \"x\"", Some(3), "flood");
}

#[test]
fn hours_follow_the_councils_clock_and_holidays() {
    let council = council(
        "name = \"A\"\nopening_hours = \"Mo-Fr 08:30-17:30; PH off\"\nbank_holidays = [2026-12-25, 2026-12-28]",
    );
    let check = |at: &str, open: bool, next: &str| {
        let at = at.parse().unwrap();
        assert_eq!(council.is_open(at), Some(open), "{at}");
        assert_eq!(council.next_opening(at).unwrap().to_string(), next);
    };
    check("2026-11-23T12:00:00Z", true, "2026-11-23T12:00:00+00:00[Europe/London]");
    check("2026-11-23T17:30:00Z", false, "2026-11-24T08:30:00+00:00[Europe/London]");
    // In summer the clock is an hour ahead.
    check("2027-06-01T07:30:00Z", true, "2027-06-01T08:30:00+01:00[Europe/London]");
    // Christmas Day is a Friday, and the Monday after it a holiday too.
    check("2026-12-24T18:00:00Z", false, "2026-12-29T08:30:00+00:00[Europe/London]");
}

#[test]
fn doubtful_hours_are_named() {
    fn check(hours: &str, doubts: &[&str]) {
        let council = council(&format!("name = \"A\"\nbank_holidays = [2026-12-25]\nopening_hours = \"{hours}\""));
        let found = council.doubtful_hours(date(2026, 11, 23));
        assert_eq!(found.len(), doubts.len(), "{found:?}");
        assert!(found.iter().zip(doubts).all(|(found, doubt)| found.contains(doubt)), "{found:?}");
    }
    check("Mo-Fr 08:30-17:30; PH off", &[]);
    check("Mo-Fr 09:00-17:00; Fr 09:00-16:30; PH off", &[]);
    check("24/7", &[]);
    check("off", &["never open"]);
    check("Mo-Fr 09:00-17:00; Mo-Fr 10:00-16:00", &["\"Mo-Fr 09:00-17:00\""]);
    check("Mo-Fr 09:00-17:00; Sa off", &["\"Sa off\""]);
    let council = council("name = \"A\"\nopening_hours = \"Mo-Fr 09:00-17:00; PH off\"");
    assert!(council.doubtful_hours(date(2026, 11, 23))[0].contains("bank_holidays lists none"));
}
