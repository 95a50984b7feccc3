//! The real binary, started as Lambda starts it, against the simulated account's loopback server.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::Duration;

use aws_simulator::{
    ApiError, Fault, FunctionError, Invocation, LambdaHost, Retries, RotationResult, Server,
    Settings, Simulator, Times, What, When,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

const USER: &str = "ci-deployer";
const TIMEOUT: Duration = Duration::from_secs(180);

/// The most verbose that anybody can make the function.
const VERBOSE: [(&str, &str); 4] = [
    ("RUST_LOG", "trace"),
    ("AWS_LAMBDA_LOG_LEVEL", "trace"),
    ("LOG_SENSITIVE_BODIES", "true"),
    ("RUST_BACKTRACE", "full"),
];

struct Account {
    simulator: Simulator,
    server: Server,
    secret: String,
    first_key: aws_simulator::NewKey,
}

/// A user with a key of 90 days, in an account whose clock agrees with the machine's by now.
#[expect(clippy::disallowed_methods, reason = "the binary under test reads the machine's clock")]
async fn account() -> Account {
    let age = SignedDuration::from_hours(24 * 90);
    let simulator =
        Simulator::new(jiff::Timestamp::now().saturating_sub(age).unwrap(), Settings::IDEAL);
    simulator.add_user(USER, "/service/", &[]);
    let first_key = simulator.add_access_key(USER);
    let value =
        json!({"AccessKeyId": first_key.id, "SecretAccessKey": first_key.secret}).to_string();
    let secret = simulator.add_secret("ci/deployer", &value);
    simulator.tag_user(USER, "keysteward:secret", &secret);
    simulator.enable_rotation(&secret, 90);
    simulator.advance(age);
    let server = Server::start(&simulator, 0).await.unwrap();
    Account { simulator, server, secret, first_key }
}

impl Account {
    async fn start(&self, extra: &[(&str, &str)]) -> LambdaHost {
        let (id, secret, token) = self.simulator.role_credentials("rotate-key");
        let url = self.server.url();
        let topic = self.simulator.add_topic("keysteward");
        let mut environment = vec![
            ("AWS_REGION", aws_simulator::REGION),
            ("AWS_ACCESS_KEY_ID", id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", &secret),
            ("AWS_SESSION_TOKEN", &token),
            ("AWS_ENDPOINT_URL", &url),
            ("KEYSTEWARD_NOTICE_TOPIC_ARN", &topic),
            ("KEYSTEWARD_TABLE_ARN", aws_simulator::TABLE_ARN),
        ];
        environment.extend(extra);
        LambdaHost::start(Path::new(env!("CARGO_BIN_EXE_rotate-key")), &environment).await.unwrap()
    }

    /// Leaves the current key alone, and takes every other and the pending version away.
    fn settle(&self) {
        let current = self.current()["AccessKeyId"].as_str().unwrap().to_owned();
        for key in self.simulator.view(|view| view.keys(USER)) {
            if key.id != current {
                self.simulator.remove_access_key(&key.id);
            }
        }
        self.simulator.lose_items(|_, sort| sort.starts_with("rotation#"));
        self.simulator.end_rotation(&self.secret);
    }

    fn current(&self) -> Value {
        let version = self.simulator.view(|view| view.version(&self.secret, "AWSCURRENT")).unwrap();
        serde_json::from_str(&version.value.unwrap()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_carries_a_rotation_through_all_four_steps() {
    let account = account().await;
    let mut host = account.start(&[]).await;
    let mut answers = Vec::new();
    let invoke = async |invocation: Invocation| {
        let answer = host.invoke(&account.simulator, invocation.event, TIMEOUT).await;
        answers.extend(answer.clone().ok());
        answer.map(|_| ()).map_err(|error| error.message)
    };
    let result = account
        .simulator
        .rotate(&account.secret, Retries { attempts: 1, ..Retries::default() }, invoke)
        .await;
    assert_eq!(result.unwrap(), RotationResult::Rotated, "{}", host.output());
    let outcomes: Vec<_> =
        answers.iter().map(|answer| answer["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["created", "identities-agree", "tested", "promoted"]);
    assert_eq!(account.simulator.view(|view| view.keys(USER).len()), 2);
    assert_ne!(account.current()["AccessKeyId"], account.first_key.id.as_str());
    let calls = account.simulator.calls();
    assert!(
        calls
            .iter()
            .filter(|call| call.operation != "GetCallerIdentity")
            .all(|call| call.caller == "rotate-key")
    );
    assert_eq!(calls.len(), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_a_killed_binary_left_behind_is_not_touched_while_its_attempt_might_live() {
    let account = account().await;
    let created = Fault {
        when: When::Operation("CreateAccessKey"),
        times: Times::Once,
        what: What::CrashAfter,
    };
    account.simulator.plan(created);
    let mut host = account.start(&[]).await;
    let [create, ..] = account.simulator.stage_rotation(&account.secret).unwrap();
    let error = host.invoke(&account.simulator, create.clone(), TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "Runtime.ExitError");
    let orphan = account.simulator.view(|view| view.keys(USER)).pop().unwrap();
    assert_ne!(orphan.id, account.first_key.id);

    let mut host = account.start(&[]).await;
    let error = host.invoke(&account.simulator, create, TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "Rotation.Waiting", "{}", error.message);
    assert!(
        error.message.contains("another attempt at the keys of IAM user ci-deployer may still be"),
        "{}",
        error.message
    );
    assert_eq!(
        account.simulator.view(|view| view.keys(USER).len()),
        2,
        "an orphan that may be in flight is left alone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_is_reported_with_its_type_and_its_whole_chain() {
    let account = account().await;
    account.simulator.untag_user(USER, "keysteward:secret");
    let mut host = account.start(&[]).await;
    let [create, ..] = account.simulator.stage_rotation(&account.secret).unwrap();
    let FunctionError { error_type, message } =
        host.invoke(&account.simulator, create, TIMEOUT).await.unwrap_err();
    assert_eq!(error_type, "Rotation.Refused");
    assert!(message.starts_with("createSecret of secret arn:aws:secretsmanager:"), "{message}");
    assert!(
        message.contains(
            "went no further: IAM user ci-deployer does not carry the tag keysteward:secret"
        ),
        "{message}"
    );

    let FunctionError { error_type, message } =
        host.invoke(&account.simulator, json!({"Step": "x"}), TIMEOUT).await.unwrap_err();
    assert_eq!(error_type, "InvalidEvent");
    assert!(message.contains("its member Step is none of the four steps"), "{message}");

    let unknown = json!({"round": {"acount": "210987654321"}});
    let FunctionError { error_type, message } =
        host.invoke(&account.simulator, unknown, TIMEOUT).await.unwrap_err();
    assert_eq!(error_type, "InvalidEvent");
    assert!(message.contains("has a member in round that is not account"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_makes_a_round_and_prints_its_metrics() {
    let account = account().await;
    let mut host = account.start(&[]).await;
    let answer = host.invoke(&account.simulator, json!({"round": {}}), TIMEOUT).await.unwrap();
    assert_eq!(answer["users"], 1, "{answer}");
    assert_eq!(answer["recorded"], 1, "the round remembers which secret holds the keys: {answer}");
    let printed = host.stop().await;
    let metrics = printed.lines().find(|line| line.contains("\"_aws\"")).unwrap();
    let metrics: Value = serde_json::from_str(metrics).unwrap();
    assert_eq!((&metrics["Rounds"], &metrics["RoundFailures"]), (&json!(1), &json!(0)));
    assert_eq!(metrics["Account"], aws_simulator::ACCOUNT);

    account.simulator.tag_user(USER, "keysteward:secret", "no secret");
    let mut host = account.start(&[]).await;
    let FunctionError { error_type, message } =
        host.invoke(&account.simulator, json!({"round": {}}), TIMEOUT).await.unwrap_err();
    assert_eq!(error_type, "Round.Incomplete");
    assert!(message.contains("user ci-deployer: its tag keysteward:secret"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_setting_ends_the_process_at_once() {
    let account = account().await;
    let mut host = account.start(&[("KEYSTEWARD_OVERLAP_DAY", "7")]).await;
    assert!(!host.wait().await.unwrap().success());
    assert!(
        host.finished_output()
            .await
            .contains("KEYSTEWARD_OVERLAP_DAY is not a setting of this function")
    );
}

/// Everything the process prints while it meets every kind of trouble, at the most verbose level there is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_and_no_token_is_ever_printed() {
    let account = account().await;
    let mut printed = String::new();
    let mut tokens = Vec::new();
    let denied = ApiError::new(400, "AccessDeniedException", "not authorized");
    let troubles = [
        Some((When::Operation("CreateAccessKey"), What::CrashAfter)),
        Some((When::Operation("CreateAccessKey"), What::ErrorAfter)),
        Some((When::Operation("PutSecretValue"), What::Refuse(denied))),
        Some((When::Operation("GetSecretValue"), What::Throttle)),
        Some((When::Operation("UpdateSecretVersionStage"), What::ErrorAfter)),
        None,
    ];
    for trouble in troubles {
        account.simulator.forget_faults();
        if let Some((when, what)) = trouble {
            account.simulator.plan(Fault { when, times: Times::UntilInvocationEnds, what });
        }
        let mut host = account.start(&VERBOSE).await;
        for event in account.simulator.stage_rotation(&account.secret).unwrap() {
            tokens.push(event["RotationToken"].as_str().unwrap().to_owned());
            let answer = host.invoke(&account.simulator, event, TIMEOUT).await;
            printed.push_str(&format!("{answer:?}\n"));
        }
        printed.push_str(&host.stop().await);
        // Each trouble starts with one key and no rotation under way.
        account.settle();
    }
    let misplaced = account.first_key.secret.as_str();
    let unusable = [
        format!(r#"{{"AccessKeyId": "{misplaced}""#),
        format!(r#"{{"AccessKeyId": "x", "SecretAccessKey": ["{misplaced}"]}}"#),
        format!(
            r#"{{"AccessKeyId": "x", "SecretAccessKey": "{misplaced}", "smtp_password": "{misplaced}x"}}"#
        ),
    ];
    let mut host = account.start(&VERBOSE).await;
    for (number, value) in unusable.iter().enumerate() {
        let secret = account.simulator.add_secret(&format!("unusable-{number}"), value);
        account.simulator.enable_rotation(&secret, 90);
        let [create, ..] = account.simulator.stage_rotation(&secret).unwrap();
        let answer = host.invoke(&account.simulator, create, TIMEOUT).await;
        printed.push_str(&format!("{answer:?}\n"));
    }
    let misplaced_events =
        [json!({ "Step": misplaced }), json!([misplaced]), json!({ "RotationToken": [misplaced] })];
    for event in misplaced_events {
        printed.push_str(&format!("{:?}\n", host.invoke(&account.simulator, event, TIMEOUT).await));
    }
    printed.push_str(&host.stop().await);

    let mut secrets = account.simulator.view(|view| view.issued_secrets());
    assert!(secrets.len() >= 5, "keys were made and undone: {}", secrets.len());
    assert!(printed.contains("which was not stored"), "a key was undone");
    assert!(printed.contains("\"level\":\"DEBUG\""), "the log was verbose");
    secrets.push(account.first_key.secret.clone());
    secrets.push(account.simulator.role_credentials("rotate-key").2);
    secrets.extend(tokens);
    for secret in secrets {
        let encoded = secret.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
        let escaped = secret.replace('/', "\\/");
        for form in [&secret, &encoded, &escaped] {
            assert!(!printed.contains(form.as_str()), "a secret was printed");
        }
    }
}
