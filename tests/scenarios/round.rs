//! The daily round: superseded keys through their life with the default settings, and what else a round looks after.

use std::cell::RefCell;
use std::collections::BTreeSet;

use aws_simulator::{ApiError, Fault, Settings, Simulator, Times, What, When};
use lambda_shell::{Deadline, chain};
use serde_json::{Value, json};

use crate::support::{Account, SECRET, TIMEOUT, USER, days};

impl Account {
    /// One round, ended by a planned crash or by Lambda's timeout.
    pub(crate) async fn round(&self) -> Result<Value, String> {
        let function = self.function();
        let event = json!({ "round": {} });
        let handled = function.handle(event, self.simulator.now(), Deadline::after(TIMEOUT));
        match self.simulator.run(tokio::time::timeout(TIMEOUT, handled)).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(chain(&error)),
            Ok(Err(_)) => Err("timed out".to_owned()),
            Err(aws_simulator::Crashed) => Err("crashed".to_owned()),
        }
    }

    /// A round at the end of each of the next `n` days; each must succeed.
    pub(crate) async fn rounds_for(&self, n: i64) {
        for _ in 0..n {
            self.simulator.advance(days(1));
            self.round().await.unwrap_or_else(|error| panic!("{error}"));
        }
    }

    /// The status of a key, or `None` if it is gone.
    pub(crate) fn status(&self, key: &str) -> Option<String> {
        self.keys().into_iter().find(|own| own.id == key).map(|own| own.status)
    }

    /// The kinds of the notices about one key, in order; the notice of its rotation is about the key that replaced it.
    pub(crate) fn notices_of(&self, key: &str) -> Vec<String> {
        kinds(&self.simulator, |notice| notice["credential"]["id"] == key)
    }

    /// As [`Account::notices_of`], but for copies of one and the same notice.
    pub(crate) fn distinct_notices_of(&self, key: &str) -> Vec<String> {
        let seen = RefCell::new(BTreeSet::new());
        kinds(&self.simulator, |notice| {
            notice["credential"]["id"] == key
                && seen.borrow_mut().insert(notice["id"].as_str().map(ToOwned::to_owned))
        })
    }

    /// The kinds of all notices, in order.
    pub(crate) fn notices(&self) -> Vec<String> {
        kinds(&self.simulator, |_| true)
    }
}

