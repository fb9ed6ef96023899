//! Who is signed in: the cookie, the session that it opens, and the forms that only that session can send.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use conversation::StaffMember;
use store::{SessionRow, StaffRow};
use subtle::ConstantTimeEq as _;

use super::permission::{Permission, allows};
use super::refusal::Refusal;
use super::{MINUTE_MS, now_ms};
use crate::extract::Fields;
use crate::service::Service;
use crate::token::{self, TokenDigest};

/// The name of the cookie with a session's token.
pub(crate) const COOKIE: &str = "reeve_staff";
/// A session ends after this long, used or not.
pub(crate) const LONGEST_MS: i64 = 12 * 60 * MINUTE_MS;
/// A session ends when its member of staff has done nothing for this long.
pub(crate) const IDLE_MS: i64 = 60 * MINUTE_MS;
/// A session's last use is written down this often at most.
const TOUCH_MS: i64 = MINUTE_MS / 2;
/// Says by which protocol a browser came to the proxy in front.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A member of staff who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) staff: StaffRow,
    pub(crate) session: SessionRow,
}

impl SignedIn {
    /// As conversations name them.
    pub(crate) fn member(&self) -> StaffMember {
        StaffMember { id: self.staff.id.clone(), name: self.staff.display_name.clone() }
    }

    /// Whether their role allows it.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        allows(self.staff.role, permission)
    }

    /// Refuses what their role does not allow.
    pub(crate) fn need(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may(permission) { Ok(()) } else { Err(Refusal::Forbidden) }
    }
}

/// The session of a token, if it is still good.
pub(crate) async fn signed_in(service: &Service, token: &str) -> Result<Option<SignedIn>, Refusal> {
    let store = service.store();
    let now_ms = now_ms();
    let Some(session) = store.session(&digest(token), now_ms).await? else { return Ok(None) };
    if now_ms - session.last_seen_ms > IDLE_MS {
        store.end_session(&session.token_digest_hex).await?;
        return Ok(None);
    }
    let staff = store.staff(&session.staff_id).await?;
    Ok(staff.filter(|staff| staff.active).map(|staff| SignedIn { staff, session }))
}

impl FromRequestParts<Arc<Service>> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Refusal> {
        let found = match cookie(&parts.headers, COOKIE) {
            Some(token) => signed_in(service, token).await?,
            None => None,
        };
        let Some(who) = found else {
            // After signing in, a form would have to be sent again; a page can be shown again.
            let next = (parts.method == Method::GET).then(|| parts.uri.path_and_query().map(ToString::to_string));
            return Err(Refusal::SignIn { next: next.flatten() });
        };
        let now_ms = now_ms();
        if !is_background(&parts.headers) && now_ms - who.session.last_seen_ms > TOUCH_MS {
            service.store().touch_session(&who.session.token_digest_hex, now_ms).await?;
        }
        Ok(who)
    }
}

/// Whether the page's script asks of itself: then nobody need sit there, and the session is not kept for it.
fn is_background(headers: &HeaderMap) -> bool {
    headers.contains_key("x-reeve-background")
        || headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream")
}

/// A form that was sent from a page of the session of whoever is signed in.
pub(crate) struct Posted {
    pub(crate) who: SignedIn,
    pub(crate) fields: Fields,
}

impl FromRequest<Arc<Service>> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, service).await?;
        let fields = Fields::read(Request::from_parts(parts, body), service).await.map_err(|_| Refusal::Form)?;
        if !same(fields.text("csrf"), &who.session.csrf_token) {
            return Err(Refusal::Form);
        }
        Ok(Self { who, fields })
    }
}

/// Whether two secrets are the same and not empty; takes the same time wherever they differ.
pub(crate) fn same(left: &str, right: &str) -> bool {
    !left.is_empty() && bool::from(left.as_bytes().ct_eq(right.as_bytes()))
}

