//! The tables that the same calls are made to, and what they answer.

use std::collections::HashMap;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ReturnValue,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType,
};
use aws_simulator::{Server, Settings, Simulator};
use jiff::Timestamp;

pub(crate) const TABLE: &str = "keysteward";
pub(crate) const LOST: &str = "ConditionalCheckFailedException";
pub(crate) const REFUSED: &str = "ValidationException";

type Item = HashMap<String, AttributeValue>;

/// One call.
pub(crate) enum Call {
    Put {
        sort: &'static str,
        attributes: &'static [(&'static str, &'static str)],
        on: On,
    },
    Update {
        sort: &'static str,
        expression: &'static str,
        on: On,
    },
    Delete {
        sort: &'static str,
        on: On,
    },
    Get {
        sort: &'static str,
    },
    /// A query with a prefix, in pages of so many items; the answer is that of all pages.
    Query {
        prefix: &'static str,
        limit: i32,
        forward: bool,
    },
}

/// A condition, and the values that it and the update name.
#[derive(Clone, Copy)]
pub(crate) struct On(
    pub(crate) Option<&'static str>,
    pub(crate) &'static [(&'static str, &'static str)],
);

pub(crate) const ALWAYS: On = On(None, &[]);

pub(crate) fn on(condition: &'static str) -> On {
    On(Some(condition), &[])
}

/// A value as the rows write it: digits are a number, everything else is a text.
pub(crate) fn value(written: &str) -> AttributeValue {
    match written.parse::<i64>() {
        Ok(_) => AttributeValue::N(written.to_owned()),
        Err(_) => AttributeValue::S(written.to_owned()),
    }
}

/// An item as the rows write it: its attributes besides the partition key, in alphabetical order.
pub(crate) fn written(item: &Item) -> String {
    let text = |value: &AttributeValue| match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let own = item.iter().filter(|(name, _)| *name != "pk");
    let mut own: Vec<_> = own.map(|(name, value)| format!("{name}={}", text(value))).collect();
    own.sort();
    own.join(" ")
}

pub(crate) fn answered(item: Option<Item>) -> String {
    item.map_or_else(|| "nothing".to_owned(), |item| written(&item))
}

/// The code of an error, and the item in it.
pub(crate) fn failed<E: ProvideErrorMetadata, R>(
    error: &SdkError<E, R>,
    item: Option<&Item>,
) -> String {
    let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("no answer");
    item.map_or_else(|| code.to_owned(), |item| format!("{code}: {}", written(item)))
}

/// A partition of a table, of its own for every test.
pub(crate) struct Partition {
    client: Client,
    partition: String,
    _server: Option<Server>,
}

#[expect(clippy::disallowed_methods, reason = "an emulator keeps the machine's time")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

pub(crate) async fn client(endpoint: &str) -> Client {
    let credentials = Credentials::new("AKIAOPERATOROPERATOR", "operator", None, None, "test");
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new(aws_simulator::REGION))
        .credentials_provider(credentials)
        .endpoint_url(endpoint)
        .load()
        .await;
    Client::new(&config)
}

/// The simulator's table, and moto's if there is one.
pub(crate) async fn tables(name: &str) -> Vec<Partition> {
    let partition = format!("{name}#{}", now().as_nanosecond());
    let simulator = Simulator::new(now(), Settings::IDEAL);
    simulator.accept_credentials("AKIAOPERATOROPERATOR", "operator");
    let server = Server::start(&simulator, 0).await.unwrap();
    let own = client(&server.url()).await;
    let mut tables =
        vec![Partition { client: own, partition: partition.clone(), _server: Some(server) }];
    if let Some(url) = switch("KEYSTEWARD_TEST_MOTO_URL") {
        let client = client(&url).await;
        make_table(&client).await;
        tables.push(Partition { client, partition, _server: None });
    }
    tables
}

#[expect(
    clippy::disallowed_methods,
    reason = "the switch is the test's own, not a setting of the program"
)]
pub(crate) fn switch(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Makes the table, if no other test has.
pub(crate) async fn make_table(client: &Client) {
    let mut call = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
        let text = ScalarAttributeType::S;
        let is = AttributeDefinition::builder().attribute_name(name).attribute_type(text).build();
        call = call.key_schema(key.unwrap()).attribute_definitions(is.unwrap());
    }
    if let Err(error) = call.send().await {
        assert!(error.into_service_error().is_resource_in_use_exception());
    }
}

