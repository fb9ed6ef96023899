//! The services of a council in `council.toml`: what each says of itself, and the council's own where it says nothing.
//!
//! They are written as a table of each service's own, `[services.waste]`, or as a list, `[[services]]` with `id = "waste"`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Contact, Council};

/// A service of a council, as its pages' `service` names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouncilService {
    /// What the front matter of its pages calls it.
    #[serde(default)]
    pub id: String,
    /// The name that residents know, such as "Bins and recycling".
    #[serde(default)]
    pub name: Option<String>,
    /// The team that answers for it.
    #[serde(default)]
    pub team: Option<String>,
    /// When its people answer, in the same syntax as the council's.
    #[serde(default)]
    pub opening_hours: Option<String>,
    /// Its phone number as residents dial it.
    #[serde(default)]
    pub phone: Option<String>,
    /// Its e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Its postal or office address.
    #[serde(default)]
    pub address: Option<String>,
    /// The id of the page that says more.
    #[serde(default)]
    pub page: Option<String>,
}

impl Council {
    /// The service of this id, where `council.toml` says something of it.
    pub fn service(&self, service: Option<&str>) -> Option<&CouncilService> {
        self.services.get(service?)
    }

    /// How to reach a service, each way that it does not name itself taken from the council's own contact.
    pub fn contact_for(&self, service: Option<&str>) -> Contact {
        let pick = |of_service: fn(&CouncilService) -> Option<&String>, of_council: Option<&String>| {
            self.service(service).and_then(of_service).or(of_council).cloned()
        };
        Contact {
            phone: pick(|service| service.phone.as_ref(), self.contact.phone.as_ref()),
            email: pick(|service| service.email.as_ref(), self.contact.email.as_ref()),
            address: pick(|service| service.address.as_ref(), self.contact.address.as_ref()),
            page: pick(|service| service.page.as_ref(), self.contact.page.as_ref()),
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

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, CouncilService>, D::Error> {
    deserializer.deserialize_any(Written)
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = BTreeMap<String, CouncilService>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table [services.NAME] for each service, or [[services]] with an id")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut services = BTreeMap::new();
        while let Some((id, service)) = map.next_entry::<String, CouncilService>()? {
            services.insert(id.clone(), CouncilService { id, ..service });
        }
        Ok(services)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut services = BTreeMap::new();
        while let Some(service) = list.next_element::<CouncilService>()? {
            let id = service.id.clone();
            if id.trim().is_empty() {
                return Err(A::Error::custom("a service has no id: the one that its pages name as their service"));
            }
            if services.insert(id.clone(), service).is_some() {
                return Err(A::Error::custom(format!("the service {id:?} is listed twice")));
            }
        }
        Ok(services)
    }
}
