//! Queues themselves, and who may use them.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_simulator::{Fault, Server, Times, What, When};
use aws_types::SdkConfig;
use aws_types::region::Region;
use serde_json::json;

use super::{URL, attribute, send, sqs};
use crate::support::{account, code, config_with};

// SQS API reference, CreateQueue: the same name with other attributes is refused.
#[tokio::test(start_paused = true)]
async fn making_a_queue_again_answers_the_same_url() {
    let simulator = account();
    let sqs = sqs(&simulator);
    let create = |timeout: &str| {
        let call = sqs.create_queue().queue_name("notices");
        call.attributes(QueueAttributeName::VisibilityTimeout, timeout).send()
    };
    assert_eq!(create("60").await.unwrap().queue_url.as_deref(), Some(URL));
    assert_eq!(create("60").await.unwrap().queue_url.as_deref(), Some(URL));
    assert_eq!(code(create("61").await), "QueueAlreadyExists");
    let url = sqs.get_queue_url().queue_name("notices").send().await.unwrap().queue_url;
    assert_eq!(url.as_deref(), Some(URL));
    for bad in ["a b", "a.fifo", &"x".repeat(81)] {
        let answer = code(sqs.create_queue().queue_name(bad).send().await);
        assert_eq!(answer, "InvalidParameterValue", "{bad}");
    }
}

// SQS API reference, common errors: the code on the wire is that of the former XML format.
#[tokio::test(start_paused = true)]
async fn a_queue_that_is_not_there_does_not_exist() {
    let simulator = account();
    let error = sqs(&simulator).get_queue_url().queue_name("notices").send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_queue_does_not_exist());
    assert_eq!(error.meta().code(), Some("AWS.SimpleQueueService.NonExistentQueue"));
    let sent = sqs(&simulator).send_message().queue_url(URL).message_body("x").send().await;
    assert!(sent.unwrap_err().into_service_error().is_queue_does_not_exist());
}

// SQS API reference, SetQueueAttributes: ranges and names.
#[tokio::test(start_paused = true)]
async fn attributes_of_a_queue_are_checked() {
    let simulator = account();
    let arn = simulator.add_queue("notices");
    let set = async |name: &str, value: &str| {
        let call = sqs(&simulator).set_queue_attributes().queue_url(URL);
        code(call.attributes(QueueAttributeName::from(name), value).send().await)
    };
    assert_eq!(set("VisibilityTimeout", "43201").await, "InvalidAttributeValue");
    assert_eq!(set("VisibilityTimeout", "x").await, "InvalidAttributeValue");
    assert_eq!(set("Colour", "red").await, "InvalidAttributeName");
    assert_eq!(set("VisibilityTimeout", "43200").await, "accepted");
    let missing = json!({"deadLetterTargetArn": format!("{arn}-missing"), "maxReceiveCount": 3});
    assert_eq!(set("RedrivePolicy", &missing.to_string()).await, "InvalidAttributeValue");
    assert_eq!(set("RedrivePolicy", "no JSON").await, "InvalidAttributeValue");
    let never = json!({"deadLetterTargetArn": arn, "maxReceiveCount": 0});
    assert_eq!(set("RedrivePolicy", &never.to_string()).await, "InvalidAttributeValue");
    let timeout = attribute(&simulator, QueueAttributeName::VisibilityTimeout).await;
    assert_eq!(timeout.as_deref(), Some("43200"));
    assert_eq!(attribute(&simulator, QueueAttributeName::QueueArn).await, Some(arn));
    assert_eq!(attribute(&simulator, QueueAttributeName::RedrivePolicy).await, None);
}

// IAM user guide; service authorization reference, SQS: the queue is the resource, a batch is judged as its single form.
#[tokio::test(start_paused = true)]
async fn calls_are_judged_by_the_queue() {
    let simulator = account();
    let arn = simulator.add_queue("notices");
    let statement = json!({"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:DeleteMessage"], "Resource": arn});
    let policy = json!({"Version": "2012-10-17", "Statement": statement});
    simulator.set_role_policy("tester", &policy);
    send(&simulator, "x").await;
    assert_eq!(simulator.calls()[0].resource, arn);
    let batch = sqs(&simulator).delete_message_batch().queue_url(URL).send().await;
    assert_eq!(code(batch), "AWS.SimpleQueueService.EmptyBatchRequest");
    let refused = sqs(&simulator).receive_message().queue_url(URL).send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 403);
    let refused = refused.into_service_error();
    assert_eq!(refused.meta().code(), Some("AccessDenied"));
    assert!(refused.meta().message().unwrap().contains("to perform: sqs:receivemessage on"));
}

// SQS developer guide: without a queue policy only the account of a queue may use it.
#[tokio::test(start_paused = true)]
async fn a_queue_of_another_account_is_out_of_reach() {
    let simulator = account();
    simulator.account("210987654321").add_queue("notices");
    let url = URL.replace("123456789012", "210987654321");
    let sent = sqs(&simulator).send_message().queue_url(url).message_body("x").send().await;
    assert_eq!(code(sent), "AccessDenied");
}

#[tokio::test(start_paused = true)]
async fn sqs_names_its_failures_differently() {
    let simulator = account();
    simulator.add_queue("notices");
    let send =
        async || code(sqs(&simulator).send_message().queue_url(URL).message_body("x").send().await);
    for (what, answer) in
        [(What::ErrorBefore, "InternalFailure"), (What::Throttle, "RequestThrottled")]
    {
        simulator.plan(Fault { when: When::Operation("SendMessage"), times: Times::Once, what });
        assert_eq!(send().await, answer);
    }
    let mut key = simulator.add_access_key("alice");
    key.secret.push('x');
    let alice = aws_sdk_sqs::Client::new(&config_with(&simulator, &key));
    let refused = alice.send_message().queue_url(URL).message_body("x").send().await;
    assert_eq!(code(refused), "SignatureDoesNotMatch");
}

#[tokio::test]
async fn the_server_takes_messages() {
    let simulator = account();
    simulator.add_queue("notices");
    let server = Server::start(&simulator, 0).await.unwrap();
    let (id, secret, token) = simulator.role_credentials("tester");
    let credentials = Credentials::new(id, secret, Some(token), None, "test");
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(server.url())
        .build();
    let sqs = aws_sdk_sqs::Client::new(&config);
    sqs.send_message().queue_url(URL).message_body("x").send().await.unwrap();
    assert_eq!(simulator.view(|view| view.queue("notices").remove(0).body), "x");
}
