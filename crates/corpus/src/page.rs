//! One published page: its front matter, its Markdown, and the passages and sentences that can be cited.

mod front_matter;

use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use crate::digest::Digest;
use crate::markdown::{self, BlockKind};
use crate::passages;
use crate::problem::Problem;
use front_matter::FrontMatter;

/// The largest page file that is read. A longer one is not a page but a data file put in the wrong folder.
pub const LARGEST_PAGE_BYTES: usize = 2 * 1024 * 1024;

/// A page of the council's website.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// Names the page for good; unique in its folder.
    pub id: String,
    /// The page's title.
    pub title: String,
    /// The service that the page belongs to, a key of [`Council::services`](crate::Council::services).
    pub service: Option<String>,
    /// Who keeps the page right: an e-mail address or a team.
    pub owner: Option<String>,
    /// `published`, or anything else for a page that residents must not see yet or any more.
    pub status: String,
    /// When a person last read the page through.
    pub last_reviewed: Option<Date>,
    /// When a person has to read it again.
    pub review_due: Option<Date>,
    /// The language, as in `en` or `cy`.
    pub lang: String,
    /// Where residents find the page on the council's website.
    pub source_url: Option<String>,
    /// The file, relative to the knowledge folder.
    pub path: PathBuf,
    /// The Markdown exactly as in the file, without front matter.
    pub source: String,
    /// The line of the file, counted from 1, on which `source` begins.
    pub source_line: usize,
    /// Digest of the whole file.
    pub digest: Digest,
    /// The passages in the order of the page. Together their spans cover `source`, white space apart; there are none
    /// when nothing in the page can be read.
    pub passages: Vec<Passage>,
}

/// The text under a heading, or a part of it, or a few short neighbours: about 60 to 250 words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passage {
    /// `PAGE_ID#slug-of-heading`, `PAGE_ID#top` for the opening text.
    pub id: String,
    /// The headings that the passage stands under, outermost first; the page's title is left out.
    pub heading_path: Vec<String>,
    /// Bytes of [`Page::source`].
    pub span: Range<usize>,
    /// Plain text: the headings, paragraphs, list items and table rows, each on a line.
    pub text: String,
    /// What can be cited, in order. Each sentence's text stands in `text`. Empty when the passage is only headings.
    pub sentences: Vec<Sentence>,
    /// Digest of the heading path and the text.
    pub digest: Digest,
}

/// A sentence, list item or table row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sentence {
    /// The passage's id, `~`, and the first 8 hexadecimal digits of the digest of `text`.
    pub id: String,
    /// Readable plain text on one line.
    pub text: String,
    /// Bytes of [`Page::source`]: the verbatim quote.
    pub span: Range<usize>,
    /// What it is in the page.
    pub kind: SentenceKind,
    /// The nearest heading above it; none under the page's title.
    pub heading: Option<String>,
    /// For list items, steps and table rows: what introduces them, such as "You can get a discount if you are:". For an
    /// item of a nested list the item above it as well.
    pub lead_in: Option<String>,
    /// The same number for all items of one list, or rows of one table, in the passage.
    pub group: Option<usize>,
}

