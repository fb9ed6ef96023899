//! A drawing of bars, one a day. The template draws it at these places; the same numbers stand in the table beneath.

use serde::Serialize;

/// The drawing field: its left and lower edges and its size, in units of the picture.
const LEFT: f64 = 40.0;
const BOTTOM: f64 = 140.0;
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 120.0;
/// The share of a day's room that its bar takes.
const BAR: f64 = 0.7;
/// About as many names of days as fit beneath.
const NAMES: usize = 6;

/// Bars with their scale.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    bars: Vec<Bar>,
    ticks: Vec<Tick>,
    names: Vec<Tick>,
    /// What the drawing shows, in a sentence.
    summary: String,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
}

#[derive(Debug, Serialize)]
struct Tick {
    at: String,
    name: String,
}

/// The bars of these values.
pub(super) fn chart(values: &[(&str, u64)]) -> Chart {
    let highest = values.iter().map(|(_, value)| *value).max().unwrap_or(0);
    let top = round_top(highest);
    let room = WIDTH / values.len().max(1) as f64;
    let bar = |(place, (_, value)): (usize, &(&str, u64))| {
        let height = *value as f64 / top as f64 * HEIGHT;
        Bar {
            x: number(LEFT + room * (place as f64 + (1.0 - BAR) / 2.0)),
            y: number(BOTTOM - height),
            width: number(room * BAR),
            height: number(height),
        }
    };
    let every = values.len().div_ceil(NAMES).max(1);
    let name = |(place, (name, _)): (usize, &(&str, u64))| Tick {
        at: number(LEFT + room * (place as f64 + 0.5)),
        name: (*name).to_owned(),
    };
    let total: u64 = values.iter().map(|(_, value)| value).sum();
    let most = values.iter().find(|(_, value)| *value == highest).filter(|_| highest > 0);
    Chart {
        bars: values.iter().enumerate().map(bar).collect(),
        ticks: [0, top / 2, top]
            .map(|value| Tick { at: number(BOTTOM - value as f64 / top as f64 * HEIGHT), name: value.to_string() })
            .into(),
        names: values.iter().enumerate().step_by(every).map(name).collect(),
        summary: match most {
            Some((day, value)) => format!("{total} in {} days, the most on {day} with {value}.", values.len()),
            None => format!("None in {} days.", values.len()),
        },
    }
}

/// The next value of 2, 4, 10, 20, 40, 100, … that nothing exceeds: its half is a whole number too.
fn round_top(highest: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for top in [2, 4, 10].map(|step| step * unit) {
            if highest <= top {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_a_round_value_above_all() {
        let tops: Vec<u64> = [0, 1, 3, 5, 11, 41, 101].map(round_top).into();
        assert_eq!(tops, [2, 2, 4, 10, 20, 100, 200]);
    }

    #[test]
    fn bars_are_as_high_as_their_values() {
        let drawn = chart(&[("1 May", 0), ("2 May", 1), ("3 May", 2)]);
        let heights: Vec<&str> = drawn.bars.iter().map(|bar| bar.height.as_str()).collect();
        assert_eq!(heights, ["0.0", "60.0", "120.0"]);
        assert_eq!(drawn.summary, "3 in 3 days, the most on 3 May with 2.");
        assert_eq!(chart(&[]).summary, "None in 0 days.");
    }
}
