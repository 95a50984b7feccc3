//! DynamoDB: tables of items with a partition key and a sort key, conditional writes, queries of one partition, and a time to live.
//!
//! Of the expression language there is what Keysteward uses; anything else is refused by name, so that a test cannot pass on a misunderstanding.

mod expression;
mod item;
mod operations;
mod table;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::authorization::{Context, Scope};
use crate::call::Caller;
use crate::error::ApiError;
use crate::request::Asked;
use crate::service::{Body, Errors, Protocol, Service};
use crate::services::Account;
use crate::wire::JsonFormat;
use crate::world::World;
use crate::{ACCOUNT, TABLE_ARN};
use expression::{KeyCondition, Names};
pub use table::TableSnapshot;
pub(crate) use table::{Item, Table};

pub(crate) const SERVICE: Service = Service {
    errors: Errors { internal: "InternalServerError", ..Errors::JSON },
    ..Service::new(
        "dynamodb",
        Protocol::Json(JsonFormat::RpcWithNamespace("com.amazonaws.dynamodb.v20120810")),
        judged_by,
        perform,
    )
};

/// The DynamoDB part of one account: its tables by ARN.
#[derive(Debug, Default)]
pub(crate) struct DynamoDb {
    pub(crate) tables: BTreeMap<String, Table>,
}

/// The ARN of a table that is named, or given by its ARN ("Amazon DynamoDB now supports table ARNs", API reference of `TableName`).
fn table_arn(name: &str, region: &str, account: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        format!("arn:aws:dynamodb:{region}:{account}:table/{name}")
    }
}

/// Fills in what IAM judges a call by: the table, and the partition key of the items.
fn judged_by(context: &mut Context, asked: &Asked, _: Option<&Account>, scope: Scope<'_>) {
    let Some(input) = asked.json() else { return };
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    let Some(name) = text("TableName") else { return };
    context.resource = table_arn(name, scope.region, scope.account);
    let keyed = ["Key", "Item"].iter().find_map(|member| input.get(*member)?.get("pk"));
    let queried = || {
        let condition = text("KeyConditionExpression")?;
        let condition = KeyCondition::parse(condition, &mut Names::of(input));
        condition.ok().map(|condition| condition.partition)
    };
    let leading = keyed.and_then(|pk| pk.get("S")?.as_str().map(ToOwned::to_owned));
    if let Some(leading) = leading.or_else(queried) {
        context.set("dynamodb:LeadingKeys", leading);
    }
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let input = asked.json()?;
    let (account, _) = world.account_and_ids(&caller.account);
    let answer = account.dynamodb.call(&asked.operation, input, caller)?;
    Some(answer.map(Body::Json))
}

impl DynamoDb {
    /// The tables of an account that is new: [`TABLE_ARN`] is there from the start.
    pub(crate) fn new(account: &str) -> Self {
        let tables = (account == ACCOUNT).then(|| (TABLE_ARN.to_owned(), Table::default()));
        Self { tables: tables.into_iter().collect() }
    }

    /// The table that the input names; the table must lie where the request went, in the caller's own account.
    fn asked_for(&mut self, input: &Value, caller: &Caller) -> Result<&mut Table, ApiError> {
        let name = input.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let arn = table_arn(name, &caller.region, &caller.account);
        let mut parts = arn.split(':').skip(3);
        if parts.next() != Some(caller.region.as_str()) {
            return Err(validation("TableArn Region does not match the Region of the request"));
        }
        if parts.next() != Some(caller.account.as_str()) {
            let message = format!("{} is not authorized on resource: {arn}", caller.arn());
            return Err(ApiError::new(400, "AccessDeniedException", message));
        }
        let table = self.tables.get_mut(&arn).ok_or_else(|| {
            ApiError::new(400, "ResourceNotFoundException", "Requested resource not found")
        })?;
        table.expire(caller.now, caller.settings.expired_items_stay);
        Ok(table)
    }

    fn call(
        &mut self,
        operation: &str,
        input: &Value,
        caller: &Caller,
    ) -> Option<Result<Value, ApiError>> {
        let perform = match operation {
            "GetItem" => operations::get_item,
            "PutItem" => operations::put_item,
            "UpdateItem" => operations::update_item,
            "DeleteItem" => operations::delete_item,
            "Query" => operations::query,
            _ => return None,
        };
        Some(self.asked_for(input, caller).and_then(|table| perform(table, input, caller)))
    }
}

/// A request that DynamoDB refuses for its form.
fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "ValidationException", message)
}