fn kinds(simulator: &Simulator, about: impl Fn(&Value) -> bool) -> Vec<String> {
    let published = simulator.view(|view| view.published().to_vec());
    let notices = published.iter().map(|one| serde_json::from_str(&one.message).unwrap());
    let notices = notices.filter(|notice: &Value| about(notice));
    notices.map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

/// An account with one finished rotation.
pub(crate) async fn rotated(settings: Settings) -> Account {
    let account = Account::new(settings);
    account.watch_current_key();
    account.rotate().await;
    account.assert_rotated();
    account
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_that_nothing_uses_is_deactivated_after_its_overlap_and_deleted_after_its_grace()
 {
    let account = rotated(Settings::IDEAL).await;
    let (old, current) = (account.first_key.clone(), account.current_key());
    account.rounds_for(6).await;
    assert_eq!(account.status(&old).as_deref(), Some("Active"));
    account.rounds_for(1).await;
    assert_eq!(account.status(&old).as_deref(), Some("Inactive"));
    account.rounds_for(6).await;
    assert_eq!(account.status(&old).as_deref(), Some("Inactive"));
    account.rounds_for(8).await;
    assert_eq!(account.status(&old), None);
    assert_eq!(account.record(&old), None, "what is gone is forgotten");
    assert_eq!(account.status(&current).as_deref(), Some("Active"));
    let notices = account.notices_of(&old);
    assert_eq!(notices.first().map(String::as_str), Some("deactivated"));
    assert_eq!(notices.last().map(String::as_str), Some("deleted"));
    let told = |kind: &str| notices.iter().filter(|notice| *notice == kind).count();
    assert_eq!((told("deactivated"), told("deleted")), (1, 1), "{notices:?}");
    assert_eq!(account.simulator.violations(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_in_use_is_kept_and_its_owner_reminded_once_a_week() {
    let account = rotated(Settings::IDEAL).await;
    let old = account.first_key.clone();
    for _ in 0..20 {
        account.simulator.use_key(&old, "codebuild");
        account.rounds_for(1).await;
    }
    assert_eq!(account.status(&old).as_deref(), Some("Active"));
    assert_eq!(account.notices_of(&old), ["superseded-in-use", "superseded-in-use"]);
    let published = account.simulator.view(|view| view.published().to_vec());
    assert!(published[1].message.contains("codebuild"), "{}", published[1].message);
    // The consumer moves over at last.
    account.rounds_for(9).await;
    assert_eq!(account.status(&old).as_deref(), Some("Inactive"));
}

/// An operator went back to the old key: it is current again, and the round must not touch it.
#[tokio::test(start_paused = true)]
async fn a_key_that_was_rolled_back_to_is_never_deactivated() {
    let account = rotated(Settings::IDEAL).await;
    account.roll_back().await;
    assert_eq!(account.current_key(), account.first_key);
    account.rounds_for(60).await;
    assert_eq!(account.status(&account.first_key).as_deref(), Some("Active"));
    assert_eq!(account.notices_of(&account.first_key), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_whose_secret_cannot_be_read_is_kept_and_the_round_fails() {
    let account = rotated(Settings::IDEAL).await;
    let denied = ApiError::new(400, "AccessDeniedException", "not authorized");
    let when = When::Operation("DescribeSecret");
    account.simulator.plan(Fault { when, times: Times::Always, what: What::Refuse(denied) });
    for _ in 0..20 {
        account.simulator.advance(days(1));
        let error = account.round().await.unwrap_err();
        assert!(
            error.contains("user ci-deployer: ") && error.contains("not authorized"),
            "{error}"
        );
    }
    assert_eq!(account.status(&account.first_key).as_deref(), Some("Active"));
}

#[tokio::test(start_paused = true)]
async fn a_round_of_a_user_with_the_current_key_alone_reads_the_list_of_keys_and_no_secret() {
    let account = Account::healthy();
    // The first round remembers which secret holds the keys.
    account.round().await.unwrap();
    assert_eq!(account.rotation().unwrap().attributes["secret"], account.secret);
    let before = account.simulator.calls().len();
    account.round().await.unwrap();
    let calls = account.simulator.calls().split_off(before);
    let calls: Vec<_> = calls.into_iter().map(|call| call.operation).collect();
    let expected =
        ["GetCallerIdentity", "Query", "GetAccountAuthorizationDetails", "ListAccessKeys"];
    assert_eq!(calls, expected);
}

#[tokio::test(start_paused = true)]
async fn a_deactivation_by_the_round_costs_these_calls() {
    let account = rotated(Settings::IDEAL).await;
    account.rounds_for(6).await;
    account.simulator.advance(days(1));
    let before = account.simulator.calls().len();
    let answer = account.round().await.unwrap();
    assert_eq!(answer["deactivated"], 1);
    let calls = account.simulator.calls().split_off(before);
    let calls: Vec<_> = calls.into_iter().map(|call| call.operation).collect();
    let expected = [
        "GetCallerIdentity",
        "Query",
        "GetAccountAuthorizationDetails",
        "ListAccessKeys",
        "DescribeSecret",
        "GetSecretValue",
        "GetSecretValue",
        "GetAccessKeyLastUsed",
        "PutItem",
        "UpdateAccessKey",
        "ListAccountAliases",
        "Publish",
        "PutItem",
    ];
    assert_eq!(calls, expected);
}

#[tokio::test(start_paused = true)]
async fn a_round_makes_no_difference_the_second_time() {
    let account = rotated(Settings::IDEAL).await;
    for _ in 0..30 {
        account.simulator.advance(days(1));
        account.round().await.unwrap();
        let (writes, table) = (account.writes(), account.table());
        let answer = account.round().await.unwrap();
        assert_eq!((account.writes(), account.table()), (writes, table), "{answer}");
    }
}

/// A year of rotations every 90 days and rounds every day: the two keep out of each other's way.
#[tokio::test(start_paused = true)]
async fn rotations_and_rounds_get_along_for_a_year() {
    let account = Account::new(Settings::REALISTIC);
    account.watch_current_key();
    for day in 0..365 {
        if day % 90 == 0 {
            account.rotate().await;
        }
        account.simulator.use_key(&account.current_key(), "s3");
        account.rounds_for(1).await;
    }
    assert_eq!(account.simulator.violations(), Vec::<String>::new());
    let deleted = account.notices().iter().filter(|kind| *kind == "deleted").count();
    let rotated = account.notices().iter().filter(|kind| *kind == "rotated").count();
    assert_eq!((rotated, deleted), (5, 4));
    assert_eq!(account.keys().len(), 2, "the current key, and one of the last rotation");
}

#[tokio::test(start_paused = true)]
async fn a_tag_in_letters_of_another_case_binds_as_well() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.untag_user(USER, "keysteward:secret");
    account.simulator.tag_user(USER, "Keysteward:Secret", &account.secret);
    account.rounds_for(7).await;
    assert_eq!(account.status(&account.first_key).as_deref(), Some("Inactive"));
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_holds_the_key_of_somebody_else_costs_nobody_a_key() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.add_user("ana", "/", &[]);
    account.simulator.tag_user("ana", "keysteward:secret", &account.secret);
    let own =
        [account.simulator.add_access_key("ana").id, account.simulator.add_access_key("ana").id];
    for _ in 0..200 {
        account.simulator.advance(days(1));
        let error = account.round().await.unwrap_err();
        assert!(error.contains("user ana: "), "{error}");
    }
    let keys = account.simulator.view(|view| view.keys("ana"));
    assert_eq!(keys.iter().map(|key| &key.id).collect::<Vec<_>>(), own.iter().collect::<Vec<_>>());
    assert!(keys.iter().all(|key| key.status == "Active"));
    // The others are looked after all the same.
    assert_eq!(account.status(&account.first_key), None);
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_names_no_secret_is_named_and_the_others_are_looked_after() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.add_user("ana", "/", &[("keysteward:secret", "ci/deployer")]);
    account.simulator.advance(days(7));
    let error = account.round().await.unwrap_err();
    assert!(error.contains("user ana: its tag keysteward:secret does not hold the ARN"), "{error}");
    assert_eq!(account.status(&account.first_key).as_deref(), Some("Inactive"));
}

#[tokio::test(start_paused = true)]
async fn a_table_that_cannot_be_read_ends_the_round_before_it_does_anything() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.advance(days(30));
    let writes = account.writes();
    for what in [
        What::Refuse(ApiError::new(400, "AccessDeniedException", "not authorized")),
        What::Throttle,
        What::ErrorBefore,
        What::TimeoutBefore,
    ] {
        let (when, times) = (When::Operation("Query"), Times::UntilInvocationEnds);
        account.simulator.plan(Fault { when, times, what });
        let error = account.round().await.unwrap_err();
        assert!(error.contains("the round did nothing in account 123456789012"), "{error}");
        account.simulator.forget_faults();
    }
    account.simulator.delete_table();
    assert!(account.round().await.unwrap_err().contains("the round did nothing"));
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    assert!(account.invoke(&account.function(), create).await.is_err(), "nor does a rotation");
    assert_eq!(account.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn items_of_a_later_version_are_left_alone_and_named() {
    let account = rotated(Settings::IDEAL).await;
    let rotation = account.rotation().unwrap();
    account.simulator.put_raw_item(&rotation.pk, &rotation.sk, &[("format", "2")]);
    account.simulator.advance(days(30));
    let table = account.table();
    let error = account.round().await.unwrap_err();
    assert!(error.contains("what is remembered of its rotation cannot be read"), "{error}");
    let result = account.rotate().await;
    assert!(format!("{result:?}").contains("cannot be read"), "{result:?}");
    assert_eq!(account.table(), table);
    assert_eq!(account.status(&account.first_key).as_deref(), Some("Active"));
}

#[tokio::test(start_paused = true)]
async fn too_little_time_leaves_the_users_to_the_next_round_and_names_them() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.advance(days(7));
    let deadline = Deadline::after(std::time::Duration::from_secs(44));
    let event = json!({ "round": {} });
    let handled = account.function().handle(event, account.simulator.now(), deadline).await;
    let error = handled.unwrap_err();
    assert!(error.to_string().contains("user ci-deployer: left"), "{error}");
    assert_eq!(lambda_shell::Failure::error_type(&error), "Round.Incomplete");
    assert_eq!(account.status(&account.first_key).as_deref(), Some("Active"));
}
