//! The loopback server, which real binaries and tools of other languages talk to.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_simulator::Server;
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
