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
    // Without hours the clock keeps nobody away.
    let now = "2026-11-23T03:00:00Z".parse().unwrap();
    assert!(council.is_open(None, now) && council.is_open(Some("waste"), now));
    assert_eq!(council.next_opening(None, now), Some(now));
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
    let two = "name = \"A\"\nopening_hours = \"24/7\"\n[services.waste]\nopening_hours = \"9 to 5\"";
    check_error(two, Some(4), "the service waste: opening_hours");
    check_error("name = \"A\"\nservices = 5", Some(2), "map");
    check_error("name = \"A\"\n\ntimezone = \"Mars\"", Some(3), "Mars");
    check_error("name = \"A\"\nbank_holidays = [\"Christmas\"]", Some(2), "Christmas");
    check_error("name = \"A\"\n[[signposts]]\nkind = \"flood\"\ntext = \"x\"", Some(3), "flood");
}

#[test]
fn doubtful_hours_are_named() {
    fn check(hours: &str, doubts: &[&str]) {
        let council = council(&format!("name = \"A\"\nbank_holidays = [2026-12-25]\nopening_hours = \"{hours}\""));
        let found = council.doubtful_hours(date(2026, 11, 23));
        assert_eq!(found.len(), doubts.len(), "{found:?}");
        assert!(found.iter().zip(doubts).all(|((_, found), doubt)| found.contains(doubt)), "{found:?}");
    }
    check("Mo-Fr 08:30-17:30; PH off", &[]);
    check("Mo-Fr 09:00-17:00; Fr 09:00-16:30; PH off", &[]);
    check("24/7", &[]);
    check("off", &["never open"]);
    check("Mo-Fr 09:00-17:00; Mo-Fr 10:00-16:00", &["\"Mo-Fr 09:00-17:00\""]);
    check("Mo-Fr 09:00-17:00; Sa off", &["\"Sa off\""]);
    let council = council("name = \"A\"\nopening_hours = \"Mo-Fr 09:00-17:00; PH off\"");
    assert!(council.doubtful_hours(date(2026, 11, 23))[0].1.contains("bank_holidays lists none"));
}

#[test]
fn a_service_says_what_it_says_and_the_council_the_rest() {
    let head = "name = \"A\"\nopening_hours = \"Mo 09:00-10:00\"\n[contact]\nphone = \"1\"\nemail = \"a@b\"\n";
    let tables = "[services.waste]\nname = \"Bins\"\nteam = \"Crew\"\nopening_hours = \"Tu 09:00-10:00\"\nphone = \"2\"\n\
                  [services.roads]\nname = \"Roads\"\n";
    let council = council(&format!("{head}{tables}"));
    let check = |service: Option<&str>, team: &str, hours: &str, phone: &str| {
        let contact = council.contact_for(service);
        assert_eq!((contact.phone.as_deref(), contact.email.as_deref()), (Some(phone), Some("a@b")));
        assert_eq!((council.team_for(service), council.opening_hours_for(service)), (team, Some(hours)));
    };
    check(Some("waste"), "Crew", "Tu 09:00-10:00", "2");
    check(Some("roads"), "Roads", "Mo 09:00-10:00", "1");
    check(Some("unknown"), "A", "Mo 09:00-10:00", "1");
    check(None, "A", "Mo 09:00-10:00", "1");
    let kept = serde_json::to_string(&council).unwrap();
    assert_eq!(serde_json::from_str::<Council>(&kept).unwrap(), council);
}

mod clocks;
