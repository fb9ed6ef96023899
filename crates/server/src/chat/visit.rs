//! What a page's forms carry besides the conversation: the language that the resident reads, and the page that they came
//! from.

use axum::http::{HeaderMap, header};
use minijinja::{Value, context};

use super::Key;
use crate::language::Language;
use crate::resident_page;
use crate::service::Service;
use crate::staff::encoded;

/// The names of the languages, in themselves.
const NAMES: [(&str, &str); 2] = [("en", "English"), ("cy", "Cymraeg")];

/// How somebody reads the page, and from where they came to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Visit {
    pub(super) language: Language,
    /// There is a choice of languages.
    has_choice: bool,
    /// An address without its query.
    pub(super) page: Option<String>,
    /// The host by whose name this service was asked.
    pub(super) host: Option<String>,
}

impl Visit {
    /// As the address or a form says, or else as the browser does.
    pub(super) fn of(service: &Service, headers: &HeaderMap, lang: &str, page: &str) -> Self {
        let council = &service.knowledge().council;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            language: Language::choose(council, lang, text(header::ACCEPT_LANGUAGE)),
            has_choice: Language::offers_welsh(council),
            page: resident_page::bare(page).map(str::to_owned),
            host: text(header::HOST).map(str::to_owned),
        }
    }

    /// With the page that a browser says led here, unless the address named one. A browser that says the website alone, as
    /// most do of another website, says nothing of the page.
    pub(super) fn or_referer(self, headers: &HeaderMap) -> Self {
        let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
        let page = referer.and_then(resident_page::bare);
        let page =
            page.filter(|page| resident_page::path(page).is_some_and(|path| path != "/" && path != super::ADDRESS));
        Self { page: self.page.or_else(|| page.map(str::to_owned)), ..self }
    }

    /// What the forms of a page carry; the language only where there is a choice.
    pub(super) fn key(&self, key: &Key) -> Value {
        self.key_in(key, self.language)
    }

    fn key_in(&self, key: &Key, language: Language) -> Value {
        let lang = self.has_choice.then(|| language.code());
        context! { id => key.id, token => key.token, is_new => key.is_new, lang, page => self.page }
    }

    /// The way to the other language, where there is one.
    pub(super) fn other_language(&self, key: &Key) -> Option<Value> {
        let other = self.language.other();
        let name = NAMES.iter().find(|(code, _)| *code == other.code()).map(|(_, name)| *name);
        let page = self.page.as_deref().map(|page| format!("&page={}", encoded(page)));
        let query = format!("lang={}{}", other.code(), page.unwrap_or_default());
        self.has_choice.then(|| context! { code => other.code(), name, query, key => self.key_in(key, other) })
    }
}
