//! The event that Secrets Manager sends for each step.

use lifecycle::identifiers::{Arn, VersionId};
use lifecycle::rotation::RotationStep;
use secret_store::RotationToken;
use serde_json::Value;

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

/// An event that no rotation sent. The text names a member, never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event is not one of a Secrets Manager rotation: its member {member} {fault}; \
     invoke this function only by configuring it as a secret's rotation function"
)]
pub struct EventError {
    member: &'static str,
    fault: &'static str,
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
                .ok_or(EventError { member, fault: "is missing, empty or not a string" })
        };
        let step = member("Step")?
            .parse()
            .map_err(|_| EventError { member: "Step", fault: "is none of the four steps" })?;
        let secret: Arn = member("SecretId")?
            .parse()
            .map_err(|_| EventError { member: "SecretId", fault: "is not an ARN" })?;
        if secret.service() != "secretsmanager" {
            return Err(EventError { member: "SecretId", fault: "is not the ARN of a secret" });
        }
        let token = member("ClientRequestToken")?;
        // The token is kept in a tag of the user, where IAM allows these characters only.
        let legal = |c: char| c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c);
        if !(32..=64).contains(&token.len()) || !token.chars().all(legal) {
            return Err(EventError {
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
            assert_eq!(error.member, member);
            assert!(!error.to_string().contains("canary"));
        }
        for event in [json!(null), json!([]), json!("createSecret"), json!({})] {
            assert_eq!(RotationEvent::parse(&event).unwrap_err().member, "Step");
        }
    }
}
