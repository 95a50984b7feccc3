//! A secret in one account that holds the key of a user in another.

use aws_simulator::{
    ACCOUNT, ApiError, Fault, Invocation, Retries, RotationResult, Settings, Simulator, Times,
    TrustPolicy, What, When,
};
use lambda_shell::{Deadline, chain};
use rotate_key::RotateKey;

use crate::support::{SECRET, TIMEOUT, USER, config_with, days};

pub(crate) const MEMBER: &str = "210987654321";
pub(crate) const ROLE: &str = "keysteward-member";
const EXTERNAL_ID: &str = "team-42";
pub(crate) const SETTINGS: [(&str, &str); 2] =
    [("KEYSTEWARD_MEMBER_ROLE_NAME", ROLE), ("KEYSTEWARD_EXTERNAL_ID", EXTERNAL_ID)];

/// The secret's account, and the member account that the user and its key of 90 days live in.
pub(crate) struct Accounts {
    pub(crate) hub: Simulator,
    pub(crate) member: Simulator,
    secret: String,
    pub(crate) first_key: String,
}

impl Accounts {
    pub(crate) fn new() -> Self {
        Self::with_document(|key, secret| {
            format!(
                r#"{{"user_name":"{USER}","account_id":"{MEMBER}","access_key_id":"{key}","secret_access_key":"{secret}"}}"#
            )
        })
    }

    fn with_document(document: impl Fn(&str, &str) -> String) -> Self {
        let hub = Simulator::new("2026-01-01T00:00:00Z".parse().unwrap(), Settings::IDEAL);
        let member = hub.account(MEMBER);
        member.add_user(USER, "/service/", &[("owner", "team@example.com")]);
        let key = member.add_access_key(USER);
        let secret = hub.add_secret(SECRET, &document(&key.id, &key.secret));
        member.tag_user(USER, "keysteward:secret", &secret);
        let mut trust = TrustPolicy::of([format!("arn:aws:iam::{ACCOUNT}:role/rotate-key")]);
        trust.external_id = Some(EXTERNAL_ID.to_owned());
        member.add_role(ROLE, trust);
        hub.enable_rotation(&secret, 90);
        hub.add_topic("keysteward");
        hub.advance(days(90));
        Self { hub, member, secret, first_key: key.id }
    }

    pub(crate) async fn rotate(&self, settings: &[(&str, &str)]) -> RotationResult {
        let config = config_with(settings);
        let function = RotateKey::new(&self.hub.sdk_config("rotate-key"), config, |_| {});
        let invoke = async |invocation: Invocation| {
            let deadline = Deadline::after(TIMEOUT);
            let handled = function.handle(invocation.event, self.hub.now(), deadline);
            match self.hub.run(handled).await {
                Ok(handled) => handled.map(drop).map_err(|error| chain(&error)),
                Err(aws_simulator::Crashed) => Err("crashed".to_owned()),
            }
        };
        self.hub.rotate(&self.secret, Retries::default(), invoke).await.unwrap()
    }

    async fn assert_refused(&self, settings: &[(&str, &str)], text: &str) {
        let result = self.rotate(settings).await;
        let RotationResult::Failed(error) = result else { panic!("not refused: {result:?}") };
        assert!(error.contains(text), "{error}");
        let changes =
            self.hub.calls().into_iter().filter(|call| call.service == "iam" && call.is_write());
        assert_eq!(changes.map(|call| call.operation).collect::<Vec<_>>(), Vec::<String>::new());
        let keys = self.member.view(|view| view.keys(USER));
        assert_eq!(
            keys.into_iter().map(|key| key.id).collect::<Vec<_>>(),
            [self.first_key.as_str()]
        );
    }

