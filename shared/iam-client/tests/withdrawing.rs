use aws_simulator::ApiError;
use iam_client::{ErrorKind, Existed};
use lifecycle::credential::{Credential, CredentialKind, CredentialStatus};
use lifecycle::identifiers::CredentialId;

use super::*;

/// One credential of every kind but the password, which has no state.
fn one_of_each(simulator: &Simulator) -> [CredentialId; 4] {
    let key = simulator.add_access_key("alice").id;
    let ssh = simulator.add_ssh_key("alice");
    let certificate = simulator.add_signing_certificate("alice", "any text");
    let bedrock = simulator.add_service_credential("alice", "bedrock.amazonaws.com", None);
    [
        (CredentialKind::AccessKey, key),
        (CredentialKind::SshPublicKey, ssh),
        (CredentialKind::SigningCertificate, certificate),
        (CredentialKind::ServiceSpecific, bedrock),
    ]
    .map(|(kind, id)| CredentialId::new(kind, &id).unwrap())
}

async fn listed(simulator: &Simulator, kind: CredentialKind) -> Vec<Credential> {
    let (reader, alice) = (reader(simulator), "alice".into());
    match kind {
        CredentialKind::AccessKey => reader.access_key_credentials(&alice, &|_| false).await,
        CredentialKind::SshPublicKey => reader.ssh_public_keys(&alice).await,
        CredentialKind::SigningCertificate => reader.signing_certificates(&alice).await,
        CredentialKind::ServiceSpecific => reader.service_specific_credentials_of(&alice).await,
        CredentialKind::Password => unreachable!("it is in no list"),
    }
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_kind_is_deactivated_reactivated_and_deleted() {
    let simulator = ideal();
    let (writer, alice) = (writer(&simulator), "alice".into());
    for id in one_of_each(&simulator) {
        assert_eq!(writer.deactivate(&alice, &id).await.unwrap(), Existed::Yes);
        assert_eq!(listed(&simulator, id.kind()).await[0].status, CredentialStatus::Inactive);
        writer.reactivate(&alice, &id).await.unwrap();
        assert_eq!(listed(&simulator, id.kind()).await[0].status, CredentialStatus::Active);
        assert_eq!(writer.delete(&alice, &id).await.unwrap(), Existed::Yes);
        assert_eq!(listed(&simulator, id.kind()).await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_did_not_exist_and_cannot_be_reactivated() {
    let simulator = ideal();
    let (writer, alice) = (writer(&simulator), "alice".into());
    for id in one_of_each(&simulator) {
        writer.delete(&alice, &id).await.unwrap();
        assert_eq!(writer.deactivate(&alice, &id).await.unwrap(), Existed::No);
        assert_eq!(writer.delete(&alice, &id).await.unwrap(), Existed::No);
        let error = writer.reactivate(&alice, &id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains(id.as_str()), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_password_is_deleted_and_never_reactivated() {
    let simulator = ideal();
    let (writer, alice) = (writer(&simulator), "alice".into());
    let id = CredentialId::Password;
    simulator.add_password("alice");
    assert_eq!(writer.deactivate(&alice, &id).await.unwrap(), Existed::Yes);
    assert_eq!(reader(&simulator).login_profile(&alice).await.unwrap(), None);
    assert_eq!(writer.delete(&alice, &id).await.unwrap(), Existed::No);
    let calls = simulator.calls().len();
    let error = writer.reactivate(&alice, &id).await.unwrap_err();
    assert_eq!((error.kind(), simulator.calls().len()), (ErrorKind::Rejected, calls));
    assert!(chain(&error).contains("cannot come back"), "{}", chain(&error));
}

#[tokio::test(start_paused = true)]
async fn a_password_that_was_just_set_is_a_conflict() {
    let settle = SignedDuration::from_mins(5);
    let simulator = account(Settings { login_profile_settling: settle, ..Settings::IDEAL });
    simulator.add_password("alice");
    let id = CredentialId::Password;
    let error = writer(&simulator).delete(&"alice".into(), &id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{}", chain(&error));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_no_confirmation() {
    let simulator = ideal();
    let [id, ..] = one_of_each(&simulator);
    let denied = ApiError::new(403, "AccessDenied", "a service control policy");
    refuse(&simulator, "UpdateAccessKey", Times::Always, What::Refuse(denied));
    let error = writer(&simulator).deactivate(&"alice".into(), &id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("iam:UpdateAccessKey"), "{error}");
    assert_eq!(listed(&simulator, id.kind()).await[0].status, CredentialStatus::Active);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again() {
    let simulator = ideal();
    let (writer, alice) = (writer(&simulator), "alice".into());
    for id in one_of_each(&simulator) {
        let calls = simulator.calls().len() as u64;
        simulator.plan(Fault { when: When::Call(1), times: Times::Once, what: What::TimeoutAfter });
        assert_eq!(writer.deactivate(&alice, &id).await.unwrap(), Existed::Yes);
        assert_eq!(simulator.calls().len() as u64, calls + 2);
        assert_eq!(listed(&simulator, id.kind()).await[0].status, CredentialStatus::Inactive);
    }
}
