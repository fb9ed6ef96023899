//! The figures of the last days: as drawings, each with its table beneath.

mod chart;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use corpus::Council;
use jiff::ToSpan as _;
use minijinja::context;
use serde::{Deserialize, Serialize};
use store::{Figures, Overview};

use super::clock::{Clock, length};
use super::permission::Permission;
use super::personal::pieces;
use super::refusal::Refusal;
use super::session::SignedIn;
use super::templates::{Told, page};
use super::transcript::percent;
use crate::pages::service_name;
use crate::service::Service;
use chart::chart;

/// The periods that can be chosen, in days.
const PERIODS: [i64; 3] = [7, 30, 90];

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    days: Option<String>,
}

/// A line of a table of figures.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    enquiries: u64,
    answered: u64,
    handed_over: u64,
    closed_by_staff: u64,
    marks: u64,
    wait: String,
    resolved: String,
}

impl Row {
    fn of(name: String, figures: &Figures) -> Self {
        Self {
            name,
            enquiries: figures.enquiries,
            answered: figures.answered,
            handed_over: figures.handed_over,
            closed_by_staff: figures.closed_by_staff,
            marks: figures.marks,
            wait: figures.median_wait_ms().map_or_else(|| "–".to_owned(), length),
            resolved: figures.share_resolved().map_or_else(|| "–".to_owned(), percent),
        }
    }
}

/// `GET /staff/overview`.
pub(crate) async fn show(
    State(service): State<Arc<Service>>,
    Query(shown): Query<Shown>,
    who: SignedIn,
) -> Result<Response, Refusal> {
    who.need(Permission::Overview)?;
    let asked = shown.days.and_then(|days| days.parse::<i64>().ok());
    let period = PERIODS.into_iter().find(|days| Some(*days) == asked).unwrap_or(PERIODS[0]);
    let council = &service.knowledge().council;
    let clock = Clock::of(council);
    let boundaries = boundaries(&clock, period);
    let overview = service.store().overview(&boundaries).await?;
    let days = by_day(&overview, &boundaries);
    let named: Vec<(String, &Figures)> =
        days.iter().zip(&boundaries).map(|(figures, at_ms)| (clock.day(*at_ms), figures)).collect();
    let bars = |value: fn(&Figures) -> u64| {
        chart(&named.iter().map(|(name, figures)| (name.as_str(), value(figures))).collect::<Vec<_>>())
    };
    let values = context! {
        period,
        periods => PERIODS,
        total => Row::of("All".to_owned(), &overview.total),
        charts => [
            context! { id => "enquiries", title => "Enquiries by day", chart => bars(|figures| figures.enquiries) },
            context! { id => "handed-over", title => "Handed over by day", chart => bars(|figures| figures.handed_over) },
        ],
        days => named.iter().map(|(name, figures)| Row::of(name.clone(), figures)).collect::<Vec<_>>(),
        services => by_service(&overview, council),
        unanswered => overview.unanswered.iter().map(|asked| context! {
            question => pieces(&asked.question),
            times => asked.times,
            service => asked.service.as_deref().map(|id| service_name(council, id)),
            last => clock.moment(asked.last_ms),
        }).collect::<Vec<_>>(),
    };
    page(&service, &who, StatusCode::OK, "/staff/overview", &Told::default(), "staff/overview.html", values)
}

/// The beginnings of so many days up to today, and the end of today, on the council's clock.
fn boundaries(clock: &Clock, days: i64) -> Vec<i64> {
    let today = clock.today();
    let day = |back: i64| today.checked_sub(back.days()).ok().and_then(|day| clock.start_of(day));
    (-1..days).rev().filter_map(day).collect()
}

/// The figures of each day, all services together; also of days without any.
fn by_day(overview: &Overview, boundaries: &[i64]) -> Vec<Figures> {
    let days = &boundaries[..boundaries.len().saturating_sub(1)];
    days.iter()
        .map(|from_ms| sum(overview.days.iter().filter(|day| day.from_ms == *from_ms).map(|day| &day.figures)))
        .collect()
}

fn by_service(overview: &Overview, council: &Council) -> Vec<Row> {
    let mut services: BTreeMap<Option<&str>, Vec<&Figures>> = BTreeMap::new();
    for day in &overview.days {
        services.entry(day.service.as_deref()).or_default().push(&day.figures);
    }
    let name = |service: Option<&str>| service.map_or_else(|| "No service".to_owned(), |id| service_name(council, id));
    services.into_iter().map(|(service, figures)| Row::of(name(service), &sum(figures.into_iter()))).collect()
}

fn sum<'a>(all: impl Iterator<Item = &'a Figures>) -> Figures {
    let mut total = all.fold(Figures::default(), |mut total, figures| {
        total.enquiries += figures.enquiries;
        total.answered += figures.answered;
        total.handed_over += figures.handed_over;
        total.closed_by_staff += figures.closed_by_staff;
        total.marks += figures.marks;
        total.waits_ms.extend(&figures.waits_ms);
        total.resolved += figures.resolved;
        total
    });
    total.waits_ms.sort_unstable();
    total
}
