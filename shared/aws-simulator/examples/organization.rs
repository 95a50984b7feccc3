//! Serves a simulated organization on loopback, whose clock starts at the real time.
//!
//! `cargo run -p aws-simulator --example organization -- PORT ACCOUNTS BUCKET ACCESS_KEY_ID SECRET_ACCESS_KEY`
#![expect(clippy::print_stdout, reason = "it tells where it listens")]

use std::error::Error;

use aws_simulator::{Server, Settings, Simulator};
use jiff::Timestamp;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, accounts, bucket, access_key_id, secret] = arguments.as_slice() else {
        return Err("say PORT ACCOUNTS BUCKET ACCESS_KEY_ID SECRET_ACCESS_KEY".into());
    };
    let simulator = Simulator::new(now(), Settings::IDEAL);
    simulator.accept_credentials(access_key_id, secret);
    simulator.add_bucket(bucket);
    let root = simulator.add_organization();
    // The management account is a member too.
    for n in 1..accounts.parse::<u64>()? {
        simulator.add_member(&format!("{:012}", 999_999_999_999 - n), &format!("team {n}"), &root);
    }
    let server = Server::start(&simulator, port.parse()?).await?;
    println!("AWS_ENDPOINT_URL={}", server.url());
    std::future::pending().await
}

#[expect(clippy::disallowed_methods, reason = "the clock is read once, and passed on")]
fn now() -> Timestamp {
    Timestamp::now()
}
