//! Which credentials are stale: the limits of age and disuse, expiry, and facts that are unclear.

use super::*;
use Recorded::Warned;

const WARNED: &str = "warn stale, writes warned";

/// The credential counts from 2026-03-01, long before anything else.
fn from() -> Timestamp {
    "2026-03-01T12:34:56Z".parse().unwrap()
}

fn only_age(policy: &mut Policy) {
    policy.max_idle = None;
}

fn only_idle(policy: &mut Policy) {
    policy.max_age = None;
}

#[test]
fn a_credential_is_aged_at_the_very_second() {
    for kind in CredentialKind::ALL.into_iter().filter(|&kind| kind != CredentialKind::Password) {
        let world = World::of(Credential { created: from(), ..credential(kind) });
        let world = world.with_policy(only_age);
        check_around(from() + days(90), &world, ["keep fresh", WARNED, WARNED]);
    }
}

#[test]
fn use_does_not_keep_a_key_from_ageing() {
    let edge = from() + days(90);
    let key = Credential { created: from(), ..key() }.used(edge);
    check_around(edge, &World::of(key), ["keep fresh", WARNED, WARNED]);
}

#[test]
fn a_never_used_credential_is_idle_from_its_creation() {
    for kind in [CredentialKind::AccessKey, CredentialKind::Password] {
        let world = World::of(Credential { created: from(), ..credential(kind) });
        let world = world.with_policy(only_idle);
        check_around(from() + days(45), &world, ["keep fresh", WARNED, WARNED]);
    }
}

#[test]
fn a_used_credential_is_idle_from_its_last_use() {
    let used = from() + days(30);
    for kind in [CredentialKind::AccessKey, CredentialKind::Password] {
        let it = Credential { created: from(), ..credential(kind) }.used(used);
        let world = World::of(it).with_policy(only_idle);
        check_around(used + days(45), &world, ["keep fresh", WARNED, WARNED]);
    }
}

#[test]
fn a_use_from_before_the_creation_does_not_make_a_credential_idle() {
    // A password counts from its last change; what was used before was another one.
    for kind in [CredentialKind::AccessKey, CredentialKind::Password] {
        let it = Credential { created: from(), ..credential(kind) }.used(from() - days(100));
        let world = World::of(it).with_policy(only_idle);
        check_around(from() + days(45), &world, ["keep fresh", WARNED, WARNED]);
    }
}

#[test]
fn a_password_does_not_age() {
    let password = credential(CredentialKind::Password).old(days(4000)).used(ago(days(1)));
    check(&World::of(password), "keep fresh");
}

#[test]
fn kinds_without_a_last_use_are_never_idle() {
    let kinds = CredentialKind::ALL.into_iter().filter(|kind| !kind.has_last_use());
    for kind in kinds {
        let world = World::of(credential(kind).old(days(4000)));
        check(&world.clone().with_policy(only_idle), "keep fresh");
        check(&world, WARNED);
    }
}

#[test]
fn rules_that_are_switched_off_break_nothing() {
    for kind in CredentialKind::ALL {
        let world = World::of(credential(kind).old(days(4000))).with_policy(only_idle);
        check(&world.with_policy(only_age), "keep fresh");
    }
}

#[test]
fn unknown_last_use_is_reported_never_stale() {
    for kind in [CredentialKind::AccessKey, CredentialKind::Password] {
        let young = World::of(credential(kind).old(days(44)).last_use_unknown());
        check(&young, "keep fresh");
        for age in [90, 4000] {
            let world = World::of(credential(kind).old(days(age)).last_use_unknown());
            check(&world, "report last-use-unknown");
            check(&world.clone().with_policy(only_age), "report last-use-unknown");
            let warned = world.recorded(Warned, ago(days(20)));
            check(&warned, "report last-use-unknown");
            check(&warned.with_policy(|it| it.notice = days(0)), "report last-use-unknown");
        }
    }
}

