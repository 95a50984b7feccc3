//! Secrets: names, values, deletion, lists, tags.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, Tag};
use aws_simulator::Simulator;
use jiff::SignedDuration;

use crate::support::{account, code, secrets, start};

async fn value(simulator: &Simulator, id: &str) -> String {
    secrets(simulator).get_secret_value().secret_id(id).send().await.unwrap().secret_string.unwrap()
}

// Secrets Manager API reference, CreateSecret: the ARN ends with a hyphen and six random characters.
#[tokio::test(start_paused = true)]
async fn a_secret_is_found_by_name_by_arn_and_by_partial_arn() {
    let simulator = account();
    let token = "11111111-2222-4333-8444-555555555555";
    let created = secrets(&simulator)
        .create_secret()
        .name("ci/key")
        .secret_string("x")
        .client_request_token(token)
        .send()
        .await;
    let created = created.unwrap();
    assert_eq!(created.version_id.as_deref(), Some(token));
    let arn = created.arn.unwrap();
    let partial = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/key";
    assert!(arn.starts_with(partial) && arn.len() == partial.len() + 7, "{arn}");
    for id in ["ci/key", &arn, partial] {
        assert_eq!(value(&simulator, id).await, "x");
    }
    assert_eq!(
        code(secrets(&simulator).get_secret_value().secret_id("ci").send().await),
        "ResourceNotFoundException"
    );
}

// Secrets Manager API reference, CreateSecret, Name.
#[tokio::test(start_paused = true)]
async fn a_name_is_checked_and_taken_once() {
    let simulator = account();
    let create =
        |name: &str| secrets(&simulator).create_secret().name(name).secret_string("x").send();
    assert_eq!(code(create("a,b").await), "ValidationException");
    assert_eq!(code(create("ci/key").await), "accepted");
    assert_eq!(code(create("ci/key").await), "ResourceExistsException");
}

// Secrets Manager API reference, ClientRequestToken: a call that is made again with the same token and value is ignored.
#[tokio::test(start_paused = true)]
async fn creating_a_secret_again_with_the_same_token_and_value_is_no_error() {
    let simulator = account();
    let create = |value: &str| {
        let create = secrets(&simulator).create_secret().name("ci/key").secret_string(value);
        create.client_request_token("11111111-2222-4333-8444-555555555555").send()
    };
    let first = create("x").await.unwrap();
    assert_eq!(create("x").await.unwrap().arn, first.arn);
    assert_eq!(code(create("y").await), "ResourceExistsException");
}

// Secrets Manager API reference, PutSecretValue, ClientRequestToken: 32 to 64 characters.
#[tokio::test(start_paused = true)]
async fn a_token_is_32_to_64_characters_long() {
    let simulator = account();
    simulator.add_secret("ci/key", "x");
    let put = |token: &str| {
        secrets(&simulator)
            .put_secret_value()
            .secret_id("ci/key")
            .secret_string("y")
            .client_request_token(token)
            .send()
    };
    assert_eq!(code(put(&"t".repeat(31)).await), "InvalidParameterException");
    assert_eq!(code(put(&"t".repeat(65)).await), "InvalidParameterException");
    assert_eq!(code(put(&"t".repeat(32)).await), "accepted");
}

// Secrets Manager user guide, quotas: a value has up to 65,536 bytes.
#[tokio::test(start_paused = true)]
async fn a_value_has_at_most_65536_bytes() {
    let simulator = account();
    simulator.add_secret("ci/key", "x");
    let put = |value: String| {
        secrets(&simulator).put_secret_value().secret_id("ci/key").secret_string(value).send()
    };
    assert_eq!(code(put("x".repeat(65_537)).await), "InvalidParameterException");
    assert_eq!(code(put("ü".repeat(32_769)).await), "InvalidParameterException");
    assert_eq!(code(put("x".repeat(65_536)).await), "accepted");
}

// Secrets Manager API reference, DeleteSecret and RestoreSecret: 30 days unless told otherwise.
#[tokio::test(start_paused = true)]
async fn a_deleted_secret_is_described_but_not_read_until_it_is_restored() {
    let simulator = account();
    simulator.add_secret("ci/key", "x");
    let secrets = secrets(&simulator);
    let deleted = secrets.delete_secret().secret_id("ci/key").send().await.unwrap();
    let due = start() + SignedDuration::from_hours(30 * 24);
    assert_eq!(deleted.deletion_date.unwrap().secs(), due.as_second());
    assert!(
        secrets.describe_secret().secret_id("ci/key").send().await.unwrap().deleted_date.is_some()
    );
    assert_eq!(
        code(secrets.get_secret_value().secret_id("ci/key").send().await),
        "InvalidRequestException"
    );
    assert_eq!(
        code(secrets.put_secret_value().secret_id("ci/key").secret_string("y").send().await),
        "InvalidRequestException"
    );
    assert_eq!(
        code(secrets.rotate_secret().secret_id("ci/key").send().await),
        "InvalidRequestException"
    );
    let tag = Tag::builder().key("a").value("b").build();
    assert_eq!(
        code(secrets.tag_resource().secret_id("ci/key").tags(tag).send().await),
        "InvalidRequestException"
    );
    assert_eq!(
        code(secrets.create_secret().name("ci/key").secret_string("y").send().await),
        "InvalidRequestException"
    );
    assert!(secrets.list_secrets().send().await.unwrap().secret_list.unwrap().is_empty());
    secrets.restore_secret().secret_id("ci/key").send().await.unwrap();
    assert_eq!(value(&simulator, "ci/key").await, "x");
}

