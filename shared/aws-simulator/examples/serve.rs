//! Serves an empty simulated account on loopback, whose clock starts at the real time.
//!
//! `cargo run -p aws-simulator --example serve -- [PORT [ACCESS_KEY_ID SECRET_ACCESS_KEY]]`
#![expect(clippy::print_stdout, reason = "it tells where it listens")]

use std::error::Error;

use aws_simulator::{Server, Settings, Simulator};
use jiff::Timestamp;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(Ok(4566), |port| port.parse())?;
    let simulator = Simulator::new(now(), Settings::IDEAL);
    match (arguments.next(), arguments.next()) {
        (Some(access_key_id), Some(secret)) => {
            simulator.accept_credentials(&access_key_id, &secret)
        }
        (Some(_), None) => return Err("an access key id needs its secret".into()),
        (None, _) => {}
    }
    let server = Server::start(&simulator, port).await?;
    println!("AWS_ENDPOINT_URL={}", server.url());
    std::future::pending().await
}

#[expect(clippy::disallowed_methods, reason = "the clock is read once, and passed on")]
fn now() -> Timestamp {
    Timestamp::now()
}
