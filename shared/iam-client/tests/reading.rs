use std::collections::BTreeSet;

use aws_simulator::ApiError;
use iam_client::ErrorKind;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};

use super::*;

/// Valid until 2027-12-24T04:02:58Z.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBdjCCARygAwIBAgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9rZXlzdGV3
YXJkIHRlc3QwHhcNMjYxMTIyMDQwMjU4WhcNMjcxMjI0MDQwMjU4WjAaMRgwFgYD
VQQDDA9rZXlzdGV3YXJkIHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARG
tSD7dqtux374v0BqHPjqEf6T1CE+qVdOPOt9wNYOJZzl1lL9BE3SO8AmDzDnTWXS
zQmEj7aQBrJnhVvC65EZo1MwUTAdBgNVHQ4EFgQUwHFpkBX2XQT5M1Ns+tubxkj/
UHYwHwYDVR0jBBgwFoAUwHFpkBX2XQT5M1Ns+tubxkj/UHYwDwYDVR0TAQH/BAUw
AwEB/zAKBggqhkjOPQQDAgNIADBFAiEA0Fz+pFHZsubt4jOp6BO3f8Mg1ZXsoWku
hsNTnk7GrNwCICTSOroCrQYMUyvwly/TXrLwFKWyk9Omz/fqLjTKMPKm
-----END CERTIFICATE-----
";

