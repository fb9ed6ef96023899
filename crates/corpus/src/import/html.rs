//! HTML made into Markdown: headings, paragraphs, lists, tables and links of the main content.

use scraper::{ElementRef, Html, Node, Selector};

use super::escape;
use super::html_filter::{is_furniture, main_content};
use crate::passages::count_words;

/// Elements nested deeper than this are read as text alone: no page is, and each level costs stack.
const DEEPEST_ELEMENT: usize = 200;
/// A table with more words in one cell than this is a layout, or nothing that makes a line.
const LONGEST_CELL_WORDS: usize = 80;

/// Markdown numbers have at most nine digits.
const MOST_LIST_START: u32 = 900_000_000;

/// A page made into Markdown.
pub(super) struct Converted {
    pub(super) markdown: String,
    /// The page's own title, for a record that gives none.
    pub(super) title: Option<String>,
}

pub(super) fn to_markdown(html: &str) -> Converted {
    let page = Html::parse_document(html);
    let title = Selector::parse("title")
        .ok()
        .and_then(|selector| page.select(&selector).next().map(|title| title.text().collect::<String>()));
    let mut writer = Writer::default();
    writer.children(main_content(&page), 0);
    writer.end_block();
    let mut markdown = writer.blocks.join("\n\n");
    if !markdown.is_empty() {
        markdown.push('\n');
    }
    Converted { markdown, title: title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty()) }
}

#[derive(Default)]
struct Writer {
    /// Finished blocks: paragraphs, headings, whole lists.
    blocks: Vec<String>,
    /// The inline Markdown of the paragraph that is being read.
    inline: String,
    heading: Option<usize>,
    /// Whether white space at the beginning of `inline` counts, because something stands before it.
    goes_on: bool,
}

