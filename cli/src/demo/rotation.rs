//! A rotation as Secrets Manager drives it, step by step.

use std::cell::RefCell;
use std::time::Duration;

use anstream::println;
use aws_simulator::{
    Crashed, Fault, Invocation, KeyView, LoggedCall, Retries, RotationResult, TABLE_ARN, Times,
    What, When,
};
use iam_client::caller_identity;
use jiff::SignedDuration;
use lambda_shell::{Deadline, chain};
use rotate_key::{Config, RotateKey};
use serde_json::{Map, Value, json};

use super::Broken;
use super::cast::{Cast, SERVICE, key_pair};
use super::style::{bad, dim, good, key};

/// The timeout that the function is given.
const TIMEOUT: Duration = Duration::from_secs(180);

fn function(cast: &Cast) -> Result<RotateKey, Broken> {
    let config = Config::from_variables([
        ("KEYSTEWARD_NOTICE_TOPIC_ARN".to_owned(), cast.topic.clone()),
        ("KEYSTEWARD_TABLE_ARN".to_owned(), TABLE_ARN.to_owned()),
    ]);
    let sdk = cast.simulator.sdk_config("rotate-key");
    Ok(RotateKey::new(&sdk, config.map_err(|error| error.to_string())?, |_| {}))
}

/// The daily round over the keys of bound users.
pub(crate) async fn round(cast: &Cast) -> Result<(), Broken> {
    let (now, deadline) = (cast.simulator.now(), Deadline::after(TIMEOUT));
    let made = function(cast)?.handle(json!({ "round": {} }), now, deadline).await;
    made.map(drop).map_err(|error| chain(&error))
}

/// Rotates, with the function killed between `CreateAccessKey` and `PutSecretValue` if `killed` asks for it.
pub(crate) async fn rotate(cast: &Cast, killed: bool) -> Result<(), Broken> {
    if killed {
        println!(
            "  {}",
            dim(
                "The crash strikes between CreateAccessKey and PutSecretValue: IAM has a key whose secret nobody holds."
            )
        );
        let when = When::Operation("CreateAccessKey");
        cast.simulator.plan(Fault { when, times: Times::Once, what: What::CrashAfter });
    }
    let (before, old) = (cast.value("AWSCURRENT")?, cast.current_key()?);
    let function = function(cast)?;
    let (attempt, retries) = (RefCell::new(1), Retries::default());
    let invoke = async |invocation: Invocation| {
        if attempt.replace(invocation.attempt) != invocation.attempt {
            println!(
                "  {}",
                dim(&format!(
                    "{} minutes later Secrets Manager starts over, with the same token:",
                    retries.spacing.as_mins()
                ))
            );
        }
        take_step(cast, &function, invocation).await
    };
    let result = cast.simulator.rotate(&cast.secret, retries, invoke).await;
    if killed && !cast.simulator.faults_struck() {
        return Err("the planned crash did not strike".to_owned());
    }
    expect_rotated(cast, &result.map_err(|error| error.message)?, &old)?;
    print_fields(&before, &cast.value("AWSCURRENT")?)?;
    sign_with_both(cast).await
}

async fn take_step(
    cast: &Cast,
    function: &RotateKey,
    invocation: Invocation,
) -> Result<(), String> {
    let (before, keys, started) =
        (cast.simulator.calls().len(), cast.keys(SERVICE), cast.simulator.now());
    let handled = function.handle(invocation.event, started, Deadline::after(TIMEOUT));
    let result = match cast.simulator.run(tokio::time::timeout(TIMEOUT, handled)).await {
        Ok(Ok(Ok(answer))) => {
            Ok(answer.get("outcome").and_then(Value::as_str).unwrap_or_default().to_owned())
        }
        Ok(Ok(Err(error))) => Err(chain(&error)),
        Ok(Err(_)) => Err("the function reached its timeout".to_owned()),
        Err(Crashed) => Err("the function was killed".to_owned()),
    };
    let calls = cast.simulator.calls().split_off(before);
    let outcome = result.as_ref().map_or_else(|error| bad(error), |outcome| good(outcome));
    let waited = cast.simulator.now().duration_since(started).as_secs();
    let waited = if waited > 0 {
        format!(", and {waited} s of waiting for the new key to be known everywhere")
    } else {
        String::new()
    };
    println!("  {:<13}{outcome}", invocation.step);
    println!("  {:<13}{}", "", dim(&format!("{} calls: {}{waited}", calls.len(), summary(&calls))));
    print_changes(cast, &keys);
    result.map(|_| ())
}

