//! The same rotations against two accounts nobody can confuse: the simulated one, and an independent emulator.
//!
//! Everything goes over HTTP. Without `KEYSTEWARD_TEST_MOTO_URL` the account is the simulator's loopback server; with it, a moto
//! server, which somebody else wrote. `.ci/run` does both.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use aws_sdk_iam::config::Credentials;
use aws_sdk_secretsmanager::types::RotationRulesType;
use aws_simulator::{Server, Settings, Simulator, TABLE_ARN};
use jiff::Timestamp;
use lambda_shell::{Deadline, chain};
use rotate_key::{Config, RotateKey};
use serde_json::{Value, json};

const TOKEN: &str = "3f1c2a9e-6b0d-4c55-9d0e-2f8a7b6c5d4e";
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// An account behind an endpoint, with one user whose key a secret holds.
struct Account {
    sdk: SdkConfig,
    iam: aws_sdk_iam::Client,
    secrets: aws_sdk_secretsmanager::Client,
    user: String,
    secret: String,
    first_key: String,
    server: Option<Server>,
}

#[expect(clippy::disallowed_methods, reason = "an emulator keeps the machine's time")]
fn now() -> Timestamp {
    Timestamp::now()
}

impl Account {
    /// Opens an account for the test called `name`, with a rotation staged.
    async fn open(name: &str) -> Self {
        let (endpoint, server) = match switch("KEYSTEWARD_TEST_MOTO_URL") {
            Some(url) => (url, None),
            None => {
                let simulator = Simulator::new(now(), Settings::IDEAL);
                simulator.accept_credentials("AKIAOPERATOROPERATOR", "operator");
                simulator.add_function("rotate-key");
                let server = Server::start(&simulator, 0).await.unwrap();
                (server.url(), Some(server))
            }
        };
        let sdk = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new(aws_simulator::REGION))
            .credentials_provider(Credentials::new(
                "AKIAOPERATOROPERATOR",
                "operator",
                None,
                None,
                "test",
            ))
            .endpoint_url(endpoint)
            .load()
            .await;
        if server.is_none() {
            make_table(&sdk).await;
        }
        let (iam, secrets) =
            (aws_sdk_iam::Client::new(&sdk), aws_sdk_secretsmanager::Client::new(&sdk));
        let user = format!("{name}-{}", now().as_nanosecond());
        iam.create_user().user_name(&user).path("/service/").send().await.unwrap();
        let key =
            iam.create_access_key().user_name(&user).send().await.unwrap().access_key.unwrap();
        let value = json!({"AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key, "note": "kept"}).to_string();
        let created =
            secrets.create_secret().name(&user).secret_string(value).send().await.unwrap();
        let account = Self {
            sdk,
            iam,
            secrets,
            secret: created.arn.unwrap(),
            first_key: key.access_key_id,
            user,
            server,
        };
        account.stage(&created.version_id.unwrap()).await;
        account
    }

    async fn bind(&self) {
        let tag = aws_sdk_iam::types::Tag::builder()
            .key("keysteward:secret")
            .value(&self.secret)
            .build()
            .unwrap();
        self.iam.tag_user().user_name(&self.user).tags(tag).send().await.unwrap();
    }

    /// Brings the secret to where Secrets Manager brings it before `createSecret`: AWSPENDING on an empty version.
    async fn stage(&self, current: &str) {
        let rules = RotationRulesType::builder().automatically_after_days(90).build();
        let rotate = self
            .secrets
            .rotate_secret()
            .secret_id(&self.secret)
            .client_request_token(TOKEN)
            .rotation_rules(rules);
        if self.server.is_some() {
            let function = format!(
                "arn:aws:lambda:{}:{}:function:rotate-key",
                aws_simulator::REGION,
                aws_simulator::ACCOUNT
            );
            rotate.rotation_lambda_arn(function).send().await.unwrap();
            return;
        }
        // Without a function moto makes the empty version current at once: its labels are put where they belong.
        rotate.send().await.unwrap();
        let update = || self.secrets.update_secret_version_stage().secret_id(&self.secret);
        let back = update()
            .version_stage("AWSCURRENT")
            .move_to_version_id(current)
            .remove_from_version_id(TOKEN);
        back.send().await.unwrap();
        update().version_stage("AWSPENDING").move_to_version_id(TOKEN).send().await.unwrap();
    }

    async fn step(&self, step: &str) -> Result<Value, String> {
        let table = ("KEYSTEWARD_TABLE_ARN".to_owned(), TABLE_ARN.to_owned());
        let config = Config::from_variables([table]).unwrap();
        let function = RotateKey::new(&self.sdk, config, |_| {});
        let event = json!({
            "Step": step, "SecretId": self.secret, "ClientRequestToken": TOKEN,
            // Only the simulated account checks it, and there a stranger's token would fail the rotation later.
            "RotationToken": null,
        });
        function.handle(event, now(), Deadline::unknown()).await.map_err(|error| chain(&error))
    }

    async fn keys(&self) -> Vec<String> {
        let keys = self
            .iam
            .list_access_keys()
            .user_name(&self.user)
            .send()
            .await
            .unwrap()
            .access_key_metadata;
        keys.into_iter().filter_map(|key| key.access_key_id).collect()
    }

    /// The state that a key's record is in.
    async fn state(&self, key: &str) -> Option<String> {
        let user = self.iam.get_user().user_name(&self.user).send().await.unwrap().user.unwrap();
        let text = |text: String| AttributeValue::S(text);
        let item = aws_sdk_dynamodb::Client::new(&self.sdk)
            .get_item()
            .table_name(TABLE_ARN)
            .key("pk", text(format!("account#{}", aws_simulator::ACCOUNT)))
            .key("sk", text(format!("credential#{}#access-key#{key}", user.user_id)))
            .send()
            .await
            .unwrap();
        item.item?.get("state")?.as_s().ok().cloned()
    }

    async fn value(&self, label: &str) -> Value {
        let value = self
            .secrets
            .get_secret_value()
            .secret_id(&self.secret)
            .version_stage(label)
            .send()
            .await
            .unwrap();
        serde_json::from_str(&value.secret_string.unwrap()).unwrap()
    }
}

/// Makes the table, unless another test made it.
async fn make_table(sdk: &SdkConfig) {
    let attribute = |name: &str| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S)
    };
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind);
    let made = aws_sdk_dynamodb::Client::new(sdk)
        .create_table()
        .table_name("keysteward")
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk").build().unwrap())
        .attribute_definitions(attribute("sk").build().unwrap())
        .key_schema(key("pk", KeyType::Hash).build().unwrap())
        .key_schema(key("sk", KeyType::Range).build().unwrap())
        .send()
        .await;
    let there = |error: &CreateTableError| error.is_resource_in_use_exception();
    assert!(made.is_ok() || made.is_err_and(|error| error.as_service_error().is_some_and(there)));
}

