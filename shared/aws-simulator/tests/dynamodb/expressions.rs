//! Which expressions are understood: what Keysteward uses, and nothing else.

use super::{PARTITION, dynamodb, get, number, put, query, text, update};
use crate::support::{account, code};

const REFUSED: &str = "ValidationException";

#[tokio::test(start_paused = true)]
async fn a_condition_that_is_not_simulated_is_refused() {
    let client = dynamodb(&account());
    for condition in [
        "",
        "a",
        "a <> :v",
        "NOT a = :v",
        "(a = :v)",
        "a = :v OR (a = :v)",
        "a = b",
        ":v = a",
        "a.b = :v",
        "a[0] = :v",
        "a BETWEEN :v AND :v",
        "a IN (:v)",
        "contains(a, :v)",
        "begins_with(a, :v)",
        "size(a) = :v",
        "attribute_type(a, :v)",
        "attribute_exists(a.b)",
        "attribute_exists(a) AND",
        "a = :v or a = :v",
    ] {
        let mut call = put(&client, "a", "a", text("x")).condition_expression(condition);
        if condition.contains(":v") {
            call = call.expression_attribute_values(":v", text("x"));
        }
        assert_eq!(code(call.send().await), REFUSED, "{condition}");
    }
    assert_eq!(get(&client, "a", true).await, None);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_is_not_simulated_is_refused() {
    let client = dynamodb(&account());
    for expression in [
        "",
        "SET",
        "SET a",
        "SET a = b",
        "SET a = a + :v",
        "SET a = if_not_exists(a, :v)",
        "SET a.b = :v",
        "SET a = :v, a = :v",
        "ADD a :v",
        "DELETE a :v",
        "REMOVE ",
        "REMOVE a[0]",
        "REMOVE a, a",
        "set a = :v",
    ] {
        let mut call = update(&client, "a", expression);
        if expression.contains(":v") {
            call = call.expression_attribute_values(":v", number(1));
        }
        assert_eq!(code(call.send().await), REFUSED, "{expression}");
    }
    assert_eq!(get(&client, "a", true).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_key_condition_that_is_not_simulated_is_refused() {
    let client = dynamodb(&account());
    for condition in [
        "",
        "sk = :pk",
        "pk > :pk",
        "pk = :pk AND sk = :pk",
        "pk = :pk AND sk BETWEEN :pk AND :pk",
        "pk = :pk AND begins_with(pk, :pk)",
        "begins_with(pk, :pk)",
        "pk = :pk OR pk = :pk",
    ] {
        let call = query(&client).key_condition_expression(condition);
        assert_eq!(code(call.send().await), REFUSED, "{condition}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_is_not_simulated_is_refused() {
    let client = dynamodb(&account());
    let filtered = query(&client).filter_expression("pk = :pk");
    assert_eq!(code(filtered.send().await), REFUSED);
    assert_eq!(code(query(&client).index_name("other").send().await), REFUSED);
    assert_eq!(code(query(&client).projection_expression("pk").send().await), REFUSED);
}

// Developer guide, "Expression attribute names": a name with `#` stands for an attribute.
#[tokio::test(start_paused = true)]
async fn a_name_stands_for_an_attribute() {
    let client = dynamodb(&account());
    let call = update(&client, "a", "SET #state = :state")
        .condition_expression("attribute_not_exists(#state)")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":state", text("warned"));
    assert_eq!(code(call.clone().send().await), "accepted");
    assert_eq!(get(&client, "a", true).await.unwrap()["state"], text("warned"));
    assert_eq!(code(call.send().await), "ConditionalCheckFailedException");
}

// Developer guide, "Reserved words in DynamoDB"; they have no case.
#[tokio::test(start_paused = true)]
async fn a_reserved_word_does_not_stand_bare() {
    let client = dynamodb(&account());
    for word in [
        "state", "user", "token", "key", "from", "until", "name", "status", "owner", "by", "at",
        "format", "secret", "State", "STATE",
    ] {
        let call = put(&client, "a", "a", text("x"))
            .condition_expression(format!("{word} = :v"))
            .expression_attribute_values(":v", text("x"));
        let expected = if word == "secret" { "ConditionalCheckFailedException" } else { REFUSED };
        assert_eq!(code(call.send().await), expected, "{word}");
    }
}

// API reference, ExpressionAttributeNames and -Values: what no expression uses is refused, and so is what none defines.
#[tokio::test(start_paused = true)]
async fn names_and_values_are_used_and_defined() {
    let client = dynamodb(&account());
    let plain = || put(&client, "a", "a", text("x"));
    let condition = || plain().condition_expression("a = :v");
    assert_eq!(code(condition().send().await), REFUSED);
    let unused = condition()
        .expression_attribute_values(":v", text("x"))
        .expression_attribute_values(":w", text("x"));
    assert_eq!(code(unused.send().await), REFUSED);
    let unused = condition()
        .expression_attribute_values(":v", text("x"))
        .expression_attribute_names("#a", "a");
    assert_eq!(code(unused.send().await), REFUSED);
    let undefined = plain().condition_expression("attribute_exists(#a)");
    assert_eq!(code(undefined.send().await), REFUSED);
    let without = plain().expression_attribute_values(":v", text("x"));
    assert_eq!(code(without.send().await), REFUSED);
    let unused = query(&client).expression_attribute_values(":prefix", text(PARTITION));
    assert_eq!(code(unused.send().await), REFUSED);
}
