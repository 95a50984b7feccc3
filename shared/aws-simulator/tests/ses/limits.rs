//! Verified identities, the sandbox, quotas, and accounts that may not send.

use aws_sdk_sesv2::types::Destination;
use aws_simulator::{Fault, Simulator, Times, What, When};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::SignedDuration;

use super::{mail, sender};
use crate::support::{account, code};

/// The code and the text of a refusal.
async fn refusal(simulator: &Simulator, recipients: &[&str]) -> (String, String) {
    let error = mail(simulator, recipients).send().await.unwrap_err().into_service_error();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (text(error.code()), text(error.message()))
}

// SES developer guide, email sending errors: the Region is in capitals, and every identity that failed is named.
#[tokio::test(start_paused = true)]
async fn the_sender_is_verified_by_address_or_domain() {
    let simulator = account();
    simulator.leave_mail_sandbox();
    let (code, message) = refusal(&simulator, &["ann@example.org"]).await;
    assert_eq!(code, "MessageRejected");
    assert_eq!(
        message,
        "Email address is not verified. The following identities failed the check in region EU-WEST-1: Keys <keys@example.com>"
    );
    simulator.verify_identity("other@example.com");
    simulator.verify_identity("ample.com");
    assert_eq!(refusal(&simulator, &["ann@example.org"]).await.0, "MessageRejected");
    simulator.verify_identity("keys@example.com");
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
    let below = mail(&simulator, &["ann@example.org"]).from_email_address("keys@mail.example.com");
    assert_eq!(crate::support::code(below.clone().send().await), "MessageRejected");
    simulator.verify_identity("example.com");
    below.send().await.unwrap();
}

// SES developer guide, sandbox: only verified recipients.
#[tokio::test(start_paused = true)]
async fn in_the_sandbox_recipients_are_verified_too() {
    let simulator = account();
    simulator.verify_identity("example.com");
    let (code, message) = refusal(&simulator, &["ann@example.org", "bob@example.com"]).await;
    assert_eq!(code, "MessageRejected");
    assert!(message.ends_with("in region EU-WEST-1: ann@example.org"), "{message}");
    mail(&simulator, &["bob@example.com"]).send().await.unwrap();
    simulator.leave_mail_sandbox();
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
    assert_eq!(simulator.view(|view| view.mails().len()), 2);
}

// SES quotas: 50 recipients a message, copies included.
#[tokio::test(start_paused = true)]
async fn a_message_has_at_most_50_recipients() {
    let simulator = sender();
    let people: Vec<_> = (0..50).map(|n| format!("p{n}@example.org")).collect();
    let send = async |copies: &[&str]| {
        let copies = copies.iter().map(|copy| (*copy).to_owned()).collect();
        let destination = Destination::builder().set_to_addresses(Some(people.clone()));
        let destination = destination.set_bcc_addresses(Some(copies)).build();
        code(mail(&simulator, &[]).destination(destination).send().await)
    };
    assert_eq!(send(&[]).await, "accepted");
    assert_eq!(send(&["eve@example.org"]).await, "BadRequestException");
    assert_eq!(code(mail(&simulator, &[]).send().await), "BadRequestException");
}

// SES API reference v2, TooManyRequestsException, status 429; rates count recipients.
#[tokio::test(start_paused = true)]
async fn more_than_the_send_rate_is_refused_until_a_second_has_passed() {
    let simulator = sender();
    simulator.set_mail_rate(2);
    mail(&simulator, &["ann@example.org", "bob@example.org"]).send().await.unwrap();
    let refused = mail(&simulator, &["ann@example.org"]).send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 429);
    assert_eq!(
        refusal(&simulator, &["ann@example.org"]).await,
        ("TooManyRequestsException".to_owned(), "Maximum sending rate exceeded.".to_owned())
    );
    simulator.advance(SignedDuration::from_millis(999));
    assert_eq!(refusal(&simulator, &["ann@example.org"]).await.0, "TooManyRequestsException");
    simulator.advance(SignedDuration::from_millis(1));
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
}

// SES developer guide, sending quotas: a rolling day.
#[tokio::test(start_paused = true)]
async fn more_than_the_daily_quota_is_refused_until_a_day_has_passed() {
    let simulator = sender();
    simulator.set_mail_quota(2);
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
    simulator.advance(SignedDuration::from_hours(1));
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
    simulator.advance(SignedDuration::from_hours(22));
    assert_eq!(
        refusal(&simulator, &["ann@example.org"]).await,
        ("LimitExceededException".to_owned(), "Daily message quota exceeded.".to_owned())
    );
    simulator.advance(SignedDuration::from_hours(1));
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
    assert_eq!(refusal(&simulator, &["ann@example.org"]).await.0, "LimitExceededException");
}

// SES API reference v2, SendEmail, errors.
#[tokio::test(start_paused = true)]
async fn an_account_that_is_paused_or_suspended_cannot_send() {
    let simulator = sender();
    simulator.pause_mail();
    assert_eq!(refusal(&simulator, &["ann@example.org"]).await.0, "SendingPausedException");
    simulator.resume_mail();
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
    simulator.suspend_mail();
    assert_eq!(refusal(&simulator, &["ann@example.org"]).await.0, "AccountSuspendedException");
}

// SES API reference v2, NotFoundException.
#[tokio::test(start_paused = true)]
async fn a_configuration_set_that_is_not_there_is_not_found() {
    let simulator = sender();
    let call = || mail(&simulator, &["ann@example.org"]).configuration_set_name("notices");
    assert_eq!(code(call().send().await), "NotFoundException");
    simulator.add_configuration_set("notices", None);
    assert_eq!(code(call().send().await), "accepted");
}

// SES API reference v2, common errors.
#[tokio::test(start_paused = true)]
async fn ses_names_its_failures_differently() {
    let simulator = sender();
    for (what, answer) in
        [(What::ErrorBefore, "InternalFailure"), (What::Throttle, "TooManyRequestsException")]
    {
        simulator.plan(Fault {
            when: When::OperationOn("SendEmail", "ann@example.org".to_owned()),
            times: Times::Once,
            what,
        });
        assert_eq!(code(mail(&simulator, &["bob@example.org"]).send().await), "accepted");
        assert_eq!(code(mail(&simulator, &["ann@example.org"]).send().await), answer);
    }
    assert_eq!(simulator.view(|view| view.mails().len()), 2);
}
