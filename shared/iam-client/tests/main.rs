//! The reader and the writer against a simulated account.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod limits;
mod reading;
mod report;
mod sessions;
mod withdrawing;

use aws_simulator::{Fault, Settings, Simulator, Times, What, When};
use iam_client::{Error, IamReader, IamWriter};
use jiff::{SignedDuration, Timestamp};

/// An account on the first day of 2026, with the user `alice`.
fn account(settings: Settings) -> Simulator {
    let simulator = Simulator::new(at("2026-01-01T00:00:00Z"), settings);
    simulator.add_user("alice", "/team/", &[("owner", "team@example.com")]);
    simulator
}

fn ideal() -> Simulator {
    account(Settings::IDEAL)
}

fn reader(simulator: &Simulator) -> IamReader {
    IamReader::new(&simulator.sdk_config("sweep"))
}

fn writer(simulator: &Simulator) -> IamWriter {
    IamWriter::new(&simulator.sdk_config("sweep"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// The operations called since the `skip`-th call.
fn operations(simulator: &Simulator, skip: usize) -> Vec<String> {
    simulator.calls().into_iter().skip(skip).map(|call| call.operation).collect()
}

fn refuse(simulator: &Simulator, operation: &'static str, times: Times, what: What) {
    simulator.plan(Fault { when: When::Operation(operation), times, what });
}

/// The text of an error with its cause.
fn chain(error: &Error) -> String {
    format!("{error}: {}", std::error::Error::source(error).unwrap())
}
