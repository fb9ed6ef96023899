//! How it goes, by day and service: figures for staff, over the conversations that are still kept.

use std::collections::{BTreeMap, HashMap, HashSet};

use conversation::Outcome;

use crate::Store;
use crate::error::StoreError;
use crate::projections::fold;
use crate::value::{Row, values};

/// The figures of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// By day and service, days in their order; where there is nothing to count there is no row.
    pub days: Vec<DayFigures>,
    /// All of it.
    pub total: Figures,
    /// The questions that the pages did not answer, those asked most often first.
    pub unanswered: Vec<Unanswered>,
}

/// The figures of a day and a service.
#[derive(Debug, Clone, PartialEq)]
pub struct DayFigures {
    /// When the day begins.
    pub from_ms: i64,
    /// The service. None for what is no service's matter.
    pub service: Option<String>,
    /// What was counted.
    pub figures: Figures,
}

/// What is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Replies to anything but greetings.
    pub enquiries: u64,
    /// Those that were answers.
    pub answered: u64,
    /// Hand-offs that were asked for, also when nobody was there.
    pub handed_over: u64,
    /// Conversations that a member of staff ended.
    pub closed_by_staff: u64,
    /// Marks that staff put on replies.
    pub marks: u64,
    /// How long residents waited for a person, the shortest first; of the hand-offs that a person took.
    pub waits_ms: Vec<i64>,
    /// Enquiries that were resolved without a person, counted strictly: staff did not mark the reply as wrong; and the
    /// resident said that it helped, or it was an answer of which the resident did not say that it did not help, no
    /// person was asked for or already there within a day, no call-back was wanted, and nothing more was asked within
    /// that day, unless about another service.
    pub resolved: u64,
}

impl Figures {
    /// The share of enquiries that were resolved without a person; None where there were none.
    #[must_use]
    pub fn share_resolved(&self) -> Option<f64> {
        (self.enquiries > 0).then(|| self.resolved as f64 / self.enquiries as f64)
    }

    /// The wait that half of the residents did not have to exceed.
    #[must_use]
    pub fn median_wait_ms(&self) -> Option<i64> {
        self.waits_ms.get(self.waits_ms.len().saturating_sub(1) / 2).copied()
    }

    fn add(&mut self, other: &Self) {
        let Self { enquiries, answered, handed_over, closed_by_staff, marks, waits_ms, resolved } = other;
        self.enquiries += enquiries;
        self.answered += answered;
        self.handed_over += handed_over;
        self.closed_by_staff += closed_by_staff;
        self.marks += marks;
        self.waits_ms.extend(waits_ms);
        self.resolved += resolved;
    }
}

/// A question that the pages did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// As it was last asked.
    pub question: String,
    /// How often, whatever the capitals and the punctuation.
    pub times: u64,
    /// The service of the nearest page, last.
    pub service: Option<String>,
    /// When it was last asked.
    pub last_ms: i64,
}

/// Questions that are listed at most.
const UNANSWERED: usize = 20;

