//! What each role may do.

use store::Role;

/// A part of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Talk with residents, and call them back.
    Inbox,
    /// Read and search conversations, and leave notes.
    Conversations,
    /// Mark replies as wrong, and take the cases that come of it.
    Marks,
    /// Read the figures.
    Overview,
    /// Switch the assistant.
    Switches,
    /// Say who may do what.
    StaffList,
    /// Read who did what.
    Audit,
}

/// Whether a role has a permission.
pub(crate) fn allows(role: Role, permission: Permission) -> bool {
    use Permission::{Audit, Conversations, Inbox, Marks, Overview, StaffList, Switches};
    match role {
        Role::Agent => matches!(permission, Inbox | Conversations),
        Role::Curator => matches!(permission, Conversations | Marks),
        Role::Evaluator => matches!(permission, Conversations | Marks | Overview),
        Role::Administrator => match permission {
            Inbox | Conversations | Marks | Overview | Switches | StaffList | Audit => true,
        },
    }
}
