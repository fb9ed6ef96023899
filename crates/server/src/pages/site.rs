//! The council's site as a visitor finds it: its services, each with its pages.

use std::collections::BTreeMap;

use corpus::{Council, Knowledge, Page};
use serde::Serialize;

use super::links;

/// What pages without a service stand under.
const OTHERS: &str = "More";

/// A service with its pages, by title.
#[derive(Debug, Serialize)]
pub(crate) struct Service {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) pages: Vec<Link>,
}

/// A page.
#[derive(Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) lang: String,
}

/// The services that have pages, by name; pages of no service last.
pub(crate) fn services(knowledge: &Knowledge) -> Vec<Service> {
    let mut by_service: BTreeMap<Option<&str>, Vec<&Page>> = BTreeMap::new();
    for page in &knowledge.pages {
        by_service.entry(page.service.as_deref()).or_default().push(page);
    }
    let others = by_service.remove(&None).map(|pages| service("more", OTHERS.to_owned(), pages));
    let named = by_service.into_iter().filter_map(|(id, pages)| Some((id?, pages)));
    let mut services: Vec<Service> =
        named.map(|(id, pages)| service(id, service_name(&knowledge.council, id), pages)).collect();
    services.sort_by(|left, right| left.name.cmp(&right.name));
    services.extend(others);
    services
}

fn service(id: &str, name: String, mut pages: Vec<&Page>) -> Service {
    pages.sort_by(|left, right| left.title.cmp(&right.title));
    let link =
        |page: &Page| Link { title: page.title.clone(), href: links::address(&page.id), lang: page.lang.clone() };
    Service { id: id.to_owned(), name, pages: pages.into_iter().map(link).collect() }
}

/// The name of a service: as the council has it, or else its id in words, `council-tax` as "Council tax".
pub(crate) fn service_name(council: &Council, id: &str) -> String {
    if let Some(name) = council.service(Some(id)).and_then(|service| service.name.clone()) {
        return name;
    }
    let mut words = id.replace(['-', '_'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn a_service_has_the_councils_name_or_its_id_in_words() {
        let council = Council::from_toml("name = \"Test\"\n[services.waste]\nname = \"Bins and recycling\"\n").unwrap();
        assert_eq!(service_name(&council, "waste"), "Bins and recycling");
        assert_eq!(service_name(&council, "council-tax"), "Council tax");
    }

    #[test]
    fn services_stand_by_name_and_pages_of_none_last() {
        let page = |id: &str, front: &str| {
            let text = format!("---\nid: {id}\ntitle: {id}\n{front}---\nText.\n");
            Page::parse(Path::new("pages/p.md"), &text).unwrap().0
        };
        let pages = vec![page("skips", "service: waste\n"), page("about", ""), page("bills", "service: council-tax\n")];
        let council = Council::from_toml("name = \"Test\"\n[services.waste]\nname = \"Bins\"\n").unwrap();
        let knowledge = Knowledge { root: PathBuf::new(), council, pages, problems: Vec::new() };
        let names: Vec<String> = services(&knowledge).into_iter().map(|service| service.name).collect();
        assert_eq!(names, ["Bins", "Council tax", OTHERS]);
    }
}
