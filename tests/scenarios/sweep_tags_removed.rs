//! Terraform removes every tag that it did not set, night after night.

use aws_simulator::{ApiError, Fault, Times, What, When};

use crate::estate::{BUCKET, Estate};
use crate::guardian::Guardian;
use crate::memory::Memory;
use crate::support::report;

const NIGHTS: i64 = 200;

/// Removes every tag of Keysteward's, as the next `apply` does.
fn apply(estate: &Estate, users: &[&str]) {
    for user in users {
        let tags = estate.simulator.view(|view| view.tags(user));
        for tag in tags.keys().filter(|tag| tag.starts_with("keysteward:")) {
            estate.simulator.untag_user(user, tag);
        }
    }
}

/// A user whose keys a secret holds, with the rotation of which the table knows.
async fn bound(estate: &Estate, user: &str) -> (String, [String; 2]) {
    let simulator = &estate.simulator;
    let old = estate.stale_user(user);
    let current = simulator.add_access_key(user);
    let value = format!(
        r#"{{"user_name":"{user}","access_key_id":"{}","secret_access_key":"{}"}}"#,
        current.id, current.secret
    );
    let secret = simulator.add_secret(&format!("keys/{user}"), &value);
    simulator.enable_rotation(&secret, 90);
    simulator.tag_user(user, "keysteward:secret", &secret);
    let memory = Memory::of(simulator);
    memory.rotates(user, &secret).await;
    memory.supersede(user, &old, &secret).await;
    (secret, [old, current.id])
}

/// The findings of the newest report about a user.
fn findings(estate: &Estate, user: &str) -> Vec<String> {
    let report = estate.report();
    let findings = report["findings"].as_array().unwrap().iter();
    let own = findings.filter(|finding| finding["user"] == user);
    own.map(|finding| finding["finding"].as_str().unwrap().to_owned()).collect()
}

/// Exemptions go with the tags, so the exempt have only the promise of warnings; a bound user's keys are not touched.
#[tokio::test(start_paused = true)]
async fn no_key_is_deactivated_unwarned_and_no_bound_key_at_all_when_tags_vanish_every_night() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    let users = ["ana", "exempt", "again", "ci"];
    let ana = estate.stale_user("ana");
    let exempt = estate.stale_user("exempt");
    let again = estate.stale_user("again");
    let (_, keys) = bound(&estate, "ci").await;
    estate.simulator.tag_user("exempt", "keysteward:exempt", "reason=quarterly");
    let guardian = Guardian::over(&estate.simulator, &users, false);
    for night in 0..NIGHTS {
        // Somebody sets one exemption again now and then.
        if night % 10 == 0 {
            estate.simulator.tag_user("again", "keysteward:exempt", "reason=quarterly");
        }
        estate.swept().await;
        if night > 0 {
            assert_eq!(findings(&estate, "ci"), ["binding-tag-gone"], "night {night}");
        }
        assert_eq!(estate.simulator.violations(), Vec::<String>::new(), "night {night}");
        apply(&estate, &users);
        estate.advance(1);
    }
    for key in &keys {
        assert_eq!(estate.status("ci", key).as_deref(), Some("Active"));
        assert_eq!(estate.told(key), Vec::<String>::new());
    }
    // Records are not tags: the ladder of the others is climbed to its end.
    assert_eq!(estate.status("ana", &ana), None);
    assert_eq!(estate.status("exempt", &exempt), None);
    assert_eq!(estate.status("again", &again).as_deref(), Some("Active"), "warned anew each time");
    let taken = guardian.taken_away();
    assert_eq!(taken, 4, "two deactivations and two deletions");
    report(format_args!("{NIGHTS} nights, {taken} changes, {} notices", estate.notices().len()));
}

/// Whoever ends the rotation of the secret, or deletes the secret, gives the keys back to the sweep: with a warning first.
#[tokio::test(start_paused = true)]
async fn keys_are_the_sweeps_again_once_the_rotation_is_cancelled_or_the_secret_deleted() {
    for way in ["cancel", "delete"] {
        let estate = Estate::ideal();
        estate.set("REPORT_BUCKET", BUCKET);
        let (secret, keys) = bound(&estate, "ci").await;
        let guardian = Guardian::over(&estate.simulator, &["ci"], false);
        estate.simulator.untag_user("ci", "keysteward:secret");
        estate.advance(90);
        estate.sweep_for(10).await;
        assert_eq!(findings(&estate, "ci"), ["binding-tag-gone"]);
        let operator =
            aws_sdk_secretsmanager::Client::new(&estate.simulator.sdk_config("operator"));
        if way == "cancel" {
            operator.cancel_rotate_secret().secret_id(&secret).send().await.unwrap();
        } else {
            operator.delete_secret().secret_id(&secret).send().await.unwrap();
        }
        estate.swept().await;
        assert_eq!(findings(&estate, "ci"), Vec::<String>::new(), "{way}");
        let current = &keys[1];
        assert_eq!(estate.told(current), ["deactivation-ahead"], "{way}");
        estate.sweep_for(14).await;
        assert_eq!(estate.status("ci", current).as_deref(), Some("Inactive"), "{way}");
        assert_eq!(estate.simulator.violations(), Vec::<String>::new(), "{way}");
        assert!(guardian.taken_away() > 0);
    }
}

/// A secret that cannot be read is no proof that the binding ended.
#[tokio::test(start_paused = true)]
async fn keys_stay_untouched_while_nobody_can_tell_whether_the_secret_rotates_them() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    let (_, keys) = bound(&estate, "ci").await;
    estate.simulator.untag_user("ci", "keysteward:secret");
    estate.advance(90);
    for what in [
        What::Refuse(ApiError::new(400, "AccessDeniedException", "not authorized")),
        What::Throttle,
        What::ErrorBefore,
        What::TimeoutBefore,
    ] {
        let when = When::Operation("DescribeSecret");
        estate.simulator.plan(Fault { when, times: Times::Always, what: what.clone() });
        for _ in 0..20 {
            estate.swept().await;
            assert_eq!(findings(&estate, "ci"), ["binding-tag-gone"], "{what:?}");
            estate.advance(1);
        }
        estate.simulator.forget_faults();
    }
    assert!(keys.iter().all(|key| estate.status("ci", key).as_deref() == Some("Active")));
    assert_eq!(estate.notices(), Vec::<serde_json::Value>::new());
}
