//! What is written is what is read.

use jiff::Timestamp;
use lifecycle::credential::CredentialKind;
use lifecycle::identifiers::{Arn, CredentialId};
use lifecycle::memory::{Attempt, Channel, Receipt, RotationMemory};
use lifecycle::record::{Cause, Record, Remembered, Replacement, State};
use proptest::option;
use proptest::prelude::*;
use record_store::Expected;

use crate::{account, at, key, simulator, store, user, warned};

fn time() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_i64, 0..1_000_000_000_i32)
        .prop_map(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).unwrap())
}

fn secret() -> impl Strategy<Value = Arn> {
    "[A-Za-z0-9/_+=.@-]{1,20}".prop_map(|name| {
        format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}").parse().unwrap()
    })
}

fn replacement() -> impl Strategy<Value = Replacement> {
    (secret(), ".{0,20}")
        .prop_map(|(secret, version)| Replacement { secret, version: version.into() })
}

fn cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        Just(Cause::Stale),
        Just(Cause::ByHand),
        replacement().prop_map(Cause::Superseded),
        option::of(".{0,20}").prop_map(|event| Cause::Exposed { event }),
    ]
}

fn state() -> impl Strategy<Value = State> {
    (0..7, time(), time(), option::of(time()), cause(), replacement()).prop_map(
        |(state, since, due, maybe, cause, by)| match state {
            0 => State::Warned { since, due, reminded: maybe, cause },
            1 => State::Superseded { since, by, reminded: maybe },
            2 => State::Deactivating { since, cause },
            3 => State::Deactivated { since, due: maybe, cause },
            4 => State::DeletionAnnounced { since, due, told: maybe.unwrap_or(since), cause },
            5 => State::Deleting { since, due, cause },
            _ => State::Reactivated { since, cause },
        },
    )
}

fn record() -> impl Strategy<Value = Record> {
    (".{0,20}", option::of(time()), state()).prop_map(|(user, created, state)| Record {
        user: user.into(),
        created,
        state,
    })
}

fn credential() -> impl Strategy<Value = CredentialId> {
    (0..CredentialKind::ALL.len(), "[A-Z0-9]{1,128}").prop_map(|(kind, id)| {
        let kind = CredentialKind::ALL[kind];
        let id = if kind == CredentialKind::Password { "password" } else { &id };
        CredentialId::new(kind, id).unwrap()
    })
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (".{0,20}", time(), time(), time(), option::of("[A-Z0-9]{1,20}")).prop_map(
        |(token, from, until, created, key)| {
            let key = key.map(|key| key.parse().unwrap());
            Attempt { token: token.into(), from, until, created, key }
        },
    )
}

fn rotation() -> impl Strategy<Value = RotationMemory> {
    (".{0,20}", secret(), option::of(attempt()), option::of(time()), option::of(time())).prop_map(
        |(user, secret, attempt, last_success, unbound_told)| RotationMemory {
            user: user.into(),
            secret,
            attempt,
            last_success,
            unbound_told,
        },
    )
}

fn receipt() -> impl Strategy<Value = Receipt> {
    (time(), 0..3_usize, option::of(time())).prop_map(|(at, by, returned)| Receipt {
        at,
        by: Channel::ALL[by],
        returned,
    })
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_record_rotation_and_receipt_is_read_as_it_was_written(
        id in credential(), record in record(), rotation in rotation(),
        notice in ".{0,40}", receipt in receipt(),
    ) {
        run(async {
            let simulator = simulator();
            let store = store(&simulator);
            let absent = Expected::Absent;
            let kept = store.put_record(&account(), &user(), &id, &record, &absent).await.unwrap();
            let held = store.put_rotation(&account(), &user(), &rotation, &absent).await.unwrap();
            let end = Timestamp::MAX;
            store.put_receipt(&account(), &notice, &receipt, end).await.unwrap();
            let loaded = store.account(&account(), at(crate::NOW)).await.unwrap();
            let memory = loaded.memory.of(&user());
            assert_eq!(memory.record(&id), Remembered::Readable(record));
            assert_eq!(memory.rotation, Remembered::Readable(rotation));
            let receipt = Remembered::Readable(receipt);
            assert_eq!(loaded.memory.receipts[&notice], receipt);
            assert_eq!(store.receipt(&account(), &notice, at(crate::NOW)).await.unwrap(), receipt);
            assert_eq!(loaded.revisions.of_record(&user(), &id), kept);
            assert_eq!(loaded.revisions.of_rotation(&user()), held);
            let alone = store.user(&account(), &user(), at(crate::NOW)).await.unwrap();
            assert_eq!(alone.memory.users, loaded.memory.users);
            assert_eq!(alone.revisions, loaded.revisions);
            assert!(loaded.unknown.is_empty() && alone.unknown.is_empty());
        });
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_of_many_pages_is_read_wholly_and_a_neighbour_not_at_all() {
    let simulator = simulator();
    let store = store(&simulator);
    let other = "210987654321".parse().unwrap();
    let mut record = warned();
    record.user = "a".repeat(60_000).into();
    for n in 0..50 {
        let id = key(&format!("AKIA{n}"));
        store.put_record(&account(), &user(), &id, &record, &Expected::Absent).await.unwrap();
    }
    store.put_record(&other, &user(), &key("AKIA0"), &record, &Expected::Absent).await.unwrap();
    let before = simulator.calls().len();
    let loaded = store.account(&account(), at(crate::NOW)).await.unwrap();
    assert_eq!(loaded.memory.of(&user()).records.len(), 50);
    let pages = simulator.calls().len() - before;
    assert!((3..=5).contains(&pages), "{pages}");
}

#[tokio::test(start_paused = true)]
async fn the_table_says_who_wrote_an_item_and_when_in_words() {
    let simulator = simulator();
    let id = key("AKIA1");
    let put = store(&simulator);
    put.put_record(&account(), &user(), &id, &warned(), &Expected::Absent).await.unwrap();
    let [item] = &simulator.view(|view| view.table())[..] else { panic!("not one item") };
    assert_eq!(item.pk, "account#123456789012");
    assert_eq!(item.sk, "credential#AIDAALICE#access-key#AKIA1");
    for (name, value) in [
        ("state", "warned"),
        ("cause", "stale"),
        ("user", "alice"),
        ("since", crate::NOW),
        ("due", "2026-01-15T00:00:00Z"),
        ("created", "2025-01-01T00:00:00Z"),
        ("by", "deactivate-stale"),
        ("format", "1"),
    ] {
        assert_eq!(item.attributes[name], value);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_sees_what_was_written_before_however_much_other_reads_lag() {
    let simulator = simulator();
    simulator.set(|settings| settings.table_lag = jiff::SignedDuration::from_hours(1));
    let (store, id) = (store(&simulator), key("AKIA1"));
    store.put_record(&account(), &user(), &id, &warned(), &Expected::Absent).await.unwrap();
    store.put_receipt(&account(), "n", &crate::receipt(), Timestamp::MAX).await.unwrap();
    store.remember_told("ana", &["n"], at(crate::NOW)).await.unwrap();
    let loaded = store.account(&account(), at(crate::NOW)).await.unwrap();
    assert!(loaded.memory.of(&user()).record(&id).readable().is_some());
    let receipt = store.receipt(&account(), "n", at(crate::NOW)).await.unwrap();
    assert!(receipt.readable().is_some());
    assert_eq!(store.told("ana", &["n"], at(crate::NOW)).await.unwrap(), ["n"].into());
}
