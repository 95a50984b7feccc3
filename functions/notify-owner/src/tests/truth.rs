//! Mails differ where the facts differ, and say the same of them in every form.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::*;

fn html(model: &Model) -> String {
    Templates::built_in().unwrap().html(model).unwrap()
}

/// What every outcome of one kind of news is told as.
fn told(kind: Kind, credential: CredentialKind, form: impl Fn(&Notice) -> String) -> Vec<String> {
    // The same facts but for the outcome: the error would tell them apart too.
    let of = |outcome| Notice { error: None, ..about(kind, outcome, &subject(credential)) };
    Outcome::ALL.map(|outcome| form(&of(outcome))).into()
}

/// Whether the outcome of such news can be another at all.
fn has_outcomes(kind: Kind) -> bool {
    !matches!(kind, Kind::LimitReached | Kind::MailUndelivered)
}

#[test]
fn no_two_outcomes_have_the_same_mail() {
    for credential in CredentialKind::ALL {
        for kind in Kind::ALL.into_iter().filter(|kind| has_outcomes(*kind)) {
            // The subject alone tells done from not done.
            let text =
                |notice: &Notice| text(&Model { subject: String::new(), ..model_of(notice) });
            let html =
                |notice: &Notice| html(&Model { subject: String::new(), ..model_of(notice) });
            for mails in [told(kind, credential, text), told(kind, credential, html)] {
                let distinct: BTreeSet<_> = mails.iter().collect();
                assert_eq!(distinct.len(), Outcome::ALL.len(), "{kind:?} of {credential:?}");
            }
        }
    }
}

fn model_of(notice: &Notice) -> Model {
    model(std::slice::from_ref(notice))
}

#[test]
fn the_subject_of_what_was_done_is_that_of_nothing_else() {
    for credential in CredentialKind::ALL {
        for kind in Kind::ALL.into_iter().filter(|kind| has_outcomes(*kind)) {
            let subjects = told(kind, credential, Notice::subject);
            let [done, others @ ..] = &subjects[..] else { panic!("no subjects") };
            assert!(!others.contains(done), "{kind:?} of {credential:?}: {done}");
        }
    }
    let exposed: BTreeSet<_> = Outcome::ALL.map(|outcome| exposed(outcome).subject()).into();
    assert_eq!(exposed.len(), 3, "{exposed:?}");
}

#[test]
fn no_two_kinds_of_news_have_the_same_mail() {
    for credential in CredentialKind::ALL {
        for outcome in Outcome::ALL {
            let news = Kind::ALL.map(|kind| about(kind, outcome, &subject(credential)));
            let headlines: BTreeSet<_> = news.iter().map(Notice::headline).collect();
            // A password is deleted rather than deactivated, whichever rung that is.
            let shared = match (credential, outcome) {
                (CredentialKind::Password, _) => 1,
                _ => 0,
            };
            assert!(headlines.len() + shared >= news.len(), "{outcome:?}: {headlines:#?}");
            let subjects: BTreeSet<_> = news.iter().map(Notice::subject).collect();
            assert!(subjects.len() + 2 * shared >= news.len(), "{outcome:?}: {subjects:#?}");
        }
    }
}

#[test]
fn text_and_html_tell_the_same() {
    for credential in CredentialKind::ALL {
        for (kind, outcome) in
            Kind::ALL.into_iter().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)))
        {
            let model = model_of(&about(kind, outcome, &subject(credential)));
            let (text, html) = (text(&model), html(&model));
            let entry = &model.entries[0];
            let facts = entry.facts.iter().map(|fact| &fact.value);
            let commands = entry.steps.iter().flat_map(|step| [&step.label, &step.command]);
            let links = entry.links.iter().map(|link| &link.url);
            let words = [&entry.headline, &entry.why, &entry.advice, &entry.error];
            for word in facts.chain(commands).chain(links).chain(words) {
                assert!(text.contains(word), "{word} is not in {text}");
                assert!(html.contains(&escaped(word)), "{word} is not in {html}");
            }
        }
    }
}

