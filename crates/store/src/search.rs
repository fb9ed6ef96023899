//! Looking for replies.

use conversation::{Outcome, Reason};

use crate::Store;
use crate::error::StoreError;
use crate::projections::fold;
use crate::value::{Row, Value, some_word, values};

/// What is looked for. What is None is left open.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Search {
    /// Stands in the question or in the reply, in capitals or small letters.
    pub text: Option<String>,
    /// How the reply ended the enquiry's way.
    pub outcome: Option<Outcome>,
    /// The page of its first citation.
    pub page_id: Option<String>,
    /// Its confidence is known and below this.
    pub confidence_below: Option<f64>,
    /// It was made at this time or later.
    pub from_ms: Option<i64>,
    /// It was made before this time.
    pub to_ms: Option<i64>,
    /// What the resident said about it.
    pub helpful: Option<bool>,
    /// The most to be given.
    pub limit: i64,
    /// How many to leave out before.
    pub offset: i64,
}

/// A reply that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its conversation.
    pub conversation_id: String,
    /// Its turn.
    pub turn: String,
    /// The number of its event.
    pub n: i64,
    /// When it was made.
    pub at_ms: i64,
    /// What was asked.
    pub question: String,
    /// What was replied.
    pub text: String,
    /// How the reply ended the enquiry's way.
    pub outcome: Outcome,
    /// Why it is not an answer.
    pub reason: Option<Reason>,
    /// The probability that the candidate answer is right.
    pub confidence: Option<f64>,
    /// Whose matter it is.
    pub service: Option<String>,
    /// The page of its first citation.
    pub page_id: Option<String>,
    /// What the resident said about it.
    pub helpful: Option<bool>,
    /// The same in their words.
    pub comment: Option<String>,
    /// How many marks staff put on it.
    pub marks: i64,
}

/// What is looked for is cut here: SQLite refuses patterns of more than 50,000 bytes, and nobody types that much.
const TEXT_CHARACTERS: usize = 500;

/// The conditions of a search, for the rows and for their number.
macro_rules! matching {
    () => {
        "FROM replies WHERE ($1 IS NULL OR folded LIKE $1 ESCAPE '!') AND ($2 IS NULL OR outcome = $2) \
         AND ($3 IS NULL OR page_id = $3) AND ($4 IS NULL OR confidence < $4) AND ($5 IS NULL OR at_ms >= $5) \
         AND ($6 IS NULL OR at_ms < $6) AND ($7 IS NULL OR helpful = $7)"
    };
}

impl Store {
    /// The replies that fit, the newest first, and how many there are in all.
    pub async fn search(&self, search: &Search) -> Result<(Vec<Found>, i64), StoreError> {
        let conditions = values![
            search.text.as_deref().map(pattern),
            some_word(search.outcome.as_ref())?,
            search.page_id.as_deref(),
            Value::Real(search.confidence_below),
            Value::Integer(search.from_ms),
            Value::Integer(search.to_ms),
            Value::Integer(search.helpful.map(i64::from)),
        ];
        let count = self.database.row(concat!("SELECT COUNT(*) AS total ", matching!()), conditions.clone()).await?;
        let total = count.map_or(Ok(0), |row| row.integer("total"))?;
        let sql = concat!(
            "SELECT conversation_id, turn, n, at_ms, question, text, outcome, reason, confidence, service, page_id, ",
            "helpful, comment, (SELECT COUNT(*) FROM marks WHERE marks.conversation_id = replies.conversation_id ",
            "AND marks.turn = replies.turn) AS marks ",
            matching!(),
            " ORDER BY at_ms DESC, conversation_id, n DESC LIMIT $8 OFFSET $9"
        );
        let mut values = conditions;
        values.extend(values![search.limit, search.offset]);
        let rows = self.database.rows(sql, values).await?;
        Ok((rows.iter().map(of_row).collect::<Result<_, _>>()?, total))
    }
}

/// A pattern that finds a text as it stands.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in fold(text.trim()).chars().take(TEXT_CHARACTERS) {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn of_row(row: &Row) -> Result<Found, StoreError> {
    Ok(Found {
        conversation_id: row.text("conversation_id")?,
        turn: row.text("turn")?,
        n: row.integer("n")?,
        at_ms: row.integer("at_ms")?,
        question: row.text("question")?,
        text: row.text("text")?,
        outcome: row.word("outcome")?,
        reason: row.some_word("reason")?,
        confidence: row.some_real("confidence")?,
        service: row.some_text("service")?,
        page_id: row.some_text("page_id")?,
        helpful: row.some_flag("helpful")?,
        comment: row.some_text("comment")?,
        marks: row.integer("marks")?,
    })
}