fn print_changes(cast: &Cast, before: &[KeyView]) {
    let now = cast.keys(SERVICE);
    for gone in before.iter().filter(|old| !now.iter().any(|new| new.id == old.id)) {
        println!("  {:<13}- key {} is deleted", "", key(&gone.id));
    }
    for new in now.iter().filter(|new| !before.iter().any(|old| old.id == new.id)) {
        let holder = holder(cast, &new.id).unwrap_or_else(|| "nobody".to_owned());
        println!("  {:<13}+ key {} is created, held by {holder}", "", key(&new.id));
    }
}

/// The labels of the version that holds a key.
pub(crate) fn holder(cast: &Cast, id: &str) -> Option<String> {
    let versions = cast.simulator.view(|view| view.versions(&cast.secret));
    let holds = |value: &str| key_pair(value).is_some_and(|(held, _)| held == id);
    let holder =
        versions.into_iter().find(|version| version.value.as_deref().is_some_and(holds))?;
    Some(holder.labels.join(", "))
}

/// Whether the rotation succeeded, with one new current key, and the old one superseded and still active.
fn expect_rotated(cast: &Cast, result: &RotationResult, old: &str) -> Result<(), Broken> {
    if *result != RotationResult::Rotated {
        return Err(format!("the rotation ended as {result:?}"));
    }
    let (keys, current) = (cast.keys(SERVICE), cast.current_key()?);
    let ending = format!("#{old}");
    let table = cast.simulator.view(|view| view.table());
    let record = table.iter().find(|item| item.sk.ends_with(&ending));
    let active = |id: &str| keys.iter().any(|own| own.id == id && own.status == "Active");
    let state = record.and_then(|record| record.attributes.get("state"));
    let superseded = state.is_some_and(|state| state == "superseded");
    if current != old && keys.len() == 2 && active(&current) && active(old) && superseded {
        return Ok(());
    }
    Err(format!("after the rotation the current key is {current}, the keys are {keys:?}"))
}

/// Signs a request with the current and with the previous key.
async fn sign_with_both(cast: &Cast) -> Result<(), Broken> {
    cast.simulator.advance(SignedDuration::from_mins(1));
    for label in ["AWSCURRENT", "AWSPREVIOUS"] {
        let (id, secret) =
            key_pair(&cast.value(label)?).ok_or_else(|| format!("{label} holds no key"))?;
        let sdk = cast.simulator.sdk_config("consumer");
        let known = id.parse().map_err(|error| format!("{label}: {error}"))?;
        let identity =
            caller_identity(&sdk, &known, &secret).await.map_err(|error| chain(&error))?;
        println!("    {:<13}{} signs as {}", label, key(&id), good(&identity.arn));
    }
    Ok(())
}

/// The operations in the order of their first call, with how often each was called in a row.
fn summary(calls: &[LoggedCall]) -> String {
    let mut runs: Vec<(String, usize)> = Vec::new();
    for call in calls {
        let name = match &call.error {
            // An empty version answers that it is not found, which is no failure here.
            Some(error) if error != "ResourceNotFoundException" => {
                format!("{} ({})", call.operation, error.trim_matches(['(', ')']))
            }
            _ => call.operation.clone(),
        };
        match runs.last_mut() {
            Some((last, times)) if *last == name => *times += 1,
            _ => runs.push((name, 1)),
        }
    }
    let runs = runs
        .into_iter()
        .map(|(name, times)| if times == 1 { name } else { format!("{times}x {name}") });
    runs.collect::<Vec<_>>().join(", ")
}

/// The fields of the secret that the rotation left alone, and those it changed.
fn print_fields(before: &str, after: &str) -> Result<(), Broken> {
    let parse = |text: &str| serde_json::from_str::<Map<String, Value>>(text);
    let (Ok(before), Ok(after)) = (parse(before), parse(after)) else {
        return Err("the secret is not a JSON object".to_owned());
    };
    let (changed, kept): (Vec<_>, Vec<_>) =
        before.iter().partition(|(name, value)| after.get(*name) != Some(*value));
    let names = |fields: &[(&String, &Value)]| {
        fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    };
    println!("    the secret   new: {}; as before: {}", names(&changed), names(&kept));
    Ok(())
}
