//! The loopback server, which real binaries and tools of other languages talk to.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_iam::types::StatusType;
use aws_simulator::{Server, TrustPolicy};
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::support::{account, code};

#[tokio::test]
async fn the_server_answers_real_http_clients_with_accepted_credentials() {
    let simulator = account();
    simulator.accept_credentials("AKIAOPERATOROPERATOR", "secret");
    let server = Server::start(&simulator, 0).await.unwrap();
    let config = |secret: &str| {
        let credentials = Credentials::new("AKIAOPERATOROPERATOR", secret, None, None, "test");
        SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(server.url())
            .build()
    };
    let iam = aws_sdk_iam::Client::new(&config("secret"));
    assert_eq!(
        iam.get_user().user_name("alice").send().await.unwrap().user.unwrap().user_name,
        "alice"
    );
    assert_eq!(code(iam.get_user().user_name("nobody").send().await), "NoSuchEntity");
    let other = aws_sdk_iam::Client::new(&config("wrong"));
    assert_eq!(code(other.list_users().send().await), "SignatureDoesNotMatch");
    let secrets = aws_sdk_secretsmanager::Client::new(&config("secret"));
    let created = secrets.create_secret().name("ci/key").secret_string("x").send().await.unwrap();
    assert!(created.arn.unwrap().starts_with("arn:aws:secretsmanager:us-east-1:"));
    let callers: Vec<_> = simulator.calls().into_iter().map(|call| call.caller).collect();
    assert_eq!(callers, ["operator", "operator", "AKIAOPERATOROPERATOR", "operator"]);
}

// A sweep of a member account, as a real binary does it: assume the role, read the report, confirm, act, store.
#[tokio::test]
async fn a_sweep_over_http_meets_every_service() {
    let simulator = account();
    let member = simulator.account("210987654321");
    member.add_user("bob", "/", &[]);
    let key = member.add_access_key("bob");
    member.add_role("member", TrustPolicy::of(["arn:aws:iam::123456789012:role/hub"]));
    simulator.add_bucket("reports");
    let server = Server::start(&simulator, 0).await.unwrap();
    let config = |id: &str, secret: &str, token: String| {
        let credentials = Credentials::new(id, secret, Some(token), None, "test");
        SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(server.url())
            .build()
    };
    let (id, secret, token) = simulator.role_credentials("hub");
    let hub = config(&id, &secret, token);
    let assume = aws_sdk_sts::Client::new(&hub).assume_role().role_session_name("sweep");
    let assumed = assume.role_arn("arn:aws:iam::210987654321:role/member").send().await.unwrap();
    let session = assumed.credentials.unwrap();
    let iam = aws_sdk_iam::Client::new(&config(
        &session.access_key_id,
        &session.secret_access_key,
        session.session_token,
    ));
    iam.generate_credential_report().send().await.unwrap();
    let report = iam.get_credential_report().send().await.unwrap().content.unwrap();
    let update = iam.update_access_key().user_name("bob").access_key_id(&key.id);
    update.status(StatusType::Inactive).send().await.unwrap();
    let put = aws_sdk_s3::Client::new(&hub).put_object().bucket("reports").key("report.csv");
    put.body(report.into_inner().into()).send().await.unwrap();
    assert_eq!(member.view(|view| view.keys("bob").remove(0).status), "Inactive");
    let stored = simulator.view(|view| view.objects("reports").remove(0).body);
    assert!(stored.starts_with(b"user,arn,"));
    let callers: Vec<_> =
        simulator.calls().into_iter().map(|call| (call.caller, call.account)).collect();
    let at = |caller: &str, account: &str| (caller.to_owned(), account.to_owned());
    let (hub, member) = (at("hub", "123456789012"), at("member", "210987654321"));
    assert_eq!(callers, [hub.clone(), member.clone(), member.clone(), member, hub]);
}
