//! The daily round of a member account, whose users' keys a secret of the function's own account holds.

use aws_simulator::{ACCOUNT, RotationResult, TrustPolicy};
use lambda_shell::{Deadline, Failure, chain};
use rotate_key::RotateKey;
use serde_json::{Value, json};

use crate::rotation_cross_account::{Accounts, MEMBER, ROLE, SETTINGS};
use crate::support::{SECRET, TIMEOUT, USER, config_with, days};

/// The type of a failed round, and what it says.
type Failed = (String, String);

impl Accounts {
    /// Two accounts with one finished rotation of the key in the other.
    async fn rotated() -> Self {
        let accounts = Self::new();
        assert_eq!(accounts.rotate(&SETTINGS).await, RotationResult::Rotated);
        accounts
    }

    async fn round(&self, event: Value, settings: &[(&str, &str)]) -> Result<Value, Failed> {
        let config = config_with(settings);
        let function = RotateKey::new(&self.hub.sdk_config("rotate-key"), config, |_| {});
        let handled = function.handle(event, self.hub.now(), Deadline::after(TIMEOUT)).await;
        handled.map_err(|error| (error.error_type(), chain(&error)))
    }

    /// The round of the member account, as the state machine asks for it.
    async fn member_round(&self, settings: &[(&str, &str)]) -> Result<Value, Failed> {
        self.round(json!({ "round": { "account": MEMBER } }), settings).await
    }

    /// A round of the member account at the end of each of the next `n` days; each must succeed.
    async fn rounds_for(&self, n: i64) {
        for _ in 0..n {
            self.hub.advance(days(1));
            self.member_round(&SETTINGS).await.unwrap_or_else(|(_, error)| panic!("{error}"));
        }
    }

    /// The status of a key of the user, or `None` if it is gone.
    fn status(&self, key: &str) -> Option<String> {
        let keys = self.member.view(|view| view.keys(USER));
        keys.into_iter().find(|own| own.id == key).map(|own| own.status)
    }

    /// The account and the kind of each notice about the first key.
    fn notices(&self) -> Vec<(String, String)> {
        let published = self.hub.view(|view| view.published().to_vec());
        let notices = published.iter().map(|one| serde_json::from_str(&one.message).unwrap());
        let own = notices.filter(|notice: &Value| notice["credential"]["id"] == *self.first_key);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        own.map(|notice| (text(&notice["account"]), text(&notice["kind"]))).collect()
    }

    /// How many calls changed something in IAM.
    fn changes(&self) -> usize {
        self.hub.calls().iter().filter(|call| call.service == "iam" && call.is_write()).count()
    }
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_in_another_account_is_deactivated_after_its_overlap_and_deleted_after_its_grace()
 {
    let accounts = Accounts::rotated().await;
    let (old, current) = (accounts.first_key.clone(), accounts.current_key());
    accounts.rounds_for(6).await;
    assert_eq!(accounts.status(&old).as_deref(), Some("Active"));
    accounts.rounds_for(1).await;
    assert_eq!(accounts.status(&old).as_deref(), Some("Inactive"));
    accounts.rounds_for(6).await;
    assert_eq!(accounts.status(&old).as_deref(), Some("Inactive"));
    accounts.rounds_for(8).await;
    assert_eq!(accounts.status(&old), None);
    assert_eq!(accounts.status(&current).as_deref(), Some("Active"));
    let notices = accounts.notices();
    let told = |kind: &str| notices.iter().filter(|(_, told)| told == kind).count();
    assert_eq!((told("deactivated"), told("deleted")), (1, 1), "{notices:?}");
    assert!(notices.iter().all(|(account, _)| account == MEMBER), "{notices:?}");
    for call in accounts.hub.calls() {
        assert!(call.service != "iam" || !call.is_write() || call.account == MEMBER, "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_in_use_in_another_account_is_kept() {
    let accounts = Accounts::rotated().await;
    for _ in 0..20 {
        accounts.member.use_key(&accounts.first_key, "codebuild");
        accounts.rounds_for(1).await;
    }
    assert_eq!(accounts.status(&accounts.first_key).as_deref(), Some("Active"));
    let reminder = (MEMBER.to_owned(), "superseded-in-use".to_owned());
    assert_eq!(accounts.notices(), [reminder.clone(), reminder]);
}

/// Why every account needs a round of its own.
#[tokio::test(start_paused = true)]
async fn the_round_of_the_own_account_leaves_the_keys_of_another_alone() {
    let accounts = Accounts::rotated().await;
    let before = accounts.changes();
    accounts.hub.advance(days(60));
    let answer = accounts.round(json!({ "round": {} }), &SETTINGS).await.unwrap();
    assert_eq!((&answer["account"], &answer["users"]), (&json!(ACCOUNT), &json!(0)));
    assert_eq!(accounts.changes(), before);
    assert_eq!(accounts.status(&accounts.first_key).as_deref(), Some("Active"));
}

#[tokio::test(start_paused = true)]
async fn a_user_in_another_account_who_lost_the_tag_is_news_and_forgotten_once_the_rotation_ended()
{
    let accounts = Accounts::rotated().await;
    accounts.member.untag_user(USER, "keysteward:secret");
    let before = accounts.changes();
    accounts.hub.advance(days(1));
    let answer = accounts.member_round(&SETTINGS).await.unwrap();
    assert_eq!(answer["tags_gone"], 1);
    accounts.hub.disable_rotation(SECRET);
    accounts.rounds_for(8).await;
    let published = accounts.hub.view(|view| view.published().to_vec());
    let gone = published.iter().filter(|one| one.attributes["kind"] == "binding-tag-gone");
    assert_eq!(gone.count(), 1);
    let table = accounts.hub.view(|view| view.table());
    assert!(!table.iter().any(|item| item.sk.starts_with("rotation#")), "{table:?}");
    assert_eq!(accounts.changes(), before);
}

#[tokio::test(start_paused = true)]
async fn a_round_that_does_not_get_into_the_account_does_nothing_and_says_so() {
    let accounts = Accounts::rotated().await;
    let before = accounts.changes();
    accounts.hub.advance(days(60));
    let (kind, error) = accounts.member_round(&[]).await.unwrap_err();
    assert_eq!(kind, "Round.NoMemberRole", "{error}");
    assert!(error.contains(MEMBER), "{error}");
    // The role of a member that was deployed without rotation, or trusts somebody else.
    accounts.member.add_role(ROLE, TrustPolicy::of(["arn:aws:iam::123456789012:role/other"]));
    let (kind, error) = accounts.member_round(&SETTINGS).await.unwrap_err();
    assert_eq!(kind, "Upstream.Denied", "{error}");
    assert!(error.contains("the round did nothing in account 210987654321"), "{error}");
    assert_eq!(accounts.changes(), before);
}

#[tokio::test(start_paused = true)]
async fn a_user_bound_to_a_secret_of_its_own_account_is_left_to_the_function_there() {
    let accounts = Accounts::rotated().await;
    let secret = format!("arn:aws:secretsmanager:eu-west-1:{MEMBER}:secret:own-AbCdEf");
    accounts.member.add_user("with-own-secret", "/", &[("keysteward:secret", &secret)]);
    for _ in 0..2 {
        accounts.member.add_access_key("with-own-secret");
    }
    accounts.rounds_for(120).await;
    let keys = accounts.member.view(|view| view.keys("with-own-secret"));
    assert!(keys.len() == 2 && keys.iter().all(|key| key.status == "Active"), "{keys:?}");
}
