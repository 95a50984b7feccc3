//! Who reaches the table, from where, and what goes wrong on the way.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Region;
use aws_simulator::{ACCOUNT, ApiError, Fault, Simulator, TABLE_ARN, Times, What, When};
use serde_json::{Value, json};

use super::{PARTITION, delete, dynamodb, get, number, put, query, text, update};
use crate::support::{account, code, config};

const MISSING: &str = "ResourceNotFoundException";
const DENIED: &str = "AccessDeniedException";

fn client_in(simulator: &Simulator, region: &'static str) -> Client {
    Client::new(&config(simulator).into_builder().region(Region::from_static(region)).build())
}

fn get_from(
    client: &Client,
    table: &str,
) -> aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder {
    client.get_item().table_name(table).key("pk", text(PARTITION)).key("sk", text("a"))
}

// API reference, TableName: "You can also provide the Amazon Resource Name (ARN) of the table".
#[tokio::test(start_paused = true)]
async fn a_table_is_known_by_its_name_and_by_its_arn() {
    let client = dynamodb(&account());
    put(&client, "a", "n", number(1)).send().await.unwrap();
    for table in ["keysteward", TABLE_ARN] {
        let item = get_from(&client, table).send().await.unwrap().item;
        assert_eq!(item.unwrap()["n"], number(1), "{table}");
    }
    let other = TABLE_ARN.replace("keysteward", "other");
    for table in ["other", other.as_str()] {
        assert_eq!(code(get_from(&client, table).send().await), MISSING, "{table}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_is_in_the_region_of_its_arn() {
    let simulator = account();
    let elsewhere = client_in(&simulator, "us-east-1");
    assert_eq!(code(get_from(&elsewhere, "keysteward").send().await), MISSING);
    assert_eq!(code(get_from(&elsewhere, TABLE_ARN).send().await), "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn a_table_of_another_account_is_denied() {
    let client = dynamodb(&account().account("210987654321"));
    assert_eq!(code(get_from(&client, TABLE_ARN).send().await), DENIED);
    assert_eq!(code(get_from(&client, "keysteward").send().await), MISSING);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_table_is_not_found() {
    let simulator = account();
    simulator.delete_table();
    let client = dynamodb(&simulator);
    assert_eq!(code(get_from(&client, TABLE_ARN).send().await), MISSING);
    assert_eq!(code(query(&client).send().await), MISSING);
    assert_eq!(code(put(&client, "a", "n", number(1)).send().await), MISSING);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_operation_is_refused() {
    let client = dynamodb(&account());
    let answer = client.scan().table_name(TABLE_ARN).send().await;
    assert_eq!(code(answer), "UnknownOperationException");
}

// Service authorization reference, DynamoDB: the resource of every item operation is the table, and the key is `dynamodb:LeadingKeys`.
#[tokio::test(start_paused = true)]
async fn every_call_is_judged_by_the_table_and_the_partition() {
    let simulator = account();
    let client = dynamodb(&simulator);
    put(&client, "a", "n", number(1)).send().await.unwrap();
    get_from(&client, "keysteward").send().await.unwrap();
    update(&client, "a", "REMOVE n").send().await.unwrap();
    query(&client).send().await.unwrap();
    delete(&client, "a").send().await.unwrap();
    let calls = simulator.calls();
    let operations: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations, ["PutItem", "GetItem", "UpdateItem", "Query", "DeleteItem"]);
    for call in &calls {
        assert_eq!((call.service.as_str(), call.resource.as_str()), ("dynamodb", TABLE_ARN));
        assert_eq!(call.conditions["dynamodb:LeadingKeys"], PARTITION, "{}", call.operation);
        assert_eq!(
            call.is_write(),
            call.operation.ends_with("Item") && call.operation != "GetItem"
        );
    }
}

fn policy(operator: &str, keys: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:Query"], "Resource": TABLE_ARN,
        "Condition": {operator: {"dynamodb:LeadingKeys": keys}},
    }]})
}

// Developer guide, "Using IAM policy conditions for fine-grained access control".
#[tokio::test(start_paused = true)]
async fn a_role_is_held_to_the_partitions_of_its_policy() {
    for (operator, keys, allowed) in [
        ("ForAllValues:StringEquals", json!([PARTITION]), true),
        ("ForAllValues:StringEquals", json!(["account#2", PARTITION]), true),
        ("ForAllValues:StringEquals", json!(["account#2"]), false),
        ("ForAllValues:StringLike", json!(["account#*"]), true),
        ("ForAllValues:StringLike", json!(["reader#*"]), false),
    ] {
        let simulator = account();
        simulator.set_role_policy("tester", &policy(operator, &keys));
        let client = dynamodb(&simulator);
        let expected = if allowed { "accepted" } else { DENIED };
        assert_eq!(code(put(&client, "a", "n", number(1)).send().await), expected, "{keys}");
        assert_eq!(code(query(&client).send().await), expected, "{keys}");
        assert_eq!(code(get_from(&client, TABLE_ARN).send().await), DENIED, "{keys}");
        assert_eq!(simulator.violations(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_does_not_exist_is_refused_in_the_words_of_the_service() {
    let simulator = account();
    let mut key = simulator.add_access_key("alice");
    key.secret.push('x');
    let client = Client::new(&crate::support::config_with(&simulator, &key));
    assert_eq!(code(get_from(&client, TABLE_ARN).send().await), "InvalidSignatureException");
    simulator.remove_access_key(&key.id);
    assert_eq!(code(get_from(&client, TABLE_ARN).send().await), "UnrecognizedClientException");
}

// API reference, common errors and the errors of PutItem.
#[tokio::test(start_paused = true)]
async fn a_fault_strikes_before_or_after_the_effect() {
    let throughput = ApiError::new(400, "ProvisionedThroughputExceededException", "Too much.");
    for (what, answer, written) in [
        (What::ErrorBefore, "InternalServerError", false),
        (What::ErrorAfter, "InternalServerError", true),
        (What::Throttle, "ThrottlingException", false),
        (What::Refuse(throughput), "ProvisionedThroughputExceededException", false),
    ] {
        let simulator = account();
        let client = dynamodb(&simulator);
        let when = When::Operation("PutItem");
        simulator.plan(Fault { when, times: Times::Once, what: what.clone() });
        let answered = put(&client, "a", "n", number(1)).send().await;
        assert_eq!(code(answered), answer, "{what:?}");
        assert_eq!(get(&client, "a", true).await.is_some(), written, "{what:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_is_in_the_first_account_of_every_world() {
    let item = get_from(&dynamodb(&account()), TABLE_ARN).send().await.unwrap().item;
    assert_eq!(item, None);
    assert!(TABLE_ARN.contains(ACCOUNT));
}