/// `text` as the template writes it.
fn escaped(text: &str) -> String {
    [
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#x27;"),
        ('/', "&#x2f;"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (c, escape)| text.replace(c, escape))
}

#[test]
fn only_what_was_done_has_a_date_and_a_way_back() {
    for credential in CredentialKind::ALL {
        for (kind, outcome) in
            Kind::ALL.into_iter().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)))
        {
            let mut notice = about(kind, outcome, &subject(credential));
            notice.due = Some(at("2026-11-15T03:00:00Z"));
            let mail = text(&model_of(&notice));
            let (date, undo) = (mail.contains("Will be"), mail.contains("{\"undo\""));
            assert!(outcome == Outcome::Done || !(date || undo), "{mail}");
            let back = matches!(kind, Kind::Deactivated | Kind::DeletionAhead)
                && credential != CredentialKind::Password;
            assert_eq!(undo, back && outcome == Outcome::Done, "{mail}");
        }
    }
}

#[test]
fn no_line_ends_in_a_blank_and_no_gap_is_wider_than_one_line() {
    for credential in CredentialKind::ALL {
        for (kind, outcome) in
            Kind::ALL.into_iter().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)))
        {
            let whole = about(kind, outcome, &subject(credential));
            let bare = Notice {
                user: None,
                account_alias: None,
                because: None,
                error: None,
                owner: Owner::default(),
                ..whole.clone()
            };
            let none = Notice { credential: None, ..bare.clone() };
            for notice in [whole, bare, none, notice(kind, outcome)] {
                let mail = text(&model_of(&notice));
                assert!(!mail.contains("\n\n\n") && !mail.contains(" \n"), "{mail}");
                assert!(mail.lines().all(|line| !line.trim_start().contains("  ")), "{mail}");
            }
        }
    }
}

#[test]
fn what_was_ahead_is_not_ahead_once_its_day_has_passed() {
    for credential in CredentialKind::ALL {
        for kind in [Kind::DeactivationAhead, Kind::DeletionAhead] {
            let mut notice = about(kind, Outcome::Done, &subject(credential));
            notice.user = Some("it will be fine".to_owned());
            notice.due = Some(now());
            let entry = Entry::of(&notice, &context());
            let word = match (kind, credential) {
                (Kind::DeactivationAhead, CredentialKind::Password) => "deleted",
                (Kind::DeactivationAhead, _) => "deactivated",
                _ => "deleted",
            };
            let passed = format!(" was to be {word} on 2026-11-01");
            assert!(entry.headline.ends_with(&format!("{passed}.")), "{}", entry.headline);
            assert!(entry.title.contains(&passed), "{}", entry.title);
            assert!(entry.advice.starts_with("This news is late"), "{}", entry.advice);
            assert!(entry.steps.is_empty());
            let name = format!("Was to be {word} on");
            assert!(entry.facts.iter().any(|fact| fact.name == name && fact.value == "2026-11-01"));
            // A second before, it is as it always was.
            notice.due = Some(now() + SignedDuration::from_secs(1));
            let entry = Entry::of(&notice, &context());
            assert_eq!(entry.headline, notice.headline());
            assert_eq!(Some(entry.advice), notice.advice());
        }
    }
}

#[test]
fn late_news_keeps_its_links_and_what_is_over_keeps_its_words() {
    let key = subject(CredentialKind::AccessKey);
    let mut late = about(Kind::DeactivationAhead, Outcome::Done, &key);
    late.due = Some(now());
    assert!(!Entry::of(&late, &context()).links.is_empty());
    for (kind, outcome) in [
        (Kind::DeactivationAhead, Outcome::Skipped),
        (Kind::DeletionAhead, Outcome::Failed),
        (Kind::Deactivated, Outcome::Done),
    ] {
        let notice = Notice { due: Some(now()), ..about(kind, outcome, &key) };
        assert_eq!(Entry::of(&notice, &context()).headline, notice.headline());
    }
}
