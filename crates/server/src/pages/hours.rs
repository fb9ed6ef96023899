//! Opening hours in words. Only the plain rules that councils use are put in words; anything else is left out rather than
//! said wrongly.

/// `Mo-Fr 08:30-17:30; PH off` as "Monday to Friday, 8:30am to 5:30pm. Closed on bank holidays." None when a part of the
/// rule is not one of the plain kind (days, then times; or days, then `off`).
pub(crate) fn in_words(rule: &str) -> Option<String> {
    let parts: Option<Vec<String>> = rule.split(';').map(str::trim).filter(|part| !part.is_empty()).map(part).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join(" "))
}

fn part(part: &str) -> Option<String> {
    let (days, times) = part.split_once(' ')?;
    let days: Option<Vec<String>> = days.split(',').map(day_range).collect();
    let days = listed(&days?);
    if matches!(times.trim(), "off" | "closed") {
        return Some(format!("Closed on {days}."));
    }
    let times: Option<Vec<String>> = times.split(',').map(time_range).collect();
    let mut sentence = format!("{days}, {}.", listed(&times?));
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some(sentence)
}

fn day_range(range: &str) -> Option<String> {
    match range.trim().split_once('-') {
        Some((first, last)) => Some(format!("{} to {}", day(first)?, day(last)?)),
        None => day(range.trim()).map(str::to_owned),
    }
}

fn day(name: &str) -> Option<&'static str> {
    Some(match name {
        "Mo" => "Monday",
        "Tu" => "Tuesday",
        "We" => "Wednesday",
        "Th" => "Thursday",
        "Fr" => "Friday",
        "Sa" => "Saturday",
        "Su" => "Sunday",
        "PH" => "bank holidays",
        _ => return None,
    })
}

fn time_range(range: &str) -> Option<String> {
    let (from, until) = range.trim().split_once('-')?;
    Some(format!("{} to {}", time(from)?, time(until)?))
}

/// `08:30` as "8:30am", the way that public services in Britain write times.
fn time(time: &str) -> Option<String> {
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let half = if hour % 24 < 12 { "am" } else { "pm" };
    let clock = match hour % 12 {
        0 => 12,
        hour => hour,
    };
    match (hour, minute) {
        (0 | 24, 0) => Some("midnight".to_owned()),
        (12, 0) => Some("midday".to_owned()),
        (0..24, 0) => Some(format!("{clock}{half}")),
        (0..24, 1..60) => Some(format!("{clock}:{minute:02}{half}")),
        _ => None,
    }
}

fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_rules_are_put_in_words_and_others_left_out() {
        fn check(rule: &str, expected: Option<&str>) {
            assert_eq!(in_words(rule).as_deref(), expected, "{rule}");
        }
        check("Mo-Fr 08:30-17:30; PH off", Some("Monday to Friday, 8:30am to 5:30pm. Closed on bank holidays."));
        check("Mo,We,Fr 09:30-16:00", Some("Monday, Wednesday and Friday, 9:30am to 4pm."));
        check("Mo-Th 09:00-12:00,13:00-17:00", Some("Monday to Thursday, 9am to midday and 1pm to 5pm."));
        check("Mo-Su 00:00-24:00", Some("Monday to Sunday, midnight to midnight."));
        check("24/7", None);
        check("Mo-Fr 08:30-17:30; Dec 24 off", None);
        check("Mo-Fr 25:00-26:00", None);
        check("Mo-Fr 08:30-17:30 \"by appointment\"", None);
        check("é 08:30-17:30", None);
        check("", None);
    }
}
