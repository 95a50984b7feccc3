//! Users who lost the tag that binds them to a secret.

use aws_simulator::{ApiError, Fault, Settings, Times, What, When};

use crate::round::rotated;
use crate::support::{Account, SECRET, USER, days};

fn count(notices: &[String], kind: &str) -> usize {
    notices.iter().filter(|notice| *notice == kind).count()
}

#[tokio::test(start_paused = true)]
async fn a_lost_tag_is_news_once_a_week_and_no_key_is_touched() {
    let account = rotated(Settings::IDEAL).await;
    let keys = account.keys();
    account.simulator.untag_user(USER, "keysteward:secret");
    account.rounds_for(1).await;
    assert_eq!(count(&account.notices(), "binding-tag-gone"), 1);
    account.rounds_for(6).await;
    assert_eq!(count(&account.notices(), "binding-tag-gone"), 1);
    account.rounds_for(1).await;
    assert_eq!(count(&account.notices(), "binding-tag-gone"), 2);
    account.rounds_for(200).await;
    assert_eq!(account.keys(), keys);
    let published = account.simulator.view(|view| view.published().to_vec());
    let gone = published.iter().find(|one| one.attributes["kind"] == "binding-tag-gone").unwrap();
    assert_eq!(gone.attributes["severity"], "critical");
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_comes_back_lets_the_round_go_on_where_it_was() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.untag_user(USER, "keysteward:secret");
    account.rounds_for(20).await;
    account.simulator.tag_user(USER, "keysteward:secret", &account.secret);
    account.rounds_for(1).await;
    assert_eq!(account.status(&account.first_key).as_deref(), Some("Inactive"));
    assert!(!account.rotation().unwrap().attributes.contains_key("unbound_told"));
}

#[tokio::test(start_paused = true)]
async fn a_rotation_that_was_ended_is_forgotten_without_a_notice() {
    for end in [0, 1] {
        let account = rotated(Settings::IDEAL).await;
        account.simulator.untag_user(USER, "keysteward:secret");
        if end == 0 {
            account.simulator.disable_rotation(SECRET);
        } else {
            let secrets =
                aws_sdk_secretsmanager::Client::new(&account.simulator.sdk_config("operator"));
            assert!(secrets.describe_secret().secret_id(SECRET).send().await.is_ok());
            account.simulator.disable_rotation(SECRET);
        }
        let keys = account.keys();
        account.rounds_for(1).await;
        assert_eq!(account.rotation(), None);
        assert_eq!(count(&account.notices(), "binding-tag-gone"), 0);
        assert_eq!(account.keys(), keys);
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_cannot_be_asked_is_taken_to_hold_the_keys() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.untag_user(USER, "keysteward:secret");
    let denied = ApiError::new(400, "AccessDeniedException", "not authorized");
    let when = When::Operation("DescribeSecret");
    account.simulator.plan(Fault { when, times: Times::Always, what: What::Refuse(denied) });
    account.rounds_for(1).await;
    assert!(account.rotation().is_some());
    assert_eq!(count(&account.notices(), "binding-tag-gone"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_notice_of_a_lost_tag_that_fails_comes_the_next_day() {
    let account = rotated(Settings::IDEAL).await;
    account.simulator.untag_user(USER, "keysteward:secret");
    let denied = ApiError::new(403, "AuthorizationError", "not allowed");
    let (when, times) = (When::Operation("Publish"), Times::UntilInvocationEnds);
    account.simulator.plan(Fault { when, times, what: What::Refuse(denied) });
    account.simulator.advance(days(1));
    let error = account.round().await.unwrap_err();
    assert!(error.contains("was not sent; the next round tries again"), "{error}");
    account.simulator.forget_faults();
    account.rounds_for(1).await;
    assert_eq!(count(&account.notices(), "binding-tag-gone"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_user_who_is_gone_is_forgotten() {
    let account = rotated(Settings::IDEAL).await;
    for key in account.keys() {
        account.simulator.remove_access_key(&key.id);
    }
    let iam = aws_sdk_iam::Client::new(&account.simulator.sdk_config("operator"));
    iam.delete_user().user_name(USER).send().await.unwrap();
    account.simulator.advance(days(1));
    account.round().await.unwrap();
    assert_eq!(account.rotation(), None);
}

/// All tags that Keysteward reads are removed every night, as a tool does that did not set them.
#[tokio::test(start_paused = true)]
async fn a_nightly_removal_of_all_tags_costs_no_key_that_a_secret_holds() {
    let account = Account::healthy();
    account.watch_current_key();
    account.round().await.unwrap();
    for day in 0..200 {
        account.simulator.untag_user(USER, "keysteward:secret");
        account.rounds_for(1).await;
        if day % 30 == 0 {
            // By day the tag is there again, and a rotation succeeds.
            account.simulator.tag_user(USER, "keysteward:secret", &account.secret);
            account.rotate().await;
        }
    }
    assert_eq!(account.simulator.violations(), Vec::<String>::new());
    assert!(account.keys().iter().all(|key| key.status == "Active"), "{:?}", account.keys());
}
