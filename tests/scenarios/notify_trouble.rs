//! Nothing is lost when mail cannot be sent, and somebody is told.

use aws_simulator::{ApiError, Fault, Times, What, When};
use jiff::SignedDuration;
use notice::Answer;
use serde_json::json;

use crate::desk::{ADMINISTRATOR, Desk, RECEIVES};

/// Ten owners with one warning each.
async fn ten_owners(desk: &Desk) {
    owners(desk, 10).await;
}

async fn owners(desk: &Desk, count: usize) {
    let warning = |n| desk.warning(&format!("user-{n}"), &format!("owner-{n}@example.com"));
    let all: Vec<_> = (0..count).map(warning).collect();
    desk.publish(&all).await;
}

/// Who was told; sorted, because several are told at once.
fn told(desk: &Desk) -> Vec<String> {
    let mut readers = desk.readers();
    readers.sort();
    readers
}

fn all_ten() -> Vec<String> {
    (0..10).map(|n| format!("owner-{n}@example.com")).collect()
}

#[tokio::test(start_paused = true)]
async fn n6_a_rate_that_is_exceeded_slows_the_mail_down_and_loses_none() {
    let desk = Desk::open();
    desk.simulator.set_mail_rate(1);
    ten_owners(&desk).await;
    desk.deliver_all().await;
    assert_eq!(told(&desk), all_ten());
    assert_eq!(desk.dead_letters(), 0);
}

#[tokio::test(start_paused = true)]
async fn n6_a_quota_that_is_used_up_leaves_the_rest_for_later() {
    let desk = Desk::open();
    desk.simulator.set_mail_quota(4);
    ten_owners(&desk).await;
    assert_eq!(desk.deliver().await, 6);
    assert_eq!((desk.mails().len(), desk.waiting()), (4, 6));
    desk.simulator.set_mail_quota(1_000);
    desk.advance(SignedDuration::from_mins(15));
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(told(&desk), all_ten());
}

#[tokio::test(start_paused = true)]
async fn n6_a_paused_account_is_asked_once_and_the_mail_waits() {
    let desk = Desk::open();
    desk.simulator.pause_mail();
    ten_owners(&desk).await;
    assert_eq!(desk.deliver().await, 10);
    let asked = desk.simulator.calls().iter().filter(|call| call.operation == "SendEmail").count();
    // Those that were under way at once, and none after the first answer.
    assert!(asked <= 8, "{asked}");
    desk.simulator.resume_mail();
    desk.advance(SignedDuration::from_mins(15));
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(told(&desk), all_ten());
}

#[tokio::test(start_paused = true)]
async fn n6_what_cannot_be_sent_for_good_becomes_a_dead_letter_and_is_not_lost() {
    let desk = Desk::open();
    desk.simulator.suspend_mail();
    ten_owners(&desk).await;
    for _ in 0..=RECEIVES {
        desk.deliver().await;
        desk.advance(SignedDuration::from_mins(15));
    }
    assert_eq!((desk.waiting(), desk.dead_letters(), desk.mails().len()), (0, 10, 0));
}

#[tokio::test(start_paused = true)]
async fn n6_in_the_sandbox_the_administrator_gets_the_mail_of_whoever_is_not_verified() {
    let desk = Desk::open();
    desk.set("MAIL_DOMAINS", "example.com,example.org");
    // A sandbox by refusal of one recipient: the others are verified.
    let refused = ApiError::new(400, "MessageRejected", "Email address is not verified.");
    let when = When::OperationOn("SendEmail", "owner@example.org".to_owned());
    desk.simulator.plan(Fault { when, times: Times::Always, what: What::Refuse(refused) });
    desk.publish(&[desk.warning("ana", "owner@example.org"), desk.warning("bo", "bo@example.com")])
        .await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(told(&desk), ["bo@example.com", ADMINISTRATOR]);
    let mail = desk.mails().into_iter().find(|mail| mail.to == [ADMINISTRATOR]).unwrap();
    let text = mail.text.unwrap();
    assert!(text.contains("This mail was for owner@example.org, and SES does not send it there"));
    assert!(text.contains("user ana in") && !text.contains("user bo in"));
}

#[tokio::test(start_paused = true)]
async fn n6_a_reader_who_was_refused_is_told_when_the_news_comes_again() {
    let desk = Desk::open();
    let plan = |to: &str, refusal: ApiError| {
        let when = When::OperationOn("SendEmail", to.to_owned());
        desk.simulator.plan(Fault { when, times: Times::Once, what: What::Refuse(refusal) });
    };
    plan(
        "ana@example.com",
        ApiError::new(400, "MessageRejected", "Email address is not verified."),
    );
    plan(ADMINISTRATOR, ApiError::new(500, "InternalFailure", "Try again."));
    desk.publish(&[desk.exposed("ana", "ana@example.com", Answer::DryRun)]).await;
    assert_eq!((desk.deliver().await, desk.readers().len()), (1, 0));
    desk.advance(SignedDuration::from_mins(15));
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(told(&desk), ["ana@example.com", ADMINISTRATOR]);
}