#[tokio::test(start_paused = true)]
async fn all_users_are_listed_over_all_pages_with_tags_and_groups() {
    let simulator = account(Settings { page_size: 3, ..Settings::IDEAL });
    for number in 0..10 {
        simulator.add_user(&format!("user-{number}"), "/", &[]);
    }
    simulator.add_group("developers");
    simulator.add_to_group("alice", "developers");
    let users = reader(&simulator).users().await.unwrap();
    assert_eq!(users.iter().map(|user| &user.name).collect::<BTreeSet<_>>().len(), 11);
    let alice = users.into_iter().find(|user| user.name == "alice".into()).unwrap();
    assert_eq!(alice.path, "/team/");
    assert_eq!(alice.tags["owner"], "team@example.com");
    assert_eq!(alice.groups, BTreeSet::from(["developers".to_owned()]));
    assert_eq!(alice.created, at("2026-01-01T00:00:00Z"));
    assert!(simulator.calls().len() >= 4);
    assert_eq!(reader(&simulator).user_facts(&"alice".into(), true).await.unwrap(), alice);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_fails_the_list() {
    let simulator = account(Settings { page_size: 1, ..Settings::IDEAL });
    simulator.add_user("bob", "/", &[]);
    let denied = What::Refuse(ApiError::new(403, "AccessDenied", "no"));
    simulator.plan(Fault { when: When::Call(2), times: Times::Once, what: denied });
    let error = reader(&simulator).users().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("iam:GetAccountAuthorizationDetails"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn groups_cost_a_call_only_when_asked_for() {
    let simulator = ideal();
    simulator.add_password("alice");
    simulator.use_password("alice");
    let alice = reader(&simulator).user_facts(&"alice".into(), false).await.unwrap();
    assert_eq!(operations(&simulator, 0), ["GetUser"]);
    assert_eq!(alice.groups, BTreeSet::new());
    assert_eq!(alice.password_last_used, Some(at("2026-01-01T00:00:00Z")));
}

#[tokio::test(start_paused = true)]
async fn last_uses_are_looked_up_for_the_wanted_keys_only() {
    let simulator = ideal();
    let (used, idle) = (simulator.add_access_key("alice"), simulator.add_access_key("alice"));
    simulator.advance(days(1));
    simulator.use_key(&used.id, "dynamodb");
    let wanted = |key: &lifecycle::credential::AccessKey| key.id.as_str() == used.id;
    let reader = reader(&simulator);
    let keys = reader.access_key_credentials(&"alice".into(), &wanted).await.unwrap();
    let found = |id: &str| keys.iter().find(|key| key.id.as_str() == id).unwrap();
    assert_eq!(found(&used.id).last_use, LastUse::At(at("2026-01-02T00:00:00Z")));
    let expected =
        ServiceUse { service: "dynamodb".to_owned(), region: Some("eu-west-1".to_owned()) };
    assert_eq!(found(&used.id).last_used_with, Some(expected));
    assert_eq!(found(&idle.id).last_use, LastUse::Unknown);
    assert_eq!(operations(&simulator, 0), ["ListAccessKeys", "GetAccessKeyLastUsed"]);

    let all = reader.access_key_credentials(&"alice".into(), &|_| true).await.unwrap();
    let idle = all.iter().find(|key| key.id.as_str() == idle.id).unwrap();
    assert_eq!((&idle.last_use, &idle.last_used_with), (&LastUse::NoneRecorded, &None));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_deleted_between_the_two_calls_is_left_out() {
    let simulator = ideal();
    let (gone, stays) = (simulator.add_access_key("alice"), simulator.add_access_key("alice"));
    let error = ApiError::new(404, "NoSuchEntity", "gone");
    simulator.plan(Fault {
        when: When::OperationOn("GetAccessKeyLastUsed", gone.id),
        times: Times::Always,
        what: What::Refuse(error),
    });
    let keys = reader(&simulator).access_key_credentials(&"alice".into(), &|_| true).await.unwrap();
    assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), [stays.id]);
}

#[tokio::test(start_paused = true)]
async fn a_last_use_that_cannot_be_read_is_an_error_and_never_no_use() {
    let simulator = ideal();
    simulator.add_access_key("alice");
    for what in
        [What::Throttle, What::ErrorBefore, What::Refuse(ApiError::new(403, "AccessDenied", "no"))]
    {
        refuse(&simulator, "GetAccessKeyLastUsed", Times::Always, what);
        reader(&simulator).access_key_credentials(&"alice".into(), &|_| true).await.unwrap_err();
        simulator.forget_faults();
    }
}

#[tokio::test(start_paused = true)]
async fn a_password_exists_or_not() {
    let simulator = ideal();
    let reader = reader(&simulator);
    assert_eq!(reader.login_profile(&"alice".into()).await.unwrap(), None);
    simulator.add_password("alice");
    let created = at("2026-01-01T00:00:00Z");
    assert_eq!(reader.login_profile(&"alice".into()).await.unwrap(), Some(created));
    assert_eq!(reader.login_profile(&"nobody".into()).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn ssh_keys_are_listed_with_their_state() {
    let simulator = account(Settings { page_size: 1, ..Settings::IDEAL });
    let (one, other) = (simulator.add_ssh_key("alice"), simulator.add_ssh_key("alice"));
    simulator.set_status(&other, "Inactive");
    let mut keys = reader(&simulator).ssh_public_keys(&"alice".into()).await.unwrap();
    keys.sort_by_key(|key| key.id.as_str() != one);
    assert_eq!((keys[0].id.as_str(), &keys[0].status), (one.as_str(), &CredentialStatus::Active));
    assert_eq!(
        (keys[1].id.as_str(), &keys[1].status),
        (other.as_str(), &CredentialStatus::Inactive)
    );
    assert_eq!(keys[0].id.kind(), CredentialKind::SshPublicKey);
    assert_eq!(keys[0].last_use, LastUse::Unknown);
    assert_eq!(keys[0].created, at("2026-01-01T00:00:00Z"));
    assert_eq!(operations(&simulator, 0).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn certificates_tell_the_end_of_their_validity_where_it_can_be_read() {
    let simulator = ideal();
    let good = simulator.add_signing_certificate("alice", CERTIFICATE);
    simulator.add_signing_certificate("alice", "-----BEGIN CERTIFICATE-----\nbroken");
    let certificates = reader(&simulator).signing_certificates(&"alice".into()).await.unwrap();
    assert_eq!(certificates.len(), 2);
    for certificate in certificates {
        let expected = (certificate.id.as_str() == good).then(|| at("2027-12-24T04:02:58Z"));
        assert_eq!(certificate.expires, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn service_specific_credentials_are_listed_for_one_user_or_for_all() {
    let simulator = account(Settings { page_size: 2, ..Settings::IDEAL });
    simulator.add_user("bob", "/", &[]);
    let bedrock = simulator.add_service_credential("alice", "bedrock.amazonaws.com", Some(30));
    simulator.add_service_credential("alice", "codecommit.amazonaws.com", None);
    simulator.add_service_credential("bob", "brand-new.amazonaws.com", None);
    simulator.set_status(&bedrock, "Expired");
    let reader = reader(&simulator);
    let all = reader.service_specific_credentials().await.unwrap();
    let of =
        |user: &str| all.iter().filter(|(owner, _)| owner.as_str() == user).collect::<Vec<_>>();
    assert_eq!((of("alice").len(), of("bob").len()), (2, 1));
    assert_eq!(of("bob")[0].1.service.as_deref(), Some("brand-new.amazonaws.com"));
    let own = reader.service_specific_credentials_of(&"alice".into()).await.unwrap();
    let bedrock = own.iter().find(|credential| credential.id.as_str() == bedrock).unwrap();
    assert_eq!(bedrock.status, CredentialStatus::Expired);
    assert_eq!(bedrock.expires, Some(at("2026-01-31T00:00:00Z")));
    assert_eq!(own.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn lists_of_a_user_who_is_gone_are_not_found() {
    let simulator = ideal();
    let (reader, nobody) = (reader(&simulator), "nobody".into());
    let kinds = [
        reader.user_facts(&nobody, false).await.map(drop).unwrap_err(),
        reader.access_key_credentials(&nobody, &|_| true).await.map(drop).unwrap_err(),
        reader.ssh_public_keys(&nobody).await.map(drop).unwrap_err(),
        reader.signing_certificates(&nobody).await.map(drop).unwrap_err(),
        reader.service_specific_credentials_of(&nobody).await.map(drop).unwrap_err(),
    ];
    for error in kinds {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
}
