//! What the words say, and what they must never say.

use super::*;

#[test]
fn a_password_is_said_to_be_deleted_because_nothing_else_can_be_done_to_it() {
    let password = subject(CredentialKind::Password);
    let lines: Vec<_> = all_planned()
        .map(|news| planned(news, &password))
        .into_iter()
        .filter(|notice| !matches!(notice.news.kind(), Kind::SupersededInUse | Kind::Exposed))
        .map(|notice| format!("{}\n    {}", notice.subject(), notice.text))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Console password will be deleted on 2026-11-15: ana in 123456789012
        Console password of user ana in account 123456789012 will be deleted on 2026-11-15. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). If it is needed, sign in to the console with it before that day; if it is not, there is nothing to do.
    Console password will be deleted on 2026-11-15: ana in 123456789012
        Console password of user ana in account 123456789012 is inactive and will be deleted on 2026-11-15. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). A deleted credential cannot be restored. If it is still needed, ask for it to be activated before that day.
    Console password deleted: ana in 123456789012
        Console password of user ana in account 123456789012 was deleted, which cannot be undone. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). An administrator can give the user a new password.
    Console password deleted: ana in 123456789012
        Console password of user ana in account 123456789012 was deleted, which cannot be undone. Why: last used 273 days ago, on 2026-02-01 (limit 90 days).
    Console password active again: ana in 123456789012
        Console password of user ana in account 123456789012 is active again. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). If it goes unused again, it is deactivated again, with another notice.
    ");
}

#[test]
fn no_two_kinds_of_news_have_the_same_words() {
    let of = |kind| {
        let all = all().into_iter();
        let all = all.filter(move |notice| {
            notice.news.credential().is_none_or(|credential| credential.kind == kind)
        });
        all.map(|notice| (notice.news.kind(), notice.words(now()))).collect::<Vec<_>>()
    };
    for kind in CredentialKind::ALL {
        let all = of(kind);
        for (one, words) in &all {
            for (other, others) in all.iter().filter(|(other, _)| other != one) {
                // A console password is deleted, whatever the step is called.
                let same = [*one, *other].iter().all(|kind| {
                    matches!(
                        kind,
                        Kind::Deactivated
                            | Kind::Deleted
                            | Kind::DeactivationAhead
                            | Kind::DeletionAhead
                    )
                });
                if kind == CredentialKind::Password && same {
                    continue;
                }
                assert_ne!(words.headline, others.headline, "{one:?} {other:?}");
                assert_ne!(words.subject, others.subject, "{one:?} {other:?}");
            }
        }
    }
}

#[test]
fn only_what_was_done_is_said_to_be_done() {
    let done = |notice: &Notice| {
        ["was deactivated", "was deleted", "is active again", "is the new current key"]
            .iter()
            .any(|word| notice.words(notice.at).headline.contains(word))
    };
    for notice in all() {
        let expected = match &notice.news {
            News::Rotated(_) | News::Deactivated(_) | News::Deleted(_) | News::Reactivated(_) => {
                true
            }
            News::Exposed(exposed) => exposed.answer == Answer::Deactivated,
            _ => false,
        };
        assert_eq!(done(&notice), expected, "{}", notice.text);
    }
}

#[test]
fn an_exposed_key_that_still_works_is_never_called_deactivated() {
    for answer in answers() {
        let active = matches!(answer, Answer::Failed { .. } | Answer::DryRun);
        let notice = exposed(answer);
        assert_eq!(notice.subject().contains("STILL ACTIVE"), active);
        assert_eq!(notice.text.contains("Deactivate it by hand, now."), active);
        assert!(!active || !notice.text.contains("was deactivated"), "{}", notice.text);
    }
}

#[test]
fn what_was_ahead_is_not_ahead_once_its_day_has_passed() {
    let due = now() + SignedDuration::from_hours(24);
    for kind in CredentialKind::ALL {
        for news in [Planned::DeactivationAhead { due }, Planned::DeletionAhead { due }] {
            let notice = planned(news, &subject(kind));
            let before = notice.words(due - SignedDuration::from_secs(1));
            let after = notice.words(due);
            assert!(before.subject.contains(" will be ") && !before.is_late);
            assert!(before.headline.contains(" will be "));
            assert!(after.subject.contains(" was to be ") && after.is_late);
            assert!(after.headline.contains(" was to be ") && !after.headline.contains("will be"));
            assert!(after.advice.unwrap().starts_with("This notice is late"));
            assert!(before.due.unwrap().0.starts_with("Will be "));
            assert!(after.due.unwrap().0.starts_with("Was to be "));
        }
    }
}

#[test]
fn a_name_that_looks_like_words_of_the_table_changes_no_words() {
    let due = at("2026-11-15T03:00:00Z");
    let planned = PlannedNotice {
        news: Planned::DeactivationAhead { due },
        because: "a rule".to_owned(),
        exposed: false,
    };
    let key = subject(CredentialKind::AccessKey);
    let user = "it will be fine".into();
    let notice = Notice::planned(&account(), &user, Owner::default(), &key, &planned, now());
    assert_eq!(
        notice.words(due).headline,
        "Access key AKIAEXAMPLE of user it will be fine in account 123456789012 was to be deactivated on 2026-11-15."
    );
}

#[test]
fn an_exposed_credential_is_never_to_be_activated_again() {
    let due = at("2026-11-15T03:00:00Z");
    for news in [Planned::Deactivated { kept_until: Some(due) }, Planned::DeletionAhead { due }] {
        let because = "a rule".to_owned();
        let planned = PlannedNotice { news, because, exposed: true };
        let key = subject(CredentialKind::AccessKey);
        let owner = Owner::default();
        let notice = Notice::planned(&account(), &"ana".into(), owner, &key, &planned, now());
        let advice = notice.words(now()).advice.unwrap();
        assert!(advice.contains("do not activate it again"), "{advice}");
    }
}
