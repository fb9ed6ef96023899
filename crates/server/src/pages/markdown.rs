//! A page's Markdown as HTML that is safe to show: no raw HTML, no images from elsewhere, no doubtful links.

use corpus::{Knowledge, Page};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

use super::links;
use super::slug::Anchors;

/// What the knowledge pages may use beside `CommonMark`.
const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// A page as HTML.
pub(crate) struct Rendered {
    pub(crate) html: String,
    /// Whether it begins with a heading of the first level, which then is the page's title.
    pub(crate) has_title: bool,
}

/// Renders a page.
pub(crate) fn render(knowledge: &Knowledge, page: &Page) -> Rendered {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut links_shown = Vec::new();
    for event in Parser::new_ext(&page.source, OPTIONS) {
        match event {
            Event::Html(markup) => events.push(Event::Text(text_of_html(&markup).into())),
            // An image would have to come from elsewhere; its description, which stands inside it, is shown instead.
            Event::InlineHtml(_)
            | Event::Start(Tag::Image { .. } | Tag::HtmlBlock)
            | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => {}
            Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                let target = match link_type {
                    LinkType::Email => Some(dest_url),
                    _ => links::resolve(knowledge, page, &dest_url).map(CowStr::from),
                };
                links_shown.push(target.is_some());
                if let Some(dest_url) = target {
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title: "".into(), id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if links_shown.pop().unwrap_or(false) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            // Alignment would be written as inline style, which the security policy forbids.
            Event::Start(Tag::Table(columns)) => {
                // In the language of what stands around it.
                let label = if page.lang.starts_with("cy") { "Tabl" } else { "Table" };
                let region = format!("<div class=\"table\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">");
                events.push(Event::Html(region.into()));
                events.push(Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()])));
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</div>".into()));
            }
            other => events.push(other),
        }
    }
    let has_title = matches!(events.first(), Some(Event::Start(Tag::Heading { level, .. })) if *level as usize == 1);
    name_headings(&mut events);
    let mut html = String::with_capacity(page.source.len() * 3 / 2);
    html::push_html(&mut html, events.into_iter());
    Rendered { html, has_title }
}

/// Gives every heading an id made of its text.
fn name_headings(events: &mut [Event<'_>]) {
    let mut anchors = Anchors::default();
    let mut heading: Option<(usize, String)> = None;
    for index in 0..events.len() {
        match &events[index] {
            Event::Start(Tag::Heading { .. }) => heading = Some((index, String::new())),
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, words)) = &mut heading {
                    words.push_str(text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((start, words)) = heading.take()
                    && let Event::Start(Tag::Heading { id, .. }) = &mut events[start]
                {
                    *id = Some(anchors.take(&words).into());
                }
            }
            _ => {}
        }
    }
}

/// The words of a piece of HTML. Whatever this leaves is escaped when it is written, so it need not be exact.
fn text_of_html(markup: &str) -> String {
    let mut text = String::new();
    let mut rest = markup;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let end = if after.starts_with("!--") {
            after.find("-->").map(|end| end + 3)
        } else {
            after.find('>').map(|end| end + 1)
        };
        rest = end.map_or("", |end| &after[end..]);
    }
    text.push_str(rest);
    text
}

/// A span of a page's Markdown as plain text on one line, as a resident would read it.
pub(crate) fn plain_text(markdown: &str) -> String {
    // A table row alone is no table to the parser.
    let row = markdown.trim();
    let row = if row.starts_with('|') { row.trim_matches('|').replace('|', " – ") } else { row.to_owned() };
    let mut text = String::new();
    for event in Parser::new_ext(&row, OPTIONS) {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::Html(markup) => text.push_str(&text_of_html(&markup)),
            // What stands inside a line is joined as it is; the end of a block parts words.
            Event::InlineHtml(_)
            | Event::Start(_)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image) => {}
            _ => text.push(' '),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
