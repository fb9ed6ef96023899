//! `check`: everything in the knowledge folder that a person should mend, before a resident meets it.

mod council;
mod links;

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::Date;

use crate::error::CorpusError;
use crate::knowledge::{line_in_file, read_pages, require_folder};
use crate::page::Page;
use crate::problem::Problem;
use crate::slug::slug;

/// Reads the whole folder, drafts too, and reports its faults, sorted by file and line. Errors are what is left out or
/// leads nowhere; warnings are what a person should look at.
pub fn check(root: &Path, today: Date) -> Result<Vec<Problem>, CorpusError> {
    require_folder(root)?;
    let all = read_pages(root)?;
    let mut problems = all.problems;
    council::check(root, today, &all.pages, &mut problems)?;
    let site = Site::new(&all.pages);
    for page in &all.pages {
        check_reviews(root, page, today, &mut problems);
        links::check(root, &site, page, &mut problems);
    }
    problems.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
    Ok(problems)
}

/// The pages as link targets.
struct Site<'p> {
    by_id: HashMap<&'p str, &'p Page>,
    by_path: HashMap<&'p Path, &'p Page>,
}

impl<'p> Site<'p> {
    fn new(pages: &'p [Page]) -> Self {
        Self {
            by_id: pages.iter().map(|page| (page.id.as_str(), page)).collect(),
            by_path: pages.iter().map(|page| (page.path.as_path(), page)).collect(),
        }
    }
}

/// Whether the page has a heading with this anchor.
fn has_anchor(page: &Page, anchor: &str) -> bool {
    let wanted = slug(anchor);
    let own = page.passages.iter().flat_map(|passage| {
        passage.heading_path.iter().chain(passage.sentences.iter().filter_map(|sentence| sentence.heading.as_ref()))
    });
    let named = |name: &str| slug(name) == wanted;
    own.map(String::as_str).chain([page.title.as_str()]).any(named)
        || page.passages.iter().any(|passage| passage.id.rsplit('#').next() == Some(anchor))
}

fn check_reviews(root: &Path, page: &Page, today: Date, problems: &mut Vec<Problem>) {
    let line = |field: &str| line_in_file(&root.join(&page.path), field);
    if let Some(due) = page.review_due.filter(|due| *due < today && page.is_published()) {
        let owner = page.owner.as_deref().unwrap_or("nobody is named as its owner");
        problems.push(Problem::warning(
            &page.path,
            line("review_due"),
            format!("the review was due on {due} ({owner})"),
        ));
    }
    if let Some(reviewed) = page.last_reviewed {
        if reviewed > today {
            problems.push(Problem::warning(
                &page.path,
                line("last_reviewed"),
                format!("last_reviewed, {reviewed}, is in the future"),
            ));
        }
        if page.review_due.is_some_and(|due| due < reviewed) {
            problems.push(Problem::warning(&page.path, line("review_due"), "review_due is before last_reviewed"));
        }
    }
}

#[cfg(test)]
mod tests;
