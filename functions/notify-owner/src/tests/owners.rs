//! Who is told, and what goes into one mail.

use super::*;
use crate::digest::{self, Destination, Digest, LARGEST};
use crate::{Address, Directory, Recipient};

fn directory() -> Directory {
    Directory {
        administrator: "admin@example.com".parse().unwrap(),
        contacts: [(ACCOUNT.parse().unwrap(), "team@example.net".parse().unwrap())].into(),
        domains: ["example.com", "*.example.com"].map(|domain| domain.parse().unwrap()).into(),
    }
}

fn told(notice: &Notice) -> Vec<(String, Because)> {
    let recipients = directory().recipients(notice);
    recipients.into_iter().map(|one| (one.address.to_string(), one.because)).collect()
}

fn owned(credential: &str, user: &str, secret: &str, name: &str, account: &str) -> Notice {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Notice {
        owner: Owner {
            credential: some(credential),
            user: some(user),
            secret: some(secret),
            description: Some("eve@example.com".to_owned()),
        },
        account: account.parse().ok(),
        ..of_user(&key(Kind::Deactivated), name)
    }
}

#[test]
fn the_nearest_name_that_is_an_allowed_address_is_the_owner() {
    let (key, user, secret, name) =
        ("key@example.com", "user@example.com", "secret@a.example.com", "name@example.com");
    for (notice, owner, because) in [
        (owned(key, user, secret, name, ACCOUNT), key, Because::CredentialTag),
        (owned("", user, secret, name, ACCOUNT), user, Because::UserTag),
        (owned("", "", secret, name, ACCOUNT), secret, Because::SecretTag),
        (owned("", "", "", name, ACCOUNT), name, Because::UserName),
        (owned("", "", "", "ana", ACCOUNT), "team@example.net", Because::AccountContact),
        (owned("", "", "", "", ACCOUNT), "team@example.net", Because::AccountContact),
        (owned("", "", "", "ana", "210987654321"), "admin@example.com", Because::Administrator),
        (owned("", "", "", "ana", "unknown"), "admin@example.com", Because::Administrator),
        (owned(" key@example.com ", "", "", "", ACCOUNT), key, Because::CredentialTag),
    ] {
        assert_eq!(told(&notice), [(owner.to_owned(), because)]);
    }
}

#[test]
fn a_tag_that_names_no_single_allowed_address_names_nobody() {
    for poison in [
        "ana",
        "eve@evil.example",
        "eve@example.com.evil.example",
        "eve@notexample.com",
        "eve@ex\u{430}mple.com",
        "\u{435}ve@example.com",
        "ana@example.com,eve@evil.example",
        "ana@example.com eve@example.com",
        "ana@example.com;bo@example.com",
        "Ana <ana@example.com>",
        "<ana@example.com>",
        "ana@example.com\r\nBcc: eve@evil.example",
        "ana@example.com\n",
        "\tana@example.com",
        "ana@example.com\u{2028}",
        "\"ana\"@example.com",
        "mailto:ana@example.com",
        "ana@example.com?cc=eve@evil.example",
        "{{ ana }}@example.com",
        &format!("{}@example.com", "x".repeat(250)),
    ] {
        let next = ("next@example.com".to_owned(), Because::UserTag);
        let notice = owned(poison, "next@example.com", "", "", ACCOUNT);
        assert_eq!(told(&notice), [next], "{poison:?}");
        let nobody = ("team@example.net".to_owned(), Because::AccountContact);
        assert_eq!(told(&owned(poison, poison, poison, poison, ACCOUNT)), [nobody], "{poison:?}");
    }
}

