//! Receipts, what readers were sent, and mails: items that expire.

use aws_simulator::{Fault, Times, What, When};
use jiff::{SignedDuration, Timestamp};
use lifecycle::identifiers::AccountId;
use lifecycle::memory::{Channel, RECEIPT_LIFETIME, Receipt};
use lifecycle::record::Remembered;
use record_store::{ErrorKind, MAIL_LIFETIME, READER_LIFETIME};

use crate::{account, at, receipt, simulator, store};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn later(by: SignedDuration) -> Timestamp {
    at(crate::NOW).checked_add(by).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_first_receipt_counts_and_a_redelivery_changes_nothing() {
    let simulator = simulator();
    let store = store(&simulator);
    let end = later(RECEIPT_LIFETIME);
    let redelivered = Receipt { at: later(SECOND), by: Channel::Text, returned: None };
    store.put_receipt(&account(), "n", &receipt(), end).await.unwrap();
    store.put_receipt(&account(), "n", &redelivered, end).await.unwrap();
    let read = store.receipt(&account(), "n", later(SECOND)).await.unwrap();
    assert_eq!(read, Remembered::Readable(receipt()));
}

#[tokio::test(start_paused = true)]
async fn a_returned_receipt_stays_returned_and_keeps_its_first_date() {
    let simulator = simulator();
    let store = store(&simulator);
    let end = later(RECEIPT_LIFETIME);
    assert!(!store.return_receipt(&account(), "n", later(SECOND)).await.unwrap());
    assert!(simulator.view(|view| view.table()).is_empty());
    store.put_receipt(&account(), "n", &receipt(), end).await.unwrap();
    for days in [1, 2] {
        let bounced = later(SignedDuration::from_hours(24 * days));
        assert!(store.return_receipt(&account(), "n", bounced).await.unwrap());
        store.put_receipt(&account(), "n", &receipt(), end).await.unwrap();
        let returned = Some(later(SignedDuration::from_hours(24)));
        let read = store.receipt(&account(), "n", bounced).await.unwrap();
        assert_eq!(read, Remembered::Readable(Receipt { returned, ..receipt() }), "{days}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_this_version_cannot_read_is_not_returned() {
    let simulator = simulator();
    let store = store(&simulator);
    simulator.put_raw_item(&format!("account#{}", account()), "receipt#n", &[("format", "2")]);
    let before = simulator.view(|view| view.table());
    let error = store.return_receipt(&account(), "n", later(SECOND)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().contains("receipt#n"), "{error}");
    assert!(simulator.view(|view| view.table()) == before);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_has_expired_counts_as_absent_though_it_is_still_there() {
    let simulator = simulator();
    let store = store(&simulator);
    let end = later(RECEIPT_LIFETIME);
    store.put_receipt(&account(), "n", &receipt(), end).await.unwrap();
    let now = end.checked_add(SECOND).unwrap();
    assert!(store.receipt(&account(), "n", end).await.unwrap().readable().is_some());
    assert_eq!(store.account(&account(), end).await.unwrap().memory.receipts.len(), 1);
    assert_eq!(store.receipt(&account(), "n", now).await.unwrap(), Remembered::Absent);
    assert!(store.account(&account(), now).await.unwrap().memory.receipts.is_empty());
    assert!(!store.return_receipt(&account(), "n", now).await.unwrap());
    let anew = Receipt { at: now, by: Channel::Chat, returned: None };
    let end = now.checked_add(RECEIPT_LIFETIME).unwrap();
    store.put_receipt(&account(), "n", &anew, end).await.unwrap();
    assert_eq!(store.receipt(&account(), "n", now).await.unwrap(), Remembered::Readable(anew));
}

#[tokio::test(start_paused = true)]
async fn what_a_reader_was_sent_is_remembered_for_thirty_days_and_by_no_other() {
    let simulator = simulator();
    let store = store(&simulator);
    store.remember_told("mail ana@example.com", &["a", "b"], at(crate::NOW)).await.unwrap();
    let told = async |reader: &str, now| store.told(reader, &["a", "b", "c"], now).await.unwrap();
    let ana = "mail ana@example.com";
    assert_eq!(told(ana, later(READER_LIFETIME)).await, ["a", "b"].into());
    assert!(told("mail bo@example.com", at(crate::NOW)).await.is_empty());
    let now = later(READER_LIFETIME + SECOND);
    assert!(told(ana, now).await.is_empty());
    store.remember_told(ana, &["a"], now).await.unwrap();
    assert_eq!(told(ana, now).await, ["a"].into());
    // A repetition does not prolong it.
    store.remember_told(ana, &["a"], now.checked_add(SECOND).unwrap()).await.unwrap();
    let over = now.checked_add(READER_LIFETIME + SECOND).unwrap();
    assert!(told(ana, over).await.is_empty());
    assert_eq!(READER_LIFETIME, SignedDuration::from_hours(30 * 24));
}

#[tokio::test(start_paused = true)]
async fn five_hundred_notices_are_remembered_in_one_call() {
    let simulator = simulator();
    let store = store(&simulator);
    let notices: Vec<String> = (0..500).map(|n| format!("notice-{n}")).collect();
    let notices: Vec<&str> = notices.iter().map(String::as_str).collect();
    store.remember_told("ana", &notices, at(crate::NOW)).await.unwrap();
    assert_eq!(store.told("ana", &notices, at(crate::NOW)).await.unwrap().len(), 500);
}

#[tokio::test(start_paused = true)]
async fn neither_an_address_nor_a_notice_is_in_the_items_of_a_reader() {
    let simulator = simulator();
    let notice = "deactivated/123456789012/ana/AKIAEXAMPLE/2026-01-01/done";
    let store = store(&simulator);
    store.remember_told("mail ana@example.com", &[notice], at(crate::NOW)).await.unwrap();
    let items = simulator.view(|view| view.table());
    assert_eq!(items.len(), 1);
    let text = format!("{items:?}");
    assert!(!text.contains("ana") && !text.contains("AKIA"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_mail_leads_back_to_its_notices_until_it_expires() {
    let simulator = simulator();
    let store = store(&simulator);
    let other: AccountId = "210987654321".parse().unwrap();
    let notices = vec![(account(), "warned/a#b".to_owned()), (other, String::new())];
    assert!(store.mail("m", at(crate::NOW)).await.unwrap().is_empty());
    for _ in 0..2 {
        store.put_mail("m", &notices, at(crate::NOW)).await.unwrap();
    }
    assert_eq!(store.mail("m", later(MAIL_LIFETIME)).await.unwrap(), notices);
    assert!(store.mail("m", later(MAIL_LIFETIME + SECOND)).await.unwrap().is_empty());
    assert!(store.mail("other", at(crate::NOW)).await.unwrap().is_empty());
    simulator.put_raw_item("mail#x", "mail", &[("format", "1")]);
    assert_eq!(store.mail("x", at(crate::NOW)).await.unwrap_err().kind(), ErrorKind::Rejected);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_hangs_costs_a_mail_five_seconds_at_most() {
    for operation in ["Query", "PutItem"] {
        let simulator = simulator();
        let store = store(&simulator);
        let (when, what) = (When::Operation(operation), What::CrashBefore);
        simulator.plan(Fault { when, times: Times::Always, what });
        let started = tokio::time::Instant::now();
        let notices: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let notices: Vec<&str> = notices.iter().map(String::as_str).collect();
        let now = at(crate::NOW);
        let failed = match operation {
            "Query" => store.told("ana", &notices, now).await.unwrap_err(),
            _ => store.remember_told("ana", &notices, now).await.unwrap_err(),
        };
        assert_eq!(failed.kind(), ErrorKind::Unavailable);
        assert!(started.elapsed().as_secs() <= 5, "{:?}", started.elapsed());
    }
}
