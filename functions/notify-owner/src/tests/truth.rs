//! Mails differ where the facts differ, and say the same of them in every form.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::*;

fn html(model: &Model) -> String {
    Templates::built_in().unwrap().html(model).unwrap()
}

fn model_of(notice: &Notice) -> Model {
    model(std::slice::from_ref(notice))
}

#[test]
fn the_samples_hold_every_kind_of_news() {
    let kinds: BTreeSet<_> =
        samples::notices(now()).iter().map(|notice| notice.news.kind()).collect();
    assert_eq!(kinds, Kind::ALL.into());
}

#[test]
fn no_two_answers_to_an_exposure_have_the_same_mail() {
    let answers = || {
        [Answer::Deactivated, Answer::WasInactive, Answer::Failed { error: None }, Answer::DryRun]
    };
    // The subject alone tells active from inactive.
    let of = |answer| Model { subject: String::new(), ..model_of(&exposed(answer)) };
    let (texts, htmls): (BTreeSet<_>, BTreeSet<_>) =
        answers().map(|answer| (text(&of(answer.clone())), html(&of(answer)))).into_iter().unzip();
    assert_eq!((texts.len(), htmls.len()), (4, 4));
    let subjects: BTreeSet<_> = answers().map(|answer| exposed(answer).subject()).into();
    assert_eq!(subjects.len(), 3, "{subjects:?}");
}

#[test]
fn text_and_html_say_the_same() {
    for notice in samples::notices(now()) {
        let model = model_of(&notice);
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
fn only_what_is_inactive_has_a_way_back_and_only_what_was_announced_has_a_date() {
    for notice in samples::notices(now()) {
        let mail = text(&model_of(&notice));
        let credential = notice.news.credential();
        let reversible =
            credential.is_some_and(|one| one.kind != CredentialKind::Password && one.id.is_some());
        let (back, date) = match &notice.news {
            News::DeletionAhead(ahead) => (!ahead.exposed && ahead.due > now(), ahead.due > now()),
            News::DeactivationAhead(ahead) => (false, ahead.due > now()),
            News::Deactivated(done) => (
                !done.exposed,
                done.kept_until.is_some() && done.credential.kind != CredentialKind::Password,
            ),
            _ => (false, false),
        };
        assert_eq!(mail.contains("{\"undo\""), back && reversible, "{mail}");
        assert_eq!(mail.contains("  Will be "), date, "{mail}");
    }
}

#[test]
fn no_line_ends_in_a_blank_and_no_gap_is_wider_than_one_line() {
    for notice in samples::notices(now()) {
        let mail = text(&model_of(&notice));
        assert!(!mail.contains("\n\n\n") && !mail.contains(" \n"), "{mail}");
        assert!(mail.lines().all(|line| !line.trim_start().contains("  ")), "{mail}");
    }
}

#[test]
fn what_was_ahead_is_not_ahead_once_its_day_has_passed() {
    let passed = Context { now: at("2026-11-15T03:00:00Z"), ..context() };
    let before = Context { now: passed.now - SignedDuration::from_secs(1), ..context() };
    for credential in CredentialKind::ALL {
        let notice = about(Kind::DeactivationAhead, &subject(credential));
        let notice = of_user(&notice, "it will be fine");
        let entry = Entry::of(&notice, &passed);
        let word = if credential == CredentialKind::Password { "deleted" } else { "deactivated" };
        let past = format!(" was to be {word} on 2026-11-15");
        assert!(entry.headline.ends_with(&format!("{past}.")), "{}", entry.headline);
        assert!(entry.title.contains(&past), "{}", entry.title);
        assert!(entry.advice.starts_with("This notice is late"), "{}", entry.advice);
        assert!(entry.steps.is_empty() && entry.links.len() <= 1);
        let name = format!("Was to be {word} on");
        assert!(entry.facts.iter().any(|fact| fact.name == name && fact.value == "2026-11-15"));
        // A second before, it is as it always was.
        let entry = Entry::of(&notice, &before);
        assert_eq!(entry.headline, notice.words(now()).headline);
        assert_eq!(Some(entry.advice), notice.words(now()).advice);
    }
}

#[test]
fn late_news_keeps_its_links_and_what_is_over_keeps_its_words() {
    let late = Context { now: at("2027-11-15T03:00:00Z"), ..context() };
    assert!(!Entry::of(&key(Kind::DeactivationAhead), &late).links.is_empty());
    let done = key(Kind::Deactivated);
    let entry = Entry::of(&done, &late);
    assert_eq!(entry.headline, done.words(now()).headline);
    assert!(entry.facts.iter().any(|fact| fact.name == "Was to be deleted on"));
}
