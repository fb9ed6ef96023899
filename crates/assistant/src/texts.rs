//! Every word that residents read and that does not come from a page. Plain English, reading age 9 to 11.

/// A reviewed text of the product's own. Only this module and the council's configuration make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FixedText(String);

impl FixedText {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A signpost from `council.toml`, reviewed by the council.
    pub(crate) fn signpost(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// How to reach a person: see `contact`.
    pub(crate) fn contact(text: String) -> Self {
        Self(text)
    }
}

macro_rules! fixed {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) fn $name() -> FixedText { FixedText($text.to_owned()) })*
    };
}

fixed! {
    not_certain = "I am not certain of the answer, so I would rather not guess.";
    not_on_pages = "I could not find the answer on the council's pages.";
    account = "I cannot see your details or your case, so I cannot answer this. A member of staff can.";
    complaint = "I am sorry that this has gone wrong. A person should look at this, not a computer.";
    asked_for_person = "Of course. Here is how to reach a person.";
    language = "I am sorry, I can only answer in English for now. A member of staff can help you.";
    welsh = "Mae'n ddrwg gen i, dim ond yn Saesneg y gallaf ateb ar hyn o bryd. I am sorry, I can only answer in English for now.";
    overload = "A lot of people are asking questions at the moment, so I cannot answer this one.";
    switched_off = "I am not answering questions at the moment.";
    fault = "I am sorry, something went wrong on our side and I cannot answer now.";
    off_topic = "I can only help with council services.";
    instruction = "I can only answer questions about council services from the council's own pages.";
    abuse = "I want to help, but I cannot reply to messages like that.";
    unreadable = "I could not read a question in that. Please type your question in a few words.";
    too_long = "That message is too long for me. Please ask your question in a few sentences.";
    thanks = "You are welcome. Is there anything else that I can help with?";
    goodbye = "Goodbye, and thank you for getting in touch.";
    which_one = "I want to be sure that I answer the right question. Did you mean one of these?";
    what_about = "What would you like to know about that? A whole question works best, such as “How much does it cost?”";
    yes = "Yes.";
    no = "No.";
    rest_not_found = "I could not find the answer to the other part of your question.";
}

/// A page's title as one of the readings of a question.
pub(crate) fn choice(title: &str) -> FixedText {
    FixedText(format!("- {title}"))
}

/// What the assistant is, for who asks.
pub(crate) fn about_assistant(council: &str) -> FixedText {
    FixedText(format!(
        "I am an automated assistant for {council}, not a person. I answer questions about council services from the council's own pages. If you would rather talk to a person, I can show you how to reach one."
    ))
}

/// A greeting in the council's name.
pub(crate) fn greeting(council: &str) -> FixedText {
    FixedText(format!(
        "Hello. I am an automated assistant for {council}. I answer questions from the council's own pages. What would you like to know?"
    ))
}
