//! The form for a call-back: what was typed into it, and what comes of sending it.

use axum::http::StatusCode;
use serde::Serialize;

use super::page::{Problem, Told};
use crate::api_error::ApiError;
use crate::conversations::Conversation;
use crate::extract::Fields;
use crate::routes::details;
use crate::service::Service;
use crate::wire::NewCallBackBody;

/// What was typed.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Typed {
    name: String,
    phone: String,
    email: String,
    question: String,
    preferred_time: String,
    consent: bool,
}

impl Typed {
    pub(super) fn of(fields: &Fields) -> Self {
        Self {
            name: fields.line("name"),
            phone: fields.line("phone"),
            email: fields.line("email"),
            question: fields.line("question"),
            preferred_time: fields.line("preferred_time"),
            consent: fields.text("consent") == "yes",
        }
    }

    /// With the resident's last question, where they have not typed one here.
    pub(super) fn or_question(mut self, question: Option<&str>) -> Self {
        if self.question.is_empty() {
            question.unwrap_or_default().clone_into(&mut self.question);
        }
        self
    }

    fn body(&self) -> NewCallBackBody {
        NewCallBackBody {
            name: self.name.clone(),
            phone: Some(self.phone.clone()),
            email: Some(self.email.clone()),
            question: self.question.clone(),
            preferred_time: Some(self.preferred_time.clone()),
            consent: self.consent,
        }
    }
}

/// Asks for a call-back. Where something is wrong with the form, all of it is told at once, and nothing typed is lost.
pub(super) async fn ask(service: &Service, conversation: &Conversation, fields: &Fields) -> Result<Told, ApiError> {
    let details = match details::check(Typed::of(fields).body()) {
        Ok(details) => details,
        Err(problems) => {
            let problems = problems
                .into_iter()
                .map(|problem| Problem::new(field_id(problem.field), problem.english, problem.longest));
            let told = Told::default().with_status(StatusCode::UNPROCESSABLE_ENTITY).with_call_back(fields);
            return Ok(told.with_problems(problems.collect()));
        }
    };
    match service.people().call_back(conversation, &details).await {
        // The page tells the reference and the time, as on every later load.
        Ok(_) => Ok(Told::default()),
        Err(error) if error.code() == "no_call_back" => Ok(Told::refused(&error, (error.detail(), 0))),
        Err(error) => Ok(Told::failed(&error).with_call_back(fields)),
    }
}

/// The id of a field on the page.
fn field_id(field: &str) -> String {
    format!("call-back-{}", field.replace('_', "-"))
}
