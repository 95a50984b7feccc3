//! The account of the story, and the function that works on it.

use std::cell::RefCell;
use std::time::Duration;

use anstream::println;
use aws_simulator::{
    ACCOUNT, Crashed, Invocation, KeyView, REGION, Retries, RotationResult, Settings, Simulator,
};
use iam_client::caller_identity;
use jiff::{SignedDuration, Timestamp};
use lambda_shell::{Deadline, chain};
use rotate_key::{Config, RotateKey};
use serde_json::{Value, json};

use super::ledger::{CallTable, summary};
use super::style::{bad, bold, dim, good, key};
use super::{Broken, rotated};

pub(crate) const USER: &str = "ci-deployer";
pub(crate) const SECRET: &str = "demo/ci-deployer";

/// The timeout that the function is given.
const TIMEOUT: Duration = Duration::from_secs(180);

/// The simulated account, and when its story began.
pub(crate) struct Account {
    pub(crate) simulator: Simulator,
    secret: String,
    began: Timestamp,
}

impl Account {
    /// A user whose key was just created and stored.
    pub(crate) fn open() -> Self {
        let began = Timestamp::from_second(1_767_571_200).unwrap_or(Timestamp::UNIX_EPOCH);
        let simulator = Simulator::new(began, Settings::REALISTIC);
        simulator.add_user(USER, "/service/", &[("owner", "team@example.com")]);
        let first = simulator.add_access_key(USER);
        let value = json!({
            "user_name": USER, "access_key_id": first.id, "secret_access_key": first.secret,
            "bucket": "releases", "retries": 3,
        });
        let secret = simulator.add_secret(SECRET, &value.to_string());
        simulator.tag_user(USER, "keysteward:secret", &secret);
        simulator.enable_rotation(&secret, 90);
        simulator.add_topic("keysteward");
        let watched = secret.clone();
        simulator.watch(move |view| {
            let value = view.version(&watched, "AWSCURRENT").and_then(|version| version.value);
            let current = value.as_deref().and_then(key_pair);
            let keys = view.keys(USER);
            match &current {
                Some((id, secret)) if view.key_works(USER, id, secret) && keys.len() <= 2 => Ok(()),
                current => {
                    let current = current.as_ref().map(|(id, _)| id);
                    Err(format!("the current key {current:?} does not work, or there are too many keys: {keys:?}"))
                }
            }
        });
        Self { simulator, secret, began }
    }

    /// Prints a heading with the simulated date.
    pub(crate) fn chapter(&self, title: &str) {
        let day = self.simulator.now().duration_since(self.began).as_hours() / 24;
        let date = self.simulator.now().to_string().chars().take(10).collect::<String>();
        println!("\n{}  {}", bold(&format!("Day {day:>3}  {date}")), bold(title));
    }

    pub(crate) fn value(&self) -> Result<String, Broken> {
        let version = self.simulator.view(|view| view.version(&self.secret, "AWSCURRENT"));
        version
            .and_then(|version| version.value)
            .ok_or_else(|| "the secret has no current value".to_owned())
    }

    pub(crate) fn current_key(&self) -> Result<String, Broken> {
        key_id(&self.value()?).ok_or_else(|| "the current value holds no key".to_owned())
    }

    /// Rotates as Secrets Manager does, and prints each step.
    pub(crate) async fn rotate(&self) -> Result<RotationResult, Broken> {
        let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:keysteward");
        let config = Config::from_variables([("KEYSTEWARD_NOTICE_TOPIC_ARN".to_owned(), topic)]);
        let function = RotateKey::new(
            &self.simulator.sdk_config("rotate-key"),
            config.map_err(|error| error.to_string())?,
        );
        let table = RefCell::new(CallTable::default());
        let attempt = RefCell::new(1);
        let retries = Retries::default();
        let invoke = async |invocation: Invocation| {
            if attempt.replace(invocation.attempt) != invocation.attempt {
                println!(
                    "  {}",
                    dim(&format!(
                        "{} later Secrets Manager starts over, with the same token:",
                        minutes(retries.spacing)
                    ))
                );
            }
            self.take_step(&function, invocation, &table).await
        };
        let result = self
            .simulator
            .rotate(&self.secret, retries, invoke)
            .await
            .map_err(|error| error.message)?;
        table.borrow().print();
        Ok(result)
    }

    async fn take_step(
        &self,
        function: &RotateKey,
        invocation: Invocation,
        table: &RefCell<CallTable>,
    ) -> Result<(), String> {
        let (before, keys, started) =
            (self.simulator.calls().len(), self.keys(), self.simulator.now());
        let handled = function.handle(invocation.event, started, Deadline::after(TIMEOUT));
        let result = match self.simulator.run(tokio::time::timeout(TIMEOUT, handled)).await {
            Ok(Ok(Ok(answer))) => {
                Ok(answer.get("outcome").and_then(Value::as_str).unwrap_or_default().to_owned())
            }
            Ok(Ok(Err(error))) => Err(chain(&error)),
            Ok(Err(_)) => Err("the function reached its timeout".to_owned()),
            Err(Crashed) => Err("the function was killed".to_owned()),
        };
        let calls = self.simulator.calls().split_off(before);
        table.borrow_mut().count(invocation.step, &calls);
        let outcome = result.as_ref().map_or_else(|error| bad(error), |outcome| good(outcome));
        println!("  {:<13}{outcome}", invocation.step);
        println!("  {:<13}{}", "", dim(&format!("{} calls: {}", calls.len(), summary(&calls))));
        let waited = self.simulator.now().duration_since(started).as_secs();
        if waited > 0 {
            println!(
                "  {:<13}{}",
                "",
                dim(&format!("waited {waited} s for the new key to be known everywhere"))
            );
        }
        self.print_changes(&keys);
        result.map(|_| ())
    }

