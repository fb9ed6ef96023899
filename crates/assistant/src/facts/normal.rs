//! The normal forms of facts.

use super::numbers::{decimal, times, value};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(super) fn money(amount: &str, scale: Option<&str>) -> Option<String> {
    let amount = value(amount)?;
    let amount = match scale.map(str::to_lowercase).as_deref() {
        Some("million" | "m") => times(&amount, 1_000_000)?,
        Some("thousand" | "k") => times(&amount, 1_000)?,
        Some(_) | None => amount,
    };
    Some(format!("money {amount}"))
}

pub(super) fn pence(amount: &str) -> Option<String> {
    let pence: u64 = value(amount)?.parse().ok()?;
    Some(format!("money {}", decimal(&format!("{}.{:02}", pence / 100, pence % 100))))
}

/// National form, digits only.
pub(super) fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("44") {
        Some(national) if digits.len() > 10 => format!("0{}", national.trim_start_matches('0')),
        Some(_) | None => digits,
    }
}

pub(super) fn clock_time(hour: &str, minute: &str, half: Option<&str>) -> Option<String> {
    let mut hour: u32 = hour.parse().ok()?;
    let minute: u32 = minute.parse().ok()?;
    if hour > 23 || minute > 59 {
        return None;
    }
    match half.map(|half| half.to_lowercase().starts_with('p')) {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        Some(_) | None => {}
    }
    Some(format!("time {hour:02}:{minute:02}"))
}

/// The number of a month from 1.
pub(super) fn month(name: &str) -> Option<usize> {
    let short = name.get(..3)?.to_lowercase();
    MONTHS.iter().position(|month| *month == short).map(|index| index + 1)
}

pub(super) fn date(day: &str, name: &str, year: Option<&str>) -> Option<String> {
    let day: u32 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = month(name)?;
    Some(match year {
        Some(year) => format!("date {day}/{month} {year}"),
        None => format!("date {day}/{month}"),
    })
}

/// A date in figures, day first; a year of two figures lies in this century.
pub(super) fn date_of_month(day: &str, month: &str, year: &str) -> Option<String> {
    let month: usize = month.parse().ok()?;
    let year = if year.len() == 2 { format!("20{year}") } else { year.to_owned() };
    date(day, MONTHS.get(month.checked_sub(1)?)?, Some(&year))
}

pub(super) fn days(name: &str) -> Option<&'static str> {
    let short = name.get(..3)?.to_lowercase();
    DAYS.into_iter().find(|day| day.starts_with(&short))
}

/// A length of time in the smallest unit that measures it exactly: minutes, days or months. Working days stay apart.
pub(super) fn duration(count: &str, kind: Option<&str>, unit: &str) -> Option<String> {
    let lower = unit.to_lowercase();
    let (factor, unit) = match lower.trim_end_matches('s') {
        "min" | "minute" => (1, "minute"),
        "hr" | "hour" => (60, "minute"),
        "week" => (7, "day"),
        "fortnight" => (14, "day"),
        "quarter" => (3, "month"),
        "year" => (12, "month"),
        other => (1, other),
    };
    let kind = kind.map(str::to_lowercase).unwrap_or_default();
    let kind = if kind == "working" || kind == "school" { format!("{kind} ") } else { String::new() };
    Some(format!("duration {} {kind}{unit}", times(count, factor)?))
}

pub(super) fn measure(count: &str, kind: Option<&str>, unit: &str) -> String {
    let lower = unit.to_lowercase();
    let unit = match lower.trim_end_matches('s') {
        "metre" | "meter" | "m" => "metre",
        "kilometre" | "km" => "kilometre",
        "centimetre" | "cm" => "centimetre",
        "millimetre" | "mm" => "millimetre",
        "foot" | "feet" => "foot",
        "inche" | "inch" => "inch",
        "litre" | "l" => "litre",
        "kilogram" | "kilo" | "kg" => "kilogram",
        "°c" | "degree" => "degree",
        other => other,
    };
    let kind = match kind.map(|kind| kind.trim().to_lowercase()).as_deref() {
        Some("square" | "sq") => "square ",
        Some("cubic") => "cubic ",
        Some(_) | None => "",
    };
    format!("measure {count} {kind}{unit}")
}