#[test]
fn what_is_critical_goes_to_the_administrator_as_well_but_never_twice() {
    let operator = ("admin@example.com".to_owned(), Because::Operator);
    for notice in [exposed(Answer::Deactivated), exposed(failed()), binding_tag_gone()] {
        let owner = ("ana@example.com".to_owned(), Because::UserTag);
        assert_eq!(told(&notice), [owner, operator.clone()]);
    }
    for kind in Kind::ALL {
        for owner in ["admin@example.com", "Admin@EXAMPLE.com", "ADMIN@example.com"] {
            let owner = Owner { user: Some(owner.to_owned()), ..Owner::default() };
            let notice = Notice { owner, ..notice(kind) };
            let mailboxes: Vec<_> = directory()
                .recipients(&notice)
                .iter()
                .map(|recipient| recipient.address.mailbox())
                .collect();
            assert_eq!(mailboxes, ["admin@example.com"], "{kind:?}");
        }
    }
}

#[test]
fn what_concerns_no_owner_goes_to_the_administrator_alone() {
    let owner = Owner { user: Some("ana@example.com".to_owned()), ..Owner::default() };
    for notice in [limit_reached(), undelivered()] {
        let notice = Notice { owner: owner.clone(), ..notice };
        assert_eq!(told(&notice), [("admin@example.com".to_owned(), Because::Operator)]);
    }
}

#[test]
fn what_is_not_critical_goes_to_one_mailbox() {
    for kind in Kind::ALL {
        let both = matches!(kind, Kind::Exposed | Kind::BindingTagGone);
        assert_eq!(told(&notice(kind)).len(), if both { 2 } else { 1 }, "{kind:?}");
    }
}

fn of(owner: &str, id: &str) -> Notice {
    let owner = Owner { user: Some(owner.to_owned()), ..Owner::default() };
    Notice { owner, id: id.to_owned(), ..key(Kind::Deactivated) }
}

fn ids(digest: &Digest<'_>) -> Vec<String> {
    digest.news.iter().map(|piece| piece.notice.id.clone()).collect()
}

#[test]
fn a_mailbox_gets_one_mail_however_its_address_is_spelt() {
    let notices =
        [of("Ana@example.com", "1"), of("bo@example.com", "2"), of("ana@Example.COM", "3")];
    let news = digest::distinct(notices.into_iter().enumerate());
    let digests = digest::by_owner(&news, &directory());
    assert_eq!(digests.iter().map(ids).collect::<Vec<_>>(), [vec!["1", "3"], vec!["2"]]);
    let ana: Address = "Ana@example.com".parse().unwrap();
    let recipient = Recipient { address: ana, because: Because::UserTag };
    assert_eq!(digests[0].destination, Destination::Mail(recipient));
    assert_eq!(digests[0].destination.name(), "mail ana@example.com");
}

#[test]
fn a_mail_for_several_reasons_claims_none_of_them_for_all() {
    let tagged = |owner| Notice { owner, ..of("", "") };
    let address = Some("ana@example.com".to_owned());
    let notices = [
        Notice {
            id: "1".to_owned(),
            ..tagged(Owner { secret: address.clone(), ..Owner::default() })
        },
        Notice {
            id: "2".to_owned(),
            ..tagged(Owner { user: address.clone(), ..Owner::default() })
        },
    ];
    let news = digest::distinct(notices.into_iter().enumerate());
    let digests = digest::by_owner(&news, &directory());
    assert_eq!(digests.len(), 1);
    assert_eq!(digests[0].because(), Some(Because::Several));
    let one = |account| Destination::Text { account };
    assert_eq!(digest::by_account(&news, LARGEST, one)[0].because(), None);
}

#[test]
fn a_mail_holds_500_pieces_of_news_and_the_next_one_the_rest() {
    for (count, sizes) in [(500, vec![500]), (501, vec![500, 1]), (1201, vec![500, 500, 201])] {
        let notices = (0..count).map(|n| (n, of("ana@example.com", &format!("{n:04}"))));
        let news = digest::distinct(notices);
        let by_owner = digest::by_owner(&news, &directory());
        let by_account =
            digest::by_account(&news, LARGEST, |account| Destination::Chat { account });
        for digests in [by_owner, by_account] {
            assert_eq!(digests.iter().map(|one| one.news.len()).collect::<Vec<_>>(), sizes);
            let all: Vec<_> = digests.iter().flat_map(ids).collect();
            assert!(all.is_sorted() && all.len() == count);
        }
    }
    assert_eq!(LARGEST, 500);
}

