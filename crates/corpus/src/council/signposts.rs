//! What residents are told in an emergency, with the national services for a council that names none.

use serde::{Deserialize, Serialize};

/// The council's own words for one kind of emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signpost {
    /// When it is shown.
    pub kind: SignpostKind,
    /// What it says, in one to three sentences of plain English.
    pub text: String,
}

/// The emergencies that are met with a fixed text before anything else happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignpostKind {
    /// Somebody may die or is being hurt now.
    LifeDanger,
    /// A smell of gas, or carbon monoxide.
    Gas,
    /// No electricity, or a power line that has come down.
    PowerCut,
    /// Thoughts of suicide, or a mental health crisis.
    MentalHealth,
    /// Abuse by a partner or in the family.
    DomesticAbuse,
    /// A child who is harmed or neglected.
    ChildSafety,
    /// An adult who needs care and is harmed or neglected.
    AdultSafety,
    /// Nowhere to sleep tonight.
    Homelessness,
    /// Danger that the council has to make safe: a dangerous building, a flooded road.
    CouncilEmergency,
}

impl SignpostKind {
    /// Every kind, in the order in which `council.toml` lists them.
    pub const ALL: [Self; 9] = [
        Self::LifeDanger,
        Self::Gas,
        Self::PowerCut,
        Self::MentalHealth,
        Self::DomesticAbuse,
        Self::ChildSafety,
        Self::AdultSafety,
        Self::Homelessness,
        Self::CouncilEmergency,
    ];

    /// The name in `council.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::LifeDanger => "life_danger",
            Self::Gas => "gas",
            Self::PowerCut => "power_cut",
            Self::MentalHealth => "mental_health",
            Self::DomesticAbuse => "domestic_abuse",
            Self::ChildSafety => "child_safety",
            Self::AdultSafety => "adult_safety",
            Self::Homelessness => "homelessness",
            Self::CouncilEmergency => "council_emergency",
        }
    }

    /// The text for a council in England that has not written its own. The numbers are national and free to call.
    pub fn national_text(self) -> &'static str {
        match self {
            Self::LifeDanger => {
                "If you or someone else is in danger now, call 999. If you cannot speak, call 999 from a mobile and press 55 \
                 when you are asked to. If you cannot hear or speak on the phone, use the emergency text service on 999 or \
                 textphone 18000."
            }
            Self::Gas => {
                "If you smell gas, or a carbon monoxide alarm sounds, open the windows, do not use switches or flames, and \
                 get everybody outside. Then call the free national gas emergency line on 0800 111 999 at once, day or \
                 night. If somebody feels ill, call 999."
            }
            Self::PowerCut => {
                "If your power is off, or you see a power line that is down or damaged, call 105. It is free, day and night. \
                 Stay away from the line, and call 999 if somebody is in danger."
            }
            Self::MentalHealth => {
                "If you may hurt yourself or your life is in danger, call 999. You can talk to Samaritans for free on 116 123, \
                 day or night. For urgent help with your mental health, call NHS 111 and choose option 2."
            }
            Self::DomesticAbuse => {
                "If you are in danger now, call 999. If you cannot speak, call 999 from a mobile and press 55 when you are \
                 asked to. You can call the National Domestic Abuse Helpline for free on 0808 2000 247, day or night."
            }
            Self::ChildSafety => {
                "If a child is in danger now, call 999. If you are a child or a young person, you can call Childline for free \
                 on 0800 1111, day or night. If you are worried about a child, tell the council's children's services or the \
                 police on 101."
            }
            Self::AdultSafety => {
                "If an adult is in danger now, call 999. If you think that somebody who needs care or support is being \
                 harmed or neglected, tell the council's adult social care team or the police on 101."
            }
            Self::Homelessness => {
                "If you have nowhere safe to stay tonight, call the council and say so. The council has a duty to help you. \
                 Shelter's free emergency helpline on 0808 800 4444 can help you too."
            }
            Self::CouncilEmergency => {
                "If somebody is in danger now, call 999. For anything else that is dangerous and cannot wait, call the \
                 council."
            }
        }
    }
}
