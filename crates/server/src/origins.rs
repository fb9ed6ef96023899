//! From which websites' pages the interface may be used (WHATWG Fetch, CORS), and who may load the widget's files.
//!
//! What opens a conversation is its token and never a cookie, so that another website can do nothing with a visitor's
//! conversation, whichever origins are let in. The list keeps others from running this council's assistant as their own.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use serde::Deserialize;
use tower_http::cors::{AllowOrigin, Any, CorsLayer, Vary};

/// How long a browser remembers that it may ask. Chromium's own limit is two hours.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

/// Goes on from the last event after a lost line.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The websites whose pages may use the interface. In a configuration, a list of origins; `*` alone is all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub enum Origins {
    /// All.
    Any,
    /// These. Reeve's own pages may in any case.
    These(Vec<HeaderValue>),
}

/// An entry that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It is not a scheme, a host and perhaps a port.
    #[error(
        "{entry:?} is not the origin of a website; an example that is: \"https://www.council.example\", without a path"
    )]
    NotAnOrigin {
        /// What stands there.
        entry: String,
    },
    /// All are let in, and then some are named.
    #[error("\"*\" lets every website in; leave it out, or leave out the others")]
    AnyAndSome,
}

impl TryFrom<Vec<String>> for Origins {
    type Error = OriginError;

    fn try_from(list: Vec<String>) -> Result<Self, OriginError> {
        match &list[..] {
            [any] if any == "*" => Ok(Self::Any),
            list if list.iter().any(|entry| entry == "*") => Err(OriginError::AnyAndSome),
            list => list.iter().map(|entry| origin(entry)).collect::<Result<_, _>>().map(Self::These),
        }
    }
}

impl Origins {
    /// Lets pages of these websites use the interface.
    pub(crate) fn interface(&self) -> CorsLayer {
        let allowed = match self {
            Self::Any => AllowOrigin::any(),
            Self::These(origins) => AllowOrigin::list(origins.clone()),
        };
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::POST, Method::DELETE])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, LAST_EVENT_ID])
            .max_age(REMEMBERED)
    }
}

/// Lets every page load the widget's files: they are the same for all and hold nothing of anybody.
pub(crate) fn files() -> CorsLayer {
    // The answer does not depend on who asks, so caches need one copy.
    CorsLayer::new().allow_origin(Any).allow_methods([Method::GET]).max_age(REMEMBERED).vary(Vary::list([]))
}

/// As a browser sends it: scheme, host and perhaps a port, in lower case (RFC 6454).
fn origin(entry: &str) -> Result<HeaderValue, OriginError> {
    let wrong = || OriginError::NotAnOrigin { entry: entry.to_owned() };
    let host = entry.strip_prefix("https://").or_else(|| entry.strip_prefix("http://")).ok_or_else(wrong)?;
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        Some(_) | None => (host, None),
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_[]:".contains(&byte);
    let port_is_one = port.is_none_or(|port| port.parse::<u16>().is_ok());
    if name.is_empty() || !name.bytes().all(plain) || !port_is_one {
        return Err(wrong());
    }
    HeaderValue::from_str(entry).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_send_them() {
        fn check(entry: &str, is_origin: bool) {
            assert_eq!(Origins::try_from(vec![entry.to_owned()]).is_ok(), is_origin, "{entry}");
        }
        for right in ["https://www.council.example", "http://localhost:8080", "http://[::1]:8080", "http://[::1]", "*"]
        {
            check(right, true);
        }
        for wrong in [
            "",
            "www.council.example",
            "https://",
            "https://www.council.example/",
            "https://www.council.example/chat",
            "https://Council.example",
            "https://*.council.example",
            "https://council.example:port",
            "ftp://council.example",
            "null",
        ] {
            check(wrong, false);
        }
        let both = vec!["*".to_owned(), "https://www.council.example".to_owned()];
        assert_eq!(Origins::try_from(both), Err(OriginError::AnyAndSome));
        assert_eq!(Origins::try_from(Vec::new()), Ok(Origins::These(Vec::new())));
    }
}
