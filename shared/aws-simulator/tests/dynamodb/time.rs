//! What reads see after a write, and what becomes of expired items.

use jiff::SignedDuration;

use super::{delete, dynamodb, get, number, put, query, text};
use crate::support::{account, account_with, start};

// Developer guide, "DynamoDB read consistency".
#[tokio::test(start_paused = true)]
async fn an_eventually_consistent_read_may_be_stale_and_a_consistent_one_never_is() {
    let simulator = account_with(|settings| settings.table_lag = SignedDuration::from_secs(2));
    let client = dynamodb(&simulator);
    let seen = async |consistent| {
        let item = get(&client, "a", consistent).await;
        let listed = query(&client).consistent_read(consistent).send().await.unwrap().items;
        assert_eq!(item.as_ref(), listed.unwrap_or_default().first(), "both reads see the same");
        item.map(|item| item["n"].clone())
    };
    put(&client, "a", "n", number(1)).send().await.unwrap();
    assert_eq!((seen(false).await, seen(true).await), (None, Some(number(1))));
    simulator.advance(SignedDuration::from_secs(1));
    put(&client, "a", "n", number(2)).send().await.unwrap();
    assert_eq!((seen(false).await, seen(true).await), (None, Some(number(2))));
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!((seen(false).await, seen(true).await), (Some(number(1)), Some(number(2))));
    delete(&client, "a").send().await.unwrap();
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!((seen(false).await, seen(true).await), (Some(number(2)), None));
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!((seen(false).await, seen(true).await), (None, None));
}

// Developer guide, "Using time to live": expired items are deleted "within a few days", and until then appear in reads.
#[tokio::test(start_paused = true)]
async fn an_expired_item_is_readable_for_a_while() {
    let simulator = account();
    let client = dynamodb(&simulator);
    let expires = start().as_second() + 3600;
    put(&client, "a", "expires", number(expires)).send().await.unwrap();
    put(&client, "text", "expires", text(expires.to_string())).send().await.unwrap();
    simulator.advance(SignedDuration::from_hours(25) - SignedDuration::from_secs(1));
    assert!(get(&client, "a", true).await.is_some());
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(get(&client, "a", true).await, None);
    // "The item must contain the attribute … as a Number".
    assert!(get(&client, "text", true).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn how_long_an_expired_item_stays_is_a_setting() {
    let simulator =
        account_with(|settings| settings.expired_items_stay = SignedDuration::from_hours(48));
    let client = dynamodb(&simulator);
    put(&client, "a", "expires", number(start().as_second())).send().await.unwrap();
    simulator.advance(SignedDuration::from_hours(47));
    assert!(get(&client, "a", true).await.is_some());
    simulator.advance(SignedDuration::from_hours(1));
    assert_eq!(get(&client, "a", true).await, None);
}
