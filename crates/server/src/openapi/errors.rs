//! Which refusals each route has: by what it reads, and its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::api_error::ErrorBody;

/// A status and a code.
type Refusal = (u16, &'static str);

/// Of every route under `/api`.
const ANYWHERE: &[Refusal] = &[(413, "too_large"), (500, "internal"), (503, "shutting_down"), (503, "unavailable")];
/// Of a route that a token opens.
const WITH_TOKEN: &[Refusal] = &[(401, "unauthorized"), (404, "not_found")];
/// Of a route that reads a body.
const WITH_BODY: &[Refusal] = &[
    (400, "invalid_json"),
    (400, "invalid_body"),
    (408, "timeout"),
    (415, "unsupported_media_type"),
    (422, "unknown_field"),
    (422, "invalid_field"),
];
/// Of addresses and methods that there are not; no route has them.
const NOWHERE: &[Refusal] = &[(404, "not_found"), (405, "method_not_allowed")];

/// Of single routes, by the name of their operation.
const OWN: &[(&str, &[Refusal])] = &[
    (
        "ask",
        &[
            (400, "empty_question"),
            (409, "turn_differs"),
            (409, "turn_in_progress"),
            (409, "conversation_full"),
            (409, "with_person"),
            (413, "question_too_long"),
            (422, "invalid_client_turn_id"),
            (429, "too_many_streams"),
        ],
    ),
    ("follow", &[(400, "invalid_query"), (429, "too_many_streams")]),
    ("rate", &[(409, "conversation_full"), (413, "comment_too_long")]),
    ("ask_for_person", &[(409, "conversation_full")]),
    ("say", &[(400, "empty_question"), (409, "no_person"), (409, "conversation_full"), (413, "message_too_long")]),
    (
        "ask_for_call_back",
        &[
            (400, "empty_question"),
            (409, "no_call_back"),
            (409, "conversation_full"),
            (422, "no_consent"),
            (422, "invalid_phone"),
            (422, "invalid_email"),
            (422, "no_way_to_reach_you"),
        ],
    ),
];

/// The code of a refusal.
pub(crate) struct ErrorCode;

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let general = [ANYWHERE, WITH_TOKEN, WITH_BODY, NOWHERE].into_iter();
        let all = general.chain(OWN.iter().map(|(_, own)| *own)).flatten();
        let codes: BTreeSet<&str> = all.map(|(_, code)| *code).collect();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("What is wrong, for programs."))
            .enum_values(Some(codes))
            .into()
    }
}

impl ToSchema for ErrorCode {
    fn name() -> Cow<'static, str> {
        "ErrorCode".into()
    }
}

/// Adds to each route the refusals that it has.
pub(crate) fn add(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        if path.starts_with("/api/") {
            for operation in operations(item) {
                add_to(operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.delete].into_iter().filter_map(Option::as_mut)
}

fn add_to(operation: &mut Operation) {
    let name = operation.operation_id.as_deref().unwrap_or_default();
    let own = OWN.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, own)| *own);
    let with_token = if operation.security.is_some() { WITH_TOKEN } else { &[] };
    let with_body = if operation.request_body.is_some() { WITH_BODY } else { &[] };
    let mut codes = BTreeMap::<u16, Vec<String>>::new();
    for (status, code) in [ANYWHERE, with_token, with_body, own].into_iter().flatten() {
        codes.entry(*status).or_default().push(format!("`{code}`"));
    }
    for (status, codes) in codes {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
        let response = ResponseBuilder::new().description(codes.join(", ")).content("application/json", content);
        operation.responses.responses.insert(status.to_string(), response.into());
    }
}
