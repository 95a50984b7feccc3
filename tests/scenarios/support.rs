//! A healthy account with one key under rotation; each test changes one thing.

use std::time::Duration;

use aws_simulator::{
    Invocation, KeyView, Retries, RotationResult, Settings, Simulator, TABLE_ARN, TableItem,
};
use jiff::SignedDuration;
use lambda_shell::{Deadline, chain};
use rotate_key::{Config, RotateKey};

pub(crate) const USER: &str = "ci-deployer";
pub(crate) const SECRET: &str = "ci/deployer";
/// The timeout the functions are deployed with.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(180);

/// A user whose key is 90 days old, and the secret that holds it.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) simulator: Simulator,
    pub(crate) secret: String,
    pub(crate) first_key: String,
}

impl Account {
    pub(crate) fn new(settings: Settings) -> Self {
        let simulator = Simulator::new("2026-01-01T00:00:00Z".parse().unwrap(), settings);
        simulator.add_user(USER, "/service/", &[("owner", "team@example.com")]);
        let key = simulator.add_access_key(USER);
        let value = format!(
            r#"{{"user_name":"{USER}","access_key_id":"{}","secret_access_key":"{}","note":"kept"}}"#,
            key.id, key.secret
        );
        let secret = simulator.add_secret(SECRET, &value);
        simulator.tag_user(USER, "keysteward:secret", &secret);
        simulator.enable_rotation(&secret, 90);
        simulator.add_topic("keysteward");
        simulator.advance(days(90));
        Self { simulator, secret, first_key: key.id }
    }

    pub(crate) fn healthy() -> Self {
        Self::new(Settings::IDEAL)
    }

    pub(crate) fn function(&self) -> RotateKey {
        RotateKey::new(&self.simulator.sdk_config("rotate-key"), config(), |_| {})
    }

    /// Rotates as Secrets Manager does, retries included.
    pub(crate) async fn rotate(&self) -> RotationResult {
        let function = self.function();
        let invoke = async |invocation: Invocation| self.invoke(&function, invocation.event).await;
        self.simulator.rotate(&self.secret, Retries::default(), invoke).await.unwrap()
    }

    /// One invocation, ended by a planned crash or by Lambda's timeout.
    pub(crate) async fn invoke(
        &self,
        function: &RotateKey,
        event: serde_json::Value,
    ) -> Result<(), String> {
        let handled = function.handle(event, self.simulator.now(), Deadline::after(TIMEOUT));
        match self.simulator.run(tokio::time::timeout(TIMEOUT, handled)).await {
            Ok(Ok(Ok(_))) => Ok(()),
            Ok(Ok(Err(error))) => Err(chain(&error)),
            Ok(Err(_)) => Err("timed out".to_owned()),
            Err(aws_simulator::Crashed) => Err("crashed".to_owned()),
        }
    }

    /// Swaps AWSCURRENT and AWSPREVIOUS, as README.md tells an operator to.
    pub(crate) async fn roll_back(&self) {
        let version =
            |label: &str| self.simulator.view(|view| view.version(SECRET, label)).unwrap().id;
        let call = self.update_stage().version_stage("AWSCURRENT");
        let call = call.move_to_version_id(version("AWSPREVIOUS"));
        call.remove_from_version_id(version("AWSCURRENT")).send().await.unwrap();
    }

    /// Takes AWSPENDING off, as an operator does to give a rotation up.
    pub(crate) async fn take_off_pending(&self) {
        let pending = self.simulator.view(|view| view.version(SECRET, "AWSPENDING")).unwrap().id;
        let call = self.update_stage().version_stage("AWSPENDING");
        call.remove_from_version_id(pending).send().await.unwrap();
    }

    fn update_stage(
        &self,
    ) -> aws_sdk_secretsmanager::operation::update_secret_version_stage::builders::UpdateSecretVersionStageFluentBuilder
    {
        let secrets = aws_sdk_secretsmanager::Client::new(&self.simulator.sdk_config("operator"));
        secrets.update_secret_version_stage().secret_id(SECRET)
    }

    pub(crate) fn keys(&self) -> Vec<KeyView> {
        self.simulator.view(|view| view.keys(USER))
    }

    pub(crate) fn current_key(&self) -> String {
        self.key_under("AWSCURRENT").expect("a current version")
    }

    pub(crate) fn key_under(&self, label: &str) -> Option<String> {
        let value = self.simulator.view(|view| view.version(&self.secret, label))?.value?;
        key_id(&value)
    }

    /// The record of a key, as the table holds it.
    pub(crate) fn record(&self, key: &str) -> Option<TableItem> {
        let ending = format!("#{key}");
        self.table().into_iter().find(|item| item.sk.ends_with(&ending))
    }

    /// The state that a key's record is in.
    pub(crate) fn state(&self, key: &str) -> Option<String> {
        self.record(key)?.attributes.remove("state")
    }

    /// What is remembered of the rotation of the user's keys.
    pub(crate) fn rotation(&self) -> Option<TableItem> {
        self.table().into_iter().find(|item| item.sk.starts_with("rotation#"))
    }

    /// Everything that the table holds.
    pub(crate) fn table(&self) -> Vec<TableItem> {
        self.simulator.view(|view| view.table())
    }

