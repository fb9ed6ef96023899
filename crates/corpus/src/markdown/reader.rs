//! The events of the Markdown parser made into blocks.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::addresses::{says, shown_address};
use super::html_text::{self, Tag as HtmlTag};
use super::introduction::{introduces, last_sentence};
use super::line_breaks::LineBreaks;
use super::table::Table;
use super::{Block, BlockKind, MappedText};
use crate::sentences;

/// A lead-in is kept with every item of its list. A longer one is no lead-in, and could fill the memory.
const LONGEST_LEAD_IN_BYTES: usize = 600;

struct Reader<'s> {
    source: &'s str,
    blocks: Vec<Block>,
    containers: Vec<Container>,
    /// The text that is being read, and the source of what it stands in.
    current: Option<(MappedText, usize)>,
    heading: Option<u8>,
    table: Option<Table>,
    html_lines: Vec<Range<usize>>,
    /// An inline element whose content nobody reads.
    hidden: Option<&'static str>,
    /// For the links that are open: the address, where it is to be shown.
    links: Vec<Option<String>>,
    groups: usize,
    lines: LineBreaks,
    /// How deep in containers the last block stands: a list is introduced by a paragraph beside it only.
    last_depth: usize,
}

enum Container {
    List { ordered: bool, group: usize, lead_in: Option<String> },
    Item { has_text: bool, last_text: Option<String> },
    Quote,
}

