//! The store against a simulated table.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod conditions;
mod faults;
mod receipts;
mod round_trips;
mod unreadable;

use aws_simulator::{Settings, Simulator, TABLE_ARN};
use jiff::Timestamp;
use lifecycle::identifiers::{AccountId, CredentialId, UserId};
use lifecycle::memory::{Attempt, Channel, Receipt, RotationMemory};
use lifecycle::record::{Cause, Record, State};
use record_store::RecordStore;

const NOW: &str = "2026-01-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn simulator() -> Simulator {
    Simulator::new(at(NOW), Settings::IDEAL)
}

fn store(simulator: &Simulator) -> RecordStore {
    RecordStore::new(&simulator.sdk_config("sweep"), TABLE_ARN.parse().unwrap(), "deactivate-stale")
}

fn raw(simulator: &Simulator) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&simulator.sdk_config("somebody"))
}

fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

fn user() -> UserId {
    "AIDAALICE".parse().unwrap()
}

fn key(id: &str) -> CredentialId {
    CredentialId::AccessKey(id.parse().unwrap())
}

fn warned() -> Record {
    let (since, due) = (at(NOW), at("2026-01-15T00:00:00Z"));
    let state = State::Warned { since, due, reminded: None, cause: Cause::Stale };
    Record { user: "alice".into(), created: Some(at("2025-01-01T00:00:00Z")), state }
}

fn reactivated() -> Record {
    warned().in_state(State::Reactivated { since: at(NOW), cause: Cause::ByHand })
}

fn rotation() -> RotationMemory {
    let attempt = Attempt {
        token: "token".into(),
        from: at(NOW),
        until: at("2026-01-01T00:05:00Z"),
        created: at("2025-01-01T00:00:00Z"),
        key: None,
    };
    RotationMemory {
        user: "alice".into(),
        secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:alice-AbCdEf"
            .parse()
            .unwrap(),
        attempt: Some(attempt),
        last_success: None,
        unbound_told: None,
    }
}

fn receipt() -> Receipt {
    Receipt { at: at(NOW), by: Channel::Mail, returned: None }
}
