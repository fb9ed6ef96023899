//! One line of JSON made into the text of a page file.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};
use serde::Deserialize;
use serde_json::Value;

use super::{escape, html, plain};
use crate::markdown;

/// A page as another system gives it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: String,
    title: String,
    url: Option<String>,
    /// The Markdown of the page.
    body: String,
    /// Whether `body` is the source's own Markdown, which is kept byte for byte.
    is_verbatim: bool,
}

#[derive(Deserialize)]
struct Fields {
    id: Option<Value>,
    url: Option<String>,
    title: Option<String>,
    markdown: Option<String>,
    html: Option<String>,
    text: Option<String>,
}

impl Record {
    /// Reads a JSON object; says what is wrong with it otherwise.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let fields: Fields = serde_json::from_str(line).map_err(|error| format!("the line cannot be read: {error}"))?;
        let id = match fields.id {
            Some(Value::String(id)) if !id.trim().is_empty() => id,
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err("the object has no id".to_owned()),
        };
        let given = |field: Option<String>| field.filter(|text| !text.trim().is_empty());
        let (markdown, html, text) = (given(fields.markdown), given(fields.html), given(fields.text));
        let is_verbatim = markdown.is_some();
        let mut html_title = None;
        let body = if let Some(markdown) = markdown {
            markdown
        } else if let Some(html) = html {
            let converted = html::to_markdown(&html);
            html_title = converted.title;
            converted.markdown
        } else if let Some(text) = text {
            plain::to_markdown(&text)
        } else {
            return Err("the object has neither markdown nor html nor text".to_owned());
        };
        let heading = || {
            markdown::blocks(&body).into_iter().find_map(|block| match block.kind {
                markdown::BlockKind::Heading(_) => Some(block.text.as_str().to_owned()),
                _ => None,
            })
        };
        let title = given(fields.title).or(html_title).or_else(heading).unwrap_or_else(|| id.clone());
        Ok(Self {
            id,
            title: title.split_whitespace().collect::<Vec<_>>().join(" "),
            url: given(fields.url),
            body,
            is_verbatim,
        })
    }

    /// The whole file: front matter and Markdown.
    pub(super) fn page_text(&self) -> String {
        let mut text = String::from("---\n");
        let mut field = |name: &str, value: &str| {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(&escape::yaml(value));
            text.push('\n');
        };
        field("id", &self.id);
        field("title", &self.title);
        if let Some(url) = &self.url {
            field("source_url", url.trim());
        }
        text.push_str("lang: en\n---\n");
        if !self.is_verbatim && !has_main_heading(&self.body) {
            text.push_str("# ");
            text.push_str(&escape::inline(&self.title));
            text.push_str("\n\n");
        }
        text.push_str(&self.body);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

fn has_main_heading(body: &str) -> bool {
    let is_main = |event: Event<'_>| matches!(event, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }));
    Parser::new_ext(body, markdown::options()).any(is_main)
}
