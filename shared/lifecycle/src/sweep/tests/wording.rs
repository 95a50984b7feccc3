//! What people read.

use super::*;
use crate::credential::ServiceUse;
use crate::exemption::EXEMPT_TAG;
use Recorded::{Announced, Deactivated, Deactivating, Warned};

fn reason(world: &World) -> String {
    world.decision().reason.to_string()
}

#[test]
fn the_rules_that_were_broken_are_told_with_their_limits() {
    insta::assert_snapshot!(
        reason(&World::of(key().old(days(100)))),
        @"never used in the 100 days since it was created (limit 45 days); 100 days old (limit 90 days)"
    );
    insta::assert_snapshot!(
        reason(&World::of(key().old(days(80)).used(ago(days(50))))),
        @"last used 50 days ago, on 2026-10-02 (limit 45 days)"
    );
    insta::assert_snapshot!(
        reason(&World::of(key().old(days(130)).used(now()))),
        @"130 days old (limit 90 days)"
    );
    let certificate = credential(CredentialKind::SigningCertificate).expires(ago(days(1)));
    insta::assert_snapshot!(
        reason(&World::of(certificate)),
        @"the certificate expired on 2026-11-20"
    );
    insta::assert_snapshot!(
        reason(&World::of(key().old(days(100)).used(now())).held_by_secret()),
        @"a secret holds it, and its rotation is overdue: 100 days old (limit 90 days)"
    );
}

#[test]
fn the_age_of_a_kind_is_told_with_whether_its_use_is_recorded() {
    let aged = |kind: CredentialKind| {
        let it = credential(kind).old(days(100));
        reason(&World::of(if kind.has_last_use() { it.used(now()) } else { it }))
    };
    insta::assert_snapshot!(
        aged(CredentialKind::AccessKey),
        @"100 days old (limit 90 days)"
    );
    insta::assert_snapshot!(
        aged(CredentialKind::SshPublicKey),
        @"100 days old (limit 90 days); IAM records no use of its kind"
    );
    insta::assert_snapshot!(
        aged(CredentialKind::SigningCertificate),
        @"100 days old (limit 90 days); IAM records no use of its kind"
    );
    insta::assert_snapshot!(
        aged(CredentialKind::ServiceSpecific),
        @"100 days old (limit 90 days); IAM records no use of its kind"
    );
}

#[test]
fn every_waiting_time_is_told_with_its_end() {
    let old = || key().old(days(200));
    insta::assert_snapshot!(
        reason(&World::of(old()).recorded(Warned, ago(days(1)))),
        @"its owner was warned that it is deactivated on 2026-12-04"
    );
    insta::assert_snapshot!(
        Reason::OverlapRunning { until: "2026-11-27T03:00:00Z".parse().unwrap() },
        @"a rotation replaced it, and it stays until 2026-11-27 at least"
    );
    let deactivated = World::of(old().inactive());
    insta::assert_snapshot!(
        reason(&deactivated.clone().recorded_due(Deactivated, now(), Some(now()))),
        @"it is inactive, and stays until 2026-12-21"
    );
    insta::assert_snapshot!(reason(&deactivated), @"it is inactive, and is deleted on 2026-12-21");
    insta::assert_snapshot!(
        reason(&deactivated.clone().recorded_due(Announced, ago(days(25)), Some(now() + days(5)))),
        @"it is inactive, and stays until 2026-11-26"
    );
    insta::assert_snapshot!(
        reason(&deactivated.clone().recorded_due(Deactivated, ago(days(25)), Some(now()))),
        @"it is inactive, and is deleted on 2026-11-28"
    );
    let service = credential(CredentialKind::ServiceSpecific).old(days(200));
    insta::assert_snapshot!(
        reason(&World::of(service.expires(now() + days(2)))),
        @"it expires by itself on 2026-11-23"
    );
}

#[test]
fn a_reminder_is_told_with_what_the_first_telling_said_and_named_for_what_it_is() {
    let warned = World::of(key().old(days(100))).recorded(Warned, ago(days(10)));
    let by_a_week = |world: World| {
        world.with_policy(|policy| policy.reminders = Reminders::before([days(7)]).unwrap())
    };
    let reminder = by_a_week(warned).decision();
    assert_eq!(reminder.reason.as_str(), "deactivation-reminder");
    insta::assert_snapshot!(
        reminder.reason,
        @"never used in the 100 days since it was created (limit 45 days); 100 days old (limit 90 days)"
    );
    assert_eq!(reminder.reason.rules().len(), 2);
    let told = State::DeletionAnnounced {
        since: ago(days(24)),
        due: now() + days(6),
        told: ago(days(1)) - seconds(1),
        cause: Cause::Stale,
    };
    let inactive = World::of(key().old(days(200)).inactive()).in_state(told);
    let reminder = by_a_week(inactive).decision();
    assert_eq!(reminder.reason.as_str(), "deletion-reminder");
    insta::assert_snapshot!(reminder.reason, @"it is inactive, and is deleted on 2026-11-27");
}

