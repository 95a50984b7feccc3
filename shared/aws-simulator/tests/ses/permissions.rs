//! What IAM judges a mail by, and clients that are not let in.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_simulator::{Server, Simulator};
use aws_types::SdkConfig;
use aws_types::region::Region;
use serde_json::{Value, json};

use super::{FROM, mail, message, sender, simple, to};
use crate::support::{code, config_with};

const IDENTITY: &str = "arn:aws:ses:eu-west-1:123456789012:identity/example.com";

fn under(resources: Value, condition: Value) -> Simulator {
    let simulator = sender();
    simulator.add_configuration_set("notices", None);
    let statement = json!({
        "Effect": "Allow", "Action": "ses:SendEmail", "Resource": resources, "Condition": condition,
    });
    let policy = json!({"Version": "2012-10-17", "Statement": statement});
    simulator.set_role_policy("tester", &policy);
    simulator
}

async fn send(simulator: &Simulator, recipients: &[&str]) -> String {
    let answer = code(mail(simulator, recipients).send().await);
    assert!(simulator.violations().is_empty(), "{:?}", simulator.violations());
    answer
}

// Service authorization reference, SES v2: the identity is the resource; address before domain.
#[tokio::test(start_paused = true)]
async fn the_resource_of_a_mail_is_the_identity_of_its_sender() {
    let simulator = under(json!(IDENTITY), json!({}));
    assert_eq!(send(&simulator, &["ann@example.org"]).await, "accepted");
    let call = simulator.calls().pop().unwrap();
    assert_eq!((call.service.as_str(), call.operation.as_str()), ("ses", "SendEmail"));
    assert_eq!(call.resource, IDENTITY);
    assert_eq!(call.conditions["ses:FromAddress"], "keys@example.com");
    assert_eq!(call.conditions["ses:Recipients"], "ann@example.org");
    simulator.verify_identity("keys@example.com");
    assert_eq!(send(&simulator, &["ann@example.org"]).await, "AccessDeniedException");
    let call = simulator.calls().pop().unwrap();
    assert_eq!(call.resource, "arn:aws:ses:eu-west-1:123456789012:identity/keys@example.com");
}

// Service authorization reference, SES v2: a configuration set is a resource of its own.
#[tokio::test(start_paused = true)]
async fn a_configuration_set_must_be_allowed_as_well() {
    let call = |simulator: &Simulator| {
        mail(simulator, &["ann@example.org"]).configuration_set_name("notices").send()
    };
    let simulator = under(json!(IDENTITY), json!({}));
    assert_eq!(code(call(&simulator).await), "AccessDeniedException");
    let set = "arn:aws:ses:eu-west-1:123456789012:configuration-set/notices";
    let simulator = under(json!([IDENTITY, set]), json!({}));
    assert_eq!(code(call(&simulator).await), "accepted");
}

// SES developer guide, identity and access management: ses:Recipients has every recipient, so all of them must fit.
#[tokio::test(start_paused = true)]
async fn a_policy_can_limit_recipients_and_sender() {
    let own = json!({"ForAllValues:StringLike": {"ses:Recipients": ["*@example.org"]}});
    let simulator = under(json!("*"), own);
    assert_eq!(send(&simulator, &["ann@example.org", "Bob <b@example.org>"]).await, "accepted");
    let mixed = ["ann@example.org", "eve@example.net"];
    assert_eq!(send(&simulator, &mixed).await, "AccessDeniedException");
    let sender = |address: &str| json!({"StringEquals": {"ses:FromAddress": address}});
    let simulator = under(json!("*"), sender("keys@example.com"));
    assert_eq!(send(&simulator, &mixed).await, "accepted");
    let simulator = under(json!("*"), sender("other@example.com"));
    assert_eq!(send(&simulator, &mixed).await, "AccessDeniedException");
}

// Common errors of services that speak REST and JSON.
#[tokio::test(start_paused = true)]
async fn keys_are_checked_under_the_codes_of_ses() {
    let simulator = sender();
    let mut key = simulator.add_access_key("alice");
    let send = async |key: &aws_simulator::NewKey| {
        let client = aws_sdk_sesv2::Client::new(&config_with(&simulator, key));
        let call = client.send_email().from_email_address(FROM).content(simple(message("Hello")));
        code(call.destination(to(&["ann@example.org"])).send().await)
    };
    assert_eq!(send(&key).await, "accepted");
    simulator.set_key_status(&key.id, "Inactive");
    assert_eq!(send(&key).await, "UnrecognizedClientException");
    simulator.set_key_status(&key.id, "Active");
    key.secret.push('x');
    assert_eq!(send(&key).await, "InvalidSignatureException");
}

#[tokio::test]
async fn the_server_takes_mail() {
    let simulator = sender();
    let server = Server::start(&simulator, 0).await.unwrap();
    let (id, secret, token) = simulator.role_credentials("tester");
    let credentials = Credentials::new(id, secret, Some(token), None, "test");
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(server.url())
        .build();
    let call = aws_sdk_sesv2::Client::new(&config).send_email().from_email_address(FROM);
    let call = call.destination(to(&["ann@example.org"])).content(simple(message("Hello")));
    let id = call.send().await.unwrap().message_id.unwrap();
    assert_eq!(simulator.view(|view| view.mails()[0].message_id.clone()), id);
}