#[test]
fn the_most_urgent_news_comes_first() {
    let due = |id: &str, due: Option<&str>| {
        rewritten(&of("ana@example.com", id), |value| match due {
            Some(due) => value["kept_until"] = due.into(),
            None => drop(value.as_object_mut().unwrap().remove("kept_until")),
        })
    };
    let notices = [
        Notice { id: "info".to_owned(), severity: notice::Severity::Info, ..due("info", None) },
        due("undated", None),
        due("later", Some("2026-12-01T00:00:00Z")),
        due("sooner", Some("2026-11-02T00:00:00Z")),
        Notice { id: "critical".to_owned(), ..exposed(failed()) },
    ];
    let news = digest::distinct(notices.into_iter().enumerate());
    let digests = digest::by_owner(&news, &directory());
    let ana = digests.iter().find(|digest| digest.news.len() == 5).unwrap();
    assert_eq!(ids(ana), ["critical", "sooner", "later", "undated", "info"]);
    assert_eq!(ana.severity(), notice::Severity::Critical);
}

#[test]
fn accounts_are_told_of_apart() {
    let other = Notice { account: "210987654321".parse().ok(), ..of("ana@example.com", "2") };
    let notices = [of("ana@example.com", "1"), other, of("bo@example.com", "3")];
    let news = digest::distinct(notices.into_iter().enumerate());
    let digests = digest::by_account(&news, LARGEST, |account| Destination::Text { account });
    assert_eq!(digests.iter().map(ids).collect::<Vec<_>>(), [vec!["1", "3"], vec!["2"]]);
    let names: Vec<_> = digests.iter().map(|digest| digest.destination.name()).collect();
    assert_eq!(names, ["text 123456789012", "text 210987654321"]);
}

#[test]
fn news_that_comes_twice_is_one_piece_that_both_messages_depend_on() {
    let notices =
        [of("ana@example.com", "1"), of("bo@example.com", "2"), of("ana@example.com", "1")];
    let news = digest::distinct(notices.into_iter().enumerate());
    let messages: Vec<_> = news.iter().map(|piece| piece.messages.clone()).collect();
    assert_eq!(messages, [vec![0, 2], vec![1]]);
}

#[test]
fn the_subject_of_a_digest_is_that_of_the_most_urgent_and_a_count() {
    for (user, count, subject) in [
        ("ana", 1, "Access key deactivated: ana in 123456789012".to_owned()),
        ("ana", 2, "Access key deactivated: ana in 123456789012 and 1 more".to_owned()),
        // What is said first is cut, never the count.
        ("x", 500, format!("Access key deactivated: {} and 499 more", "x".repeat(62))),
    ] {
        let name = if user == "x" { "x".repeat(64) } else { user.to_owned() };
        let first = of_user(&of("ana@example.com", "1"), &name);
        let told = crate::deliver::subject(&first.subject(), count);
        assert_eq!(told, subject);
        assert!(told.len() <= 99);
    }
}

#[test]
fn a_receipt_is_for_the_reader_that_the_rules_name_and_never_for_a_copy() {
    let directory = directory();
    let [ana, team, admin, other]: [Address; 4] =
        ["Ana@Example.com", "team@example.net", "admin@example.com", "bo@example.com"]
            .map(|address| address.parse().unwrap());
    let critical = exposed(failed());
    let nobodys = Notice { owner: Owner::default(), ..key(Kind::DeactivationAhead) };
    let foreign = Notice { account: "210987654321".parse().ok(), ..nobodys.clone() };
    for (notice, reader) in [
        (key(Kind::DeactivationAhead), &ana),
        (critical, &ana),
        (nobodys, &team),
        (foreign, &admin),
    ] {
        for address in [&ana, &team, &admin, &other] {
            let expected = address == reader;
            assert_eq!(directory.is_owner(&notice, address), expected, "{address} {}", notice.id);
        }
    }
    for notice in [limit_reached(), undelivered()] {
        assert!(!directory.is_owner(&notice, &admin), "no owner waits for {}", notice.id);
    }
}
