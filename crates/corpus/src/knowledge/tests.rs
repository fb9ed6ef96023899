//! A folder with good and bad pages, and the folder that is shipped.
#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;
use crate::problem::Severity;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

const COUNCIL: (&str, &[u8]) = ("council.toml", b"name = \"A\"");

#[test]
fn a_broken_page_is_a_problem_and_the_rest_loads() {
    let folder = folder(&[
        COUNCIL,
        ("pages/z.md", b"---\nid: a\ntitle: A\n---\ntext"),
        ("pages/b/b.md", b"---\ntitle: B\n---\ntext"),
        ("pages/b/draft.md", b"---\nid: d\ntitle: D\nstatus: draft\n---\ntext"),
        ("pages/zz.md", b"---\ntitle: A again\nid: a\n---\ntext"),
        ("pages/latin.md", b"---\nid: l\ntitle: Caf\xe9\n---\n"),
        ("pages/date.md", b"---\nid: x\ntitle: X\nreview_due: soon\n---\n"),
        ("pages/large.md", &vec![b'a'; LARGEST_PAGE_BYTES + 1]),
        ("pages/.hidden.md", b"---\n"),
        ("pages/notes.txt", b"---\n"),
    ]);
    let knowledge = Knowledge::load(folder.path()).unwrap();
    assert_eq!(knowledge.pages.iter().map(|page| page.id.as_str()).collect::<Vec<_>>(), ["a", "b/b"]);
    assert_eq!(knowledge.page("a").unwrap().title, "A");
    assert!(knowledge.page("d").is_none());
    let errors: Vec<_> = knowledge
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        errors,
        [
            "pages/date.md:4: error: review_due is \"soon\"; a date such as 2026-05-12 is expected",
            "pages/large.md: error: the page is 2097153 bytes long; the most is 2097152",
            "pages/latin.md:3: error: the file is not UTF-8 text: save it as UTF-8",
            "pages/zz.md:3: error: the id \"a\" is already used by pages/z.md",
        ]
    );
}

#[test]
fn what_is_no_knowledge_folder_is_refused() {
    let missing = folder(&[("pages/a.md", b"# a")]);
    assert!(matches!(Knowledge::load(missing.path()), Err(CorpusError::File { .. })));
    assert!(matches!(Knowledge::load(&missing.path().join("no")), Err(CorpusError::NotAFolder { .. })));
    let broken = folder(&[("council.toml", b"name = ")]);
    assert!(matches!(Knowledge::load(broken.path()), Err(CorpusError::Council { .. })));
    let empty = folder(&[COUNCIL]);
    assert!(Knowledge::load(empty.path()).unwrap().pages.is_empty());
}

#[test]
fn the_digest_follows_what_is_published() {
    let draft = ("pages/d.md", b"---\nid: d\ntitle: D\nstatus: draft\n---\ntext".as_slice());
    let digest = |files: &[(&str, &[u8])]| Knowledge::load(folder(files).path()).unwrap().digest();
    let one = digest(&[COUNCIL, ("pages/a.md", b"# a\n\ntext")]);
    assert_eq!(one, digest(&[COUNCIL, ("pages/a.md", b"# a\n\ntext"), draft]));
    assert_ne!(one, digest(&[COUNCIL, ("pages/a.md", b"# a\n\ntext.")]));
    assert_ne!(one, digest(&[("council.toml", b"name = \"B\""), ("pages/a.md", b"# a\n\ntext")]));
}

#[test]
fn the_shipped_pages_load_and_pass_the_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge");
    if !root.join(COUNCIL_FILE).is_file() {
        return;
    }
    let knowledge = Knowledge::load(&root).unwrap();
    assert!(!knowledge.council.bank_holidays.is_empty());
    for kind in crate::SignpostKind::ALL {
        assert_ne!(knowledge.council.signpost(kind), "", "{}", kind.name());
        assert!(knowledge.council.signposts.iter().any(|signpost| signpost.kind == kind), "{}", kind.name());
    }
    for page in &knowledge.pages {
        for passage in &page.passages {
            assert!(crate::passages::count_words(&passage.text) <= 250, "{} is too long", passage.id);
            for sentence in &passage.sentences {
                assert!(
                    page.source.get(sentence.span.clone()).is_some_and(|quote| !quote.is_empty()),
                    "{}",
                    sentence.id
                );
            }
        }
    }
    let errors: Vec<_> = crate::check(&root, jiff::civil::date(2026, 11, 23))
        .unwrap()
        .into_iter()
        .filter(|problem| problem.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_page_is_found_by_its_address() {
    let page = |front: &str| Page::parse(Path::new("pages/p.md"), &format!("---\n{front}---\nText.\n")).unwrap().0;
    let council = Council::from_toml("name = \"Test\"\n").unwrap();
    let pages = vec![
        page("id: bins\ntitle: Bins\n"),
        page("id: skips\ntitle: Skips\nsource_url: https://test.example/roads/skips/\n"),
    ];
    let knowledge = Knowledge { root: PathBuf::new(), council, pages, problems: Vec::new() };
    let check = |address: &str, expected: Option<&str>| {
        assert_eq!(knowledge.page_at(address).map(|page| page.id.as_str()), expected, "{address}");
    };
    check("/pages/bins", Some("bins"));
    check("http://127.0.0.1:8080/pages/bins/?q=1#top", Some("bins"));
    check("https://test.example/roads/skips", Some("skips"));
    check("https://other.example/roads/skips", None);
    check("https://test.example", None);
    check("", None);
}
