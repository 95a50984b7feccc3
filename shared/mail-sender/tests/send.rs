//! Mail sent through a simulated SES, and every way in which it may not be sent.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error as _;

use aws_simulator::{ApiError, Fault, Settings, Simulator, Times, What, When};
use mail_sender::{Error, ErrorKind, Mail, MailSender, Trouble};

const FROM: &str = "keysteward@example.com";
const TO: &str = "ana@example.org";

fn simulator() -> Simulator {
    let simulator = Simulator::new("2026-01-01T00:00:00Z".parse().unwrap(), Settings::IDEAL);
    simulator.verify_identity("example.com");
    simulator.leave_mail_sandbox();
    simulator
}

fn mail() -> Mail {
    Mail {
        to: TO.to_owned(),
        subject: "Access key deactivated: ana in 123456789012".to_owned(),
        text: "Schlüssel „ana“".to_owned(),
        html: "<p>Schlüssel „ana“</p>".to_owned(),
        headers: vec![("Auto-Submitted", "auto-generated".to_owned())],
        tags: vec![("keysteward-mail", "0123abcd".to_owned())],
    }
}

async fn send(simulator: &Simulator) -> Result<String, Error> {
    send_with(simulator, None, mail()).await
}

async fn send_with(simulator: &Simulator, set: Option<&str>, mail: Mail) -> Result<String, Error> {
    let sdk = simulator.sdk_config("notify");
    MailSender::new(&sdk, FROM.to_owned(), set.map(ToOwned::to_owned), 0).send(mail).await
}

