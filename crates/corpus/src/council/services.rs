//! The services of a council in `council.toml`, `[services.ID]` each: what they say of themselves, and the council's own where
//! they say nothing.

use serde::{Deserialize, Serialize};

use super::{Contact, Council};

/// What a service of a council says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouncilService {
    /// The name that residents know, such as "Bins and recycling".
    #[serde(default)]
    pub name: Option<String>,
    /// The team that answers for it.
    #[serde(default)]
    pub team: Option<String>,
    /// When its people answer, in the same syntax as the council's.
    #[serde(default)]
    pub opening_hours: Option<String>,
    /// How to reach it.
    #[serde(flatten)]
    pub contact: Contact,
}

impl Council {
    /// The service of this id, where `council.toml` says something of it.
    pub fn service(&self, service: Option<&str>) -> Option<&CouncilService> {
        self.services.get(service?)
    }

    /// How to reach a service, each way that it does not name itself taken from the council's own contact.
    pub fn contact_for(&self, service: Option<&str>) -> Contact {
        let own = self.service(service).map(|service| service.contact.clone()).unwrap_or_default();
        Contact {
            phone: own.phone.or_else(|| self.contact.phone.clone()),
            email: own.email.or_else(|| self.contact.email.clone()),
            address: own.address.or_else(|| self.contact.address.clone()),
            page: own.page.or_else(|| self.contact.page.clone()),
        }
    }

    /// The rule of opening hours of a service: its own, or else the council's.
    pub fn opening_hours_for(&self, service: Option<&str>) -> Option<&str> {
        let own = self.service(service).and_then(|service| service.opening_hours.as_deref());
        own.or(self.opening_hours.as_deref())
    }

    /// Who answers for a service: its team, or else its name, or else the council.
    pub fn team_for(&self, service: Option<&str>) -> &str {
        let own = self.service(service).and_then(|service| service.team.as_deref().or(service.name.as_deref()));
        own.unwrap_or(&self.name)
    }
}
