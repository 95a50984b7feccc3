//! The events that the function takes.

use serde_json::Value;

/// What an event asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The list of accounts to sweep.
    List,
    /// What became of a run over such a list.
    Summarize(Results),
}

/// Where the results of a run are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// The bucket of the results and of the list.
    pub bucket: String,
    /// The key of the manifest that the `ResultWriter` of the Map Run wrote.
    pub key: String,
    /// The key of the list that the run went over.
    pub accounts: String,
}

/// An event that this function does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event is not one this function takes: {fault}; it takes {{\"list\": {{}}}} and {{\"summarize\": {{\"bucket\": …, \"key\": …, \"accounts\": …}}}}"
)]
pub struct EventError {
    pub(crate) fault: &'static str,
}

impl Event {
    /// Reads an event; an unknown member is an error.
    ///
    /// # Errors
    ///
    /// When it is neither of the two.
    pub fn parse(event: &Value) -> Result<Self, EventError> {
        let fault = |fault| EventError { fault };
        let object = event.as_object().ok_or_else(|| fault("it is not an object"))?;
        if object.len() != 1 {
            return Err(fault("it has not exactly one member"));
        }
        match (object.get("list"), object.get("summarize")) {
            (Some(list), _) if list.as_object().is_some_and(serde_json::Map::is_empty) => {
                Ok(Self::List)
            }
            (Some(_), _) => Err(fault("list is not an empty object")),
            (_, Some(results)) => summarize(results).map(Self::Summarize).map_err(fault),
            _ => Err(fault("its member is unknown")),
        }
    }
}

fn summarize(results: &Value) -> Result<Results, &'static str> {
    let object = results.as_object().ok_or("summarize is not an object")?;
    if object.len() > 3 {
        return Err("summarize has an unknown member");
    }
    let text = |name: &str| {
        let text = object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(ToOwned::to_owned)
    };
    Ok(Results {
        bucket: text("bucket").ok_or("summarize names no bucket")?,
        key: text("key").ok_or("summarize names no key")?,
        accounts: text("accounts").ok_or("summarize does not say which accounts there were")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_lists_or_summarizes() {
        assert_eq!(Event::parse(&json!({"list": {}})), Ok(Event::List));
        let event = json!({"summarize": {"bucket": "b", "key": "k", "accounts": "a"}});
        let results = Results { bucket: "b".into(), key: "k".into(), accounts: "a".into() };
        assert_eq!(Event::parse(&event), Ok(Event::Summarize(results)));
    }

    #[test]
    fn anything_else_is_refused() {
        for event in [
            json!({}),
            json!([]),
            json!({"list": {"accounts": []}}),
            json!({"list": null}),
            json!({"list": {}, "dryrun": true}),
            json!({"lst": {}}),
            json!({"summarize": {"bucket": "b", "key": "k"}}),
            json!({"summarize": {"bucket": "b", "key": "", "accounts": "a"}}),
            json!({"summarize": {"bucket": "b", "key": "k", "accounts": "a", "more": 1}}),
            json!({"summarize": "k"}),
            json!({"source": "aws.events", "detail-type": "Scheduled Event"}),
        ] {
            assert!(Event::parse(&event).is_err(), "{event}");
        }
    }
}
