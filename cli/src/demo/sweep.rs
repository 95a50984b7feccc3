//! The daily sweep, an exposed key, and an undo.

use std::time::Duration;

use anstream::println;
use aws_simulator::TABLE_ARN;
use deactivate_stale::{Config, DeactivateStale};
use lambda_shell::{Deadline, chain};
use serde_json::{Value, json};

use super::Broken;
use super::cast::{BATCH, BREAK_GLASS, Cast};
use super::style::{bad, dim, good};

const TIMEOUT: Duration = Duration::from_secs(900);

fn function(cast: &Cast) -> Result<DeactivateStale, Broken> {
    let variables = [
        ("MODE", "enforce"),
        ("DELETE", "on"),
        ("CREDENTIALS", "access-key,password,service-specific"),
        ("MAX_IDLE_DAYS", "45"),
        ("EXEMPT_USERS", BREAK_GLASS),
        // A share of so small an account would allow next to nothing.
        ("MAX_ACTIONS_PERCENT", "100"),
        ("NOTICE_TOPIC_ARN", &cast.topic),
        ("TABLE_ARN", TABLE_ARN),
    ];
    let variables = variables.map(|(name, value)| (format!("KEYSTEWARD_{name}"), value.to_owned()));
    let config = Config::from_variables(variables).map_err(|error| error.to_string())?;
    Ok(DeactivateStale::new(&cast.simulator.sdk_config("deactivate-stale"), config, |_| {}))
}

async fn invoke(cast: &Cast, event: Value) -> Result<Value, Broken> {
    let (now, deadline) = (cast.simulator.now(), Deadline::after(TIMEOUT));
    let answer = function(cast)?.handle(event, now, deadline).await;
    answer.map_err(|error| chain(&error))
}

/// One sweep; prints what its notices say, if there are any.
pub(crate) async fn sweep(cast: &Cast) -> Result<(), Broken> {
    let event =
        json!({"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"});
    invoke(cast, event).await?;
    print_notices(cast);
    Ok(())
}

/// AWS Health reports dee's key.
pub(crate) async fn expose(cast: &Cast) -> Result<(), Broken> {
    let entities: Vec<_> =
        cast.keys("dee").into_iter().map(|own| json!({ "entityValue": own.id })).collect();
    let event = json!({"source": "aws.health", "detail-type": "AWS Health Event", "detail": {
        "service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "statusCode": "open",
        "communicationId": "demo-1", "affectedAccount": aws_simulator::ACCOUNT, "affectedEntities": entities}});
    invoke(cast, event.clone()).await?;
    print_notices(cast);
    // The same event arrives from the backup Region.
    let again = invoke(cast, event).await?;
    println!(
        "  {}",
        dim(&format!(
            "the copy from the backup Region: {}",
            again.pointer("/exposed/0/outcome").and_then(Value::as_str).unwrap_or("nothing")
        ))
    );
    let active = cast.keys("dee").iter().any(|own| own.status == "Active");
    if active { Err("the exposed key is still active".to_owned()) } else { Ok(()) }
}

/// The owner of the batch job wants its key back.
pub(crate) async fn undo(cast: &Cast) -> Result<(), Broken> {
    for own in cast.keys(BATCH) {
        let event = json!({"undo": {"user": BATCH, "credential": own.id}});
        println!("  {}", dim(&format!("invoke deactivate-stale with {event}")));
        invoke(cast, event).await?;
        cast.simulator.use_key(&own.id, "s3");
    }
    cast.exempt_batch_again();
    print_notices(cast);
    Ok(())
}

/// One line for each notice that was published since the last time.
fn print_notices(cast: &Cast) {
    let published = cast.simulator.view(|view| view.published().to_vec());
    let new: Vec<_> = published.iter().skip(cast.notices_shown.replace(published.len())).collect();
    for notice in new
        .iter()
        .filter(|notice| notice.topic == cast.topic)
        .filter_map(|notice| serde_json::from_str::<Value>(&notice.message).ok())
    {
        let text = |name: &str| notice.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("kind") == "rotated" {
            continue;
        }
        cast.heading();
        let credential = notice.get("credential").cloned().unwrap_or_default();
        let id = credential.get("id").and_then(Value::as_str).unwrap_or_default();
        let kind = match text("kind") {
            kind @ ("deactivated" | "deleted" | "exposed") => bad(&format!("{kind:<19}")),
            kind @ "reactivated" => good(&format!("{kind:<19}")),
            kind => format!("{kind:<19}"),
        };
        let due = text("due").split('T').next().unwrap_or_default();
        let due = match text("kind") {
            "deactivation-ahead" => format!("; on {due}"),
            "deactivated" if !due.is_empty() => format!("; deleted on {due}"),
            _ => String::new(),
        };
        let user = text("user");
        println!("  {kind}{user:<14}{id:<22}{}{}", dim(text("because")), dim(&due));
    }
}
