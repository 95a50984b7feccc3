//! Items that this version cannot read: never acted upon, never overwritten.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_simulator::{Simulator, TABLE_ARN};
use lifecycle::record::Remembered;
use record_store::{ErrorKind, Expected};

use crate::{account, at, key, raw, receipt, rotation, simulator, store, user, warned};

/// Changes an attribute of every item; `None` removes it.
async fn damage(simulator: &Simulator, name: &str, value: Option<AttributeValue>) {
    let client = raw(simulator);
    let query = client.query().table_name(TABLE_ARN).consistent_read(true);
    let query = query.key_condition_expression("pk = :pk");
    let partition = AttributeValue::S(format!("account#{}", account()));
    let items = query.expression_attribute_values(":pk", partition).send().await.unwrap();
    for mut item in items.items.unwrap_or_default() {
        match &value {
            Some(value) => drop(item.insert(name.to_owned(), value.clone())),
            None => drop(item.remove(name)),
        }
        client.put_item().table_name(TABLE_ARN).set_item(Some(item)).send().await.unwrap();
    }
}

fn text(text: &str) -> Option<AttributeValue> {
    Some(AttributeValue::S(text.to_owned()))
}

fn number(number: &str) -> Option<AttributeValue> {
    Some(AttributeValue::N(number.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn a_damaged_record_is_named_and_left_as_it_is() {
    for (name, value) in [
        ("format", None),
        ("format", number("2")),
        ("format", number("0")),
        ("format", number("-1")),
        ("format", text("1")),
        ("revision", None),
        ("revision", number("1")),
        ("state", None),
        ("state", text("asleep")),
        ("state", number("1")),
        ("state", text("superseded")),
        ("state", text("deletion-announced")),
        ("cause", None),
        ("cause", text("mood")),
        ("cause", text("superseded")),
        ("since", None),
        ("since", text("yesterday")),
        ("since", number("1767225600")),
        ("due", None),
        ("due", text("2026-13-01T00:00:00Z")),
        ("reminded", text("")),
        ("reminded", Some(AttributeValue::Null(true))),
        ("created", text("never")),
        ("user", None),
        ("user", Some(AttributeValue::Bool(true))),
    ] {
        let simulator = simulator();
        let (store, id, absent) = (store(&simulator), key("AKIA1"), Expected::Absent);
        store.put_record(&account(), &user(), &id, &warned(), &absent).await.unwrap();
        damage(&simulator, name, value.clone()).await;
        let before = simulator.view(|view| view.table());
        let loaded = store.account(&account(), at(crate::NOW)).await.unwrap();
        let Remembered::Unreadable(fault) = loaded.memory.of(&user()).record(&id) else {
            panic!("{name} {value:?} was read")
        };
        let named = match (name, value.as_ref().and_then(|value| value.as_s().ok())) {
            ("state", Some(state)) if state == "superseded" => "cause",
            ("state", Some(state)) if state == "deletion-announced" => "told",
            ("cause", Some(cause)) if cause == "superseded" => "secret",
            _ => name,
        };
        assert!(fault.contains(&format!("attribute {named} ")), "{name} {value:?}: {fault}");
        assert!(!fault.contains("yesterday") && !fault.contains("asleep"), "{fault}");
        let expected = loaded.revisions.of_record(&user(), &id);
        let calls = simulator.calls().len();
        for result in [
            store.put_record(&account(), &user(), &id, &warned(), &expected).await.map(drop),
            store.remove_record(&account(), &user(), &id, &expected).await,
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected, "{name}");
            assert!(error.to_string().contains("left as it is"), "{error}");
        }
        assert_eq!(simulator.calls().len(), calls, "{name}");
        // Nor by a writer that read nothing.
        let put = store.put_record(&account(), &user(), &id, &warned(), &absent).await;
        assert_eq!(put.unwrap_err().kind(), ErrorKind::Conflict, "{name}");
        assert!(simulator.view(|view| view.table()) == before, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn half_an_attempt_is_neither_an_attempt_nor_none() {
    for (name, value) in [
        ("token", None),
        ("from", None),
        ("until", None),
        ("created", None),
        ("until", text("soon")),
        ("key", text("not a key")),
        ("key", text("")),
        ("secret", text("alice")),
        ("last_success", number("1")),
        ("unbound_told", text("?")),
    ] {
        let simulator = simulator();
        let (store, absent) = (store(&simulator), Expected::Absent);
        store.put_rotation(&account(), &user(), &rotation(), &absent).await.unwrap();
        damage(&simulator, name, value).await;
        let loaded = store.user(&account(), &user(), at(crate::NOW)).await.unwrap();
        let memory = &loaded.memory.of(&user()).rotation;
        assert!(matches!(memory, Remembered::Unreadable(fault) if fault.contains(name)), "{name}");
        let expected = loaded.revisions.of_rotation(&user());
        let put = store.put_rotation(&account(), &user(), &rotation(), &expected).await;
        assert_eq!(put.unwrap_err().kind(), ErrorKind::Rejected, "{name}");
        let removal = store.remove_rotation(&account(), &user(), &expected).await;
        assert_eq!(removal.unwrap_err().kind(), ErrorKind::Rejected, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_receipt_proves_nothing_and_is_left_as_it_is() {
    for (name, value) in [
        ("format", number("2")),
        ("at", None),
        ("channel", text("pigeon")),
        ("returned", number("1")),
        ("expires", None),
        ("expires", text("1767225600")),
        ("expires", number("1798761600.5")),
    ] {
        let simulator = simulator();
        let (store, end) = (store(&simulator), at("2027-01-01T00:00:00Z"));
        store.put_receipt(&account(), "n", &receipt(), end).await.unwrap();
        damage(&simulator, name, value.clone()).await;
        let before = simulator.view(|view| view.table());
        let read = store.receipt(&account(), "n", at(crate::NOW)).await.unwrap();
        assert!(matches!(&read, Remembered::Unreadable(fault) if fault.contains(name)), "{name}");
        let loaded = store.account(&account(), at(crate::NOW)).await.unwrap();
        assert_eq!(loaded.memory.receipts["n"], read, "{name}");
        store.put_receipt(&account(), "n", &receipt(), end).await.unwrap();
        assert!(simulator.view(|view| view.table()) == before, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn items_of_unknown_keys_are_listed_and_keep_nothing_else_from_being_read() {
    let simulator = simulator();
    let (store, id) = (store(&simulator), key("AKIA1"));
    store.put_record(&account(), &user(), &id, &warned(), &Expected::Absent).await.unwrap();
    let partition = format!("account#{}", account());
    let unknown = ["credential#AIDAALICE#passkey#1", "plan#AIDAALICE"];
    for sort in unknown {
        simulator.put_raw_item(&partition, sort, &[]);
    }
    let loaded = store.account(&account(), at(crate::NOW)).await.unwrap();
    assert_eq!(loaded.unknown, unknown);
    assert_eq!(loaded.memory.of(&user()).records.len(), 1);
}