    fn keys(&self) -> Vec<KeyView> {
        self.simulator.view(|view| view.keys(USER))
    }

    fn print_changes(&self, before: &[KeyView]) {
        let now = self.keys();
        for gone in before.iter().filter(|old| !now.iter().any(|new| new.id == old.id)) {
            println!("  {:<13}- key {} is deleted", "", key(&gone.id));
        }
        for new in now.iter().filter(|new| !before.iter().any(|old| old.id == new.id)) {
            let holder = self.holder(&new.id).unwrap_or_else(|| "nobody".to_owned());
            println!("  {:<13}+ key {} is created, held by {holder}", "", key(&new.id));
        }
    }

    /// The labels of the version that holds a key.
    fn holder(&self, id: &str) -> Option<String> {
        let versions = self.simulator.view(|view| view.versions(&self.secret));
        let holder = versions
            .into_iter()
            .find(|version| version.value.as_deref().and_then(key_id).as_deref() == Some(id))?;
        Some(if holder.labels.is_empty() {
            "a version without a label".to_owned()
        } else {
            holder.labels.join(", ")
        })
    }

    /// Whether the rotation succeeded, with one new current key, the old one superseded and still active, and no other.
    pub(crate) fn expect_rotated(&self, result: &RotationResult, old: &str) -> Result<(), Broken> {
        rotated(result)?;
        let (keys, current) = (self.keys(), self.current_key()?);
        let superseded =
            self.simulator.view(|view| view.tags(USER)).contains_key(&format!("keysteward:{old}"));
        if current != old
            && keys.len() == 2
            && is_active(&keys, &current)
            && is_active(&keys, old)
            && superseded
        {
            return Ok(());
        }
        Err(format!(
            "after the rotation the current key is {current}, the keys are {keys:?}, superseded recorded: {superseded}"
        ))
    }

    /// Signs a request with the current and with the previous key.
    pub(crate) async fn sign_with_both(&self, old: &str) -> Result<(), Broken> {
        self.simulator.advance(SignedDuration::from_mins(1));
        for label in ["AWSCURRENT", "AWSPREVIOUS"] {
            let value = self
                .simulator
                .view(|view| view.version(&self.secret, label))
                .and_then(|version| version.value);
            let value: Value = value
                .and_then(|text| serde_json::from_str(&text).ok())
                .ok_or(format!("{label} is empty"))?;
            let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
            let id = field("access_key_id");
            let sdk = self.simulator.sdk_config("consumer");
            let identity = caller_identity(&sdk, &id.into(), field("secret_access_key"))
                .await
                .map_err(|error| chain(&error))?;
            println!("    {:<13}{} signs as {}", label, key(id), good(&identity.arn));
            if label == "AWSPREVIOUS" && id != old {
                return Err(format!("AWSPREVIOUS holds {id}, not {old}"));
            }
        }
        Ok(())
    }

    /// Prints the user's keys: age, status, and who holds them.
    pub(crate) fn print_keys(&self) -> Result<(), Broken> {
        println!(
            "  {}",
            dim(&format!(
                "{:<22}{:>10}  {:<10}{:<14}record",
                "access key", "age", "status", "held under"
            ))
        );
        let tags = self.simulator.view(|view| view.tags(USER));
        for KeyView { id, status, created } in self.keys() {
            let age = self.simulator.now().duration_since(created).as_hours() / 24;
            let holder = self.holder(&id).ok_or_else(|| format!("nobody holds key {id}"))?;
            let record = tags.get(&format!("keysteward:{id}")).map_or("", String::as_str);
            println!("  {}  {:>5} days  {status:<10}{holder:<14}{}", key(&id), age, dim(record));
        }
        Ok(())
    }
}

fn is_active(keys: &[KeyView], id: &str) -> bool {
    keys.iter().any(|key| key.id == id && key.status == "Active")
}

fn key_id(value: &str) -> Option<String> {
    key_pair(value).map(|(id, _)| id)
}

fn key_pair(value: &str) -> Option<(String, String)> {
    let document = serde_json::from_str::<Value>(value).ok()?;
    let field = |name: &str| document.get(name)?.as_str().map(ToOwned::to_owned);
    Some((field("access_key_id")?, field("secret_access_key")?))
}

fn minutes(span: SignedDuration) -> String {
    format!("{} minutes", span.as_mins())
}