impl Partition {
    async fn make(&self, call: &Call) -> String {
        match call {
            Call::Put { sort, attributes, on } => self.put(sort, attributes, *on).await,
            Call::Update { sort, expression, on } => self.update(sort, expression, *on).await,
            Call::Delete { sort, on } => self.delete(sort, *on).await,
            Call::Get { sort } => {
                let call = self.client.get_item().table_name(TABLE).consistent_read(true);
                let call = call.set_key(Some(self.key(sort)));
                answered(call.send().await.unwrap().item)
            }
            Call::Query { prefix, limit, forward } => self.query(prefix, *limit, *forward).await,
        }
    }

    fn key(&self, sort: &str) -> Item {
        let key = [("pk", &self.partition), ("sk", &sort.to_owned())];
        key.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.clone()))).into()
    }

    async fn put(&self, sort: &str, attributes: &[(&str, &str)], on: On) -> String {
        let own = attributes.iter().map(|(name, written)| ((*name).to_owned(), value(written)));
        let call = self
            .client
            .put_item()
            .table_name(TABLE)
            .set_item(Some(self.key(sort).into_iter().chain(own).collect()))
            .set_condition_expression(on.0.map(ToOwned::to_owned))
            .set_expression_attribute_values(values(on))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(done) => answered(done.attributes),
            Err(error) => {
                use aws_sdk_dynamodb::operation::put_item::PutItemError as E;
                let item = match error.as_service_error() {
                    Some(E::ConditionalCheckFailedException(lost)) => lost.item(),
                    _ => None,
                };
                failed(&error, item)
            }
        }
    }

    async fn update(&self, sort: &str, expression: &str, on: On) -> String {
        let call = self
            .client
            .update_item()
            .table_name(TABLE)
            .set_key(Some(self.key(sort)))
            .update_expression(expression)
            .set_condition_expression(on.0.map(ToOwned::to_owned))
            .set_expression_attribute_values(values(on))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(done) => answered(done.attributes),
            Err(error) => {
                use aws_sdk_dynamodb::operation::update_item::UpdateItemError as E;
                let item = match error.as_service_error() {
                    Some(E::ConditionalCheckFailedException(lost)) => lost.item(),
                    _ => None,
                };
                failed(&error, item)
            }
        }
    }

    async fn delete(&self, sort: &str, on: On) -> String {
        let call = self
            .client
            .delete_item()
            .table_name(TABLE)
            .set_key(Some(self.key(sort)))
            .set_condition_expression(on.0.map(ToOwned::to_owned))
            .set_expression_attribute_values(values(on))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(done) => answered(done.attributes),
            Err(error) => {
                use aws_sdk_dynamodb::operation::delete_item::DeleteItemError as E;
                let item = match error.as_service_error() {
                    Some(E::ConditionalCheckFailedException(lost)) => lost.item(),
                    _ => None,
                };
                failed(&error, item)
            }
        }
    }

    /// The sort keys of every page; pages are divided by a bar.
    async fn query(&self, prefix: &str, limit: i32, forward: bool) -> String {
        let call = self.client.query().table_name(TABLE).consistent_read(true).limit(limit);
        let call = call.scan_index_forward(forward);
        let call = call.expression_attribute_values(":pk", value(&self.partition));
        let call = match prefix {
            "" => call.key_condition_expression("pk = :pk"),
            prefix => call
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", value(prefix)),
        };
        let mut pages = call.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            let sort = page.items().iter().map(|item| item["sk"].as_s().unwrap().clone());
            let sort: Vec<_> = sort.collect();
            if !sort.is_empty() {
                found.push(sort.join(" "));
            }
        }
        found.join(" | ")
    }
}

pub(crate) fn values(on: On) -> Option<Item> {
    let values = on.1.iter().map(|(name, written)| ((*name).to_owned(), value(written)));
    Some(values.collect()).filter(|values: &Item| !values.is_empty())
}

pub(crate) async fn both_answer(name: &str, rows: &[(Call, &str)]) {
    for (table, whose) in tables(name).await.iter().zip(["simulator", "moto"]) {
        answers(table, whose, rows).await;
    }
}

/// For what moto is known to answer otherwise.
pub(crate) async fn the_simulator_answers(name: &str, rows: &[(Call, &str)]) {
    for simulated in tables(name).await.iter().take(1) {
        answers(simulated, "simulator", rows).await;
    }
}

async fn answers(table: &Partition, whose: &str, rows: &[(Call, &str)]) {
    let mut answers = Vec::new();
    for (call, _) in rows {
        answers.push(table.make(call).await);
    }
    let expected: Vec<_> = rows.iter().map(|(_, expected)| *expected).collect();
    assert_eq!(answers, expected, "{whose}");
}

pub(crate) fn put(
    sort: &'static str,
    attributes: &'static [(&'static str, &'static str)],
    on: On,
) -> Call {
    Call::Put { sort, attributes, on }
}
