//! Items of the table that this version cannot read: never overwritten, never acted upon, and reported.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_simulator::{ACCOUNT, TABLE_ARN, TableItem};
use serde_json::Value;

use crate::estate::{BUCKET, Estate, exposure, undo};
use crate::memory::Memory;

/// An attribute of an item, as it is put.
type Attribute = (&'static str, AttributeValue);

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

/// What a record has.
fn whole() -> Vec<Attribute> {
    vec![
        ("format", number("1")),
        ("revision", text("0123456789abcdef")),
        ("user", text("ana")),
        ("created", text("2026-01-01T00:00:00Z")),
        ("state", text("warned")),
        ("since", text("2026-04-01T00:00:00Z")),
        ("due", text("2026-04-15T00:00:00Z")),
        ("cause", text("stale")),
    ]
}

/// A record with one attribute as it must not be; `None` takes it out.
fn damaged(name: &'static str, value: Option<AttributeValue>) -> Vec<Attribute> {
    let mut item = whole();
    item.retain(|(other, _)| *other != name);
    item.extend(value.map(|value| (name, value)));
    item
}

fn garbage() -> Vec<(&'static str, Vec<Attribute>)> {
    vec![
        ("nothing but keys", Vec::new()),
        ("a higher format", damaged("format", Some(number("2")))),
        ("no format", damaged("format", None)),
        ("no revision", damaged("revision", None)),
        ("an unknown state", damaged("state", Some(text("pondered")))),
        ("no state", damaged("state", None)),
        ("a date that is none", damaged("since", Some(text("yesterday")))),
        ("a date of another type", damaged("due", Some(number("1775001600")))),
        ("no due date", damaged("due", None)),
        ("an unknown cause", damaged("cause", Some(text("boredom")))),
    ]
}

async fn put(estate: &Estate, sk: &str, item: Vec<Attribute>) {
    let client = aws_sdk_dynamodb::Client::new(&estate.simulator.sdk_config("newer-version"));
    let mut call = client.put_item().table_name(TABLE_ARN);
    call = call.item("pk", text(&format!("account#{ACCOUNT}"))).item("sk", text(sk));
    for (name, value) in item {
        call = call.item(name, value);
    }
    call.send().await.unwrap();
}

fn item(estate: &Estate, sk: &str) -> TableItem {
    estate.table().into_iter().find(|item| item.sk == sk).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_record_that_cannot_be_read_keeps_its_credential_and_no_other() {
    for (what, attributes) in garbage() {
        let estate = Estate::ideal();
        estate.set("REPORT_BUCKET", BUCKET);
        let (ana, bo) = (estate.stale_user("ana"), estate.stale_user("bo"));
        let user = Memory::of(&estate.simulator).user_id("ana").await;
        let sk = format!("credential#{user}#access-key#{ana}");
        put(&estate, &sk, attributes).await;
        let before = item(&estate, &sk);
        estate.advance(90);
        estate.swept().await;
        assert_eq!(estate.decision("ana")["reason"], "record-unreadable", "{what}");
        estate.sweep_for(60).await;
        assert_eq!(item(&estate, &sk), before, "{what}");
        assert_eq!(estate.status("ana", &ana).as_deref(), Some("Active"), "{what}");
        assert_eq!(estate.told(&ana), Vec::<String>::new(), "{what}");
        assert_eq!(estate.told(&bo).last().map(String::as_str), Some("deleted"), "{what}");
    }
}

/// Without the tag, only the table tells whether a secret holds the keys; what it says there cannot be read.
#[tokio::test(start_paused = true)]
async fn a_rotation_that_cannot_be_read_keeps_the_users_keys() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    let ana = estate.stale_user("ana");
    let user = Memory::of(&estate.simulator).user_id("ana").await;
    let sk = format!("rotation#{user}");
    put(&estate, &sk, vec![("format", number("2")), ("user", text("ana"))]).await;
    let before = item(&estate, &sk);
    estate.advance(90);
    estate.sweep_for(60).await;
    assert_eq!(estate.decision("ana")["reason"], "record-unreadable");
    assert_eq!(item(&estate, &sk), before);
    assert_eq!(estate.status("ana", &ana).as_deref(), Some("Active"));
    assert_eq!(estate.notices(), Vec::<Value>::new());
}

/// A key that others know is deactivated whatever the table says; what it says stays.
#[tokio::test(start_paused = true)]
async fn an_exposed_key_whose_record_cannot_be_read_is_deactivated_and_its_item_left_as_it_is() {
    use lambda_shell::Failure as _;
    for (what, attributes) in garbage() {
        let estate = Estate::ideal();
        let ana = estate.stale_user("ana");
        let user = Memory::of(&estate.simulator).user_id("ana").await;
        let sk = format!("credential#{user}#access-key#{ana}");
        put(&estate, &sk, attributes).await;
        let before = item(&estate, &sk);
        let error = estate.handle(exposure(&[&ana])).await.unwrap_err();
        assert_eq!(error.error_type(), "Exposure.Unrecorded", "{what}");
        assert_eq!(estate.status("ana", &ana).as_deref(), Some("Inactive"), "{what}");
        assert_eq!(item(&estate, &sk), before, "{what}");
        let error = estate.handle(undo("ana", &ana)).await.unwrap_err();
        assert_eq!(error.error_type(), "Undo.Refused", "{what}");
        assert_eq!(estate.status("ana", &ana).as_deref(), Some("Inactive"), "{what}");
    }
}

/// Items of kinds that only a newer version writes.
#[tokio::test(start_paused = true)]
async fn items_that_nobody_knows_are_left_as_they_are() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    put(&estate, "forecast#2026-01", vec![("format", number("7"))]).await;
    put(&estate, "credential#AIDAGONE#passkey#x", vec![]).await;
    let before = estate.table();
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(44).await;
    assert_eq!(estate.status("ana", &key), None);
    assert_eq!(estate.table(), before);
}
