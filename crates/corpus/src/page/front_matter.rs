//! The YAML between two `---` lines at the top of a page file.

use jiff::civil::Date;
use serde::Deserialize;

use super::PageError;

/// An id travels in addresses and in every sentence's id.
pub(super) const LONGEST_ID_BYTES: usize = 500;

/// What the front matter says; empty fields count as missing.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct FrontMatter {
    pub(super) id: Option<String>,
    pub(super) title: Option<String>,
    pub(super) service: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) status: Option<String>,
    pub(super) last_reviewed: Option<Date>,
    pub(super) review_due: Option<Date>,
    pub(super) lang: Option<String>,
    pub(super) source_url: Option<String>,
}

/// The fields as they stand. Every one is text here: YAML would read the id `007` as a number.
#[derive(Deserialize, Default)]
struct Fields {
    id: Option<String>,
    title: Option<String>,
    service: Option<String>,
    owner: Option<String>,
    status: Option<String>,
    last_reviewed: Option<String>,
    review_due: Option<String>,
    lang: Option<String>,
    source_url: Option<String>,
}

impl FrontMatter {
    /// Parts a file into its front matter, its Markdown and the line, counted from 1, where the Markdown begins. A file
    /// without front matter is all Markdown.
    pub(super) fn split(file_text: &str) -> Result<(Self, &str, usize), PageError> {
        let text = file_text.strip_prefix('\u{feff}').unwrap_or(file_text);
        let mut lines = text.split_inclusive('\n');
        let Some(opening) = lines.next().filter(|line| is_fence(line)) else {
            return Ok((Self::default(), text, 1));
        };
        let yaml_start = opening.len();
        let mut yaml_end = yaml_start;
        for (index, line) in lines.enumerate() {
            if is_fence(line) {
                let front_matter = Self::parse(&text[yaml_start..yaml_end])?;
                return Ok((front_matter, &text[yaml_end + line.len()..], index + 3));
            }
            yaml_end += line.len();
        }
        Err(PageError::FrontMatterNotClosed)
    }

    fn parse(yaml: &str) -> Result<Self, PageError> {
        if yaml.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        let fields: Fields = serde_saphyr::from_str(yaml).map_err(|error| {
            let yaml_line = error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
            PageError::FrontMatter { line: yaml_line + 1, message: explain(&error) }
        })?;
        let given = |field: Option<String>| field.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let date = |field: &'static str, value: Option<String>| match given(value) {
            None => Ok(None),
            Some(value) => match value.parse::<Date>() {
                Ok(date) => Ok(Some(date)),
                Err(_) => Err(PageError::BadDate { line: line_of_field(yaml, field), field, value }),
            },
        };
        Ok(Self {
            // An id is kept as it stands, its spaces too: other systems look pages up by it.
            id: fields.id.filter(|id| !id.trim().is_empty()),
            title: given(fields.title),
            service: given(fields.service),
            owner: given(fields.owner),
            status: given(fields.status),
            last_reviewed: date("last_reviewed", fields.last_reviewed)?,
            review_due: date("review_due", fields.review_due)?,
            lang: given(fields.lang),
            source_url: given(fields.source_url),
        })
    }
}

/// The reader's message without its own line numbers, which count from the front matter's first line.
fn explain(error: &serde_saphyr::Error) -> String {
    let message = error.without_snippet().to_string();
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or_default();
    if message.starts_with("mapping values are not allowed") {
        // By far the most common slip: title: Contact us: phone numbers
        return format!("{message} (a value with a colon in it needs quotation marks around it)");
    }
    message.to_owned()
}

fn is_fence(line: &str) -> bool {
    line.trim_end() == "---"
}

/// The line of the file (the opening fence is line 1) on which a field stands.
pub(super) fn line_of_field(yaml: &str, field: &str) -> usize {
    let is_field = |line: &str| {
        let line = line.trim_start().trim_start_matches(['"', '\'']);
        line.strip_prefix(field).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    };
    yaml.lines().take_while(|line| !is_fence(line)).position(is_field).map_or(1, |index| index + 2)
}
