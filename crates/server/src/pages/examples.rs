//! The questions that a resident can start with. They have to have an answer, so they depend on the pages that there are.

use corpus::Knowledge;

/// How many are shown; more is a list to read instead of a start.
const SHOWN: usize = 4;

/// Questions that residents of every council ask, with the page that answers them.
const COMMON: [(&str, &str); 6] = [
    ("garden-waste", "How much does a garden waste subscription cost?"),
    ("single-person-discount", "Can I pay less council tax if I live alone?"),
    ("missed-bin", "My bin was not emptied. What should I do?"),
    ("resident-parking-permits", "How do I get a resident parking permit?"),
    ("register-birth", "How do I register a birth?"),
    ("potholes", "How do I report a pothole?"),
];

/// The questions to show: common ones that the pages answer, else the titles of the first pages of some services.
pub(crate) fn examples(knowledge: &Knowledge) -> Vec<String> {
    let answered = COMMON.iter().filter(|(page_id, _)| knowledge.page(page_id).is_some());
    let common: Vec<String> = answered.map(|(_, question)| (*question).to_owned()).take(SHOWN).collect();
    if !common.is_empty() {
        return common;
    }
    let mut services = Vec::new();
    let one_a_service = knowledge.pages.iter().filter(|page| {
        let is_new = !services.contains(&&page.service);
        services.push(&page.service);
        is_new
    });
    one_a_service.map(|page| page.title.clone()).take(SHOWN).collect()
}