/// How long the strict count waits for a resident to come back.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// The figures between the first and the last of `boundaries`, which are the beginnings of the days and the end of
    /// the last day, in order: a day of the council's own clock may have 23 or 25 hours.
    pub async fn overview(&self, boundaries: &[i64]) -> Result<Overview, StoreError> {
        let (Some(&from_ms), Some(&to_ms)) = (boundaries.first(), boundaries.last()) else {
            return Ok(Overview { days: Vec::new(), total: Figures::default(), unanswered: Vec::new() });
        };
        let mut days = Days { boundaries, figures: BTreeMap::new() };
        let people = self.people(from_ms, to_ms, &mut days).await?;
        let marked = self.marked(from_ms, to_ms, &mut days).await?;
        self.enquiries(from_ms, to_ms, &mut days, (&people, &marked)).await?;
        let mut total = Figures::default();
        let days: Vec<_> = days
            .figures
            .into_iter()
            .map(|((day, service), mut figures)| {
                figures.waits_ms.sort_unstable();
                total.add(&figures);
                DayFigures { from_ms: boundaries[day], service, figures }
            })
            .collect();
        total.waits_ms.sort_unstable();
        Ok(Overview { days, total, unanswered: self.unanswered(from_ms, to_ms).await? })
    }

    /// Counts hand-offs; gives when people were in which conversations.
    async fn people(&self, from_ms: i64, to_ms: i64, days: &mut Days<'_>) -> Result<People, StoreError> {
        let sql = "SELECT conversation_id, service, requested_ms, accepted_ms, ended_ms, ended_by FROM handoffs \
                   WHERE requested_ms < $2 AND (ended_ms IS NULL OR ended_ms >= $1)";
        let mut people = People::new();
        for row in self.database.rows(sql, values![from_ms, to_ms.saturating_add(DAY_MS)]).await? {
            let service = row.some_text("service")?;
            let (requested_ms, ended_ms) = (row.integer("requested_ms")?, row.some_integer("ended_ms")?);
            if let Some(figures) = days.of(requested_ms, service.as_ref()) {
                figures.handed_over += 1;
                figures.waits_ms.extend(row.some_integer("accepted_ms")?.map(|accepted_ms| accepted_ms - requested_ms));
            }
            if let Some(ended_ms) = ended_ms
                && row.some_text("ended_by")?.as_deref() == Some("staff")
                && let Some(figures) = days.of(ended_ms, service.as_ref())
            {
                figures.closed_by_staff += 1;
            }
            if let Some(conversation) = row.some_text("conversation_id")? {
                people.entry(conversation).or_default().push((requested_ms, ended_ms.unwrap_or(i64::MAX)));
            }
        }
        let sql = "SELECT conversation_id, created_ms FROM call_backs \
                   WHERE conversation_id IS NOT NULL AND created_ms >= $1 AND created_ms < $2";
        for row in self.database.rows(sql, values![from_ms, to_ms.saturating_add(DAY_MS)]).await? {
            let created_ms = row.integer("created_ms")?;
            people.entry(row.text("conversation_id")?).or_default().push((created_ms, i64::MAX));
        }
        Ok(people)
    }

    /// Counts marks; gives the replies that have any, whenever they were marked.
    async fn marked(&self, from_ms: i64, to_ms: i64, days: &mut Days<'_>) -> Result<Marked, StoreError> {
        let sql = "SELECT marks.conversation_id AS conversation_id, marks.turn AS turn, marks.at_ms AS at_ms, \
                   replies.service AS service FROM marks JOIN replies \
                   ON replies.conversation_id = marks.conversation_id AND replies.turn = marks.turn \
                   WHERE (marks.at_ms >= $1 AND marks.at_ms < $2) OR (replies.at_ms >= $1 AND replies.at_ms < $2)";
        let mut marked = Marked::new();
        for row in self.database.rows(sql, values![from_ms, to_ms]).await? {
            if let Some(figures) = days.of(row.integer("at_ms")?, row.some_text("service")?.as_ref()) {
                figures.marks += 1;
            }
            marked.insert((row.text("conversation_id")?, row.text("turn")?));
        }
        Ok(marked)
    }

    async fn enquiries(
        &self,
        from_ms: i64,
        to_ms: i64,
        days: &mut Days<'_>,
        (people, marked): (&People, &Marked),
    ) -> Result<(), StoreError> {
        let sql = "SELECT conversation_id, turn, at_ms, outcome, service, helpful FROM replies \
                   WHERE at_ms >= $1 AND at_ms < $2 AND outcome <> 'greeting' ORDER BY conversation_id, n";
        let rows = self.database.rows(sql, values![from_ms, to_ms.saturating_add(DAY_MS)]).await?;
        let enquiries = rows.iter().map(Enquiry::of_row).collect::<Result<Vec<_>, _>>()?;
        for (at, enquiry) in enquiries.iter().enumerate() {
            let Some(figures) = days.of(enquiry.at_ms, enquiry.service.as_ref()) else { continue };
            figures.enquiries += 1;
            figures.answered += u64::from(enquiry.outcome == Outcome::Answer);
            let later = enquiries[at + 1..].iter().take_while(|later| later.conversation == enquiry.conversation);
            let person = people.get(&enquiry.conversation).is_some_and(|times| enquiry.met(times));
            let wrong = marked.contains(&(enquiry.conversation.clone(), enquiry.turn.clone()));
            figures.resolved += u64::from(!wrong && enquiry.resolved(person, later));
        }
        Ok(())
    }

    async fn unanswered(&self, from_ms: i64, to_ms: i64) -> Result<Vec<Unanswered>, StoreError> {
        let sql = "SELECT question, service, at_ms FROM replies WHERE at_ms >= $1 AND at_ms < $2 \
                   AND outcome = 'handoff' AND reason IN ('missing_knowledge', 'low_confidence') ORDER BY at_ms, turn";
        let mut asked: HashMap<String, Unanswered> = HashMap::new();
        for row in self.database.rows(sql, values![from_ms, to_ms]).await? {
            let question = row.text("question")?;
            let times = asked.get(&words(&question)).map_or(0, |asked| asked.times) + 1;
            let (service, last_ms) = (row.some_text("service")?, row.integer("at_ms")?);
            asked.insert(words(&question), Unanswered { question, times, service, last_ms });
        }
        let mut unanswered: Vec<_> = asked.into_values().collect();
        unanswered.sort_by(|left, right| {
            (right.times, right.last_ms, &left.question).cmp(&(left.times, left.last_ms, &right.question))
        });
        unanswered.truncate(UNANSWERED);
        Ok(unanswered)
    }
}

