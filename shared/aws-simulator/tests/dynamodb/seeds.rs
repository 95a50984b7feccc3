//! What tests see of the table and do to it without a call.

use aws_simulator::Simulator;

use super::{PARTITION, delete, dynamodb, get, number, put, text};
use crate::support::account;

fn present(simulator: &Simulator) -> Vec<String> {
    simulator.view(|view| view.table()).into_iter().map(|item| item.sk).collect()
}

#[tokio::test(start_paused = true)]
async fn the_view_shows_every_item_with_its_attributes() {
    let simulator = account();
    let client = dynamodb(&simulator);
    put(&client, "b", "n", number(1)).item("text", text("t")).send().await.unwrap();
    put(&client, "a", "n", number(2)).send().await.unwrap();
    assert_eq!(present(&simulator), ["a", "b"]);
    let item = simulator.view(|view| view.table()).pop().unwrap();
    assert_eq!(item.pk, PARTITION);
    let attributes: Vec<_> =
        item.attributes.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(attributes, [("n", "1"), ("text", "t")]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_item_is_gone_for_every_reader() {
    let simulator = account();
    let client = dynamodb(&simulator);
    for sort in ["a", "b"] {
        put(&client, sort, "n", number(1)).send().await.unwrap();
    }
    simulator.lose_items(|pk, sk| pk == PARTITION && sk == "a");
    assert_eq!((get(&client, "a", true).await, get(&client, "a", false).await), (None, None));
    assert!(get(&client, "b", true).await.is_some());
}

// Developer guide, "Point-in-time recovery": a table as it was at one moment.
#[tokio::test(start_paused = true)]
async fn a_snapshot_brings_back_what_was_there_item_by_item() {
    let simulator = account();
    let client = dynamodb(&simulator);
    put(&client, "changed", "n", number(1)).send().await.unwrap();
    put(&client, "deleted", "n", number(1)).send().await.unwrap();
    let snapshot = simulator.table_snapshot();
    put(&client, "changed", "n", number(2)).send().await.unwrap();
    put(&client, "new", "n", number(2)).send().await.unwrap();
    delete(&client, "deleted").send().await.unwrap();

    simulator.restore_items(&snapshot, |_, sk| sk == "changed");
    assert_eq!(get(&client, "changed", true).await.unwrap()["n"], number(1));
    assert_eq!(present(&simulator), ["changed", "new"]);
    simulator.restore_items(&snapshot, |_, _| true);
    assert_eq!(present(&simulator), ["changed", "deleted"]);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_nobody_wrote_is_read_like_any_other() {
    let simulator = account();
    simulator.put_raw_item(PARTITION, "a", &[("state", "?")]);
    let item = get(&dynamodb(&simulator), "a", true).await.unwrap();
    assert_eq!(item["state"], text("?"));
}