#[test]
fn a_date_in_the_future_is_reported() {
    let slack = seconds(60);
    let created = |offset: SignedDuration| World::of(key().old(-offset));
    check(&created(slack), "keep fresh");
    check(&created(slack + seconds(1)), "report date-in-future");
    check(&created(days(4000)), "report date-in-future");
    let used = |offset: SignedDuration| World::of(key().old(days(100)).used(now() + offset));
    check(&used(slack), WARNED);
    check(&used(slack + seconds(1)), "report date-in-future");
    let inactive = key().old(days(100)).used(now() + days(1)).inactive();
    check(&World::of(inactive), "report date-in-future");
}

#[test]
fn a_status_that_iam_adds_one_day_is_only_reported() {
    for kind in CredentialKind::ALL {
        let status = CredentialStatus::Unrecognized("Suspended".to_owned());
        let world = World::of(credential(kind).old(days(4000)).status(status));
        check(&world, "report status-unrecognized");
        let recorded =
            world.recorded_due(Recorded::Deactivated, ago(days(300)), Some(ago(days(200))));
        check(&recorded, "report status-unrecognized");
    }
}

#[test]
fn a_certificate_is_stale_once_its_own_last_day_is_over() {
    let edge = from() + days(20);
    let certificate = credential(CredentialKind::SigningCertificate);
    let world = World::of(Credential { created: from(), ..certificate }.expires(edge));
    check_around(edge, &world, ["keep fresh", WARNED, WARNED]);
    // Without the rule of age as well: the certificate is useless.
    check_around(edge, &world.with_policy(only_idle), ["keep fresh", WARNED, WARNED]);
}

#[test]
fn the_expiry_of_other_kinds_is_no_rule() {
    let service = credential(CredentialKind::ServiceSpecific).expires(ago(days(1)));
    check(&World::of(service), "keep fresh");
}

#[test]
fn a_stale_credential_that_expires_within_its_notice_is_left_to_expire() {
    let expires = from() + days(200);
    let first = "keep expires-first";
    for kind in [CredentialKind::ServiceSpecific, CredentialKind::SigningCertificate] {
        let it = Credential { created: from(), ..credential(kind) }.expires(expires);
        let world = World::of(it);
        check_around(expires - NOTICE, &world, [WARNED, first, first]);
        check_around(expires, &world, [first, WARNED, WARNED]);
        check(&world.clone().at(from()), "keep fresh");
        let now = expires - seconds(1);
        check(&world.at(now).with_policy(|it| it.notice = days(0)), "deactivate stale");
    }
}

#[test]
fn staleness_begins_with_the_rule_that_came_first() {
    let since = |key: Credential| {
        let reason = World::of(key).decision().reason;
        let Reason::Stale(staleness) = reason else { panic!("{reason:?}") };
        (staleness.since, staleness.rules.len())
    };
    assert_eq!(since(key().old(days(60))), (ago(days(15)), 1));
    assert_eq!(since(key().old(days(100))), (ago(days(55)), 2));
    assert_eq!(since(key().old(days(100)).used(ago(days(1)))), (ago(days(10)), 1));
    assert_eq!(since(key().old(days(100)).used(ago(days(50)))), (ago(days(10)), 2));
    assert_eq!(since(key().old(days(100)).used(ago(days(60)))), (ago(days(15)), 2));
}

#[test]
fn dates_at_the_ends_of_time_break_nothing() {
    for created in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        for now in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            for limit in [SignedDuration::MIN, SignedDuration::ZERO, SignedDuration::MAX] {
                let world = World::of(Credential { created, ..key() }.used(now)).at(now);
                let world = world.with_policy(|policy| {
                    policy.max_age = Some(limit);
                    policy.max_idle = Some(limit);
                    policy.notice = limit;
                    policy.grace = limit;
                });
                let _ = world.plan();
                let inactive = world.recorded_due(Recorded::Deactivated, now, Some(now));
                let _ = inactive.plan();
            }
        }
    }
}
