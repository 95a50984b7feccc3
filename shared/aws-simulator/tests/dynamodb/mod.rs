//! The table: items, conditional writes, queries, what is read when, and who may.

mod access;
mod conditions;
mod expressions;
mod queries;
mod seeds;
mod time;
mod writes;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_simulator::{Simulator, TABLE_ARN};

use crate::support::config;

const PARTITION: &str = "account#1";

type Item = HashMap<String, AttributeValue>;

fn dynamodb(simulator: &Simulator) -> Client {
    Client::new(&config(simulator))
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A put of an item with the sort key `sort` and one more attribute.
fn put(client: &Client, sort: &str, name: &str, value: AttributeValue) -> PutItemFluentBuilder {
    let call = client.put_item().table_name(TABLE_ARN).item("pk", text(PARTITION));
    call.item("sk", text(sort)).item(name, value)
}

fn update(client: &Client, sort: &str, expression: &str) -> UpdateItemFluentBuilder {
    let call = client.update_item().table_name(TABLE_ARN).key("pk", text(PARTITION));
    call.key("sk", text(sort)).update_expression(expression)
}

fn delete(client: &Client, sort: &str) -> DeleteItemFluentBuilder {
    let call = client.delete_item().table_name(TABLE_ARN).key("pk", text(PARTITION));
    call.key("sk", text(sort))
}

/// A consistent query of the whole partition.
fn query(client: &Client) -> QueryFluentBuilder {
    let call = client.query().table_name(TABLE_ARN).consistent_read(true);
    call.key_condition_expression("pk = :pk").expression_attribute_values(":pk", text(PARTITION))
}

async fn get(client: &Client, sort: &str, consistent: bool) -> Option<Item> {
    let call = client.get_item().table_name(TABLE_ARN).consistent_read(consistent);
    let call = call.key("pk", text(PARTITION)).key("sk", text(sort));
    call.send().await.unwrap().item
}

fn sort_keys(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect()
}
