//! The document as a test reads it. Its schemas are taken strictly: a field that they do not name is a fault.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use super::super::app::{TestApp, json_of};

pub(super) struct Document {
    pub(super) json: Value,
    strict: Value,
}

impl Document {
    pub(super) async fn of(app: &TestApp) -> Self {
        let json = json_of(app.get("/openapi.json").await).await;
        let mut strict = json["components"].clone();
        close(&mut strict);
        Self { json, strict }
    }

    /// Path, method and operation of every route.
    pub(super) fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.json["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    pub(super) fn operation(&self, path: &str, method: &Method) -> &Value {
        &self.json["paths"][path][method.as_str().to_lowercase()]
    }

    /// Every reference in the document.
    pub(super) fn references(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect(&self.json, &mut found);
        found
    }

    /// The names of the events of a stream.
    pub(super) fn events(&self, schema: &str) -> BTreeSet<&str> {
        let events = self.json["components"]["schemas"][schema]["oneOf"].as_array().unwrap().iter();
        events.map(|event| event["properties"]["event"]["enum"][0].as_str().unwrap()).collect()
    }

    /// Fails where a value is not what the schema of this name says.
    pub(super) fn check(&self, schema: &str, value: &Value) {
        let root = json!({ "$ref": format!("#/components/schemas/{schema}"), "components": self.strict });
        let validator = jsonschema::draft202012::new(&root).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{value}\nis no {schema}:\n{}", faults.join("\n"));
    }
}

/// Lets objects have no fields but those that are named.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("type") == Some(&json!("object")) && fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

#[tokio::test]
async fn what_does_not_fit_is_noticed() {
    let document = Document::of(&TestApp::start().await).await;
    let fails = |schema: &str, value: Value| {
        let check = std::panic::AssertUnwindSafe(|| document.check(schema, &value));
        assert!(std::panic::catch_unwind(check).is_err(), "{value} passes as {schema}");
    };
    document.check("QueuePlace", &json!({ "place": 1, "estimate_minutes": null }));
    fails("QueuePlace", json!({ "place": 1 }));
    fails("QueuePlace", json!({ "place": 1, "estimate_minutes": null, "more": 1 }));
    fails("ErrorBody", json!({ "code": "a_code_that_there_is_not", "detail": "a" }));
    fails("TurnEvent", json!({ "event": "state", "data": { "phase": "waiting", "at": null } }));
    fails("ConversationEvent", json!({ "event": "state", "data": { "phase": "elsewhere", "at": null } }));
}
