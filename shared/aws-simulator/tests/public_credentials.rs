//! SSH public keys and signing certificates.

use aws_sdk_iam::types::StatusType;
use aws_simulator::Simulator;

use crate::support::{account, account_with, code, iam};

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

async fn upload_key(simulator: &Simulator, user: &str, body: &str) -> String {
    let upload = iam(simulator).upload_ssh_public_key().user_name(user).ssh_public_key_body(body);
    code(upload.send().await)
}

// IAM API reference, UploadSSHPublicKey, ListSSHPublicKeys, UpdateSSHPublicKey, DeleteSSHPublicKey.
#[tokio::test(start_paused = true)]
async fn an_ssh_key_can_be_listed_switched_off_and_deleted() {
    let simulator = account();
    let iam = iam(&simulator);
    let upload = iam.upload_ssh_public_key().user_name("alice").ssh_public_key_body("ssh-rsa A");
    let key = upload.send().await.unwrap().ssh_public_key.unwrap();
    let id = key.ssh_public_key_id.as_str();
    assert!(id.starts_with("APKA"), "{id}");
    assert_eq!(key.ssh_public_key_body, "ssh-rsa A");
    let set = |status: StatusType| {
        let call = iam.update_ssh_public_key().user_name("alice").ssh_public_key_id(id);
        code_of(call.status(status).send())
    };
    assert_eq!(set(StatusType::Inactive).await, "accepted");
    // Observed: only time makes a credential expire.
    assert_eq!(set(StatusType::Expired).await, "InvalidInput");
    let listed = iam.list_ssh_public_keys().user_name("alice").send().await.unwrap();
    assert_eq!(listed.ssh_public_keys()[0].status, StatusType::Inactive);
    let delete = || iam.delete_ssh_public_key().user_name("alice").ssh_public_key_id(id).send();
    assert_eq!(code(delete().await), "accepted");
    assert_eq!(code(delete().await), "NoSuchEntity");
}

async fn code_of<T, E: aws_smithy_types::error::metadata::ProvideErrorMetadata, R>(
    call: impl Future<Output = Result<T, aws_smithy_runtime_api::client::result::SdkError<E, R>>>,
) -> String {
    code(call.await)
}

// IAM user guide, quotas: five SSH keys. Observed: the same key twice is refused for one user, and accepted for two.
#[tokio::test(start_paused = true)]
async fn ssh_keys_have_a_quota_and_differ_within_a_user() {
    let simulator = account();
    simulator.add_user("bob", "/", &[]);
    for n in 0..5 {
        assert_eq!(upload_key(&simulator, "alice", &format!("ssh-rsa {n}")).await, "accepted");
    }
    assert_eq!(upload_key(&simulator, "alice", "ssh-rsa 1").await, "DuplicateSSHPublicKey");
    assert_eq!(upload_key(&simulator, "alice", "ssh-rsa 6").await, "LimitExceeded");
    assert_eq!(upload_key(&simulator, "bob", "ssh-rsa 1").await, "accepted");
}

// IAM API reference, ListSSHPublicKeys, ListSigningCertificates: pages.
#[tokio::test(start_paused = true)]
async fn keys_and_certificates_are_listed_in_pages() {
    let simulator = account_with(|settings| settings.page_size = 1);
    let mut keys = [simulator.add_ssh_key("alice"), simulator.add_ssh_key("alice")];
    keys.sort();
    let mut certificates =
        ["one", "two"].map(|body| simulator.add_signing_certificate("alice", body));
    certificates.sort();
    let iam = iam(&simulator);
    let pages = iam.list_ssh_public_keys().user_name("alice").into_paginator().items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(
        listed.iter().map(|key| &key.ssh_public_key_id).collect::<Vec<_>>(),
        keys.each_ref()
    );
    let pages = iam.list_signing_certificates().user_name("alice").into_paginator().items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let ids: Vec<_> = listed.iter().map(|own| &own.certificate_id).collect();
    assert_eq!(ids, certificates.each_ref());
}

// Observed: a certificate uploaded again answers the old id and claims to be active, whatever is stored.
#[tokio::test(start_paused = true)]
async fn a_certificate_uploaded_again_is_the_old_one_and_lies_about_its_status() {
    let simulator = account();
    let iam = iam(&simulator);
    let upload = || {
        let call = iam.upload_signing_certificate().user_name("alice");
        call.certificate_body(CERTIFICATE).send()
    };
    let first = upload().await.unwrap().certificate.unwrap();
    assert_eq!(first.certificate_id.len(), 32);
    let update = iam.update_signing_certificate().user_name("alice");
    let update = update.certificate_id(&first.certificate_id).status(StatusType::Inactive);
    update.send().await.unwrap();
    let again = upload().await.unwrap().certificate.unwrap();
    assert_eq!((again.certificate_id, again.status), (first.certificate_id, StatusType::Active));
    let listed = iam.list_signing_certificates().user_name("alice").send().await.unwrap();
    let [stored] = listed.certificates() else { panic!("{listed:?}") };
    assert_eq!(
        (stored.status.clone(), stored.certificate_body.as_str()),
        (StatusType::Inactive, CERTIFICATE)
    );
}

// IAM API reference, UploadSigningCertificate: MalformedCertificate, DuplicateCertificate; quota of two.
#[tokio::test(start_paused = true)]
async fn certificates_are_checked_belong_to_one_user_and_have_a_quota() {
    let simulator = account();
    simulator.add_user("bob", "/", &[]);
    let upload = async |user: &str, body: &str| {
        let call = iam(&simulator).upload_signing_certificate().user_name(user);
        code(call.certificate_body(body).send().await)
    };
    assert_eq!(upload("alice", "no certificate").await, "MalformedCertificate");
    assert_eq!(upload("alice", CERTIFICATE).await, "accepted");
    assert_eq!(upload("bob", CERTIFICATE).await, "DuplicateCertificate");
    assert_eq!(upload("alice", &CERTIFICATE.replace("MIIB", "MIIC")).await, "accepted");
    assert_eq!(upload("alice", &CERTIFICATE.replace("MIIB", "MIID")).await, "LimitExceeded");
}

// IAM API reference, DeleteSigningCertificate, UpdateSigningCertificate.
#[tokio::test(start_paused = true)]
async fn a_certificate_of_another_user_does_not_exist_here() {
    let simulator = account();
    simulator.add_user("bob", "/", &[]);
    let id = simulator.add_signing_certificate("bob", CERTIFICATE);
    let iam = iam(&simulator);
    let delete = |user: &str| iam.delete_signing_certificate().user_name(user).certificate_id(&id);
    assert_eq!(code(delete("alice").send().await), "NoSuchEntity");
    assert_eq!(code(delete("bob").send().await), "accepted");
}
