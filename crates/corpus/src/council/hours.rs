//! When people answer: opening hours on the council's clock, with its bank holidays.

use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};
use compact_calendar::CompactCalendar;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use opening_hours::{Context, ContextHolidays, OpeningHours, RuleKind};

use super::{Council, CouncilError};

/// How far ahead rules are compared and an opening is looked for: a year, and every bank holiday's weekday once more.
const DAYS_AHEAD: i64 = 400;

impl Council {
    /// Whether people answer for a service at this moment. Where neither the service nor the council names opening hours,
    /// the clock keeps nobody away.
    pub fn is_open(&self, service: Option<&str>, at: Timestamp) -> bool {
        let Some(rule) = self.opening_hours_for(service) else { return true };
        // Hours that cannot be read do not get past `Council::from_toml`.
        self.is_open_by(rule, at).unwrap_or(false)
    }

    /// The first moment from `after` on at which people answer for a service: `after` itself when they do then; none when
    /// nobody does in the next 400 days.
    pub fn next_opening(&self, service: Option<&str>, after: Timestamp) -> Option<Timestamp> {
        let Some(rule) = self.opening_hours_for(service) else { return Some(after) };
        if self.is_open_by(rule, after)? {
            return Some(after);
        }
        let (hours, zone) = (self.hours_from(rule)?, self.zone()?);
        let limit = after.checked_add(SignedDuration::from_hours(24 * DAYS_AHEAD)).ok()?;
        // Between two changes of the clock, local times follow one another as moments do. Across one they do not: an hour is
        // left out or comes twice.
        let mut from = after;
        while from < limit {
            let change = zone.following(from).next().map_or(limit, |change| change.timestamp().min(limit));
            let offset = zone.to_offset(from);
            let (first, last) = (to_chrono(offset.to_datetime(from))?, to_chrono(offset.to_datetime(change))?);
            if let Some(range) = hours.iter_range(first, last).find(|range| range.kind == RuleKind::Open) {
                return offset.to_timestamp(from_chrono(range.range.start)?).ok().map(|opening| opening.max(after));
            }
            from = change;
        }
        None
    }

    /// A moment on the council's clock.
    pub fn local_time(&self, at: Timestamp) -> Option<ZonedDateTime> {
        Some(at.to_zoned_datetime(self.zone()?))
    }

    fn is_open_by(&self, rule: &str, at: Timestamp) -> Option<bool> {
        Some(self.hours_from(rule)?.is_open(to_chrono(self.local_time(at)?.datetime())?))
    }

    pub(super) fn validate_hours(&self) -> Result<(), CouncilError> {
        if self.zone().is_none() {
            return Err(CouncilError::Timezone { timezone: self.timezone.clone() });
        }
        for (service, rule) in self.rules() {
            rule.parse::<OpeningHours>().map_err(|error| CouncilError::OpeningHours {
                service: service.map(str::to_owned),
                text: rule.to_owned(),
                source: Box::new(error),
            })?;
        }
        Ok(())
    }

    /// What is doubtful about opening hours, for the person who wrote them, with the service whose they are; none where
    /// they are the council's.
    pub(crate) fn doubtful_hours(&self, today: Date) -> Vec<(Option<&str>, String)> {
        let doubts = |(service, rule)| self.doubts_of(rule, today).into_iter().map(move |doubt| (service, doubt));
        self.rules().flat_map(doubts).collect()
    }

    /// The opening hours that are written down, the council's own first.
    fn rules(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        let of_services = self.services.iter();
        let of_services =
            of_services.filter_map(|(id, service)| Some((Some(id.as_str()), service.opening_hours.as_deref()?)));
        self.opening_hours.as_deref().map(|rule| (None, rule)).into_iter().chain(of_services)
    }

    fn doubts_of(&self, text: &str, today: Date) -> Vec<String> {
        let Some(hours) = self.hours_from(text) else {
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