#[expect(
    clippy::disallowed_methods,
    reason = "the switch is the test's own, not a setting of the program"
)]
fn switch(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[tokio::test]
async fn a_rotation_makes_a_new_key_current_and_keeps_the_old_one() {
    let account = Account::open("rotated").await;
    account.bind().await;
    for step in STEPS {
        account.step(step).await.unwrap();
    }
    let current = account.value("AWSCURRENT").await;
    assert_ne!(current["AccessKeyId"], account.first_key.as_str());
    assert_eq!(current["note"], "kept");
    assert_eq!(account.value("AWSPREVIOUS").await["AccessKeyId"], account.first_key.as_str());
    let keys = account.keys().await;
    assert_eq!(keys.len(), 2);
    assert!(
        keys.iter().any(|key| current["AccessKeyId"] == key.as_str())
            && keys.contains(&account.first_key)
    );
    let tags = account.iam.list_user_tags().user_name(&account.user).send().await.unwrap().tags;
    let tags: Vec<_> = tags.iter().map(|tag| tag.key().to_owned()).collect();
    assert_eq!(tags, ["keysteward:secret"], "no tag was written");
    assert_eq!(account.state(&account.first_key).await.as_deref(), Some("superseded"));
}

#[tokio::test]
async fn a_repeated_step_makes_no_second_key() {
    let account = Account::open("repeated").await;
    account.bind().await;
    account.step("createSecret").await.unwrap();
    let keys = account.keys().await;
    assert_eq!(account.step("createSecret").await.unwrap()["outcome"], "already-created");
    assert_eq!(account.keys().await, keys);
}

#[tokio::test]
async fn a_user_that_is_not_bound_is_refused() {
    let account = Account::open("unbound").await;
    let error = account.step("createSecret").await.unwrap_err();
    assert!(error.contains("does not carry the tag keysteward:secret"), "{error}");
    assert_eq!(account.keys().await, std::slice::from_ref(&account.first_key));
}

#[tokio::test]
async fn a_second_key_that_is_not_ours_is_kept() {
    let account = Account::open("foreign").await;
    account.bind().await;
    account.iam.create_access_key().user_name(&account.user).send().await.unwrap();
    let keys = account.keys().await;
    let error = account.step("createSecret").await.unwrap_err();
    // It is seconds old, so it may be that of an attempt that is running.
    assert!(error.contains("is too young to tell"), "{error}");
    assert_eq!(account.keys().await, keys);
}

#[tokio::test]
async fn a_step_out_of_order_has_no_effect() {
    let account = Account::open("order").await;
    account.bind().await;
    for step in ["setSecret", "finishSecret"] {
        let error = account.step(step).await.unwrap_err();
        assert!(error.contains("holds no key yet"), "{error}");
    }
    assert_eq!(account.value("AWSCURRENT").await["AccessKeyId"], account.first_key.as_str());
    assert_eq!(account.keys().await.len(), 1);
}
