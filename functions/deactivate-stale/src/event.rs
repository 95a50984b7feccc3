//! The events that the function takes.

use lifecycle::identifiers::{AccountId, UserName};
use serde_json::Value;

/// What an event asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A sweep of the account; `None` is the function's own.
    Sweep {
        /// The account.
        account: Option<AccountId>,
    },
    /// AWS found secrets of access keys where they should not be.
    Exposed(Exposed),
    /// An operator takes a deactivation back.
    Undo(Undo),
    /// An AWS Health event about something else.
    NotOurs,
}

/// An AWS Health event about exposed credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The account the credentials belong to; `None` where the event does not say, and then it is the function's own.
    pub account: Option<AccountId>,
    /// The affected entities: access key ids, as far as anybody knows. They may be missing.
    pub entities: Vec<String>,
    /// What the event and its copy from the backup Region have in common.
    pub communication: String,
}

/// The request to activate a credential again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The account; `None` is the function's own.
    pub account: Option<AccountId>,
    /// Whose credential it is.
    pub user: UserName,
    /// The id of the credential; its record says what it is.
    pub credential: String,
    /// Whether it is activated although it was deactivated for being exposed.
    pub although_exposed: bool,
}

/// An event that none of the function's sources sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event is not one this function takes: {fault}; it takes EventBridge schedules, AWS Health events, {{\"account\": \"<12 digits>\"}}, \
     and {{\"undo\": {{\"user\": …, \"credential\": …}}}}"
)]
pub struct EventError {
    fault: &'static str,
}

/// The event types of exposed or compromised credentials; their service is `RISK`, not `IAM` ("AWS Health event types", and AWS's own sample responder).
const EXPOSURES: [&str; 5] = [
    "AWS_RISK_CREDENTIALS_EXPOSED",
    "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED",
    "AWS_RISK_CREDENTIALS_COMPROMISED",
    "AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED",
    "AWS_RISK_IAM_QUARANTINE",
];

impl Event {
    /// Reads an event.
    ///
    /// Members of AWS's own events that are not needed are ignored; in an event of our own, an unknown member is an error,
    /// because a misspelt account must not mean the function's own.
    ///
    /// # Errors
    ///
    /// When no source of this function sends such an event.
    pub fn parse(event: &Value) -> Result<Self, EventError> {
        let fault = |fault| EventError { fault };
        let object = event.as_object().ok_or_else(|| fault("it is not an object"))?;
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        match (text("source"), text("detail-type")) {
            // `detail` is an object from a rule and the string "{}" from a schedule, and says nothing in either.
            (Some("aws.events" | "aws.scheduler"), Some("Scheduled Event")) => {
                Ok(Self::Sweep { account: None })
            }
            (Some("aws.health"), Some("AWS Health Event")) => health(event),
            (Some(_), _) => Err(fault("its source or detail-type is unknown")),
            (None, _) => own(object).map_err(fault),
        }
    }
}

fn own(object: &serde_json::Map<String, Value>) -> Result<Event, &'static str> {
    if let Some(undo) = object.get("undo") {
        let whole = object.len() == 1;
        return if whole { self::undo(undo).map(Event::Undo) } else { Err("undo stands alone") };
    }
    let account = object.get("account").ok_or("it names no account")?;
    if object.len() != 1 {
        return Err("it has a member besides account");
    }
    Ok(Event::Sweep { account: Some(account_id(account)?) })
}

fn account_id(value: &Value) -> Result<AccountId, &'static str> {
    let account = value.as_str().and_then(|text| text.parse().ok());
    account.ok_or("account is not a string of twelve digits")
}

fn undo(undo: &Value) -> Result<Undo, &'static str> {
    let object = undo.as_object().ok_or("undo is not an object")?;
    let known = ["account", "user", "credential", "although_exposed"];
    if object.keys().any(|name| !known.contains(&name.as_str())) {
        return Err("undo has an unknown member");
    }
    let text =
        |name: &str| object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Ok(Undo {
        account: object.get("account").map(account_id).transpose()?,
        user: text("user").ok_or("undo names no user")?.into(),
        credential: text("credential").ok_or("undo names no credential")?.to_owned(),
        although_exposed: match object.get("although_exposed") {
            None => false,
            Some(flag) => flag.as_bool().ok_or("although_exposed is neither true nor false")?,
        },
    })
}

