//! A warning counts only if its owner was handed it.

use aws_simulator::{ACCOUNT, ApiError, Fault, Times, What, When};
use jiff::SignedDuration;
use lifecycle::memory::Channel;
use notice::{Answer, Notice};

use crate::desk::{ADMINISTRATOR, Desk, topic};

const ANA: &str = "ana@example.com";

/// Publishes the warning about Ana's key, and delivers it.
async fn warned(desk: &Desk) -> Notice {
    let warning = desk.warning("ana", ANA);
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver().await;
    warning
}

/// SES does not send to this address.
fn refuse(desk: &Desk, address: &str) {
    let refusal = ApiError::new(400, "MessageRejected", "Email address is not verified.");
    let when = When::OperationOn("SendEmail", address.to_owned());
    desk.simulator.plan(Fault { when, times: Times::Always, what: What::Refuse(refusal) });
}

/// A desk that sends no mail, but text to a topic.
fn text_only() -> Desk {
    let desk = Desk::open();
    desk.send_no_mail();
    desk.simulator.add_topic("people");
    desk.set("TEXT_TOPIC_ARN", &topic("people"));
    desk
}

fn calls(desk: &Desk, operation: &str) -> usize {
    desk.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

#[tokio::test(start_paused = true)]
async fn a_warning_that_ses_accepted_has_a_receipt_of_that_moment() {
    let desk = Desk::open();
    let warning = warned(&desk).await;
    let receipt = desk.receipt(&warning).await.unwrap();
    assert_eq!((receipt.at, receipt.by), (desk.simulator.now(), Channel::Mail));
    assert_eq!(receipt.returned, None);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_delivery_does_not_postpone_a_receipt() {
    let desk = Desk::open();
    let warning = warned(&desk).await;
    let first = desk.receipt(&warning).await;
    desk.advance(SignedDuration::from_hours(24));
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver().await;
    assert_eq!((desk.receipt(&warning).await, desk.mails().len()), (first, 1));
}

#[tokio::test(start_paused = true)]
async fn where_no_tag_names_anybody_the_administrators_mail_is_the_receipt() {
    let desk = Desk::open();
    let warning = desk.warning("ana", "");
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver().await;
    assert_eq!(desk.readers(), [ADMINISTRATOR]);
    assert!(desk.counts(&warning).await);
}

#[tokio::test(start_paused = true)]
async fn the_mail_that_the_administrator_gets_instead_of_the_owner_is_no_receipt() {
    let desk = Desk::open();
    refuse(&desk, ANA);
    let warning = warned(&desk).await;
    assert_eq!(desk.readers(), [ADMINISTRATOR]);
    assert_eq!(desk.receipt(&warning).await, None);
    // The address is verified, and the news comes again: now its owner is handed it.
    desk.simulator.forget_faults();
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver().await;
    assert_eq!(desk.readers(), [ADMINISTRATOR, ANA]);
    assert!(desk.counts(&warning).await);
}

#[tokio::test(start_paused = true)]
async fn the_copy_of_critical_news_for_the_administrator_is_no_receipt() {
    let desk = Desk::open();
    refuse(&desk, ANA);
    let exposed = desk.exposed("ana", ANA, Answer::DryRun);
    desk.publish(std::slice::from_ref(&exposed)).await;
    desk.deliver().await;
    assert_eq!(desk.readers(), [ADMINISTRATOR]);
    assert_eq!(desk.receipt(&exposed).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_topic_is_no_receipt_where_mail_is_sent() {
    let desk = Desk::open();
    desk.simulator.subscribe_queue("people", "inbox");
    desk.set("TEXT_TOPIC_ARN", &topic("people"));
    refuse(&desk, ANA);
    let warning = warned(&desk).await;
    assert_eq!(desk.published("people").len(), 1);
    assert_eq!((desk.receipt(&warning).await, calls(&desk, "GetTopicAttributes")), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn a_topic_without_a_confirmed_subscription_hands_a_warning_to_nobody() {
    let desk = text_only();
    let warning = warned(&desk).await;
    assert_eq!(desk.receipt(&warning).await, None);
    let sns = aws_sdk_sns::Client::new(&desk.simulator.sdk_config("operator"));
    let subscribe = sns.subscribe().topic_arn(topic("people")).protocol("email");
    subscribe.endpoint("team@example.com").send().await.unwrap();
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver().await;
    assert_eq!(desk.receipt(&warning).await, None, "nobody confirmed");
    // What nobody was handed is published again once somebody is there.
    desk.simulator.subscribe_queue("people", "inbox");
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver().await;
    assert_eq!(desk.receipt(&warning).await.unwrap().by, Channel::Text);
    assert_eq!(desk.published("people").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_subscriptions_of_a_topic_are_counted_once_in_an_invocation() {
    let desk = text_only();
    desk.simulator.subscribe_queue("people", "inbox");
    let mut all: Vec<_> = (0..30).map(|n| desk.warning(&format!("user-{n}"), ANA)).collect();
    for (n, notice) in all.iter_mut().enumerate() {
        notice.account = format!("{n:012}").parse().ok();
    }
    desk.publish(&all).await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(calls(&desk, "GetTopicAttributes"), 1);
    for notice in &all {
        assert!(desk.counts(notice).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_topic_whose_subscriptions_cannot_be_counted_still_gets_the_news_and_it_comes_again() {
    let desk = text_only();
    desk.simulator.subscribe_queue("people", "inbox");
    let when = When::Operation("GetTopicAttributes");
    desk.simulator.plan(Fault { when, times: Times::Always, what: What::ErrorBefore });
    let warning = desk.warning("ana", ANA);
    desk.publish(std::slice::from_ref(&warning)).await;
    assert_eq!(desk.deliver().await, 1);
    assert_eq!((desk.published("people").len(), desk.receipt(&warning).await), (1, None));
    desk.simulator.forget_faults();
    desk.deliver_all().await;
    assert!(desk.counts(&warning).await);
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_bounces_takes_its_receipt_back_and_no_repetition_restores_it() {
    let desk = Desk::open();
    desk.simulator.add_dead_mailbox(ANA);
    let warning = warned(&desk).await;
    assert!(desk.counts(&warning).await, "SES accepted it");
    desk.deliver_all().await;
    assert!(desk.receipt(&warning).await.unwrap().returned.is_some());
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver_all().await;
    assert!(!desk.counts(&warning).await);
    // Other mail of that invocation is not concerned.
    let other = desk.warning("bo", "bo@example.com");
    desk.publish(std::slice::from_ref(&other)).await;
    desk.deliver_all().await;
    assert!(desk.counts(&other).await && !desk.counts(&warning).await);
}

#[tokio::test(start_paused = true)]
async fn a_bounce_of_one_mail_concerns_all_its_notices_and_no_others() {
    let desk = Desk::open();
    desk.simulator.add_dead_mailbox(ANA);
    let hers: Vec<_> = (0..40).map(|n| desk.warning(&format!("user-{n}"), ANA)).collect();
    let his: Vec<_> =
        (0..5).map(|n| desk.warning(&format!("other-{n}"), "bo@example.com")).collect();
    desk.publish(&[hers.clone(), his.clone()].concat()).await;
    desk.deliver_all().await;
    for notice in &hers {
        assert!(!desk.counts(notice).await, "{}", notice.id);
    }
    for notice in &his {
        assert!(desk.counts(notice).await, "{}", notice.id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_bounce_of_the_administrators_own_mail_takes_its_receipts_back() {
    let desk = Desk::open();
    desk.simulator.add_dead_mailbox(ADMINISTRATOR);
    let warning = desk.warning("ana", "");
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver_all().await;
    assert!(!desk.counts(&warning).await);
    assert_eq!(desk.dead_letters(), 1, "nobody can be notified of it");
}

/// The bounce is quick, and the function dies before it writes the receipt, which comes with the repetition.
#[tokio::test(start_paused = true)]
async fn a_bounce_that_is_earlier_than_the_receipt_still_counts() {
    let desk = Desk::open();
    desk.simulator.add_dead_mailbox(ANA);
    let warning = desk.warning("ana", ANA);
    desk.publish(std::slice::from_ref(&warning)).await;
    let event = desk.simulator.receive_batch("notify-owner", 10).unwrap();
    let when = When::OperationOn("PutItem", format!("account#{ACCOUNT}"));
    desk.simulator.plan(Fault { when, times: Times::Always, what: What::ErrorBefore });
    let _ = desk.handle(event.clone()).await;
    desk.simulator.forget_faults();
    assert_eq!((desk.mails().len(), desk.receipt(&warning).await), (1, None));
    // The bounce is delivered first.
    desk.deliver().await;
    desk.handle(event).await.unwrap();
    assert!(!desk.counts(&warning).await);
    assert_eq!(desk.readers().iter().filter(|reader| *reader == ANA).count(), 1);
}

/// Every fault at every call, the queue's repetitions after it, and a mailbox that is there or gone: the receipt says in the end what is true.
#[tokio::test(start_paused = true)]
async fn the_receipt_is_true_whatever_fails_and_whenever() {
    let mut cases = 0;
    for gone in [false, true] {
        let start = || {
            let desk = Desk::open();
            if gone {
                desk.simulator.add_dead_mailbox(ANA);
            }
            desk
        };
        let desk = start();
        warned(&desk).await;
        desk.deliver_all().await;
        let calls = desk.simulator.calls().len();
        for number in 0..calls + 1 {
            for what in What::ENUMERATED {
                let desk = start();
                let warning = desk.warning("ana", ANA);
                desk.publish(std::slice::from_ref(&warning)).await;
                let when = When::Call(u64::try_from(number).unwrap());
                desk.simulator.plan(Fault { when, times: Times::Once, what: what.clone() });
                for _ in 0..8 {
                    if let Some(event) = desk.simulator.receive_batch("notify-owner", 10) {
                        let handled = desk.simulator.run(desk.handle(event.clone())).await;
                        let answer = handled.map(Result::unwrap).map_err(|_| ());
                        desk.simulator.settle_batch(
                            "notify-owner",
                            &event,
                            answer.as_ref().map_err(|_| ()),
                        );
                    }
                    desk.advance(SignedDuration::from_mins(15));
                }
                let case = format!("call {number}, {what:?}, gone: {gone}");
                assert_eq!(desk.counts(&warning).await, !gone, "{case}");
                assert!(desk.mails().len() <= 4, "{case}: {:?}", desk.readers());
                assert_eq!((desk.waiting(), desk.dead_letters()), (0, 0), "{case}");
                cases += 1;
            }
        }
    }
    assert!(cases > 100, "{cases}");
}
