//! Puts, updates and deletions without conditions.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use aws_simulator::TABLE_ARN;

use super::{PARTITION, delete, dynamodb, get, number, put, text, update};
use crate::support::{account, code};

// API reference, AttributeValue.
#[tokio::test(start_paused = true)]
async fn an_item_is_read_as_it_was_put() {
    let client = dynamodb(&account());
    let values = [
        ("string", text("")),
        ("number", AttributeValue::N("-12.5".to_owned())),
        ("flag", AttributeValue::Bool(false)),
        ("nothing", AttributeValue::Null(true)),
        ("list", AttributeValue::L(vec![text("a"), number(1)])),
        ("map", AttributeValue::M([("inner".to_owned(), text("b"))].into())),
        ("set", AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()])),
    ];
    let mut call = put(&client, "a", "one", text("more"));
    for (name, value) in &values {
        call = call.item(*name, value.clone());
    }
    call.send().await.unwrap();
    let item = get(&client, "a", true).await.unwrap();
    assert_eq!(item.len(), 10);
    for (name, value) in values {
        assert_eq!(item[name], value, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_of_a_type_that_is_not_simulated_is_refused() {
    let client = dynamodb(&account());
    for value in [
        AttributeValue::B(Blob::new("bytes")),
        AttributeValue::Ns(vec!["1".to_owned()]),
        AttributeValue::Ss(Vec::new()),
        AttributeValue::N("many".to_owned()),
        AttributeValue::L(vec![AttributeValue::B(Blob::new("bytes"))]),
    ] {
        let refused = put(&client, "a", "value", value.clone()).send().await;
        assert_eq!(code(refused), "ValidationException", "{value:?}");
    }
}

// API reference, GetItem: "If there is no matching item, GetItem does not return any data".
#[tokio::test(start_paused = true)]
async fn a_missing_item_is_no_error() {
    let client = dynamodb(&account());
    assert_eq!(get(&client, "a", true).await, None);
}

// API reference, PutItem and DeleteItem: the attributes as they were, if they are asked for.
#[tokio::test(start_paused = true)]
async fn a_put_and_a_deletion_answer_what_was_there_before_when_asked() {
    let client = dynamodb(&account());
    let all_old = ReturnValue::AllOld;
    let first = put(&client, "a", "n", number(1)).return_values(all_old.clone()).send().await;
    assert_eq!(first.unwrap().attributes, None);
    let silent = put(&client, "a", "n", number(2)).send().await.unwrap();
    assert_eq!(silent.attributes, None);
    let third = put(&client, "a", "n", number(3)).return_values(all_old.clone()).send().await;
    assert_eq!(third.unwrap().attributes.unwrap()["n"], number(2));
    let deleted = delete(&client, "a").return_values(all_old.clone()).send().await.unwrap();
    assert_eq!(deleted.attributes.unwrap()["n"], number(3));
    // API reference, DeleteItem: deleting what is not there is no error.
    let again = delete(&client, "a").return_values(all_old).send().await.unwrap();
    assert_eq!(again.attributes, None);
}

// API reference, PutItem: "replaces an old item with a new item".
#[tokio::test(start_paused = true)]
async fn a_put_replaces_the_whole_item() {
    let client = dynamodb(&account());
    put(&client, "a", "old", number(1)).send().await.unwrap();
    put(&client, "a", "new", number(2)).send().await.unwrap();
    let item = get(&client, "a", true).await.unwrap();
    assert_eq!((item.get("old"), item.get("new")), (None, Some(&number(2))));
}

// API reference, UpdateItem: "or adds a new item to the table if it does not already exist".
#[tokio::test(start_paused = true)]
async fn an_update_changes_what_it_names_and_adds_a_missing_item() {
    let client = dynamodb(&account());
    put(&client, "a", "kept", text("k")).item("gone", text("g")).send().await.unwrap();
    let updated = update(&client, "a", "SET one = :one, two = :two REMOVE gone, never")
        .expression_attribute_values(":one", number(1))
        .expression_attribute_values(":two", number(2))
        .return_values(ReturnValue::AllNew)
        .send()
        .await;
    let item = updated.unwrap().attributes.unwrap();
    assert_eq!(Some(&item), get(&client, "a", true).await.as_ref());
    let names = ["kept", "gone", "one", "two"].map(|name| item.contains_key(name));
    assert_eq!(names, [true, false, true, true]);

    let added =
        update(&client, "b", "SET one = :one").expression_attribute_values(":one", text("1"));
    assert_eq!(added.send().await.unwrap().attributes, None);
    let item = get(&client, "b", true).await.unwrap();
    assert_eq!(
        (&item["pk"], &item["sk"], &item["one"]),
        (&text(PARTITION), &text("b"), &text("1"))
    );
}

// API reference, UpdateItem, Key: "You cannot modify key attributes".
#[tokio::test(start_paused = true)]
async fn an_update_of_a_key_is_refused() {
    let client = dynamodb(&account());
    for expression in ["SET sk = :value", "SET pk = :value"] {
        let call =
            update(&client, "a", expression).expression_attribute_values(":value", text("b"));
        assert_eq!(code(call.send().await), "ValidationException");
    }
    assert_eq!(code(update(&client, "a", "REMOVE sk").send().await), "ValidationException");
}

// Quotas: an item holds 400 KB, names and values together.
#[tokio::test(start_paused = true)]
async fn an_item_of_more_than_400_kilobytes_is_refused() {
    let client = dynamodb(&account());
    // Two keys, their values, and the name `text`.
    let others = 2 + PARTITION.len() + 2 + 1 + 4;
    let largest = "x".repeat(400 * 1024 - others);
    put(&client, "a", "text", text(&largest)).send().await.unwrap();
    let larger = put(&client, "a", "text", text(format!("{largest}x"))).send().await;
    assert_eq!(code(larger), "ValidationException");
    let grown = update(&client, "a", "SET t = :t").expression_attribute_values(":t", text(""));
    assert_eq!(code(grown.send().await), "ValidationException");
}

// API reference, PutItem: key attributes are there, and not empty; Quotas: 2,048 and 1,024 bytes.
#[tokio::test(start_paused = true)]
async fn an_item_without_good_keys_is_refused() {
    let client = dynamodb(&account());
    let long = |length| text("x".repeat(length));
    for (partition, sort) in [
        (text(""), text("a")),
        (text("p"), text("")),
        (number(1), text("a")),
        (long(2049), text("a")),
        (text("p"), long(1025)),
    ] {
        let call = client.put_item().table_name(TABLE_ARN).item("pk", partition);
        assert_eq!(code(call.item("sk", sort).send().await), "ValidationException");
    }
    let call = client.put_item().table_name(TABLE_ARN).item("pk", text("p"));
    assert_eq!(code(call.send().await), "ValidationException");
    let call = client.get_item().table_name(TABLE_ARN).key("pk", text("p"));
    assert_eq!(code(call.clone().send().await), "ValidationException");
    let call = call.key("sk", text("a")).key("more", text("b"));
    assert_eq!(code(call.send().await), "ValidationException");
}
