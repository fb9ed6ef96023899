//! Files over HTTP, with resume. Knows how Hugging Face lays out its addresses; any server that answers at the same
//! addresses will do. Bytes are only appended here; whether they are the right ones is checked elsewhere.

use std::{
    io::{self, Read as _, Write as _},
    time::Duration,
};

use ureq::{
    Agent, Body,
    http::{Response, header},
};

use super::{
    Progress, StoreError,
    error::storage,
    target::{BUFFER_BYTES, Target},
};

/// A connection that broke is taken up again this often without getting further before the source is given up.
const FRUITLESS_TRIES: u32 = 3;
/// What counts as getting further.
const FRUITFUL_BYTES: u64 = 1 << 20;

/// Fetches the file into the target's partial file, going on where that ends.
pub(super) fn fetch(
    target: Target<'_>,
    address: &str,
    silence: Duration,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), StoreError> {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(silence))
        .timeout_connect(Some(silence))
        .timeout_recv_response(Some(silence))
        .timeout_per_read(Some(silence))
        .build()
        .into();
    let mut fruitless = 0;
    loop {
        let before = target.partial_bytes();
        match go_on(&agent, target, address, silence, progress) {
            Err(cut @ StoreError::Cut { .. }) => {
                if target.partial_bytes() < before.saturating_add(FRUITFUL_BYTES) {
                    fruitless += 1;
                } else {
                    fruitless = 0;
                }
                if fruitless == FRUITLESS_TRIES {
                    return Err(cut);
                }
            }
            done => return done,
        }
    }
}

/// The address of a file in a repository.
pub(super) fn address(endpoint: &str, repo: &str, revision: &str, path: &str) -> String {
    format!("{}/{repo}/resolve/{revision}/{path}", endpoint.trim_end_matches('/'))
}

fn go_on(
    agent: &Agent,
    target: Target<'_>,
    address: &str,
    silence: Duration,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), StoreError> {
    if target.partial_bytes() >= target.file.bytes {
        target.remove_partial()?;
    }
    let have = target.partial_bytes();
    // A compressed answer would make nonsense of the range.
    let mut request = agent.get(address).header(header::ACCEPT_ENCODING, "identity");
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
    }
    let response = request.call().map_err(|error| network(error, silence))?;
    let start = start_of(&response, target, have, address)?;
    append(target, start, response.into_body(), silence, progress)
}

/// Where the body of the answer begins in the file.
fn start_of(response: &Response<Body>, target: Target<'_>, have: u64, address: &str) -> Result<u64, StoreError> {
    let expected = target.file.bytes;
    let refused = || StoreError::Refused { address: address.to_owned(), status: response.status().as_u16() };
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let (start, total) = match response.status().as_u16() {
        200 => (0, text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok())),
        206 => {
            let (start, total) = text(header::CONTENT_RANGE).and_then(content_range).ok_or_else(refused)?;
            if start != have {
                return Err(refused());
            }
            (start, total)
        }
        _ => return Err(refused()),
    };
    match total {
        Some(found) if found != expected => Err(StoreError::WrongOffer { expected, found }),
        _ => Ok(start),
    }
}

/// Reads `bytes START-END/TOTAL`, where the total may be `*` (RFC 9110, section 14.4).
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.parse().ok()?, total.parse().ok()))
}

fn append(
    target: Target<'_>,
    start: u64,
    body: Body,
    silence: Duration,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), StoreError> {
    let expected = target.file.bytes;
    let path = target.partial();
    let mut file = target.open_partial_at(start)?;
    let mut reader = body.into_reader();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut done = start;
    while done < expected {
        let read = match reader.read(&mut buffer) {
            Ok(0) => return Err(StoreError::Cut { done, expected }),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(match network(ureq::Error::from(error), silence) {
                    StoreError::Unreachable(_) => StoreError::Cut { done, expected },
                    // One that sent something may only be slow, and is asked for the rest.
                    StoreError::Silent { .. } if done > start => StoreError::Cut { done, expected },
                    other => other,
                });
            }
        };
        done += read as u64;
        if done > expected {
            target.remove_partial()?;
            return Err(StoreError::WrongOffer { expected, found: done });
        }
        file.write_all(&buffer[..read]).map_err(storage("write", &path))?;
        progress(Progress::Bytes { file: &target.file.name, done, total: expected });
    }
    Ok(())
}

fn network(error: ureq::Error, silence: Duration) -> StoreError {
    match error {
        ureq::Error::Timeout(_) => StoreError::Silent { seconds: silence.as_secs() },
        other => StoreError::Unreachable(Box::new(other)),
    }
}
