//! The events of the function: one for each step of a rotation, sent by Secrets Manager, and that of the daily round.

use lifecycle::identifiers::{AccountId, Arn, VersionId};
use lifecycle::rotation::RotationStep;
use secret_store::RotationToken;
use serde_json::Value;

/// What the function is asked for.
#[derive(Debug)]
pub enum Event {
    /// One step of one rotation.
    Rotation(RotationEvent),
    /// The daily round.
    Round(RoundEvent),
}

/// One step of one rotation. Its `Debug` form does not show the RotationToken.
#[derive(Debug)]
pub struct RotationEvent {
    /// The step to take.
    pub step: RotationStep,
    /// The secret to rotate.
    pub secret: Arn,
    /// The rotation's `ClientRequestToken`: the id of the pending version.
    pub token: VersionId,
    /// The proof to bring along when the pending version is stored.
    pub proof: Option<RotationToken>,
}

/// The daily round over the bound users of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundEvent {
    /// The account; `None` is the function's own.
    pub account: Option<AccountId>,
}

/// An event that the function does not take. The text names a member, never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is not one of a rotation.
    #[error(
        "the event is not one of a Secrets Manager rotation: its member {member} {fault}; \
         invoke this function only by configuring it as a secret's rotation function, or on a schedule with {{\"round\": {{}}}}"
    )]
    Rotation {
        /// The member at fault.
        member: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// It is not one of a daily round, though it looks like one.
    #[error(
        "the event of a daily round {fault}; expected {{\"round\": {{}}}} or {{\"round\": {{\"account\": \"<twelve digits>\"}}}}"
    )]
    Round {
        /// What is wrong with it.
        fault: &'static str,
    },
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    ///
    /// When it is neither a step of a rotation nor a round.
    pub fn parse(event: &Value) -> Result<Self, EventError> {
        match event.get("round") {
            Some(_) => RoundEvent::parse(event).map(Self::Round),
            None => RotationEvent::parse(event).map(Self::Rotation),
        }
    }
}

impl RoundEvent {
    /// Reads an event. Unknown members are refused: a misspelt account must not mean the function's own.
    fn parse(event: &Value) -> Result<Self, EventError> {
        let fault = |fault| EventError::Round { fault };
        if event.as_object().is_some_and(|members| members.len() > 1) {
            return Err(fault("has other members than round"));
        }
        let round = event.get("round").and_then(Value::as_object);
        let round = round.ok_or(fault("has a member round that is not an object"))?;
        if round.keys().any(|member| member != "account") {
            return Err(fault("has a member in round that is not account"));
        }
        let account = round.get("account").map(|account| {
            let account = account.as_str().and_then(|text| text.parse().ok());
            account.ok_or(fault("has an account that is not one"))
        });
        Ok(Self { account: account.transpose()? })
    }
}

impl RotationEvent {
    /// Reads an event; unknown members are ignored.
    ///
    /// # Errors
    ///
    /// When a member is missing or malformed.
    pub fn parse(event: &Value) -> Result<Self, EventError> {
        let member = |member: &'static str| {
            let text = event.get(member).and_then(Value::as_str);
            text.filter(|text| !text.is_empty())
                .ok_or(EventError::Rotation { member, fault: "is missing, empty or not a string" })
        };
        let step = member("Step")?.parse().map_err(|_| EventError::Rotation {
            member: "Step",
            fault: "is none of the four steps",
        })?;
        let secret: Arn = member("SecretId")?
            .parse()
            .map_err(|_| EventError::Rotation { member: "SecretId", fault: "is not an ARN" })?;
        if secret.service() != "secretsmanager" {
            return Err(EventError::Rotation {
                member: "SecretId",
                fault: "is not the ARN of a secret",
            });
        }
        let token = member("ClientRequestToken")?;
        // The token is recorded and logged, so it is checked.
        let legal = |c: char| c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c);
        if !(32..=64).contains(&token.len()) || !token.chars().all(legal) {
            return Err(EventError::Rotation {
                member: "ClientRequestToken",
                fault: "is not a version id of 32 to 64 characters",
            });
        }
        let proof = match event.get("RotationToken") {
            None | Some(Value::Null) => None,
            Some(_) => Some(RotationToken::new(member("RotationToken")?.to_owned())),
        };
        Ok(Self { step, secret, token: VersionId::new(token), proof })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Value {
        json!({
            "Step": "createSecret", "SecretId": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf",
            "ClientRequestToken": "a8e3f6c2-0000-4000-a000-000000000001", "RotationToken": "canary-token", "New": 1,
        })
    }

    fn with(member: &str, value: Value) -> Value {
        let mut event = event();
        event[member] = value;
        event
    }

    #[test]
    fn both_spellings_of_every_step_are_understood() {
        for (spelling, step) in [
            ("createSecret", RotationStep::CreateSecret),
            ("create_secret", RotationStep::CreateSecret),
            ("setSecret", RotationStep::SetSecret),
            ("set_secret", RotationStep::SetSecret),
            ("testSecret", RotationStep::TestSecret),
            ("test_secret", RotationStep::TestSecret),
            ("finishSecret", RotationStep::FinishSecret),
            ("finish_secret", RotationStep::FinishSecret),
        ] {
            assert_eq!(RotationEvent::parse(&with("Step", json!(spelling))).unwrap().step, step);
        }
    }

    #[test]
    fn the_rotation_token_is_optional_and_never_shown() {
        assert!(!format!("{:?}", RotationEvent::parse(&event()).unwrap()).contains("canary"));
        assert!(RotationEvent::parse(&with("RotationToken", Value::Null)).unwrap().proof.is_none());
    }

    #[test]
    fn a_malformed_member_is_named_and_never_quoted() {
        for (member, value) in [
            ("Step", json!("canary")),
            ("Step", json!(1)),
            ("SecretId", json!("canary")),
            ("SecretId", json!("arn:aws:s3:::canary")),
            ("ClientRequestToken", json!("canary")),
            ("ClientRequestToken", json!("canary canary canary canary canary canary")),
            ("RotationToken", json!({"canary": 1})),
            ("RotationToken", json!("")),
        ] {
            let error = RotationEvent::parse(&with(member, value)).unwrap_err();
            assert!(matches!(error, EventError::Rotation { member: named, .. } if named == member));
            assert!(!error.to_string().contains("canary"));
        }
        for event in [json!(null), json!([]), json!("createSecret"), json!({})] {
            let error = Event::parse(&event).unwrap_err();
            assert!(matches!(error, EventError::Rotation { member: "Step", .. }), "{error}");
        }
    }

    #[test]
    fn a_round_is_of_the_own_account_or_of_one_that_is_named() {
        let account = |event| match Event::parse(&event).unwrap() {
            Event::Round(RoundEvent { account }) => account.map(|account| account.to_string()),
            Event::Rotation(_) => panic!("not a round"),
        };
        assert_eq!(account(json!({ "round": {} })), None);
        let named = json!({ "round": { "account": "210987654321" } });
        assert_eq!(account(named).as_deref(), Some("210987654321"));
    }

    #[test]
    fn an_unknown_member_of_a_round_is_refused_and_never_quoted() {
        for event in [
            json!({ "round": null }),
            json!({ "round": "canary" }),
            json!({ "round": [] }),
            json!({ "round": { "acount": "210987654321" } }),
            json!({ "round": { "account": "canary" } }),
            json!({ "round": { "account": null } }),
            json!({ "round": {}, "account": "210987654321" }),
            json!({ "round": {}, "Step": "createSecret" }),
        ] {
            let error = Event::parse(&event).unwrap_err();
            assert!(matches!(error, EventError::Round { .. }), "{event}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}
