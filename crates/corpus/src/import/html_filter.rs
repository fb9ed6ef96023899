//! What in an HTML page is its content, and what is the furniture around it.

use scraper::{ElementRef, Html, Selector};

/// Elements that hold no text of the page. A form's text is left out with its fields.
const DROPPED_ELEMENTS: &[&str] = &[
    "nav", "header", "footer", "aside", "script", "style", "form", "noscript", "template", "iframe", "object", "svg",
    "canvas", "audio", "video", "button", "input", "select", "textarea", "dialog", "head", "title",
];

const DROPPED_ROLES: &[&str] = &[
    "navigation",
    "banner",
    "contentinfo",
    "complementary",
    "search",
    "dialog",
    "alertdialog",
    "menu",
    "menubar",
    "toolbar",
];

/// Words in a class that name furniture. Compared with whole words of it: `page-sidebar` holds "sidebar", and
/// `timeshare` does not hold "share". Words that also name a council's content ("social", "feedback") are not here.
const DROPPED_NAMES: &[&str] = &[
    "cookie",
    "cookies",
    "breadcrumb",
    "breadcrumbs",
    "sidebar",
    "related",
    "share",
    "sharing",
    "skip",
    "skiplink",
    "pagination",
    "pager",
    "navbar",
    "masthead",
];

/// The part of the page to read: its main content where it marks one, else all of it.
pub(super) fn main_content(page: &Html) -> ElementRef<'_> {
    let longest = |selector: &str| {
        let selector = Selector::parse(selector).ok()?;
        page.select(&selector)
            .filter(|element| !is_inside_furniture(*element))
            .max_by_key(|element| text_length(*element))
            .filter(|element| text_length(*element) > 0)
    };
    longest("main, [role=main]")
        .or_else(|| longest("article"))
        .or_else(|| longest("body"))
        .unwrap_or_else(|| page.root_element())
}

/// Whether the element and all in it is left out.
pub(super) fn is_furniture(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let name = value.name();
    match name {
        // A theme may call its whole layout "with-sidebar", and a heading's anchor says nothing of its kind.
        "html" | "body" | "main" | "article" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            return false;
        }
        "header" => return !(is_in_content(element) && holds(element, "h1, h2")),
        // Some systems put the whole page into one form.
        "form" => return !holds(element, CONTENT),
        _ if DROPPED_ELEMENTS.contains(&name) => return true,
        _ => {}
    }
    let is_icon = matches!(name, "span" | "i") && value.attr("aria-hidden").is_some_and(|hidden| hidden == "true");
    let role = value.attr("role").is_some_and(|role| role.split_whitespace().any(|role| DROPPED_ROLES.contains(&role)));
    let named = value.attr("class").is_some_and(names_furniture) && !holds(element, CONTENT);
    value.attr("hidden").is_some() || is_icon || role || named
}

/// What only the content of a page has.
const CONTENT: &str = "main, [role=main], article, h1";

fn holds(element: ElementRef<'_>, selector: &str) -> bool {
    Selector::parse(selector).is_ok_and(|selector| element.select(&selector).next().is_some())
}

fn is_in_content(element: ElementRef<'_>) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|ancestor| matches!(ancestor.value().name(), "main" | "article"))
}

fn names_furniture(names: &str) -> bool {
    names
        .split(|character: char| !character.is_ascii_alphabetic())
        .any(|word| DROPPED_NAMES.iter().any(|dropped| word.eq_ignore_ascii_case(dropped)))
}

fn is_inside_furniture(element: ElementRef<'_>) -> bool {
    is_furniture(element) || element.ancestors().filter_map(ElementRef::wrap).any(is_furniture)
}

fn text_length(element: ElementRef<'_>) -> usize {
    element.text().map(|text| text.trim().len()).sum()
}
