//! Who is told of every reply that a resident was given. Where it is kept, and whether, is not known here.

use std::sync::Arc;

use assistant::{Enquiry, Reply};
use uuid::Uuid;

/// Is given the name of the turn, as the events have it, what was asked, and the reply. It is called once a turn, after the
/// resident was told, on whatever thread told them: it must not block and must not panic.
pub type Recorder = Arc<dyn Fn(Uuid, &Enquiry, &Reply) + Send + Sync>;