#[tokio::test(start_paused = true)]
async fn n6_mail_to_a_suppressed_address_bounces_and_the_administrator_is_told() {
    let desk = Desk::open();
    desk.simulator.suppress("ana@example.com");
    desk.publish(&[desk.warning("ana", "ana@example.com")]).await;
    desk.deliver_all().await;
    assert_eq!(desk.readers(), ["ana@example.com", ADMINISTRATOR]);
    let mail = desk.mails().remove(1);
    assert_eq!(mail.subject, "Mail to an owner bounced in 123456789012");
    let text = mail.text.unwrap();
    assert!(
        text.contains("\"Access key will be deactivated on 2026-11-15: ana in 123456789012\" to ana@example.com"),
        "{text}"
    );
    assert!(text.contains("suppression list"), "{text}");
    assert_eq!((desk.waiting(), desk.dead_letters()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn n6_mail_to_a_mailbox_that_is_gone_bounces_and_the_administrator_is_told() {
    let desk = Desk::open();
    desk.simulator.add_dead_mailbox("ana@example.com");
    desk.publish(&[desk.warning("ana", "ana@example.com")]).await;
    desk.deliver_all().await;
    assert_eq!(desk.readers(), ["ana@example.com", ADMINISTRATOR]);
    assert!(desk.mails()[1].text.as_ref().unwrap().contains("bounced: Permanent, General"));
}

/// A mail about a mail that bounced would bounce as well, for ever.
#[tokio::test(start_paused = true)]
async fn n6_mail_to_the_administrator_that_bounces_is_a_dead_letter_and_no_loop() {
    let desk = Desk::open();
    desk.simulator.add_dead_mailbox(ADMINISTRATOR);
    desk.publish(&[desk.warning("ana", "")]).await;
    desk.deliver_all().await;
    assert_eq!(desk.readers(), [ADMINISTRATOR]);
    assert_eq!(desk.dead_letters(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_cannot_be_read_or_written_costs_a_second_mail_and_never_the_first() {
    // Without the mark or the receipt the news comes again; without either nobody knows that it was sent.
    for (operation, failed) in [("Query", 0), ("PutItem", 1)] {
        let desk = Desk::open();
        let when = When::Operation(operation);
        desk.simulator.plan(Fault { when, times: Times::Always, what: What::ErrorBefore });
        let warning = desk.warning("ana", "ana@example.com");
        desk.publish(std::slice::from_ref(&warning)).await;
        assert_eq!(desk.deliver().await, failed, "{operation}");
        assert_eq!(
            (desk.readers(), failed == 0),
            (vec!["ana@example.com".to_owned()], desk.counts(&warning).await)
        );
        desk.simulator.forget_faults();
        desk.publish(std::slice::from_ref(&warning)).await;
        desk.deliver_all().await;
        assert!(desk.mails().len() <= 2 && desk.counts(&warning).await, "{operation}");
    }
}

/// One mail fails, and only the messages in it come again.
#[tokio::test(start_paused = true)]
async fn one_failure_neither_hides_nor_stops_the_rest() {
    let desk = Desk::open();
    let when = When::OperationOn("SendEmail", "owner-3@example.com".to_owned());
    desk.simulator.plan(Fault { when, times: Times::UntilInvocationEnds, what: What::ErrorBefore });
    ten_owners(&desk).await;
    assert_eq!(desk.deliver().await, 1);
    assert_eq!(desk.mails().len(), 9);
    desk.simulator.forget_faults();
    desk.advance(SignedDuration::from_mins(15));
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(told(&desk), all_ten());
}

/// Every fault at every call, and the queue's own repetitions after it: everybody is told, and only a lost answer costs a second mail.
#[tokio::test(start_paused = true)]
async fn everybody_is_told_whichever_call_fails_in_whichever_way() {
    const OWNERS: usize = 4;
    let quiet = Desk::open();
    owners(&quiet, OWNERS).await;
    let before = quiet.simulator.calls().len();
    quiet.deliver().await;
    let calls = quiet.simulator.calls().len() - before;
    assert_eq!(
        calls,
        5 * OWNERS,
        "what was sent, the mark, the mail, that it was sent, and the receipt, for each owner"
    );
    for number in 1..=calls {
        for what in What::ENUMERATED {
            let desk = Desk::open();
            owners(&desk, OWNERS).await;
            let call = u64::try_from(number).unwrap();
            let crash = matches!(what, What::CrashBefore | What::CrashAfter);
            let when = When::Call(call);
            desk.simulator.plan(Fault { when, times: Times::Once, what: what.clone() });
            let event = desk.simulator.receive_batch("notify-owner", 10_000).unwrap();
            let handled = desk.simulator.run(desk.handle(event.clone())).await;
            match &handled {
                Ok(answer) => {
                    let answer = answer.as_ref().unwrap();
                    desk.simulator.settle_batch("notify-owner", &event, Ok(answer));
                }
                Err(_) => desk.simulator.settle_batch("notify-owner", &event, Err(())),
            }
            assert_eq!(handled.is_err(), crash, "call {number}, {what:?}");
            desk.simulator.forget_faults();
            desk.advance(SignedDuration::from_mins(15));
            desk.deliver_all().await;
            let mut readers = told(&desk);
            let mails = readers.len();
            readers.dedup();
            assert_eq!(readers, all_ten()[..OWNERS], "call {number}, {what:?}");
            // All of them are under way at once, and may be when the process dies.
            let most = if crash { 2 * OWNERS } else { OWNERS + 1 };
            assert!(mails <= most, "call {number}, {what:?}: {mails} mails");
            assert_eq!(desk.dead_letters(), 0, "call {number}, {what:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_not_the_functions_is_an_error() {
    let desk = Desk::open();
    for event in
        [json!({}), json!({"Records": [{"eventSource": "aws:s3"}]}), json!({"account": "1"})]
    {
        let error = desk.handle(event).await.unwrap_err().to_string();
        assert_eq!(error, "refused an event");
    }
}
