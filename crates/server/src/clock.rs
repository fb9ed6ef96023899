//! Times as staff and residents read them, on the council's clock.

use corpus::Council;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

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
        let Ok(at) = Timestamp::from_millisecond(at_ms) else { return String::new() };
        let at = at.to_zoned_datetime(self.zone.clone());
        let time = at.strftime("%-I:%M%P").to_string();
        if at.date() == self.today() {
            format!("today at {time}")
        } else {
            format!("{} at {time}", at.strftime("%-d %B %Y"))
        }
    }

    /// "8:30am on Monday 28 December", "midday today": when something is to happen.
    pub(crate) fn appointment(&self, at: Timestamp) -> String {
        let at = at.to_zoned_datetime(self.zone.clone());
        let time = match (at.hour(), at.minute()) {
            (0, 0) => "midnight".to_owned(),
            (12, 0) => "midday".to_owned(),
            (_, 0) => at.strftime("%-I%P").to_string(),
            _ => at.strftime("%-I:%M%P").to_string(),
        };
        if at.date() == self.today() {
            format!("{time} today")
        } else {
            format!("{time} on {}", at.strftime("%A %-d %B"))
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
        assert_eq!(clock.appointment("2026-07-01T15:30:00Z".parse().unwrap()), "4:30pm today");
        assert_eq!(clock.appointment("2026-12-28T09:00:00Z".parse().unwrap()), "9am on Monday 28 December");
        assert_eq!(clock.appointment("2026-07-02T11:00:00Z".parse().unwrap()), "midday on Thursday 2 July");
        assert_eq!(clock.start_of(clock.today()), Some(at("2026-06-30T23:00:00Z")));
    }
}