    pub(crate) fn current_key(&self) -> String {
        let value =
            self.hub.view(|view| view.version(SECRET, "AWSCURRENT")).unwrap().value.unwrap();
        let document: serde_json::Value = serde_json::from_str(&value).unwrap();
        document["access_key_id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(start_paused = true)]
async fn the_key_of_a_user_in_another_account_is_rotated_there() {
    let accounts = Accounts::new();
    assert_eq!(accounts.rotate(&SETTINGS).await, RotationResult::Rotated);
    let current = accounts.current_key();
    assert_ne!(current, accounts.first_key);
    let keys = accounts.member.view(|view| view.keys(USER));
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().any(|key| key.id == current && key.status == "Active"));
    // The table is the hub's, and the memory is filed under the user's account.
    let table = accounts.hub.view(|view| view.table());
    assert!(table.iter().any(|item| item.sk.ends_with(&accounts.first_key)));
    assert!(table.iter().all(|item| item.pk == format!("account#{MEMBER}")), "{table:?}");
    for call in accounts.hub.calls() {
        assert!(call.service != "iam" || !call.is_write() || call.account == MEMBER, "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_rotation_removes_the_superseded_key_there() {
    let accounts = Accounts::new();
    assert_eq!(accounts.rotate(&SETTINGS).await, RotationResult::Rotated);
    let second = accounts.current_key();
    accounts.hub.advance(days(90));
    assert_eq!(accounts.rotate(&SETTINGS).await, RotationResult::Rotated);
    let keys: Vec<_> =
        accounts.member.view(|view| view.keys(USER)).into_iter().map(|key| key.id).collect();
    assert!(keys.len() == 2 && keys.contains(&second) && !keys.contains(&accounts.first_key));
}

#[tokio::test(start_paused = true)]
async fn every_call_may_fail_once_and_the_rotation_is_done_all_the_same() {
    let accounts = Accounts::new();
    assert_eq!(accounts.rotate(&SETTINGS).await, RotationResult::Rotated);
    let calls = accounts.hub.calls().len() as u64;
    for what in [What::ErrorBefore, What::CrashBefore, What::CrashAfter, What::Throttle] {
        for number in 1..=calls {
            let accounts = Accounts::new();
            let times = Times::UntilInvocationEnds;
            accounts.hub.plan(Fault { when: When::Call(number), times, what: what.clone() });
            let mut result = accounts.rotate(&SETTINGS).await;
            // Where an attempt may still be under way, the function waits that out, and an operator rotates again.
            if result != RotationResult::Rotated {
                accounts.hub.forget_faults();
                accounts.hub.advance(days(1));
                result = accounts.rotate(&SETTINGS).await;
            }
            assert_eq!(result, RotationResult::Rotated, "{what:?} at call {number}");
            let keys = accounts.member.view(|view| view.keys(USER)).len();
            assert!(keys <= 2, "{what:?} at call {number} left {keys} keys");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_iam_does_not_tell_of_is_looked_for_as_well() {
    let accounts = Accounts::new();
    let denied = What::Refuse(ApiError::new(403, "AccessDenied", "another account"));
    let when = When::OperationIn("GetAccessKeyLastUsed", ACCOUNT.to_owned());
    accounts.hub.plan(Fault { when, times: Times::Always, what: denied });
    assert_eq!(accounts.rotate(&SETTINGS).await, RotationResult::Rotated);
}

#[tokio::test(start_paused = true)]
async fn without_a_role_the_account_and_the_setting_are_named() {
    let accounts = Accounts::new();
    let text = "belongs to account 210987654321; to rotate keys of other accounts, set KEYSTEWARD_MEMBER_ROLE_NAME";
    accounts.assert_refused(&[], text).await;
}

#[tokio::test(start_paused = true)]
async fn a_role_that_does_not_let_the_function_in_is_named() {
    let accounts = Accounts::new();
    let text = "failed to assume role arn:aws:iam::210987654321:role/keysteward-member";
    accounts.assert_refused(&[SETTINGS[0]], text).await;
    let wrong = ("KEYSTEWARD_EXTERNAL_ID", "team-43");
    accounts.assert_refused(&[SETTINGS[0], wrong], text).await;
}

#[tokio::test(start_paused = true)]
async fn a_user_there_who_is_not_bound_to_the_secret_is_left_alone() {
    let accounts = Accounts::new();
    accounts.member.untag_user(USER, "keysteward:secret");
    accounts.assert_refused(&SETTINGS, "does not carry the tag").await;
    let other = accounts.secret.replace(SECRET, "ci/other");
    accounts.member.tag_user(USER, "keysteward:secret", &other);
    accounts.assert_refused(&SETTINGS, "is bound to").await;
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_names_another_account_than_the_keys_is_refused() {
    let accounts = Accounts::with_document(|key, secret| {
        format!(
            r#"{{"user_name":"{USER}","account_id":"{ACCOUNT}","access_key_id":"{key}","secret_access_key":"{secret}"}}"#
        )
    });
    accounts.assert_refused(&SETTINGS, "names another account").await;
}

#[tokio::test(start_paused = true)]
async fn a_user_of_the_same_name_at_home_is_not_mistaken_for_it() {
    let accounts = Accounts::new();
    accounts.hub.add_user(USER, "/service/", &[("keysteward:secret", &accounts.secret)]);
    assert_eq!(accounts.rotate(&SETTINGS).await, RotationResult::Rotated);
    assert_eq!(accounts.hub.view(|view| view.keys(USER)), []);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_nobody_has_is_missing_with_and_without_a_role() {
    for settings in [&SETTINGS[..], &[]] {
        let accounts = Accounts::new();
        accounts.member.remove_access_key(&accounts.first_key);
        let result = accounts.rotate(settings).await;
        let RotationResult::Failed(error) = result else { panic!("not refused: {result:?}") };
        assert!(error.contains(&accounts.first_key) && error.contains("AWSCURRENT"), "{error}");
        assert_eq!(accounts.member.view(|view| view.keys(USER)), []);
    }
}