/// A cookie of a request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = sent.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// A cookie for the console alone. An empty one is forgotten by the browser at once.
pub(crate) fn set_cookie(headers: &HeaderMap, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let age = if value.is_empty() { 0 } else { seconds };
    let secure = if is_loopback(headers) && !is_https(headers) { "" } else { "; Secure" };
    let cookie = format!("{name}={value}; Path=/staff; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// Whether the request says that the browser uses TLS: by what a proxy adds (`X-Forwarded-Proto`, or `Forwarded` of RFC
/// 7239), or by the page that it comes from. A proxy that leaves the browser's `Host` out makes every browser look like one
/// on this machine. Whoever forges these makes their own cookie stricter, and nobody else's.
fn is_https(headers: &HeaderMap) -> bool {
    let says = |name: HeaderName, so: fn(&str) -> bool| {
        let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| so(&value.to_ascii_lowercase()))
    };
    says(FORWARDED_PROTO, |value| value.contains("https"))
        || says(header::FORWARDED, |value| value.replace('"', "").contains("proto=https"))
        || says(header::ORIGIN, |value| value.starts_with("https://"))
        || says(header::REFERER, |value| value.starts_with("https://"))
}

/// Whether the browser runs on the machine of the service: only there the console is used without TLS.
fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// A fresh secret.
pub(crate) fn secret() -> Result<String, Refusal> {
    token::issue().map(|(token, _)| token).map_err(|error| Refusal::Page(error.to_string()))
}

/// What is kept of a session's token.
pub(crate) fn digest(token: &str) -> String {
    TokenDigest::of(token).to_hex()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The cookie for a request to this host with another header.
    fn cookie_for(host: &str, name: HeaderName, value: &str) -> String {
        let text = |value: &str| HeaderValue::from_str(value).unwrap();
        let headers = HeaderMap::from_iter([(header::HOST, text(host)), (name, text(value))]);
        set_cookie(&headers, COOKIE, "a", 60).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn a_cookie_travels_without_tls_on_the_machine_itself_only() {
        let of = |host: &str| cookie_for(host, header::ACCEPT, "*/*");
        for host in ["localhost", "localhost:8080", "127.0.0.1:80", "[::1]:80", "[::1]"] {
            assert!(!of(host).contains("Secure"), "{host}");
        }
        for host in ["", "reeve.example", "localhost.example:80", "127.0.0.1.example", "10.0.0.1:80"] {
            assert_eq!(of(host), "reeve_staff=a; Path=/staff; Max-Age=60; HttpOnly; SameSite=Strict; Secure", "{host}");
        }
    }

    #[test]
    fn a_proxy_that_leaves_the_host_out_is_not_taken_for_the_machine_itself() {
        for (name, value, secure) in [
            (FORWARDED_PROTO, "https", true),
            (FORWARDED_PROTO, "HTTPS, http", true),
            (FORWARDED_PROTO, "http", false),
            (header::FORWARDED, "for=192.0.2.60;proto=https;by=203.0.113.43", true),
            (header::FORWARDED, "for=192.0.2.60; Proto=\"https\"", true),
            (header::FORWARDED, "for=192.0.2.60;proto=http", false),
            (header::ORIGIN, "https://reeve.example", true),
            (header::ORIGIN, "null", false),
            (header::REFERER, "https://reeve.example/staff/sign-in", true),
            (header::REFERER, "http://localhost:8080/staff/sign-in?next=https://reeve.example", false),
        ] {
            assert_eq!(
                cookie_for("127.0.0.1:8080", name.clone(), value).contains("; Secure"),
                secure,
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn cookies_are_found_among_others() {
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("a=1; reeve_staff=2; b=3"))]);
        assert_eq!(cookie(&headers, COOKIE), Some("2"));
        assert_eq!(cookie(&headers, "reeve"), None);
        assert!(same("a", "a") && !same("a", "b") && !same("", ""));
    }
}
