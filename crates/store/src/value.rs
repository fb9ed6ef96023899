//! Values on their way into a query and out of a row, alike on both databases.

use sqlx::database::Database as Driver;
use sqlx::postgres::PgRow;
use sqlx::query::Query;
use sqlx::sqlite::SqliteRow;
use sqlx::{Encode, Postgres, Row as _, Sqlite, Type};

use crate::error::StoreError;

/// One value for a query.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// TEXT.
    Text(Option<String>),
    /// BIGINT.
    Integer(Option<i64>),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
}

/// The values of a query, in the order of `$1`, `$2`, ….
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Value {
    /// PostgreSQL keeps no NUL in a text, so on both databases it becomes the character for what is not one.
    fn from(text: String) -> Self {
        Self::Text(Some(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl<T: Into<String>> From<Option<T>> for Value {
    fn from(text: Option<T>) -> Self {
        text.map_or(Self::Text(None), |text| Self::from(text.into()))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Integer(Some(i64::from(flag)))
    }
}

/// A query with its values.
pub(crate) fn bound<D: Driver>(
    sql: &'static str,
    values: Vec<Value>,
) -> Query<'static, D, <D as Driver>::Arguments<'static>>
where
    Option<String>: Encode<'static, D> + Type<D>,
    Option<i64>: Encode<'static, D> + Type<D>,
    Option<f64>: Encode<'static, D> + Type<D>,
{
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Text(text) => query.bind(text),
        Value::Integer(number) => query.bind(number),
        Value::Real(number) => query.bind(number),
    })
}

/// A row of an answer.
pub(crate) enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// A column that holds text.
    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.get(column)
    }

    /// A column that may hold text.
    pub(crate) fn some_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    /// A column that holds a whole number.
    pub(crate) fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        self.get(column)
    }

    /// A column that may hold a whole number.
    pub(crate) fn some_integer(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    /// A column that may hold a number.
    pub(crate) fn some_real(&self, column: &'static str) -> Result<Option<f64>, StoreError> {
        self.get(column)
    }

    /// A column that holds yes or no, as 1 or 0.
    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.integer(column)? != 0)
    }

    /// A column that may hold yes or no.
    pub(crate) fn some_flag(&self, column: &'static str) -> Result<Option<bool>, StoreError> {
        Ok(self.some_integer(column)?.map(|number| number != 0))
    }

    /// A column that holds a word of one of our own lists.
    pub(crate) fn word<T: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        of_word(column, self.text(column)?)
    }

    /// A column that may hold a word of one of our own lists.
    pub(crate) fn some_word<T: serde::de::DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.some_text(column)?.map(|word| of_word(column, word)).transpose()
    }

    fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: for<'r> sqlx::Decode<'r, Sqlite> + Type<Sqlite> + for<'r> sqlx::Decode<'r, Postgres> + Type<Postgres>,
    {
        let got = match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        };
        got.map_err(StoreError::from)
    }
}

/// A word of one of our own lists, as it is kept: the same as on the wire.
pub(crate) fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StoreError::Damaged { what: format!("{other} is not a word"), source: None }),
        Err(error) => Err(StoreError::damaged("a word", error)),
    }
}

/// The same where there may be none.
pub(crate) fn some_word(value: Option<&impl serde::Serialize>) -> Result<Option<String>, StoreError> {
    value.map(word).transpose()
}

fn of_word<T: serde::de::DeserializeOwned>(column: &str, word: String) -> Result<T, StoreError> {
    let what = format!("column {column}");
    serde_json::from_value(serde_json::Value::String(word)).map_err(|error| StoreError::damaged(what, error))
}