/// When people were asked for and until when they were there, by conversation.
type People = HashMap<String, Vec<(i64, i64)>>;

/// Replies, by conversation and turn.
type Marked = HashSet<(String, String)>;

struct Days<'a> {
    boundaries: &'a [i64],
    figures: BTreeMap<(usize, Option<String>), Figures>,
}

impl Days<'_> {
    /// The figures of the day of a time; None where it is in none of the days.
    fn of(&mut self, at_ms: i64, service: Option<&String>) -> Option<&mut Figures> {
        let after = self.boundaries.partition_point(|&boundary| boundary <= at_ms);
        let day = after.checked_sub(1).filter(|_| after < self.boundaries.len())?;
        Some(self.figures.entry((day, service.cloned())).or_default())
    }
}

struct Enquiry {
    conversation: String,
    turn: String,
    at_ms: i64,
    outcome: Outcome,
    service: Option<String>,
    helpful: Option<bool>,
}

impl Enquiry {
    fn of_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            conversation: row.text("conversation_id")?,
            turn: row.text("turn")?,
            at_ms: row.integer("at_ms")?,
            outcome: row.word("outcome")?,
            service: row.some_text("service")?,
            helpful: row.some_flag("helpful")?,
        })
    }

    /// Whether a person was asked for or there within a day.
    fn met(&self, times: &[(i64, i64)]) -> bool {
        times.iter().any(|&(requested_ms, ended_ms)| requested_ms < self.at_ms + DAY_MS && ended_ms > self.at_ms)
    }

    fn resolved<'a>(&self, person: bool, mut later: impl Iterator<Item = &'a Self>) -> bool {
        match self.helpful {
            Some(helpful) => helpful,
            None => self.outcome == Outcome::Answer && !person && !later.any(|later| self.asked_again(later)),
        }
    }

    /// Whether a later enquiry may be the same one again. Only another service says for certain that it is not.
    fn asked_again(&self, later: &Self) -> bool {
        let elsewhere = matches!((&self.service, &later.service), (Some(service), Some(other)) if service != other);
        later.at_ms < self.at_ms + DAY_MS && !elsewhere
    }
}

/// The words of a question, as they are compared.
fn words(question: &str) -> String {
    let folded = fold(question);
    folded
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
