//! When people answer: opening hours on the council's clock, with its bank holidays.

use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};
use compact_calendar::CompactCalendar;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use opening_hours::{Context, ContextHolidays, OpeningHours, RuleKind};

use super::{Council, CouncilError};

/// How far ahead rules are compared and an opening is looked for: a year, and every bank holiday's weekday once more.
const DAYS_AHEAD: u64 = 400;

impl Council {
    /// Whether people answer at this moment; none when the council names no opening hours.
    pub fn is_open(&self, at: Timestamp) -> Option<bool> {
        let hours = self.hours()?;
        Some(hours.is_open(to_chrono(at.to_zoned_datetime(self.zone()?).datetime())?))
    }

    /// The next moment at which people answer: `at` itself when they do then; none when the council names no opening hours
    /// or is not open in the next 400 days.
    pub fn next_opening(&self, at: Timestamp) -> Option<ZonedDateTime> {
        let hours = self.hours()?;
        let zone = self.zone()?;
        let local = to_chrono(at.to_zoned_datetime(zone.clone()).datetime())?;
        if hours.is_open(local) {
            return Some(at.to_zoned_datetime(zone));
        }
        let limit = local.checked_add_days(chrono::Days::new(DAYS_AHEAD))?;
        let range = hours.iter_range(local, limit).find(|range| range.kind == RuleKind::Open)?;
        from_chrono(range.range.start)?.to_zoned_datetime(zone).ok()
    }

    pub(super) fn validate_hours(&self) -> Result<(), CouncilError> {
        if self.zone().is_none() {
            return Err(CouncilError::Timezone { timezone: self.timezone.clone() });
        }
        let Some(text) = &self.opening_hours else {
            return Ok(());
        };
        match text.parse::<OpeningHours>() {
            Ok(_) => Ok(()),
            Err(error) => Err(CouncilError::OpeningHours { text: text.clone(), source: Box::new(error) }),
        }
    }

    /// What is doubtful about the opening hours, for the person who wrote them.
    pub(crate) fn doubtful_hours(&self, today: Date) -> Vec<String> {
        let (Some(text), Some(hours)) = (&self.opening_hours, self.hours()) else {
            return Vec::new();
        };
        let Some(start) = to_chrono(today.at(0, 0, 0, 0)).map(|start| start.date()) else {
            return Vec::new();
        };
        let days: Vec<NaiveDate> = start.iter_days().take(DAYS_AHEAD as usize).collect();
        let mut doubts = Vec::new();
        let opens = |day: &NaiveDate| hours.schedule_at(*day).into_iter().any(|range| range.kind == RuleKind::Open);
        if !days.iter().any(opens) {
            doubts.push(format!("opening_hours {text:?} are never open"));
        }
        let rules: Vec<&str> = text.split(';').map(str::trim).filter(|rule| !rule.is_empty()).collect();
        for (index, rule) in rules.iter().enumerate() {
            let names_holidays = rule.split(|character: char| !character.is_alphanumeric()).any(|word| word == "PH");
            if names_holidays && self.bank_holidays.is_empty() {
                doubts.push(format!("opening_hours name bank holidays ({rule:?}), but bank_holidays lists none"));
                continue;
            }
            let others: Vec<&str> =
                rules.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, rule)| *rule).collect();
            if others.is_empty() {
                continue;
            }
            let Some(without) = self.hours_from(&others.join("; ")) else {
                continue;
            };
            if days.iter().all(|day| hours.schedule_at(*day) == without.schedule_at(*day)) {
                doubts.push(format!(
                    "the rule {rule:?} in opening_hours changes nothing: another rule says otherwise or the same"
                ));
            }
        }
        doubts
    }

    fn hours(&self) -> Option<OpeningHours> {
        self.hours_from(self.opening_hours.as_deref()?)
    }

    fn hours_from(&self, text: &str) -> Option<OpeningHours> {
        let hours: OpeningHours = text.parse().ok()?;
        let mut holidays = CompactCalendar::default();
        for day in self.bank_holidays.iter().filter_map(|day| to_chrono(day.at(0, 0, 0, 0))) {
            holidays.insert(day.date());
        }
        let holidays = ContextHolidays::new(Arc::new(holidays), Arc::default());
        Some(hours.with_context(Context::default().with_holidays(holidays)))
    }

    fn zone(&self) -> Option<TimeZone> {
        TimeZone::get(&self.timezone).ok()
    }
}

fn to_chrono(time: DateTime) -> Option<NaiveDateTime> {
    let part = |value: i8| u32::try_from(value).ok();
    NaiveDate::from_ymd_opt(time.year().into(), part(time.month())?, part(time.day())?)?.and_hms_opt(
        part(time.hour())?,
        part(time.minute())?,
        part(time.second())?,
    )
}

fn from_chrono(time: NaiveDateTime) -> Option<DateTime> {
    let part = |value: u32| i8::try_from(value).ok();
    DateTime::new(
        i16::try_from(time.year()).ok()?,
        part(time.month())?,
        part(time.day())?,
        part(time.hour())?,
        part(time.minute())?,
        part(time.second())?,
        0,
    )
    .ok()
}
