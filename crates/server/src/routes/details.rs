//! What a resident leaves for a call-back, and what is wrong with it, in words for them.

use super::people::MAX_MESSAGE_CHARACTERS;
use super::turns::readable;
use crate::api_error::ApiError;
use crate::language::Language;
use crate::people::CallBackDetails;
use crate::wire::NewCallBackBody;

/// A name, a number, an address or a time.
const MAX_DETAIL_CHARACTERS: usize = 200;
/// Digits of the shortest phone number in use.
const LEAST_PHONE_DIGITS: usize = 6;

/// Something that is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DetailProblem {
    /// The field's name on the wire.
    pub(crate) field: &'static str,
    code: &'static str,
    /// In words for the resident, with the name of a number in braces.
    pub(crate) english: &'static str,
    /// The characters that are allowed, where it is too long.
    pub(crate) longest: usize,
}

impl DetailProblem {
    fn text(&self) -> String {
        Language::English.say(self.english, &[("longest", &self.longest.to_string())])
    }
}

/// The details, or all that is wrong with them, in the order of the form.
pub(crate) fn check(body: NewCallBackBody) -> Result<CallBackDetails, Vec<DetailProblem>> {
    let mut problems = Vec::new();
    let mut wrong = |field, code, english| problems.push(DetailProblem { field, code, english, longest: 0 });
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let name = body.name.trim().to_owned();
    let (phone, email, preferred_time) = (filled(body.phone), filled(body.email), filled(body.preferred_time));
    if name.is_empty() {
        wrong("name", "invalid_field", "Enter your name.");
    }
    if phone.is_none() && email.is_none() {
        wrong("phone", "no_way_to_reach_you", "Enter a phone number or an email address.");
    }
    let digits = |phone: &String| phone.chars().filter(char::is_ascii_digit).count();
    if phone.as_ref().is_some_and(|phone| digits(phone) < LEAST_PHONE_DIGITS) {
        wrong("phone", "invalid_phone", "Enter a phone number with its area code, like 01632 960001.");
    }
    if email.as_ref().is_some_and(|email| !looks_like_email(email)) {
        wrong("email", "invalid_email", "Enter an email address, like name@example.com.");
    }
    let question = readable(&body.question).unwrap_or_default();
    if question.is_empty() {
        wrong("question", "empty_question", "Enter your question.");
    }
    let too_long = |text: &str, longest| text.chars().count() > longest;
    for (field, english, text, longest) in [
        ("name", "Your name: use {longest} characters or fewer.", Some(&name), MAX_DETAIL_CHARACTERS),
        ("phone", "Phone number: use {longest} characters or fewer.", phone.as_ref(), MAX_DETAIL_CHARACTERS),
        ("email", "Email address: use {longest} characters or fewer.", email.as_ref(), MAX_DETAIL_CHARACTERS),
        ("question", "Your question: use {longest} characters or fewer.", Some(&question), MAX_MESSAGE_CHARACTERS),
        (
            "preferred_time",
            "A good time to call: use {longest} characters or fewer.",
            preferred_time.as_ref(),
            MAX_DETAIL_CHARACTERS,
        ),
    ] {
        if text.is_some_and(|text| too_long(text, longest)) {
            problems.push(DetailProblem { field, code: "invalid_field", english, longest });
        }
    }
    if !body.consent {
        let english = "Tick the box if you agree that we use your details to call you back.";
        problems.push(DetailProblem { field: "consent", code: "no_consent", english, longest: 0 });
    }
    if problems.is_empty() {
        return Ok(CallBackDetails { name, phone, email, question, preferred_time });
    }
    Err(problems)
}

/// The refusal on the wire, which names one thing.
pub(crate) fn refusal(problems: &[DetailProblem]) -> ApiError {
    match problems.first() {
        // What holds nothing to read is told like an empty question.
        Some(problem) if problem.code == "empty_question" => ApiError::bad_request(problem.code, problem.text()),
        Some(problem) => ApiError::unprocessable(problem.code, problem.text()),
        None => ApiError::internal(&"details were refused without a reason"),
    }
}

fn looks_like_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.contains(char::is_whitespace)
}