impl Sentence {
    /// The sentence with what introduces it, as a reader needs it: "You cannot put in: soil".
    pub fn with_lead_in(&self) -> String {
        match &self.lead_in {
            Some(lead_in) => format!("{lead_in} {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// What a [`Sentence`] is in its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceKind {
    /// A sentence of running text.
    Prose,
    /// A bulleted item, or its first sentence.
    ListItem,
    /// A numbered item, or its first sentence.
    Step,
    /// A table row, with the column headings.
    TableRow,
}

/// Why a file is not a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The file is larger than [`LARGEST_PAGE_BYTES`].
    #[error("the page is {bytes} bytes long; the most is {LARGEST_PAGE_BYTES}")]
    TooLarge {
        /// The length of the file.
        bytes: usize,
    },
    /// The front matter begins with `---` and has no closing `---`.
    #[error("the front matter has no closing line of three hyphens (---)")]
    FrontMatterNotClosed,
    /// The front matter is not YAML, or a field has the wrong shape.
    #[error("the front matter cannot be read: {message}")]
    FrontMatter {
        /// The line of the file.
        line: usize,
        /// What the YAML reader says.
        message: String,
    },
    /// A date is not written as year-month-day.
    #[error("{field} is {value:?}; a date such as 2026-05-12 is expected")]
    BadDate {
        /// The line of the file.
        line: usize,
        /// The field's name.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// There is neither a title nor a heading.
    #[error("the page has no title: give one in the front matter")]
    NoTitle,
    /// The id is too long to be used in links.
    #[error("the id is {bytes} bytes long; the most is {most}", most = front_matter::LONGEST_ID_BYTES)]
    IdTooLong {
        /// The length of the id.
        bytes: usize,
    },
}

impl PageError {
    /// The line of the file at fault, counted from 1.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::TooLarge { .. } => None,
            Self::FrontMatterNotClosed | Self::NoTitle | Self::IdTooLong { .. } => Some(1),
            Self::FrontMatter { line, .. } | Self::BadDate { line, .. } => Some(*line),
        }
    }
}

impl Page {
    /// Reads a page file. `path` is relative to the knowledge folder; the page's id is made from it when the front
    /// matter has none. The problems are warnings: they do not stop the page from being used.
    pub fn parse(path: &Path, file_text: &str) -> Result<(Self, Vec<Problem>), PageError> {
        if file_text.len() > LARGEST_PAGE_BYTES {
            return Err(PageError::TooLarge { bytes: file_text.len() });
        }
        let (front_matter, source, source_line) = FrontMatter::split(file_text)?;
        let blocks = markdown::blocks(source);
        let mut missing = Vec::new();
        let id = front_matter.id.unwrap_or_else(|| {
            missing.push("id");
            id_from_path(path)
        });
        if id.len() > front_matter::LONGEST_ID_BYTES {
            return Err(PageError::IdTooLong { bytes: id.len() });
        }
        let title = if let Some(title) = front_matter.title {
            title
        } else {
            missing.push("title");
            first_heading(&blocks).ok_or(PageError::NoTitle)?
        };
        let mut note = |name, is_missing: bool| {
            if is_missing {
                missing.push(name);
            }
        };
        note("service", front_matter.service.is_none());
        note("owner", front_matter.owner.is_none());
        note("last_reviewed", front_matter.last_reviewed.is_none());
        note("review_due", front_matter.review_due.is_none());
        note("lang", front_matter.lang.is_none());
        note("source_url", front_matter.source_url.is_none());
        let mut problems = Vec::new();
        if !missing.is_empty() {
            problems.push(Problem::warning(path, Some(1), format!("the front matter lacks: {}", missing.join(", "))));
        }
        let passages = passages::cut(&id, &title, source, &blocks);
        if passages.iter().all(|passage| passage.sentences.is_empty()) {
            problems.push(Problem::warning(
                path,
                Some(source_line),
                "the page is empty: it has no text to answer from",
            ));
        }
        let page = Self {
            title,
            service: front_matter.service,
            owner: front_matter.owner,
            status: front_matter.status.unwrap_or_else(|| PUBLISHED.to_owned()),
            last_reviewed: front_matter.last_reviewed,
            review_due: front_matter.review_due,
            lang: front_matter.lang.unwrap_or_else(|| "en".to_owned()),
            source_url: front_matter.source_url,
            path: path.to_path_buf(),
            source: source.to_owned(),
            source_line,
            digest: Digest::of(file_text),
            passages,
            id,
        };
        Ok((page, problems))
    }

    /// Where residents read the page: its `source_url`, or `/pages/ID` of this service.
    pub fn url(&self) -> String {
        self.source_url.clone().unwrap_or_else(|| format!("/pages/{}", percent_encoded(&self.id)))
    }

    /// Whether residents may see the page.
    pub fn is_published(&self) -> bool {
        self.status.eq_ignore_ascii_case(PUBLISHED)
    }
}

/// The line of a page file, counted from 1, on which a field of the front matter stands; 1 when it does not.
pub(crate) fn line_of_field(file_text: &str, field: &str) -> usize {
    // The opening fence counts as a line that the fields' reader leaves out.
    front_matter::line_of_field(file_text.split_once('\n').map_or("", |(_, fields)| fields), field)
}

/// The status of a page that residents may see, and of one that names none.
const PUBLISHED: &str = "published";

/// The path inside `pages/` without its ending: `waste/missed-bin`.
fn id_from_path(path: &Path) -> String {
    let inside = path.strip_prefix("pages").unwrap_or(path).with_extension("");
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The first `#` heading, or else the first heading of any level.
fn first_heading(blocks: &[markdown::Block]) -> Option<String> {
    let of_level = |wanted: fn(u8) -> bool| {
        blocks.iter().find_map(|block| match block.kind {
            BlockKind::Heading(level) if wanted(level) => Some(block.text.as_str().to_owned()),
            _ => None,
        })
    };
    of_level(|level| level == 1).or_else(|| of_level(|_| true))
}

/// The id with every byte encoded that would change an address's meaning; `/` stays.
fn percent_encoded(id: &str) -> String {
    let encode = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    id.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests;
