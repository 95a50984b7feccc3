//! Serves a simulated account whose pending rotation is the one that `events/rotate-key/*.json` are about, and which has a stale key.

use std::process::ExitCode;
use std::time::Duration;

use anstream::{eprintln, println};
use aws_simulator::{REGION, Server, Settings, Simulator};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const USER: &str = "ci-deployer";
const AGE: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The event of the first step: it names the secret and the token that the account must have.
const EVENT: &str = include_str!("../../events/rotate-key/create-secret.json");

pub(crate) fn run(port: u16) -> ExitCode {
    let served = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map(|runtime| runtime.block_on(serve(port)));
    match served {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) | Err(error) => {
            eprintln!(
                "keysteward: cannot serve a simulated account on 127.0.0.1:{port}: {error}; try another --port"
            );
            ExitCode::FAILURE
        }
    }
}

async fn serve(port: u16) -> std::io::Result<()> {
    let event: Value = serde_json::from_str(EVENT)?;
    let member = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let simulator = Simulator::new(ninety_days_ago(), Settings::REALISTIC);
    simulator.add_user(USER, "/service/", &[("owner", "team@example.com")]);
    let key = simulator.add_access_key(USER);
    // Somebody for a sweep to find.
    simulator.add_user("ana", "/people/", &[("owner", "ana@example.com")]);
    simulator.add_access_key("ana");
    let value =
        json!({"user_name": USER, "access_key_id": key.id, "secret_access_key": key.secret})
            .to_string();
    let secret = simulator.add_secret("demo/ci-deployer", &value);
    simulator.set_secret_arn(&secret, member("SecretId"));
    simulator.tag_user(USER, "keysteward:secret", member("SecretId"));
    simulator.enable_rotation(member("SecretId"), 90);
    simulator.advance(AGE);
    simulator.stage_token(
        member("SecretId"),
        member("ClientRequestToken"),
        member("RotationToken"),
    );

    let server = Server::start(&simulator, port).await?;
    let (id, secret, token) = simulator.role_credentials("rotate-key");
    println!(
        "A simulated AWS account listens on {}. A rotation of ci-deployer's key is staged, and the key of ana is stale.",
        server.url()
    );
    println!(
        "In another terminal, give these to the function (they are worth nothing anywhere else):\n"
    );
    println!("export AWS_ENDPOINT_URL={} AWS_REGION={REGION}", server.url());
    println!(
        "export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret} AWS_SESSION_TOKEN={token}\n"
    );
    println!("Calls appear below. Stop with Ctrl-C.");
    let mut shown = 0;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(()),
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
        }
        for call in simulator.calls().split_off(shown) {
            shown += 1;
            println!(
                "{:>4}  {} {}  {}",
                call.number,
                call.service,
                call.operation,
                call.error.unwrap_or_default()
            );
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "real binaries read the machine's clock, and the account must agree with it"
)]
fn ninety_days_ago() -> Timestamp {
    Timestamp::now().saturating_sub(AGE).unwrap_or(Timestamp::UNIX_EPOCH)
}
