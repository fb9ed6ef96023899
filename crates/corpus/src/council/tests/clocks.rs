//! When people answer: on the council's clock, across its changes, on bank holidays and over midnight.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Council, council};

const HOURS: &str = "Mo-Fr 08:30-17:30; PH off";

/// A council whose service `s` has hours of its own.
fn with_service(hours: &str) -> Council {
    council(&format!(
        "name = \"A\"\nopening_hours = \"{HOURS}\"\nbank_holidays = [2026-12-25, 2026-12-28, 2027-03-29]\n\
         [services.s]\nopening_hours = \"{hours}\"\n[services.plain]\nphone = \"1\"\n"
    ))
}

fn check(council: &Council, service: Option<&str>, at: &str, open: bool, next: Option<&str>) {
    let at: Timestamp = at.parse().unwrap();
    assert_eq!(council.is_open(service, at), open, "{at}");
    let found = council.next_opening(service, at).map(|at| council.local_time(at).unwrap().to_string());
    assert_eq!(found.as_deref(), next.map(|next| format!("{next}[Europe/London]")).as_deref(), "{at}");
}

#[test]
fn the_councils_hours_are_those_of_a_service_without_any() {
    let council = with_service("Sa 10:00-12:00");
    for service in [None, Some("plain"), Some("unknown")] {
        let check = |at, open, next| check(&council, service, at, open, Some(next));
        check("2026-11-23T12:00:00.5Z", true, "2026-11-23T12:00:00.5+00:00");
        check("2026-11-23T17:30:00Z", false, "2026-11-24T08:30:00+00:00");
        // In summer the clock is an hour ahead.
        check("2027-06-01T07:30:00Z", true, "2027-06-01T08:30:00+01:00");
        // Christmas Day is a Friday, and the Monday after it a holiday too.
        check("2026-12-24T18:00:00Z", false, "2026-12-29T08:30:00+00:00");
    }
    check(&council, Some("s"), "2026-11-23T12:00:00Z", false, Some("2026-11-28T10:00:00+00:00"));
}

#[test]
fn the_weekend_of_each_change_of_clock() {
    let council = with_service("Mo-Fr 08:30-17:30; PH off");
    // The clocks go forward on Sunday 28 March 2027, and Easter Monday follows.
    check(&council, Some("s"), "2027-03-26T17:30:00Z", false, Some("2027-03-30T08:30:00+01:00"));
    check(&council, Some("s"), "2027-03-30T07:29:59Z", false, Some("2027-03-30T08:30:00+01:00"));
    // They go back on Sunday 25 October 2026.
    check(&council, Some("s"), "2026-10-23T16:30:00Z", false, Some("2026-10-26T08:30:00+00:00"));
    check(&council, Some("s"), "2026-10-26T07:30:00Z", false, Some("2026-10-26T08:30:00+00:00"));
}

#[test]
fn the_hour_that_is_left_out_and_the_hour_that_comes_twice() {
    let council = with_service("Su 01:30-05:00");
    // 01:30 does not come on 28 March 2027: at 01:00 it is 02:00, and people answer.
    check(&council, Some("s"), "2027-03-28T00:59:59Z", false, Some("2027-03-28T02:00:00+01:00"));
    check(&council, Some("s"), "2027-03-28T01:00:00Z", true, Some("2027-03-28T02:00:00+01:00"));
    // 01:30 comes twice on 25 October 2026: the first time they come, and at 01:00 they go for half an hour.
    check(&council, Some("s"), "2026-10-25T00:00:00Z", false, Some("2026-10-25T01:30:00+01:00"));
    check(&council, Some("s"), "2026-10-25T00:45:00Z", true, Some("2026-10-25T01:45:00+01:00"));
    check(&council, Some("s"), "2026-10-25T01:00:00Z", false, Some("2026-10-25T01:30:00+00:00"));
    // A quarter past one comes again.
    let council = with_service("Su 01:00-01:30");
    check(&council, Some("s"), "2026-10-25T00:40:00Z", false, Some("2026-10-25T01:00:00+00:00"));
    check(&council, Some("s"), "2026-10-25T01:40:00Z", false, Some("2026-11-01T01:00:00+00:00"));
}

#[test]
fn over_midnight() {
    let council = with_service("Fr-Sa 21:00-03:00");
    check(&council, Some("s"), "2026-11-28T00:30:00Z", true, Some("2026-11-28T00:30:00+00:00"));
    check(&council, Some("s"), "2026-11-28T03:00:00Z", false, Some("2026-11-28T21:00:00+00:00"));
    check(&council, Some("s"), "2026-11-29T02:59:59Z", true, Some("2026-11-29T02:59:59+00:00"));
    check(&council, Some("s"), "2026-11-29T03:00:00Z", false, Some("2026-12-04T21:00:00+00:00"));
    let council = with_service("Mo 08:00-24:00");
    check(&council, Some("s"), "2026-11-23T23:59:59Z", true, Some("2026-11-23T23:59:59+00:00"));
    check(&council, Some("s"), "2026-11-24T00:00:00Z", false, Some("2026-11-30T08:00:00+00:00"));
}

#[test]
fn bank_holidays_of_a_service() {
    let council = with_service("Mo-Fr 06:30-22:00; Sa,Su 08:00-18:00; PH 09:00-15:00; Dec 25 off");
    check(&council, Some("s"), "2026-12-25T10:00:00Z", false, Some("2026-12-26T08:00:00+00:00"));
    check(&council, Some("s"), "2026-12-28T07:00:00Z", false, Some("2026-12-28T09:00:00+00:00"));
    check(&council, Some("s"), "2026-12-28T15:00:00Z", false, Some("2026-12-29T06:30:00+00:00"));
}

#[test]
fn a_rule_that_never_opens_and_one_that_always_does() {
    let council = with_service("off");
    check(&council, Some("s"), "2026-11-23T12:00:00Z", false, None);
    // Nor does one whose day has passed for good.
    let council = with_service("2020 Mo-Fr 09:00-17:00");
    check(&council, Some("s"), "2026-11-23T12:00:00Z", false, None);
    let council = with_service("24/7");
    check(&council, Some("s"), "2026-12-25T03:00:00Z", true, Some("2026-12-25T03:00:00+00:00"));
}

proptest! {
    /// Around both changes of the clock, no moment between is open, and the one that is found is.
    #[test]
    fn the_next_opening_is_the_first(
        hours in prop::sample::select(vec![
            "Mo-Fr 08:30-17:30; PH off", "Su 01:30-05:00", "Sa-Su 00:50-01:10,01:40-02:10", "Fr-Sa 21:00-03:00", "Su off; Sa 23:30-24:00",
        ]),
        change in prop::sample::select(vec!["2026-10-25T01:00:00Z", "2027-03-28T01:00:00Z"]),
        ten_minutes in -200_i64..50,
    ) {
        let council = with_service(hours);
        let step = SignedDuration::from_mins(10);
        let after = change.parse::<Timestamp>().unwrap() + step * i32::try_from(ten_minutes).unwrap();
        let next = council.next_opening(Some("s"), after).unwrap();
        prop_assert!(council.is_open(Some("s"), next));
        let mut at = after;
        while at < next {
            prop_assert!(!council.is_open(Some("s"), at), "{at} is open, and {next} was found");
            at += step;
        }
    }
}