#[test]
fn what_is_taken_away_is_told_with_its_reason() {
    let inactive = World::of(key().old(days(200)).inactive());
    insta::assert_snapshot!(
        reason(&inactive.clone().recorded_due(Announced, ago(days(40)), Some(ago(days(10))))),
        @"it has been inactive since 2026-10-12"
    );
    insta::assert_snapshot!(
        reason(&inactive.recorded(Deactivating, now())),
        @"never used in the 200 days since it was created (limit 45 days); 200 days old (limit 90 days)"
    );
    insta::assert_snapshot!(
        reason(&World::of(key().inactive()).recorded(Deactivating, now())),
        @"its deactivation was interrupted before anybody was told"
    );
    insta::assert_snapshot!(
        Reason::Superseded { at: ago(days(20)) },
        @"a rotation replaced it on 2026-11-01, and nothing uses it any more"
    );
    let in_use = |with| Reason::SupersededInUse { used: ago(days(1)), with };
    insta::assert_snapshot!(
        in_use(None),
        @"a rotation replaced it, and it was still used on 2026-11-20T03:00:00Z"
    );
    let with = |region: Option<&str>| ServiceUse {
        service: "s3".to_owned(),
        region: region.map(ToOwned::to_owned),
    };
    insta::assert_snapshot!(
        in_use(Some(with(Some("eu-central-1")))),
        @"a rotation replaced it, and it was still used on 2026-11-20T03:00:00Z with s3 in eu-central-1"
    );
    insta::assert_snapshot!(with(None), @"with s3");
}

#[test]
fn what_is_kept_is_told_with_its_reason() {
    let old = || World::of(key().old(days(200)));
    let mut configured = old();
    configured.policy.exempt.users = ["alice".to_owned()].into();
    insta::assert_snapshot!(reason(&configured), @"it is exempt: KEYSTEWARD_EXEMPT_USERS names Alice");
    let mut configured = old();
    configured.policy.exempt.paths = ["/".to_owned()].into();
    insta::assert_snapshot!(reason(&configured), @"it is exempt: KEYSTEWARD_EXEMPT_PATHS names /");
    configured.policy.exempt = ConfiguredExemptions::default();
    configured.policy.exempt.groups = ["admins".to_owned()].into();
    configured.user.groups = ["Admins".to_owned()].into();
    insta::assert_snapshot!(reason(&configured), @"it is exempt: KEYSTEWARD_EXEMPT_GROUPS names Admins");
    insta::assert_snapshot!(
        reason(&old().tag(EXEMPT_TAG, "until=2027-01-31 reason=batch job")),
        @"it is exempt: tag keysteward:exempt until 2027-02-01T00:00:00Z: batch job"
    );
    insta::assert_snapshot!(
        reason(&old().tag(EXEMPT_TAG, "yes")),
        @"it is exempt: tag keysteward:exempt (unreadable, so without an end)"
    );
    for (reason, text) in [
        (Reason::Fresh, "it breaks no rule"),
        (Reason::HeldBySecret, "a secret holds it, and rotation takes care of it"),
        (Reason::DeletionOff, "it is inactive, and deletion is switched off"),
        (Reason::FreshAgain, "it was on the ladder, and breaks no rule any more"),
        (
            Reason::AttemptUnfinished,
            "an attempt at a rotation may have made it: the next rotation decides",
        ),
        (
            Reason::HeldByLabel { label: "blue".to_owned() },
            "the version of its secret that is labelled blue holds it",
        ),
        (
            Reason::RecordUnreadable { fault: "it is from a newer version".to_owned() },
            "its record cannot be read: it is from a newer version; update Keysteward, or remove the item from the table",
        ),
        (
            Reason::BindingTagGone { secret: secret() },
            "its user has lost the tag keysteward:secret, and secret arn:aws:secretsmanager:eu-central-1:123456789012:secret:alice-AbCdEf still rotates its keys: set the tag again, or end the rotation of the secret",
        ),
        (
            Reason::ExposedAndActive,
            "its secret is exposed, and somebody activated it again: deactivate it",
        ),
        (Reason::Gone, "it is gone, and only its record is left"),
        (Reason::StatusUnrecognized, "IAM reports a status this version does not know"),
        (Reason::DateInFuture, "it was created or used in the future"),
        (Reason::LastUseUnknown, "its last use could not be found out"),
    ] {
        assert_eq!(reason.to_string(), text);
        assert_eq!(reason.rules(), []);
    }
}

#[test]
fn rules_and_actions_have_names_for_machines() {
    let decision = World::of(key().old(days(100))).decision();
    let names: Vec<_> = decision.reason.rules().iter().map(Rule::as_str).collect();
    assert_eq!(names, ["idle", "aged"]);
    let held = World::of(key().old(days(100)).used(now())).held_by_secret().decision();
    assert_eq!(held.reason.rules().iter().map(Rule::as_str).collect::<Vec<_>>(), ["aged"]);
    assert_eq!(Rule::CertificateExpired { at: now() }.as_str(), "certificate-expired");
    let actions = Action::ALL.map(|action| action.to_string());
    assert_eq!(actions, ["keep", "report", "warn", "deactivate", "delete"]);
    assert!(Action::ALL.is_sorted());
}
