//! Pages of a council for tests.

use std::sync::Arc;

use corpus::Knowledge;

/// A council with pages of these ids and texts.
pub fn knowledge(pages: &[(&str, &str)]) -> Arc<Knowledge> {
    let folder = tempfile::tempdir().unwrap();
    let council = "name = \"Test Council\"\n[contact]\nphone = \"01632 960100\"\n";
    std::fs::create_dir(folder.path().join("pages")).unwrap();
    std::fs::write(folder.path().join("council.toml"), council).unwrap();
    for (id, text) in pages {
        let page = format!("---\nid: {id}\ntitle: {id}\nservice: waste\n---\n{text}");
        std::fs::write(folder.path().join("pages").join(format!("{id}.md")), page).unwrap();
    }
    Arc::new(Knowledge::load(folder.path()).unwrap())
}
