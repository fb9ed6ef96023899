//! Times as staff and residents read them, on the council's clock.

use corpus::Council;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::language::Language;

/// A minute in milliseconds.
pub(crate) const MINUTE_MS: i64 = 60_000;

/// The council's clock, at one moment.
pub(crate) struct Clock {
    zone: TimeZone,
    now_ms: i64,
}

impl Clock {
    /// The clock as it stands now.
    pub(crate) fn of(council: &Council) -> Self {
        Self {
            zone: TimeZone::get(&council.timezone).unwrap_or(TimeZone::UTC),
            now_ms: Timestamp::now().as_millisecond(),
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// "today at 2:05pm", "3 March 2026 at 2:05pm".
    pub(crate) fn moment(&self, at_ms: i64) -> String {
        self.moment_in(Language::English, at_ms)
    }

    /// The same in another language.
    pub(crate) fn moment_in(&self, language: Language, at_ms: i64) -> String {
        let Ok(at) = Timestamp::from_millisecond(at_ms) else { return String::new() };
        let at = at.to_zoned_datetime(self.zone.clone());
        let time = language.time(&at.strftime("%-I:%M%P").to_string());
        let date = language.date(&at.strftime("%-d %B %Y").to_string());
        match (language, at.date() == self.today()) {
            (Language::English, true) => format!("today at {time}"),
            (Language::English, false) => format!("{date} at {time}"),
            (Language::Welsh, true) => format!("heddiw am {time}"),
            (Language::Welsh, false) => format!("{date} am {time}"),
        }
    }

    /// "8:30am on Monday 28 December", "midday today": when something is to happen.
    pub(crate) fn appointment(&self, language: Language, at: Timestamp) -> String {
        let at = at.to_zoned_datetime(self.zone.clone());
        let time = match (language, at.hour(), at.minute()) {
            (Language::English, 0, 0) => "midnight".to_owned(),
            (Language::English, 12, 0) => "midday".to_owned(),
            (Language::Welsh, 0, 0) => "hanner nos".to_owned(),
            (Language::Welsh, 12, 0) => "hanner dydd".to_owned(),
            (_, _, 0) => language.time(&at.strftime("%-I%P").to_string()),
            _ => language.time(&at.strftime("%-I:%M%P").to_string()),
        };
        let date = language.date(&at.strftime("%A %-d %B").to_string());
        match (language, at.date() == self.today()) {
            (Language::English, true) => format!("{time} today"),
            (Language::English, false) => format!("{time} on {date}"),
            (Language::Welsh, true) => format!("{time} heddiw"),
            (Language::Welsh, false) => format!("{time} ddydd {date}"),
        }
    }

    /// "3 March".
    pub(crate) fn day(&self, at_ms: i64) -> String {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        at.to_zoned_datetime(self.zone.clone()).strftime("%-d %B").to_string()
    }

    /// As RFC 3339, for `<time datetime>`.
    pub(crate) fn machine(at_ms: i64) -> String {
        Timestamp::from_millisecond(at_ms).map(|at| at.to_string()).unwrap_or_default()
    }

    /// How long it is since, or until: "less than a minute", "12 minutes", "3 hours", "2 days".
    pub(crate) fn distance(&self, at_ms: i64) -> String {
        length((self.now_ms - at_ms).abs())
    }

    /// The day that it is.
    pub(crate) fn today(&self) -> Date {
        let now = Timestamp::from_millisecond(self.now_ms).unwrap_or_default();
        now.to_zoned_datetime(self.zone.clone()).date()
    }

    /// When a day begins.
    pub(crate) fn start_of(&self, day: Date) -> Option<i64> {
        let start = day.at(0, 0, 0, 0).to_zoned_datetime(self.zone.clone()).ok()?;
        Some(start.timestamp().as_millisecond())
    }
}

/// A length of time in words.
pub(crate) fn length(length_ms: i64) -> String {
    let minutes = length_ms / MINUTE_MS;
    let counted = |count: i64, unit: &str| {
        if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
    };
    match minutes {
        ..1 => "less than a minute".to_owned(),
        1..120 => counted(minutes, "minute"),
        120..2880 => counted(minutes / 60, "hour"),
        _ => counted(minutes / (24 * 60), "day"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lengths_are_told_in_the_unit_that_fits() {
        let told: Vec<String> = [59_999, 60_000, 119 * 60_000, 120 * 60_000, 2880 * 60_000].map(length).into();
        assert_eq!(told, ["less than a minute", "1 minute", "119 minutes", "2 hours", "2 days"]);
    }

    #[test]
    fn moments_are_on_the_councils_clock() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let clock = Clock { zone: TimeZone::get("Europe/London").unwrap(), now_ms: at("2026-07-01T12:00:00Z") };
        assert_eq!(clock.moment(at("2026-07-01T08:05:00Z")), "today at 9:05am");
        assert_eq!(clock.moment(at("2026-06-30T22:59:00Z")), "30 June 2026 at 11:59pm");
        assert_eq!(clock.moment(at("2026-06-30T23:30:00Z")), "today at 12:30am");
        assert_eq!(clock.moment_in(Language::Welsh, at("2026-07-01T13:05:00Z")), "heddiw am 2:05yh");
        assert_eq!(clock.moment_in(Language::Welsh, at("2026-06-30T08:05:00Z")), "30 Mehefin 2026 am 9:05yb");
        for (when, english, welsh) in [
            ("2026-07-01T15:30:00Z", "4:30pm today", "4:30yh heddiw"),
            ("2026-12-28T09:00:00Z", "9am on Monday 28 December", "9yb ddydd Llun 28 Rhagfyr"),
            ("2026-07-02T11:00:00Z", "midday on Thursday 2 July", "hanner dydd ddydd Iau 2 Gorffennaf"),
        ] {
            assert_eq!(clock.appointment(Language::English, when.parse().unwrap()), english);
            assert_eq!(clock.appointment(Language::Welsh, when.parse().unwrap()), welsh);
        }
        assert_eq!(clock.start_of(clock.today()), Some(at("2026-06-30T23:00:00Z")));
    }
}