/// `masked` is the source with markup that the parser does not know made spaces.
pub(super) fn read(source: &str, masked: &str) -> Vec<Block> {
    let mut reader = Reader {
        source,
        blocks: Vec::new(),
        containers: Vec::new(),
        current: None,
        heading: None,
        table: None,
        html_lines: Vec::new(),
        hidden: None,
        links: Vec::new(),
        groups: 0,
        lines: LineBreaks::of(source),
        last_depth: 0,
    };
    for (event, range) in Parser::new_ext(masked, super::options()).into_offset_iter() {
        reader.event(event, range);
    }
    reader.close();
    reader.blocks
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.text(&text, range),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                let inside = self.source.get(range.clone()).and_then(|source| source.find(&*code));
                let range = inside.map_or(range.clone(), |at| range.start + at..range.start + at + code.len());
                self.text(&code, range);
            }
            Event::Html(_) => self.html_lines.push(range),
            Event::InlineHtml(html) => self.inline_html(&html, range),
            Event::FootnoteReference(name) => self.text(&name, range),
            Event::SoftBreak => self.soft_break(range),
            Event::HardBreak => {
                if self.hidden.is_none() {
                    self.open(range.start).break_line(range);
                }
            }
            Event::Rule => self.close(),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {
                self.open(range.start).open_wrapper(range);
            }
            Tag::Image { .. } => {
                self.open(range.start).open_wrapper(range);
                self.links.push(None);
            }
            Tag::Link { link_type, dest_url, .. } => {
                self.open(range.start).open_wrapper(range);
                self.links.push(shown_address(link_type, &dest_url));
            }
            Tag::Heading { level, .. } => {
                self.close();
                self.heading = self.containers.is_empty().then_some(level as u8);
                self.open(range.start);
            }
            Tag::List(first) => {
                self.close();
                let lead_in = self.lead_in();
                self.groups += 1;
                self.containers.push(Container::List { ordered: first.is_some(), group: self.groups, lead_in });
            }
            Tag::Item => {
                self.close();
                self.containers.push(Container::Item { has_text: false, last_text: None });
            }
            Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) => {
                self.close();
                self.containers.push(Container::Quote);
            }
            Tag::Table(_) => {
                self.close();
                let lead_in = self.lead_in();
                self.groups += 1;
                self.table = Some(Table::new(range.start, self.groups, lead_in));
            }
            Tag::TableCell => self.current = Some((MappedText::default(), range.start)),
            Tag::Paragraph | Tag::CodeBlock(_) => {
                self.close();
                self.open(range.start);
            }
            Tag::HtmlBlock
            | Tag::MetadataBlock(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition => {
                self.close();
            }
            Tag::TableHead | Tag::TableRow => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Superscript | TagEnd::Subscript => {
                self.open(range.start).close_wrapper();
            }
            TagEnd::Image | TagEnd::Link => self.end_link(&range),
            TagEnd::List(_) | TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.close();
                self.containers.pop();
            }
            TagEnd::TableCell => {
                let cell = self.current.take().map(|(text, _)| text.finish()).unwrap_or_default();
                self.hidden = None;
                if let Some(table) = &mut self.table {
                    table.cells.push(cell);
                }
            }
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.headings = std::mem::take(&mut table.cells);
                    table.head = range;
                }
            }
            TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    let text = table.take_row();
                    let start = if table.has_rows { range.start } else { table.start };
                    table.has_rows = true;
                    self.push_row(text, start, range);
                }
            }
            TagEnd::Table => self.end_table(),
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::MetadataBlock(_)
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition => self.close(),
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if self.hidden.is_none() {
            let source = self.source;
            self.open(range.start).push(text, source, range);
        }
    }

    /// A line break that its writer meant parts the text like a new paragraph.
    fn soft_break(&mut self, range: Range<usize>) {
        let in_running_text = self.heading.is_none() && self.table.is_none() && self.hidden.is_none();
        let unmarked = self.current.as_ref().is_some_and(|(text, _)| !text.is_inside_wrapper());
        if in_running_text && unmarked && self.lines.is_meant(self.source, &range) {
            self.close();
        } else {
            self.text(" ", range);
        }
    }

    fn inline_html(&mut self, html: &str, range: Range<usize>) {
        match html_text::tag(html) {
            HtmlTag::Hide(name) if self.hidden.is_none() => self.hidden = Some(name),
            HtmlTag::Show(name) if self.hidden == Some(name) => self.hidden = None,
            HtmlTag::LineBreak if self.hidden.is_none() => self.open(range.start).break_line(range),
            HtmlTag::Block => self.text(" ", range),
            HtmlTag::Inline | HtmlTag::LineBreak | HtmlTag::Hide(_) | HtmlTag::Show(_) => {}
        }
    }

    /// A phone number or e-mail address that only the link's target says is shown after the link's text.
    fn end_link(&mut self, range: &Range<usize>) {
        let address = self.links.pop().flatten();
        let source = self.source;
        let text = self.open(range.start);
        let label = text.close_wrapper().to_owned();
        let Some(address) = address.filter(|address| !says(&label, address)) else {
            return;
        };
        let written = source.get(range.clone()).and_then(|link| link.rfind(&address));
        let place = written.map_or(range.end..range.end, |at| range.start + at..range.start + at + address.len());
        text.open_wrapper(range.clone());
        text.push_glue(if text.is_empty() || label.is_empty() { "" } else { " (" }, place.start..place.start);
        text.push(&address, source, place.clone());
        text.push_glue(if label.is_empty() { "" } else { ")" }, place.end..place.end);
        text.close_wrapper();
    }

    fn end_table(&mut self) {
        let Some(mut table) = self.table.take() else {
            return;
        };
        if !table.has_rows {
            let (text, start, head) = (table.head_row(), table.start, table.head.clone());
            table.headings.clear();
            self.table = Some(table);
            self.push_row(text, start, head);
            self.table = None;
        }
    }

    fn end_html(&mut self) {
        let lines = std::mem::take(&mut self.html_lines);
        let start = lines.first().map_or(0, |line| line.start);
        for text in html_text::paragraphs(self.source, &lines) {
            self.current = Some((text, start));
            self.close();
        }
    }

    /// The text that is being read; begins one when there is none.
    fn open(&mut self, start: usize) -> &mut MappedText {
        &mut self.current.get_or_insert_with(|| (MappedText::default(), start)).0
    }

    /// Ends the text that is being read and makes it a block.
    fn close(&mut self) {
        self.hidden = None;
        let heading = self.heading.take();
        let Some((text, start)) = self.current.take() else {
            return;
        };
        let text = text.finish();
        if text.is_empty() {
            return;
        }
        let mut block =
            Block { kind: BlockKind::Prose, text, start, row: None, group: None, lead_in: None, introduces: false };
        self.last_depth = self.containers.len();
        if let Some(level) = heading {
            block.kind = BlockKind::Heading(level);
        } else if let Some(item) =
            self.containers.iter().rposition(|container| matches!(container, Container::Item { .. }))
        {
            self.place_in_item(item, &mut block);
        }
        self.blocks.push(block);
    }

    /// Fills in what a block has from the list item that it stands in.
    fn place_in_item(&mut self, item: usize, block: &mut Block) {
        let (lists, items) = self.containers.split_at_mut(item);
        let Some(Container::List { ordered, group, lead_in }) = lists.last() else {
            return;
        };
        block.group = Some(*group);
        if let Some(Container::Item { has_text, last_text }) = items.first_mut() {
            if !*has_text {
                block.kind = if *ordered { BlockKind::Step } else { BlockKind::ListItem };
                block.lead_in.clone_from(lead_in);
            }
            *has_text = true;
            *last_text = last_sentence(block.text.as_str());
        }
    }

    fn push_row(&mut self, text: MappedText, start: usize, row: Range<usize>) {
        let Some(table) = &self.table else { return };
        if text.is_empty() {
            return;
        }
        let row = sentences::trim(self.source, row);
        let (group, lead_in) = (Some(table.group), table.lead_in.clone());
        self.last_depth = self.containers.len();
        self.blocks.push(Block {
            kind: BlockKind::TableRow,
            text,
            start,
            row: Some(row),
            group,
            lead_in,
            introduces: false,
        });
    }

    /// What introduces a list or table that begins now: the paragraph before it, or the item that it is nested in.
    fn lead_in(&mut self) -> Option<String> {
        let depth = self.containers.len();
        if let Some(Container::Item { last_text: Some(own), .. }) = self.containers.last() {
            let own = own.clone();
            let outer = self.containers.iter().rev().find_map(|container| match container {
                Container::List { lead_in, .. } => Some(lead_in.clone()),
                Container::Item { .. } | Container::Quote => None,
            });
            if let Some(last) = self.blocks.last_mut() {
                last.introduces = true;
            }
            let joined = outer.flatten().map_or_else(|| own.clone(), |outer| format!("{outer} {own}"));
            return [joined, own].into_iter().find(|text| text.len() <= LONGEST_LEAD_IN_BYTES);
        }
        let last = self.blocks.last_mut().filter(|block| block.kind == BlockKind::Prose && self.last_depth == depth)?;
        let sentence = last_sentence(last.text.as_str()).filter(|sentence| introduces(sentence))?;
        last.introduces = true;
        (sentence.len() <= LONGEST_LEAD_IN_BYTES).then_some(sentence)
    }
}
