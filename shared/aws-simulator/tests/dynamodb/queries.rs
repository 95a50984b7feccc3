//! Queries of one partition, and their pages.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_simulator::TABLE_ARN;

use super::{PARTITION, delete, dynamodb, number, put, query, sort_keys, text};
use crate::support::{account, account_with, code};

fn key(sort: &str) -> HashMap<String, AttributeValue> {
    [("pk".to_owned(), text(PARTITION)), ("sk".to_owned(), text(sort))].into()
}

// API reference, Query: in order of the sort key, by UTF-8 bytes; of one partition.
#[tokio::test(start_paused = true)]
async fn a_query_answers_one_partition_in_order_of_the_sort_key() {
    let client = dynamodb(&account());
    for sort in ["b", "é", "a", "a#2", "Z"] {
        put(&client, sort, "n", number(1)).send().await.unwrap();
    }
    let other = client.put_item().table_name(TABLE_ARN).item("pk", text("account#10"));
    other.item("sk", text("c")).send().await.unwrap();
    let answer = query(&client).send().await.unwrap();
    assert_eq!(sort_keys(answer.items()), ["Z", "a", "a#2", "b", "é"]);
    assert_eq!((answer.count, answer.scanned_count, answer.last_evaluated_key()), (5, 5, None));
    let answer = query(&client).scan_index_forward(false).send().await.unwrap();
    assert_eq!(sort_keys(answer.items()), ["é", "b", "a#2", "a", "Z"]);
}

#[tokio::test(start_paused = true)]
async fn a_query_answers_the_sort_keys_with_a_prefix() {
    let client = dynamodb(&account());
    for sort in ["receipt#1", "credential#1", "credential#2", "credentialx", "rotation#1"] {
        put(&client, sort, "n", number(1)).send().await.unwrap();
    }
    let call = query(&client)
        .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
        .expression_attribute_values(":prefix", text("credential#"));
    let answer = call.clone().send().await.unwrap();
    assert_eq!(sort_keys(answer.items()), ["credential#1", "credential#2"]);
    let answer = call.expression_attribute_values(":prefix", number(1)).send().await;
    assert_eq!(code(answer), "ValidationException");
}

// Developer guide, "Paginating table query results": a page that is full has a key to go on from, even at the end.
#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_page_and_the_next_one_starts_after_it() {
    let client = dynamodb(&account());
    for sort in ["a", "b", "c", "d"] {
        put(&client, sort, "n", number(1)).send().await.unwrap();
    }
    let call = query(&client).limit(2);
    let first = call.clone().send().await.unwrap();
    assert_eq!(sort_keys(first.items()), ["a", "b"]);
    assert_eq!(first.last_evaluated_key(), Some(&key("b")));
    // The page starts after the key, whether or not its item is still there.
    delete(&client, "b").send().await.unwrap();
    let start = first.last_evaluated_key;
    let second = call.clone().set_exclusive_start_key(start).send().await.unwrap();
    assert_eq!(sort_keys(second.items()), ["c", "d"]);
    assert_eq!(second.last_evaluated_key(), Some(&key("d")));
    let start = second.last_evaluated_key;
    let third = call.clone().set_exclusive_start_key(start).send().await.unwrap();
    assert_eq!((third.items().len(), third.last_evaluated_key()), (0, None));
    let start = Some(key("c"));
    let backwards = call.scan_index_forward(false).set_exclusive_start_key(start);
    assert_eq!(sort_keys(backwards.send().await.unwrap().items()), ["a"]);
    assert_eq!(code(query(&client).limit(0).send().await), "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn a_page_does_not_start_outside_of_the_query() {
    let client = dynamodb(&account());
    let mut other = key("a");
    other.insert("pk".to_owned(), text("account#2"));
    for start in [other, [("pk".to_owned(), text(PARTITION))].into()] {
        let answer = query(&client).set_exclusive_start_key(Some(start)).send().await;
        assert_eq!(code(answer), "ValidationException");
    }
}

// API reference, Query: "The maximum amount of data is 1 MB".
#[tokio::test(start_paused = true)]
async fn a_page_holds_one_megabyte() {
    let client = dynamodb(&account());
    for sort in ["a", "b", "c", "d", "e"] {
        let large = text("x".repeat(300 * 1024));
        put(&client, sort, "text", large).send().await.unwrap();
    }
    let first = query(&client).send().await.unwrap();
    assert_eq!(sort_keys(first.items()), ["a", "b", "c"]);
    let start = first.last_evaluated_key;
    let second = query(&client).set_exclusive_start_key(start).send().await.unwrap();
    assert_eq!(sort_keys(second.items()), ["d", "e"]);
    assert_eq!(second.last_evaluated_key(), None);
}

#[tokio::test(start_paused = true)]
async fn a_query_of_many_items_is_whole_over_all_pages() {
    let simulator = account_with(|settings| settings.page_size = 7);
    let client = dynamodb(&simulator);
    for n in 0..50 {
        put(&client, &format!("{n:02}"), "n", number(n)).send().await.unwrap();
    }
    let items: Result<Vec<_>, _> = query(&client).into_paginator().items().send().collect().await;
    let expected: Vec<_> = (0..50).map(|n| format!("{n:02}")).collect();
    assert_eq!(sort_keys(&items.unwrap()), expected);
}