impl Writer {
    fn children(&mut self, element: ElementRef<'_>, depth: usize) {
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.text(text),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(child).filter(|element| !is_furniture(*element)) {
                        self.element(element, depth + 1);
                    }
                }
                Node::Document
                | Node::Fragment
                | Node::Doctype(_)
                | Node::Comment(_)
                | Node::ProcessingInstruction(_) => {}
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>, depth: usize) {
        if depth > DEEPEST_ELEMENT {
            self.text(&element.text().collect::<String>());
            return;
        }
        match element.value().name() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_block();
                self.heading = element.value().name()[1..].parse().ok();
                self.children(element, depth);
                self.end_block();
            }
            "ul" | "ol" => self.list(element, depth),
            "table" => self.table(element, depth),
            "blockquote" => {
                self.end_block();
                let quoted = inner_blocks(element, depth).join("\n\n");
                if !quoted.is_empty() {
                    self.blocks.push(prefixed(&quoted, "> ", "> "));
                }
            }
            "br" => self.inline.push('\n'),
            "hr" => self.end_block(),
            "img" => self.text(element.value().attr("alt").unwrap_or_default()),
            "a" => self.link(element, depth),
            "strong" | "b" => self.marked(element, depth, "**"),
            "em" | "i" => self.marked(element, depth, "*"),
            name if is_inline(name) => self.children(element, depth),
            _ => {
                self.end_block();
                self.children(element, depth);
                self.end_block();
            }
        }
    }

    fn text(&mut self, text: &str) {
        for (index, word) in text.split(|character: char| character.is_whitespace()).enumerate() {
            let parted = if self.inline.is_empty() { !self.goes_on } else { self.inline.ends_with([' ', '\n']) };
            if index > 0 && !parted {
                self.inline.push(' ');
            }
            self.inline.push_str(&escape::inline(word));
        }
    }

    /// Ends the paragraph or heading that is being read.
    fn end_block(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        let heading = self.heading.take();
        let lines: Vec<&str> = inline.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() {
            return;
        }
        self.blocks.push(match heading {
            Some(level) => format!("{} {}", "#".repeat(level), lines.join(" ")),
            // A backslash at its end makes a line break that no editor trims away.
            None => lines.iter().map(|line| escape::line_start(line)).collect::<Vec<_>>().join("\\\n"),
        });
    }

    /// Bold or emphasis: only around text on one line that has no white space at its ends, where it is sure to be read so.
    fn marked(&mut self, element: ElementRef<'_>, depth: usize, mark: &str) {
        let Some(inner) = self.inner_inline(element, depth) else {
            return;
        };
        let bare = inner.trim();
        let ends_on_words = |edge: Option<char>| edge.is_some_and(char::is_alphanumeric);
        let part_of_word = self.inline.ends_with(char::is_alphanumeric) && inner.starts_with(char::is_alphanumeric);
        if bare.contains(['*', '\n'])
            || part_of_word
            || !ends_on_words(bare.chars().next())
            || !ends_on_words(bare.chars().next_back())
        {
            self.push_inline(&inner);
        } else {
            self.push_inline(&inner.replacen(bare, &format!("{mark}{bare}{mark}"), 1));
        }
    }

    fn link(&mut self, element: ElementRef<'_>, depth: usize) {
        let Some(inner) = self.inner_inline(element, depth) else {
            return;
        };
        let label = inner.trim().replace('\n', " ");
        let target = element.value().attr("href").unwrap_or_default().trim();
        let scheme = target.split([':', '/', '?', '#']).next().unwrap_or_default();
        let leads_somewhere =
            !target.is_empty() && !target.starts_with('#') && !scheme.eq_ignore_ascii_case("javascript");
        if label.is_empty() || !leads_somewhere || label.contains("](") {
            self.push_inline(&inner);
            return;
        }
        let target: String = target.chars().map(encoded).collect();
        self.push_inline(&inner.replacen(inner.trim(), &format!("[{label}]({target})"), 1));
    }

    /// The inline Markdown inside an element, its white space at the ends kept. When it holds blocks, takes them as they
    /// are and gives none: they were read once, and reading them again at every level could take for ever.
    fn inner_inline(&mut self, element: ElementRef<'_>, depth: usize) -> Option<String> {
        let mut writer = Self { goes_on: true, ..Self::default() };
        writer.children(element, depth);
        if writer.blocks.is_empty() {
            return Some(writer.inline);
        }
        self.end_block();
        self.blocks.append(&mut writer.blocks);
        self.inline = writer.inline.trim_start().to_owned();
        None
    }

    fn push_inline(&mut self, markdown: &str) {
        // An exclamation mark before a link would make it an image.
        if self.inline.ends_with('!') && markdown.starts_with('[') {
            self.inline.insert(self.inline.len() - 1, '\\');
        }
        let already_parted = self.inline.is_empty() || self.inline.ends_with([' ', '\n']);
        self.inline.push_str(if already_parted { markdown.trim_start_matches(' ') } else { markdown });
    }

    fn list(&mut self, element: ElementRef<'_>, depth: usize) {
        self.end_block();
        let ordered = element.value().name() == "ol";
        let start =
            element.value().attr("start").and_then(|start| start.parse::<u32>().ok()).unwrap_or(1).min(MOST_LIST_START);
        let mut items: Vec<String> = Vec::new();
        for child in element.children() {
            let blocks = match child.value() {
                Node::Element(_) => ElementRef::wrap(child).filter(|element| !is_furniture(*element)).map(|element| {
                    if element.value().name() == "li" {
                        inner_blocks(element, depth + 1)
                    } else {
                        blocks_of(element, depth + 1)
                    }
                }),
                Node::Text(text) => {
                    let mut writer = Self::default();
                    writer.text(text);
                    writer.end_block();
                    Some(writer.blocks)
                }
                _ => None,
            };
            let Some(blocks) = blocks.filter(|blocks| !blocks.is_empty()) else {
                continue;
            };
            // A list inside an item stands close to it; a second paragraph needs a blank line.
            let mut item = String::new();
            for block in blocks {
                let is_list = block.starts_with("- ") || block.starts_with("1. ");
                item.push_str(if item.is_empty() {
                    ""
                } else if is_list {
                    "\n"
                } else {
                    "\n\n"
                });
                item.push_str(&block);
            }
            let number = u64::from(start) + items.len() as u64;
            let mark = if ordered { format!("{number}. ") } else { "- ".to_owned() };
            items.push(prefixed(&item, &mark, &" ".repeat(mark.len())));
        }
        if !items.is_empty() {
            self.blocks.push(items.join("\n"));
        }
    }

    fn table(&mut self, element: ElementRef<'_>, depth: usize) {
        self.end_block();
        if let Some(table) = table::to_markdown(element, depth) {
            self.blocks.extend(table);
        } else {
            self.children(element, depth);
            self.end_block();
        }
    }
}

mod table;

fn blocks_of(element: ElementRef<'_>, depth: usize) -> Vec<String> {
    let mut writer = Writer::default();
    writer.element(element, depth);
    writer.end_block();
    writer.blocks
}

fn inner_blocks(element: ElementRef<'_>, depth: usize) -> Vec<String> {
    let mut writer = Writer::default();
    if depth > DEEPEST_ELEMENT {
        writer.text(&element.text().collect::<String>());
    } else {
        writer.children(element, depth);
    }
    writer.end_block();
    writer.blocks
}

fn prefixed(text: &str, first: &str, others: &str) -> String {
    let mut prefixed = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            prefixed.push('\n');
        }
        let prefix = if index == 0 { first } else { others };
        prefixed.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
        prefixed.push_str(line);
    }
    prefixed
}

/// Characters that would end a link's target early.
fn encoded(character: char) -> String {
    match character {
        ' ' => "%20".to_owned(),
        '(' => "%28".to_owned(),
        ')' => "%29".to_owned(),
        '<' => "%3C".to_owned(),
        '>' => "%3E".to_owned(),
        '\\' => "%5C".to_owned(),
        '|' => "%7C".to_owned(),
        _ if character.is_control() || character.is_whitespace() => String::new(),
        _ => character.to_string(),
    }
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "abbr"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "font"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
            | "picture"
    )
}