fn health(event: &Value) -> Result<Event, EventError> {
    let fault = |fault| EventError { fault };
    let detail = event.get("detail").ok_or_else(|| fault("the Health event has no detail"))?;
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    let of_exposure = text("service") == Some("RISK")
        && text("eventTypeCode").is_some_and(|code| EXPOSURES.contains(&code));
    if !of_exposure || text("statusCode") == Some("closed") {
        return Ok(Event::NotOurs);
    }
    // `account` may be the administrator's; `affectedAccount` is the one the credentials belong to. An event that says
    // neither still has to be answered.
    let named = [detail.get("affectedAccount"), event.get("account")];
    let account = named.into_iter().flatten().find_map(|named| account_id(named).ok());
    let entities = detail.get("affectedEntities").and_then(Value::as_array);
    let mut entities: Vec<_> = entities
        .into_iter()
        .flatten()
        .filter_map(|entity| entity.get("entityValue").and_then(Value::as_str))
        .map(ToOwned::to_owned)
        .collect();
    entities.sort();
    entities.dedup();
    let communication = ["communicationId", "eventArn"].into_iter().find_map(text);
    Ok(Event::Exposed(Exposed {
        account,
        entities,
        communication: communication.unwrap_or("unknown").to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schedule_of_either_kind_sweeps_the_own_account() {
        for (source, detail) in [("aws.events", json!({})), ("aws.scheduler", json!("{}"))] {
            let event = json!({"version": "0", "source": source, "detail-type": "Scheduled Event",
                "account": "999999999999", "detail": detail});
            assert_eq!(Event::parse(&event), Ok(Event::Sweep { account: None }));
        }
    }

    #[test]
    fn a_misspelt_account_is_an_error_and_not_the_own_account() {
        for event in [
            json!({}),
            json!({"acount": "210987654321"}),
            json!({"account": "2109876543"}),
            json!({"account": 210_987_654_321_u64}),
            json!({"account": "210987654321", "dryrun": true}),
            json!({"source": "aws.s3", "detail-type": "Object Created"}),
            json!([]),
        ] {
            assert!(Event::parse(&event).is_err(), "{event}");
        }
    }

    fn exposure(change: impl Fn(&mut Value)) -> Value {
        let mut event = json!({"source": "aws.health", "detail-type": "AWS Health Event", "account": "111111111111",
            "detail": {"service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "statusCode": "open",
                "communicationId": "abc-1", "affectedAccount": "210987654321",
                "affectedEntities": [{"entityValue": "AKIATWO"}, {"entityValue": "AKIAONE"}, {"entityValue": "AKIATWO"}]}});
        change(&mut event);
        event
    }

    #[test]
    fn an_exposure_names_the_affected_account_and_every_key_once() {
        let Ok(Event::Exposed(exposed)) = Event::parse(&exposure(|_| {})) else { panic!() };
        assert_eq!(exposed.account, Some("210987654321".parse().unwrap()));
        assert_eq!(exposed.entities, ["AKIAONE", "AKIATWO"]);
        assert_eq!(exposed.communication, "abc-1");
    }

    #[test]
    fn the_five_types_of_the_service_risk_are_exposures_and_nothing_else_is() {
        for code in EXPOSURES {
            let event = exposure(|event| event["detail"]["eventTypeCode"] = code.into());
            assert!(matches!(Event::parse(&event), Ok(Event::Exposed(_))), "{code}");
        }
        for (member, value) in
            [("eventTypeCode", "AWS_RISK_OTHER"), ("service", "IAM"), ("statusCode", "closed")]
        {
            let event = exposure(|event| event["detail"][member] = value.into());
            assert_eq!(Event::parse(&event), Ok(Event::NotOurs), "{member}");
        }
    }

    #[test]
    fn an_exposure_without_entities_is_still_one() {
        let event = exposure(|event| event["detail"]["affectedEntities"] = Value::Null);
        assert!(
            matches!(Event::parse(&event), Ok(Event::Exposed(exposed)) if exposed.entities.is_empty())
        );
    }

    #[test]
    fn an_undo_names_user_and_credential() {
        let event = json!({"undo": {"user": "ana", "credential": "AKIAONE"}});
        let Ok(Event::Undo(undo)) = Event::parse(&event) else { panic!() };
        assert_eq!((undo.account, undo.although_exposed), (None, false));
        for undo in [
            json!({"user": "ana"}),
            json!({"user": "", "credential": "AKIAONE"}),
            json!({"user": "ana", "credential": "AKIAONE", "force": true}),
            json!({"user": "ana", "credential": "AKIAONE", "although_exposed": "yes"}),
        ] {
            assert!(Event::parse(&json!({ "undo": undo })).is_err(), "{undo}");
        }
    }
}
