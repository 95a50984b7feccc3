//! Answers that IAM should never give, and that must not be taken for good ones.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use iam_client::ErrorKind;
use lifecycle::credential::LastUse;

use super::*;

/// Answers with these results, one after another.
#[derive(Clone)]
struct Script(Arc<Mutex<VecDeque<String>>>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl HttpClient for Script {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.lock().unwrap().pop_front().unwrap();
        let response = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(answer));
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// A reader whose calls are answered with `results`: the operation, and what is inside its result.
fn scripted(results: &[(&str, &str)]) -> IamReader {
    let answer = |(operation, result): &(&str, &str)| {
        format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
        )
    };
    let script = Script(Arc::new(Mutex::new(results.iter().map(answer).collect())));
    IamReader::new(&ideal().sdk_config("sweep").into_builder().http_client(script).build())
}

fn assert_malformed<T: fmt::Debug>(answer: Result<T, Error>, member: &str) {
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(chain(&error).contains(member), "{}", chain(&error));
}

const KEY: &str = "<IsTruncated>false</IsTruncated><AccessKeyMetadata><member><UserName>alice</UserName>\
<AccessKeyId>AKIAEXAMPLEEXAMPLE01</AccessKeyId><Status>Active</Status><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
</member></AccessKeyMetadata>";

fn last_used(user: &str, inside: &str) -> String {
    format!("<UserName>{user}</UserName><AccessKeyLastUsed>{inside}</AccessKeyLastUsed>")
}

#[tokio::test(start_paused = true)]
async fn a_last_use_by_another_user_is_never_taken() {
    let none = "<ServiceName>N/A</ServiceName><Region>N/A</Region>";
    let answer = last_used("mallory", none);
    let reader = scripted(&[("ListAccessKeys", KEY), ("GetAccessKeyLastUsed", &answer)]);
    let keys = reader.access_key_credentials(&"alice".into(), &|_| true).await;
    assert_malformed(keys, "the user whose key it is");
}

#[tokio::test(start_paused = true)]
async fn a_use_without_a_date_is_unknown_and_not_none() {
    let answer = last_used("alice", "<ServiceName>s3</ServiceName><Region>N/A</Region>");
    let reader = scripted(&[("GetAccessKeyLastUsed", &answer)]);
    let owner = reader.key_owner(&"AKIAEXAMPLEEXAMPLE01".parse().unwrap()).await.unwrap();
    assert_eq!(owner.last_use, LastUse::Unknown);
    assert_eq!(owner.last_used_with.unwrap().region, None);
}

#[tokio::test(start_paused = true)]
async fn a_last_use_that_is_missing_altogether_is_malformed() {
    let reader = scripted(&[("GetAccessKeyLastUsed", "<UserName>alice</UserName>")]);
    assert_malformed(
        reader.key_owner(&"AKIAEXAMPLEEXAMPLE01".parse().unwrap()).await,
        "AccessKeyLastUsed",
    );
}

#[tokio::test(start_paused = true)]
async fn a_credential_without_a_date_is_malformed_and_not_of_1970() {
    let alice = "alice".into();
    let key = "<SSHPublicKeys><member><UserName>alice</UserName><SSHPublicKeyId>APKAEXAMPLE</SSHPublicKeyId>\
<Status>Active</Status></member></SSHPublicKeys>";
    let reader = scripted(&[("ListSSHPublicKeys", key)]);
    assert_malformed(reader.ssh_public_keys(&alice).await, "UploadDate");

    let certificate = "<Certificates><member><UserName>alice</UserName><CertificateId>EXAMPLE</CertificateId>\
<CertificateBody>x</CertificateBody><Status>Active</Status></member></Certificates>";
    let reader = scripted(&[("ListSigningCertificates", certificate)]);
    assert_malformed(reader.signing_certificates(&alice).await, "UploadDate");

    let credential = "<ServiceSpecificCredentials><member><UserName>alice</UserName><Status>Active</Status>\
<ServiceSpecificCredentialId>ACCAEXAMPLE</ServiceSpecificCredentialId><ServiceName>x</ServiceName></member>\
</ServiceSpecificCredentials>";
    let reader = scripted(&[("ListServiceSpecificCredentials", credential)]);
    assert_malformed(reader.service_specific_credentials().await, "CreateDate");

    let reader =
        scripted(&[("GetLoginProfile", "<LoginProfile><UserName>alice</UserName></LoginProfile>")]);
    assert_malformed(reader.login_profile(&alice).await, "CreateDate");

    let key = KEY.replace("<CreateDate>2026-01-01T00:00:00Z</CreateDate>", "");
    let reader = scripted(&[("ListAccessKeys", &key)]);
    assert_malformed(reader.access_keys(&alice).await, "CreateDate");
}

#[tokio::test(start_paused = true)]
async fn a_user_without_a_name_id_or_date_is_malformed() {
    let user = "<UserName>alice</UserName><UserId>AIDAEXAMPLE</UserId><Path>/</Path>\
<Arn>arn:aws:iam::123456789012:user/alice</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>";
    for (element, member) in [
        ("<UserName>alice</UserName>", "UserName"),
        ("<UserId>AIDAEXAMPLE</UserId>", "UserId"),
        ("<Path>/</Path>", "Path"),
        ("<Arn>arn:aws:iam::123456789012:user/alice</Arn>", "Arn"),
        ("<CreateDate>2026-01-01T00:00:00Z</CreateDate>", "CreateDate"),
    ] {
        let rest = user.replace(element, "");
        let one = format!("<User>{rest}</User>");
        let reader = scripted(&[("GetUser", &one)]);
        assert_malformed(reader.user_facts(&"alice".into(), false).await, member);
        let all = format!("<UserDetailList><member>{rest}</member></UserDetailList>");
        let reader = scripted(&[("GetAccountAuthorizationDetails", &all)]);
        assert_malformed(reader.users().await, member);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_goes_on_nowhere_or_in_a_circle_is_malformed() {
    let page = |marker: &str| format!("<IsTruncated>true</IsTruncated>{marker}");
    let reader = scripted(&[("GetAccountAuthorizationDetails", &page(""))]);
    assert_malformed(reader.users().await, "marker");
    let circle = page("<Marker>again</Marker>");
    let lists = [
        "ListAccessKeys",
        "ListSSHPublicKeys",
        "ListSigningCertificates",
        "ListServiceSpecificCredentials",
    ];
    for list in lists {
        let reader = scripted(&[(list, &circle), (list, &circle)]);
        let alice = "alice".into();
        let answer = match list {
            "ListAccessKeys" => reader.access_keys(&alice).await.map(drop),
            "ListSSHPublicKeys" => reader.ssh_public_keys(&alice).await.map(drop),
            "ListSigningCertificates" => reader.signing_certificates(&alice).await.map(drop),
            _ => reader.service_specific_credentials_of(&alice).await.map(drop),
        };
        assert_malformed(answer, "marker");
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_that_iam_adds_one_day_is_kept() {
    let reader = scripted(&[("ListAccessKeys", &KEY.replace("Active", "Quarantined"))]);
    let keys = reader.access_keys(&"alice".into()).await.unwrap();
    assert_eq!(keys[0].status.to_string(), "Quarantined");
}
