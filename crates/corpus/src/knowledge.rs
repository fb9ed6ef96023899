//! The knowledge folder: the council and its published pages.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::council::{Council, CouncilError};
use crate::digest::Digest;
use crate::error::CorpusError;
use crate::markdown::line_of;
use crate::page::{LARGEST_PAGE_BYTES, Page, PageError, line_of_field};
use crate::problem::Problem;

/// The name of the file that describes the council.
pub(crate) const COUNCIL_FILE: &str = "council.toml";
/// The name of the folder that holds the pages.
pub(crate) const PAGES_FOLDER: &str = "pages";

/// What a council has published, as far as it can be read.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// The folder.
    pub root: PathBuf,
    /// The council.
    pub council: Council,
    /// The published pages, sorted by id.
    pub pages: Vec<Page>,
    /// What is wrong in pages, sorted by file. An error means that the page is left out.
    pub problems: Vec<Problem>,
}

impl Knowledge {
    /// Reads `council.toml` and `pages/**/*.md` in `root`. A page that cannot be read becomes a [`Problem`] and is left
    /// out; pages whose status is not `published` are left out silently. A folder without `council.toml` is refused.
    pub fn load(root: &Path) -> Result<Self, CorpusError> {
        require_folder(root)?;
        let path = root.join(COUNCIL_FILE);
        let text = fs::read_to_string(&path).map_err(CorpusError::file("read", &path))?;
        let council =
            Council::from_toml(&text).map_err(|source: CouncilError| CorpusError::Council { path, source })?;
        let AllPages { mut pages, problems } = read_pages(root)?;
        pages.retain(Page::is_published);
        pages.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(Self { root: root.to_path_buf(), council, pages, problems })
    }

    /// The page with this id.
    pub fn page(&self, id: &str) -> Option<&Page> {
        self.pages.binary_search_by(|page| page.id.as_str().cmp(id)).ok().map(|index| &self.pages[index])
    }

    /// The page that residents read at an address: its own or, where the page has none, one that ends as the service's does.
    /// A query, a fragment and a slash at the end make no difference.
    pub fn page_at(&self, address: &str) -> Option<&Page> {
        let bare = |address: &str| {
            let end = address.find(['?', '#']).unwrap_or(address.len());
            address[..end].trim_end_matches('/').to_owned()
        };
        let wanted = bare(address);
        let path =
            wanted.find("://").and_then(|scheme| wanted[scheme + 3..].find('/').map(|at| &wanted[scheme + 3 + at..]));
        self.pages.iter().find(|page| {
            let url = bare(&page.url());
            url == wanted || path.is_some_and(|path| url.starts_with('/') && url == path)
        })
    }

    /// Digest of all that answers are made of: the council and every published page.
    pub fn digest(&self) -> Digest {
        // A council has no value that JSON cannot hold.
        let council = serde_json::to_vec(&self.council).unwrap_or_default();
        let pages = self.pages.iter().flat_map(|page| [page.id.clone().into_bytes(), page.digest.0.to_vec()]);
        Digest::of_parts(std::iter::once(council).chain(pages))
    }
}

/// Every page in the folder, drafts too, sorted by file.
pub(crate) struct AllPages {
    pub(crate) pages: Vec<Page>,
    pub(crate) problems: Vec<Problem>,
}

pub(crate) fn require_folder(root: &Path) -> Result<(), CorpusError> {
    if root.is_dir() { Ok(()) } else { Err(CorpusError::NotAFolder { path: root.to_path_buf() }) }
}

pub(crate) fn read_pages(root: &Path) -> Result<AllPages, CorpusError> {
    let mut files = Vec::new();
    list_pages(&root.join(PAGES_FOLDER), &mut files)?;
    files.sort();
    let mut all = AllPages { pages: Vec::new(), problems: Vec::new() };
    let mut file_of_id: HashMap<String, PathBuf> = HashMap::new();
    for file in files {
        let path = file.strip_prefix(root).unwrap_or(&file).to_path_buf();
        match read_page(&file, &path) {
            Ok((page, problems)) => {
                all.problems.extend(problems);
                if let Some(other) = file_of_id.get(&page.id) {
                    let message = format!("the id {:?} is already used by {}", page.id, other.display());
                    all.problems.push(Problem::error(path, line_in_file(&file, "id"), message));
                } else {
                    file_of_id.insert(page.id.clone(), path);
                    all.pages.push(page);
                }
            }
            Err(problem) => all.problems.push(problem),
        }
    }
    Ok(all)
}

/// Reads one file; a page that cannot be read is the problem to report.
fn read_page(file: &Path, path: &Path) -> Result<(Page, Vec<Problem>), Problem> {
    let cannot_read = |error: io::Error| Problem::error(path, None, format!("the file cannot be read: {error}"));
    let length = fs::metadata(file).map_err(cannot_read)?.len();
    if length > LARGEST_PAGE_BYTES as u64 {
        let error = PageError::TooLarge { bytes: usize::try_from(length).unwrap_or(usize::MAX) };
        return Err(Problem::error(path, None, error.to_string()));
    }
    let text = String::from_utf8(fs::read(file).map_err(cannot_read)?).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        Problem::error(path, Some(line), "the file is not UTF-8 text: save it as UTF-8")
    })?;
    Page::parse(path, &text).map_err(|error| Problem::error(path, error.line(), error.to_string()))
}

/// The line of a page file on which a field of its front matter stands.
pub(crate) fn line_in_file(file: &Path, field: &str) -> Option<usize> {
    fs::read_to_string(file).ok().map(|text| line_of_field(&text, field))
}

/// The `.md` files below a folder. Hidden files and folders are not pages. Links to folders are not followed, because
/// they can run in a circle.
fn list_pages(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CorpusError> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // A council that has no pages yet has no folder for them.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(CorpusError::file("list", &folder)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(CorpusError::file("list", &folder))?;
            let kind = entry.file_type().map_err(CorpusError::file("read", &entry.path()))?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md")) && path.is_file() {
                files.push(path);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