/// Everything that an error shows to whoever reads the log.
fn shown(error: &Error) -> String {
    format!("{error} {error:?} {}", error.source().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_mail_arrives_whole_with_its_headers_its_tags_and_its_configuration_set() {
    let simulator = simulator();
    simulator.add_configuration_set("keysteward", None);
    let id = send_with(&simulator, Some("keysteward"), mail()).await.unwrap();
    simulator.view(|view| {
        let [sent] = view.mails() else { panic!("not one mail: {:?}", view.mails()) };
        assert_eq!((sent.from.as_str(), &sent.to[..]), (FROM, &[TO.to_owned()][..]));
        assert!(sent.cc.is_empty() && sent.bcc.is_empty());
        assert_eq!(sent.subject, mail().subject);
        assert_eq!(sent.text, Some(mail().text));
        assert_eq!(sent.html, Some(mail().html));
        assert_eq!(sent.headers, [("Auto-Submitted".to_owned(), "auto-generated".to_owned())]);
        assert_eq!(sent.tags, [("keysteward-mail".to_owned(), "0123abcd".to_owned())].into());
        assert_eq!(sent.configuration_set.as_deref(), Some("keysteward"));
        assert_eq!(sent.message_id, id);
    });
}

#[tokio::test(start_paused = true)]
async fn a_mail_needs_no_configuration_set() {
    let simulator = simulator();
    send(&simulator).await.unwrap();
    simulator.view(|view| assert_eq!(view.mails()[0].configuration_set, None));
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_ses_says_what_to_do_next() {
    for (status, code, trouble) in [
        (429, "TooManyRequestsException", Trouble::Later),
        (429, "SomethingNew", Trouble::Later),
        (400, "Throttling", Trouble::Later),
        (400, "ThrottlingException", Trouble::Later),
        (400, "LimitExceededException", Trouble::Later),
        (500, "InternalFailure", Trouble::Later),
        (503, "SomethingNew", Trouble::Later),
        (400, "MessageRejected", Trouble::Recipient),
        (400, "BadRequestException", Trouble::Recipient),
        (403, "AccessDeniedException", Trouble::Recipient),
        (400, "AccountSuspendedException", Trouble::Account),
        (400, "SendingPausedException", Trouble::Account),
        (400, "MailFromDomainNotVerifiedException", Trouble::Account),
        (404, "NotFoundException", Trouble::Account),
        (403, "UnrecognizedClientException", Trouble::Account),
        (403, "ExpiredTokenException", Trouble::Account),
        (403, "InvalidClientTokenId", Trouble::Account),
        (400, "ValidationException", Trouble::Recipient),
        (409, "ConflictException", Trouble::Recipient),
        (400, "SomethingNew", Trouble::Recipient),
    ] {
        let simulator = simulator();
        let message = format!("not to {TO}, nor from {FROM}");
        let what = What::Refuse(ApiError::new(status, code, message));
        let when = When::Operation("SendEmail");
        simulator.plan(Fault { when, times: Times::Always, what });
        let error = send(&simulator).await.unwrap_err();
        assert_eq!(error.trouble(), trouble, "{code}: {error}");
        let shown = shown(&error);
        assert!(shown.contains(code), "{code}: {shown}");
        for address in [TO, FROM, "ana", "example.org"] {
            assert!(!shown.contains(address), "{code}: {shown}");
        }
        assert!(simulator.view(|view| view.mails().is_empty()));
    }
}

/// "Errors related to the sending quotas for your Amazon SES account" (Amazon SES Developer Guide).
#[tokio::test(start_paused = true)]
async fn a_rate_or_a_quota_is_known_by_its_words_too() {
    for (code, message, attempts) in [
        ("ThrottlingException", "Maximum sending rate exceeded.", 8),
        ("BadRequestException", "454 Throttling failure: Maximum sending rate exceeded.", 8),
        ("ThrottlingException", "Daily message quota exceeded.", 1),
        ("BadRequestException", "454 Throttling failure: Daily message quota exceeded.", 1),
    ] {
        let simulator = simulator();
        let what = What::Refuse(ApiError::new(400, code, message));
        simulator.plan(Fault { when: When::Operation("SendEmail"), times: Times::Always, what });
        let error = send(&simulator).await.unwrap_err();
        assert_eq!(error.trouble(), Trouble::Later, "{code}: {message}");
        assert_eq!(simulator.calls().len(), attempts, "{code}: {message}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_may_pass_and_names_no_address() {
    for what in [What::TimeoutBefore, What::TimeoutAfter] {
        let simulator = simulator();
        let when = When::Operation("SendEmail");
        simulator.plan(Fault { when, times: Times::Always, what });
        let error = send(&simulator).await.unwrap_err();
        assert_eq!((error.trouble(), error.kind()), (Trouble::Later, ErrorKind::Unavailable));
        assert!(error.kind().may_have_happened());
        assert!(!shown(&error).contains("ana@"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_was_exceeded_is_tried_again() {
    let simulator = simulator();
    let when = When::Operation("SendEmail");
    simulator.plan(Fault { when, times: Times::Count(7), what: What::Throttle });
    send(&simulator).await.unwrap();
    assert_eq!(simulator.calls().len(), 8);
}

/// There is no token by which SES would know the same mail again.
#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_is_not_asked_for_again() {
    for what in [What::ErrorAfter, What::TimeoutAfter, What::ErrorBefore, What::TimeoutBefore] {
        let simulator = simulator();
        let when = When::Operation("SendEmail");
        simulator.plan(Fault { when, times: Times::Once, what });
        send(&simulator).await.unwrap_err();
        assert!(simulator.view(|view| view.mails().len()) <= 1);
        assert_eq!(simulator.calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn mail_goes_out_at_its_pace_and_no_faster() {
    let simulator = simulator();
    let sdk = simulator.sdk_config("notify");
    let sender = MailSender::new(&sdk, FROM.to_owned(), None, 2);
    let began = simulator.now();
    for _ in 0..9 {
        sender.send(mail()).await.unwrap();
    }
    assert_eq!(simulator.now().duration_since(began).as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_state_of_the_account_is_told_apart_from_a_recipient() {
    let paused = simulator();
    paused.pause_mail();
    assert_eq!(send(&paused).await.unwrap_err().trouble(), Trouble::Account);
    paused.resume_mail();
    send(&paused).await.unwrap();

    let suspended = simulator();
    suspended.suspend_mail();
    assert_eq!(send(&suspended).await.unwrap_err().trouble(), Trouble::Account);

    let quota = simulator();
    quota.set_mail_quota(0);
    assert_eq!(send(&quota).await.unwrap_err().trouble(), Trouble::Later);
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_is_hinted_at_and_no_address_is_quoted() {
    let simulator = Simulator::new("2026-01-01T00:00:00Z".parse().unwrap(), Settings::IDEAL);
    simulator.verify_identity("example.com");
    let error = send(&simulator).await.unwrap_err();
    assert_eq!(error.trouble(), Trouble::Recipient);
    assert_eq!(
        error.to_string(),
        "SES did not take a mail (are sender and recipient verified, or is the account out of the SES sandbox?)"
    );
    assert_eq!(error.source().unwrap().to_string(), "MessageRejected");
}

#[tokio::test(start_paused = true)]
async fn a_configuration_set_that_there_is_not_is_named_by_its_setting() {
    let simulator = simulator();
    let error = send_with(&simulator, Some("elsewhere"), mail()).await.unwrap_err();
    assert_eq!(error.trouble(), Trouble::Account);
    assert!(error.to_string().contains("KEYSTEWARD_MAIL_CONFIGURATION_SET"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_recipient_that_the_role_may_not_write_to_is_the_recipients_trouble() {
    let simulator = simulator();
    let policy = r#"{ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*",
        "Condition": { "ForAllValues:StringLike": { "ses:Recipients": ["*@example.com"] } } } }"#;
    simulator.set_role_policy("notify", &policy.parse().unwrap());
    let error = send(&simulator).await.unwrap_err();
    assert_eq!((error.trouble(), error.kind()), (Trouble::Recipient, ErrorKind::Denied));
    assert!(error.to_string().contains("ses:SendEmail"), "{error}");
    let allowed = Mail { to: "ana@example.com".to_owned(), ..mail() };
    send_with(&simulator, None, allowed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn mail_that_ses_drops_is_taken_all_the_same() {
    let simulator = simulator();
    simulator.suppress(TO);
    send(&simulator).await.unwrap();
    simulator.view(|view| assert!(!view.mails()[0].delivered));
}