// Secrets Manager API reference, DeleteSecret: RecoveryWindowInDays from 7 to 30, and not together with the force.
#[tokio::test(start_paused = true)]
async fn a_recovery_window_is_7_to_30_days_or_none() {
    let simulator = account();
    simulator.add_secret("ci/key", "x");
    let delete = || secrets(&simulator).delete_secret().secret_id("ci/key");
    assert_eq!(code(delete().recovery_window_in_days(6).send().await), "InvalidParameterException");
    let both = delete().recovery_window_in_days(7).force_delete_without_recovery(true);
    assert_eq!(code(both.send().await), "InvalidParameterException");
    assert_eq!(code(delete().force_delete_without_recovery(true).send().await), "accepted");
    assert_eq!(
        code(secrets(&simulator).describe_secret().secret_id("ci/key").send().await),
        "ResourceNotFoundException"
    );
    assert_eq!(
        code(secrets(&simulator).create_secret().name("ci/key").secret_string("y").send().await),
        "accepted"
    );
}

// Secrets Manager API reference, ListSecrets: filters match the beginning, all of them must.
#[tokio::test(start_paused = true)]
async fn secrets_are_listed_in_pages_and_by_filters() {
    let simulator = account();
    let secrets = secrets(&simulator);
    for n in 0..12 {
        let tag =
            Tag::builder().key("parity").value(if n % 2 == 0 { "even" } else { "odd" }).build();
        secrets
            .create_secret()
            .name(format!("list/{n:02}"))
            .secret_string("x")
            .tags(tag)
            .send()
            .await
            .unwrap();
    }
    simulator.add_secret("other", "x");
    let filter = |key, value: &str| Filter::builder().key(key).values(value).build();
    let list =
        secrets.list_secrets().max_results(5).filters(filter(FilterNameStringType::Name, "list/"));
    let pages: Vec<_> = list.into_paginator().send().collect::<Result<_, _>>().await.unwrap();
    let sizes: Vec<_> = pages.iter().map(|page| page.secret_list().len()).collect();
    assert_eq!(sizes, [5, 5, 2]);
    let odd = secrets
        .list_secrets()
        .filters(filter(FilterNameStringType::TagKey, "par"))
        .filters(filter(FilterNameStringType::TagValue, "odd"));
    assert_eq!(odd.send().await.unwrap().secret_list().len(), 6);
}

// Secrets Manager API reference, TagResource and UntagResource.
#[tokio::test(start_paused = true)]
async fn a_secret_keeps_the_tags_it_is_given() {
    let simulator = account();
    simulator.add_secret("ci/key", "x");
    let secrets = secrets(&simulator);
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    secrets
        .tag_resource()
        .secret_id("ci/key")
        .tags(tag("a", "1"))
        .tags(tag("b", "2"))
        .send()
        .await
        .unwrap();
    secrets.tag_resource().secret_id("ci/key").tags(tag("b", "3")).send().await.unwrap();
    secrets.untag_resource().secret_id("ci/key").tag_keys("a").send().await.unwrap();
    assert_eq!(
        secrets.describe_secret().secret_id("ci/key").send().await.unwrap().tags(),
        [tag("b", "3")]
    );
}

// Secrets Manager API reference, DescribeSecret, TagResource.
#[tokio::test(start_paused = true)]
async fn tags_of_a_secret_are_described() {
    let simulator = account();
    let arn = simulator.add_secret("ci/key", "x");
    simulator.tag_secret("ci/key", "owner", "team@example.com");
    simulator.tag_secret(&arn, "stage", "test");
    simulator.tag_secret(&arn, "stage", "production");
    let described = secrets(&simulator).describe_secret().secret_id("ci/key").send().await.unwrap();
    let tags: Vec<_> = described
        .tags
        .unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key.unwrap(), tag.value.unwrap()))
        .collect();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(tags, [pair("owner", "team@example.com"), pair("stage", "production")]);
}
