//! Writes under a condition.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::SignedDuration;

use super::{delete, dynamodb, get, number, put, text, update};
use crate::support::{account, account_with, code};

const LOST: &str = "ConditionalCheckFailedException";

// Developer guide, condition expressions, and "Comparison operator and function reference".
#[tokio::test(start_paused = true)]
async fn a_condition_decides_by_the_item_as_it_is() {
    // Items whose time is over stay, so that the conditions can be asked of them.
    let stay = SignedDuration::MAX;
    let client = dynamodb(&account_with(|settings| settings.expired_items_stay = stay));
    let rows = [
        // The condition, and whether it holds without an item, with one that expired at 5, and with one that expires at 15.
        ("attribute_not_exists(pk)", [true, false, false]),
        ("attribute_exists(pk)", [false, true, true]),
        ("attribute_not_exists(pk) OR expires < :now", [true, true, false]),
        ("attribute_not_exists(pk) OR expires <= :now", [true, true, false]),
        ("attribute_exists(pk) AND expires > :now", [false, false, true]),
        ("expires >= :now", [false, false, true]),
        ("expires = :now", [false, false, false]),
        ("attribute_exists(pk) AND expires < :now OR expires > :now", [false, true, true]),
    ];
    for (condition, expected) in rows {
        for (expires, holds) in [None, Some(5), Some(15)].into_iter().zip(expected) {
            delete(&client, "a").send().await.unwrap();
            if let Some(expires) = expires {
                put(&client, "a", "expires", number(expires)).send().await.unwrap();
            }
            let mut call = put(&client, "a", "new", text("n")).condition_expression(condition);
            if condition.contains(":now") {
                call = call.expression_attribute_values(":now", number(10));
            }
            let expected = if holds { "accepted" } else { LOST };
            assert_eq!(code(call.send().await), expected, "{condition} with {expires:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_are_compared_as_numbers_and_strings_byte_by_byte() {
    let client = dynamodb(&account());
    let rows: [(AttributeValue, &str, AttributeValue, bool); 8] = [
        (number(9), "a < :v", number(10), true),
        (text("9"), "a < :v", text("10"), false),
        (AttributeValue::N("1.0".to_owned()), "a = :v", number(1), true),
        (text("é"), "a > :v", text("z"), true),
        (text("1"), "a = :v", number(1), false),
        (text("1"), "a <= :v", number(1), false),
        (AttributeValue::Bool(true), "a = :v", AttributeValue::Bool(true), true),
        (number(10), "a <= :v", number(10), true),
    ];
    for (own, condition, value, holds) in rows {
        put(&client, "a", "a", own.clone()).send().await.unwrap();
        let call = delete(&client, "a").condition_expression(condition);
        let answer = call.expression_attribute_values(":v", value.clone()).send().await;
        let expected = if holds { "accepted" } else { LOST };
        assert_eq!(code(answer), expected, "{own:?} under {condition} with {value:?}");
    }
}

// API reference, ReturnValuesOnConditionCheckFailure.
#[tokio::test(start_paused = true)]
async fn a_lost_condition_answers_the_item_when_asked() {
    let client = dynamodb(&account());
    put(&client, "a", "revision", text("r1")).send().await.unwrap();
    let call = put(&client, "a", "revision", text("r3"))
        .condition_expression("revision = :revision")
        .expression_attribute_values(":revision", text("r2"));
    let item = |error: PutItemError| match error {
        PutItemError::ConditionalCheckFailedException(lost) => lost.item,
        other => panic!("{other:?}"),
    };
    let silent = call.clone().send().await.unwrap_err().into_service_error();
    assert_eq!(item(silent), None);
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    let asked = call.return_values_on_condition_check_failure(all_old.clone());
    let told = item(asked.send().await.unwrap_err().into_service_error()).unwrap();
    assert_eq!((&told["sk"], &told["revision"]), (&text("a"), &text("r1")));
    assert_eq!(get(&client, "a", true).await.unwrap()["revision"], text("r1"));

    // There is nothing to answer where no item is.
    let absent = put(&client, "b", "revision", text("r1"))
        .condition_expression("attribute_exists(pk)")
        .return_values_on_condition_check_failure(all_old);
    assert_eq!(item(absent.send().await.unwrap_err().into_service_error()), None);
    assert_eq!(get(&client, "b", true).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_lost_condition_leaves_the_item_alone() {
    let client = dynamodb(&account());
    put(&client, "a", "n", number(1)).send().await.unwrap();
    let before = get(&client, "a", true).await;
    let lost = put(&client, "a", "n", number(2)).condition_expression("attribute_not_exists(pk)");
    assert_eq!(code(lost.send().await), LOST);
    let lost = delete(&client, "a").condition_expression("attribute_not_exists(pk)");
    assert_eq!(code(lost.send().await), LOST);
    let lost = update(&client, "a", "REMOVE n").condition_expression("attribute_not_exists(pk)");
    assert_eq!(code(lost.send().await), LOST);
    assert_eq!(get(&client, "a", true).await, before);
}

// Two writers that read the same revision: the second one loses.
#[tokio::test(start_paused = true)]
async fn of_two_writers_of_one_revision_one_wins() {
    let client = dynamodb(&account());
    put(&client, "a", "revision", text("r1")).send().await.unwrap();
    let write = |revision: &str| {
        put(&client, "a", "revision", text(revision))
            .condition_expression("revision = :revision")
            .expression_attribute_values(":revision", text("r1"))
            .send()
    };
    assert_eq!(code(write("r2").await), "accepted");
    assert_eq!(code(write("r3").await), LOST);
    assert_eq!(get(&client, "a", true).await.unwrap()["revision"], text("r2"));
}