    /// The calls that change something, without Secrets Manager's own.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.simulator
            .calls()
            .into_iter()
            .filter(|call| call.is_write())
            .map(|call| call.operation)
            .collect()
    }

    /// What must hold when a rotation has succeeded; the error says what does not.
    pub(crate) fn check_rotated(&self) -> Result<(), String> {
        self.check_rotated_from(&self.first_key)
    }

    /// As [`Account::check_rotated`], for a rotation that replaced `old`.
    pub(crate) fn check_rotated_from(&self, old: &str) -> Result<(), String> {
        let keys = self.keys();
        let current = self.key_under("AWSCURRENT").ok_or("no version is current")?;
        let check = |holds: bool, what: &str| {
            if holds { Ok(()) } else { Err(format!("{what}: {keys:?}, current {current}")) }
        };
        check(current != old, "the current key is the old one")?;
        check(keys.len() == 2, "the user has not exactly two keys")?;
        check(
            keys.iter().any(|key| key.id == current && key.status == "Active"),
            "the current key does not work",
        )?;
        check(
            keys.iter().any(|key| key.id == old && key.status == "Active"),
            "the superseded key is cut off at once",
        )?;
        check(
            self.key_under("AWSPREVIOUS").as_ref() == Some(&old.to_owned()),
            "AWSPREVIOUS does not hold the old key",
        )?;
        check(
            self.state(old).as_deref() == Some("superseded"),
            &format!("the old key is not recorded as superseded: {:?}", self.table()),
        )?;
        let rotation = self.rotation().ok_or("nothing is remembered of the rotation")?;
        check(
            self.table().len() == 2
                && !rotation.attributes.contains_key("token")
                && rotation.attributes.contains_key("last_success"),
            &format!("more is remembered than one record and the success: {:?}", self.table()),
        )?;
        let tags: Vec<_> = self.simulator.view(|view| view.tags(USER)).into_keys().collect();
        check(tags == ["keysteward:secret", "owner"], &format!("a tag was written: {tags:?}"))?;
        check(self.simulator.violations().is_empty(), &format!("{:?}", self.simulator.violations()))
    }

    pub(crate) fn assert_rotated(&self) {
        assert_eq!(self.check_rotated(), Ok(()));
    }

    /// Objects after every call by which the key under AWSCURRENT does not work, or the user has more than two keys.
    pub(crate) fn watch_current_key(&self) {
        self.watch(2);
    }

    /// As [`Account::watch_current_key`], whatever the number of keys.
    pub(crate) fn watch_current_key_of_any_quota(&self) {
        self.watch(usize::MAX);
    }

    fn watch(&self, quota: usize) {
        let secret = self.secret.clone();
        self.simulator.watch(move |view| {
            let version = view.version(&secret, "AWSCURRENT").ok_or("no version is current")?;
            let value = version.value.ok_or("the current version is empty")?;
            let (current, current_secret) =
                key_pair(&value).ok_or("the current version holds no key")?;
            let keys = view.keys(USER);
            if !view.key_works(USER, &current, &current_secret) {
                return Err(format!(
                    "the current key {current} does not work; the keys are {keys:?}"
                ));
            }
            if keys.len() > quota {
                return Err(format!("the user has more than {quota} keys: {keys:?}"));
            }
            Ok(())
        });
    }
}

pub(crate) fn config() -> Config {
    config_with(&[])
}

/// The settings of the tests, and these.
pub(crate) fn config_with(settings: &[(&str, &str)]) -> Config {
    let topic =
        format!("arn:aws:sns:{}:{}:keysteward", aws_simulator::REGION, aws_simulator::ACCOUNT);
    let own =
        [("KEYSTEWARD_NOTICE_TOPIC_ARN", topic.as_str()), ("KEYSTEWARD_TABLE_ARN", TABLE_ARN)];
    let all = own.iter().chain(settings);
    Config::from_variables(all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .unwrap()
}

pub(crate) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn key_id(value: &str) -> Option<String> {
    key_pair(value).map(|(id, _)| id)
}

fn key_pair(value: &str) -> Option<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(value).ok()?;
    let field = |name: &str| Some(document.get(name)?.as_str()?.to_owned());
    Some((field("access_key_id")?, field("secret_access_key")?))
}

/// Whether an environment variable asks for a longer run.
#[expect(
    clippy::disallowed_methods,
    reason = "the switch is the tests' own, not a setting of the program"
)]
pub(crate) fn switched_on(name: &str) -> bool {
    std::env::var_os(name).is_some()
}

/// The failures of all `cases`, half of which are tried on a second thread.
pub(crate) fn on_two_threads<T: Sync>(
    cases: &[T],
    failures_of: impl Fn(&[T]) -> Vec<String> + Sync,
) -> Vec<String> {
    let (left, right) = cases.split_at(cases.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| failures_of(right));
        let mut failures = failures_of(left);
        failures.extend(other.join().unwrap());
        failures
    })
}

/// Prints a count that a reader of the test run wants to know.
#[expect(clippy::print_stdout, reason = "shown with --nocapture")]
pub(crate) fn report(line: std::fmt::Arguments<'_>) {
    println!("{line}");
}
