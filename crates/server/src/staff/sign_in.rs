//! Signing in and out. A name that there is not, a wrong password and a locked name are answered alike and as late.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::context;
use serde::Deserialize;
use store::{SessionRow, StaffRow};
use tokio::time::Instant;

use super::refusal::{Refusal, see_other};
use super::session::{self, COOKIE, LONGEST_MS, Posted, cookie, same, secret, set_cookie};
use super::{MINUTE_MS, address, audit, now_ms, password, words};
use crate::extract::Fields;
use crate::service::Service;

/// The cookie that ties the form to the browser that was given it: there is no session yet to do so.
const FORM_COOKIE: &str = "reeve_staff_form";
const FORM_SECONDS: i64 = 60 * 60;

/// After each so many failures in a row, a name is locked. One more after a lock does not begin the next, or anyone
/// could keep a member of staff out for good with a wrong password now and then.
const FAILURES: i64 = 5;
/// The first lock; each after it is twice as long.
const LOCK_MS: i64 = 15 * MINUTE_MS;
/// A lock is not longer than this, for the same reason.
const LONGEST_LOCK_MS: i64 = 24 * 60 * MINUTE_MS;
/// A failed attempt is answered this long after it came, so that its time does not tell what was wrong.
const FAILURE_ANSWERED_AFTER: Duration = Duration::from_millis(500);

/// Where to go after signing in.
#[derive(Debug, Deserialize)]
pub(crate) struct Next {
    next: Option<String>,
    done: Option<String>,
}

/// `GET /staff/sign-in`.
pub(crate) async fn form(
    State(service): State<Arc<Service>>,
    Query(query): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let next = query.next.as_deref().and_then(address::own).unwrap_or_default();
    let done = query.done.as_deref().and_then(words::done);
    show(&service, &headers, StatusCode::OK, next, "", done, None)
}

/// `POST /staff/sign-in`.
pub(crate) async fn sign_in(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refusal> {
    let came = Instant::now();
    let fields = Fields::read(request, &service).await.map_err(|_| Refusal::Form)?;
    let next = address::own(fields.text("next")).unwrap_or_default();
    if !same(fields.text("csrf"), cookie(&headers, FORM_COOKIE).unwrap_or_default()) {
        let problem = "The page was open for a long time. Sign in again.";
        return show(&service, &headers, StatusCode::FORBIDDEN, next, fields.text("name"), None, Some(problem));
    }
    let Some(staff) = check(&service, fields.text("name"), fields.text("password")).await? else {
        tokio::time::sleep_until(came + FAILURE_ANSWERED_AFTER).await;
        let problem = "The name or the password is not right. After 5 failed attempts a name cannot sign in for 15 \
                       minutes, and for longer after each 5 more.";
        return show(&service, &headers, StatusCode::UNAUTHORIZED, next, fields.text("name"), None, Some(problem));
    };
    if let Some(old) = cookie(&headers, COOKIE) {
        service.store().end_session(&session::digest(old)).await?;
    }
    let (token, now_ms) = (secret()?, now_ms());
    let session = SessionRow {
        token_digest_hex: session::digest(&token),
        staff_id: staff.id.clone(),
        csrf_token: secret()?,
        created_ms: now_ms,
        last_seen_ms: now_ms,
        expires_ms: now_ms + LONGEST_MS,
    };
    service.store().add_session(&session).await?;
    audit(&service, &staff, "sign_in", &staff.id, "").await?;
    let mut response = see_other(if next.is_empty() { "/staff" } else { next });
    put(&mut response, set_cookie(&headers, COOKIE, &token, LONGEST_MS / 1000));
    put(&mut response, set_cookie(&headers, FORM_COOKIE, "", 0));
    Ok(response)
}

/// The member of staff of this name and password, unless the name is locked. One attempt at a time: so that attempts at
/// once do not escape the count, and because each takes memory.
async fn check(service: &Arc<Service>, name: &str, password: &str) -> Result<Option<StaffRow>, Refusal> {
    let _one_at_a_time = service.console().signing_in.lock().await;
    let store = service.store();
    let staff = store.staff_by_name(name).await?.filter(|staff| staff.active);
    let hash = staff.as_ref().map(|staff| staff.password_hash.clone());
    let password = password.to_owned();
    let right = tokio::task::spawn_blocking(move || password::is_right(&password, hash.as_deref())).await;
    let right = right.map_err(|error| Refusal::Page(error.to_string()))?;
    let Some(staff) = staff else { return Ok(None) };
    let now_ms = now_ms();
    if staff.locked_until_ms > now_ms {
        return Ok(None);
    }
    if right {
        store.note_sign_in(&staff.id, now_ms).await?;
        return Ok(Some(staff));
    }
    let lock_ms = lock_ms(staff.failed_attempts + 1);
    let failures = store.note_failed_sign_in(&staff.id, FAILURES, now_ms + lock_ms).await?;
    if failures % FAILURES == 0 {
        audit(
            service,
            &staff,
            "locked",
            &staff.id,
            &format!("{failures} failed attempts, {} minutes", lock_ms / MINUTE_MS),
        )
        .await?;
    }
    Ok(None)
}

/// How long a name is locked after so many failures in a row.
fn lock_ms(failures: i64) -> i64 {
    let doublings = u32::try_from(failures / FAILURES - 1).unwrap_or(0).min(10);
    (LOCK_MS << doublings).min(LONGEST_LOCK_MS)
}

/// `POST /staff/sign-out`. Who has signed out is not there for residents.
pub(crate) async fn sign_out(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Posted { who, .. }: Posted,
) -> Result<Response, Refusal> {
    service.store().set_available(&who.staff.id, false, now_ms()).await?;
    service.store().end_session(&who.session.token_digest_hex).await?;
    audit(&service, &who.staff, "sign_out", &who.staff.id, "").await?;
    let mut response = see_other("/staff/sign-in?done=signed_out");
    put(&mut response, set_cookie(&headers, COOKIE, "", 0));
    Ok(response)
}

fn show(
    service: &Service,
    headers: &HeaderMap,
    status: StatusCode,
    next: &str,
    name: &str,
    done: Option<&str>,
    problem: Option<&str>,
) -> Result<Response, Refusal> {
    // The same again for a second tab, so that both can be sent.
    let known = cookie(headers, FORM_COOKIE).filter(|token| token.len() == 64).map(str::to_owned);
    let token = known.map_or_else(secret, Ok)?;
    let page = service.console().templates.render(
        "staff/sign_in.html",
        context! { council => service.knowledge().council.name, csrf => token, next, name, done, problem },
    )?;
    let mut response = (status, axum::response::Html(page)).into_response();
    put(&mut response, set_cookie(headers, FORM_COOKIE, &token, FORM_SECONDS));
    Ok(response)
}

fn put(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_five_failures_double_the_wait_up_to_a_day() {
        let minutes: Vec<i64> = [5, 10, 15, 35, 40, 1000].map(|failures| lock_ms(failures) / MINUTE_MS).into();
        assert_eq!(minutes, [15, 30, 60, 960, 1440, 1440]);
    }
}
