//! The list of models: the one that comes with Reeve, and some that cannot be right.

use inference::store::{Manifest, Model, Role, Store};

#[test]
fn the_models_of_reeve_are_listed() {
    let manifest = Manifest::parse(include_str!("../../../../models/models.toml")).expect("a good list");
    for role in [Role::Encoder, Role::Reader, Role::Verifier, Role::Reranker, Role::Generator] {
        assert!(manifest.models.iter().any(|model| model.roles.contains(&role)), "{role:?}");
    }
    assert!(manifest.models.iter().all(|model| !model.sources.is_empty()));
    assert_eq!(manifest.get("qwen2.5-coder-1.5b-instruct").map(Model::bytes), Some(1_117_320_768));

    let store = Store::new(manifest, "nowhere".into());
    let message = store.locate("gpt").expect_err("no such model").to_string();
    assert!(message.contains("\"gpt\"") && message.contains("smollm2-135m-instruct"), "{message}");
}

#[test]
fn a_list_that_cannot_be_right_is_refused() {
    let good = "[[model]]\nname = \"m\"\nroles = [\"encoder\"]\narchitecture = \"bert\"\nlicence = \"MIT\"\n[[model.file]]\n\
                name = \"f\"\nsha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\nbytes = 0\n\
                [[model.source]]\nkind = \"pypi\"\npackage = \"p{n}\"\nversion = \"1\"\nparts = 2\nmember = \"{file}{n:02}\"\n";
    assert!(Manifest::parse(good).is_ok());
    let check = |from: &str, to: &str| {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from}");
        assert!(Manifest::parse(&text).is_err(), "{to} was taken");
    };
    check("name = \"m\"", "name = \"../m\"");
    check("name = \"f\"", "name = \"a/f\"");
    check("name = \"f\"", "name = \".lock\"");
    check("e3b0", "E3B0");
    check("e3b0", "");
    check("[\"encoder\"]", "[\"oracle\"]");
    check("kind = \"pypi\"", "kind = \"pigeon\"");
    check("p{n}", "p");
    check("{file}{n:02}", "{file}{m}");
    check("parts = 2", "parts = 0");
    check("version = \"1\"", "version = \"1\"\nurl = \"x\"");
    check("[[model.source]]", "[[model.sources]]");
    assert!(Manifest::parse(&format!("{good}{good}")).is_err(), "a name used twice was taken");
}
