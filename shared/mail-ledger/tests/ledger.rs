//! The ledger in a simulated bucket.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error as _;

use aws_simulator::{ApiError, Fault, Settings, Simulator, Times, What, When};
use jiff::{SignedDuration, Timestamp};
use mail_ledger::{ErrorKind, LONGEST_CALL, MEMORY, MailLedger, Told};

const BUCKET: &str = "keysteward-ledger";
const ANA: &str = "mail ana@example.com";

fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn later(by: SignedDuration) -> Timestamp {
    start().checked_add(by).unwrap()
}

fn simulator() -> Simulator {
    let simulator = Simulator::new(start(), Settings::IDEAL);
    simulator.add_bucket(BUCKET);
    simulator
}

fn ledger(simulator: &Simulator) -> MailLedger {
    MailLedger::new(&simulator.sdk_config("notify"), BUCKET.to_owned())
}

fn refuse(simulator: &Simulator, operation: &'static str, times: Times, error: (u16, &str)) {
    let what = What::Refuse(ApiError::new(error.0, error.1, "refused"));
    simulator.plan(Fault { when: When::Operation(operation), times, what });
}

#[tokio::test(start_paused = true)]
async fn what_was_told_once_is_remembered() {
    let simulator = simulator();
    let ledger = ledger(&simulator);
    let told = ledger.read(ANA).await.unwrap();
    assert_eq!(told, Told::default());
    assert!(!told.knows("notice-1"));
    ledger.add(ANA, told, &["notice-1", "notice-2"], start()).await.unwrap();
    let told = ledger.read(ANA).await.unwrap();
    assert!(told.knows("notice-1") && told.knows("notice-2") && !told.knows("notice-3"));
    ledger.add(ANA, told, &["notice-3"], start()).await.unwrap();
    let told = ledger.read(ANA).await.unwrap();
    assert!(["notice-1", "notice-2", "notice-3"].iter().all(|id| told.knows(id)));
}

#[tokio::test(start_paused = true)]
async fn destinations_do_not_know_of_each_other() {
    let simulator = simulator();
    let ledger = ledger(&simulator);
    ledger.add(ANA, Told::default(), &["notice-1"], start()).await.unwrap();
    for other in ["mail bo@example.com", "text 123456789012", "chat 123456789012", ""] {
        assert!(!ledger.read(other).await.unwrap().knows("notice-1"), "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn neither_an_address_nor_a_notice_is_in_the_bucket() {
    let simulator = simulator();
    let notice = "deactivated/123456789012/ana/AKIAEXAMPLE/2026-01-01/done";
    ledger(&simulator).add(ANA, Told::default(), &[notice], start()).await.unwrap();
    let objects = simulator.view(|view| view.objects(BUCKET));
    let [object] = &objects[..] else { panic!("not one object: {objects:?}") };
    let name = object.key.strip_prefix("mail-ledger/").unwrap().strip_suffix(".json").unwrap();
    assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    assert_eq!(object.content_type.as_deref(), Some("application/json"));
    let body = String::from_utf8(object.body.to_vec()).unwrap();
    assert!(!body.contains("ana") && !body.contains("AKIA"), "{body}");
    assert!(body.contains("2026-01-01T00:00:00Z"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn after_30_days_it_is_forgotten() {
    let second = SignedDuration::from_secs(1);
    for (since, remembered) in [(MEMORY - second, true), (MEMORY, true), (MEMORY + second, false)] {
        let simulator = simulator();
        let ledger = ledger(&simulator);
        ledger.add(ANA, Told::default(), &["old"], start()).await.unwrap();
        let told = ledger.read(ANA).await.unwrap();
        ledger.add(ANA, told, &["new"], later(since)).await.unwrap();
        let told = ledger.read(ANA).await.unwrap();
        assert_eq!((told.knows("old"), told.knows("new")), (remembered, true), "{since:?}");
    }
    assert_eq!(MEMORY, SignedDuration::from_hours(30 * 24));
}

#[tokio::test(start_paused = true)]
async fn two_writers_at_once_lose_nothing() {
    let simulator = simulator();
    let (one, other) = (ledger(&simulator), ledger(&simulator));
    // Both write the first entry, and later both replace it.
    for (first, second) in [("a", "b"), ("c", "d")] {
        let (told_one, told_other) = (one.read(ANA).await.unwrap(), other.read(ANA).await.unwrap());
        one.add(ANA, told_one, &[first], start()).await.unwrap();
        other.add(ANA, told_other, &[second], start()).await.unwrap();
        let told = one.read(ANA).await.unwrap();
        assert!(told.knows(first) && told.knows(second), "{first} {second}: {told:?}");
    }
    let told = one.read(ANA).await.unwrap();
    assert!(["a", "b", "c", "d"].iter().all(|id| told.knows(id)));
}

#[tokio::test(start_paused = true)]
async fn a_write_is_given_up_after_eight_conflicts() {
    for (times, stored) in [(Times::Count(7), true), (Times::Always, false)] {
        let simulator = simulator();
        let ledger = ledger(&simulator);
        ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap();
        let told = ledger.read(ANA).await.unwrap();
        refuse(&simulator, "PutObject", times, (412, "PreconditionFailed"));
        let added = ledger.add(ANA, told, &["b"], start()).await;
        assert_eq!(added.is_ok(), stored, "{times:?}");
        let told = ledger.read(ANA).await.unwrap();
        assert_eq!((told.knows("a"), told.knows("b")), (true, stored), "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_is_gone_since_it_was_read_is_written_anew() {
    let simulator = simulator();
    let ledger = ledger(&simulator);
    ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap();
    let told = ledger.read(ANA).await.unwrap();
    refuse(&simulator, "PutObject", Times::Once, (404, "NoSuchKey"));
    ledger.add(ANA, told, &["b"], start()).await.unwrap();
    assert!(simulator.faults_struck());
    assert!(ledger.read(ANA).await.unwrap().knows("b"));
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_is_damaged_says_nothing_and_is_written_anew() {
    for body in
        ["", "{", "[]", "\"hello\"", r#"{"id":"yesterday"}"#, r#"{"id":"2026-01-01T00:00:00Z""#]
    {
        let simulator = simulator();
        let ledger = ledger(&simulator);
        ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap();
        let key = simulator.view(|view| view.objects(BUCKET))[0].key.clone();
        let s3 = aws_sdk_s3::Client::new(&simulator.sdk_config("somebody"));
        let damage = async || {
            let put = s3.put_object().bucket(BUCKET).key(&key);
            put.body(body.as_bytes().to_vec().into()).send().await.unwrap();
        };
        damage().await;
        let told = ledger.read(ANA).await.unwrap();
        assert!(!told.knows("a"), "{body}");
        ledger.add(ANA, told, &["b"], start()).await.unwrap();
        assert!(ledger.read(ANA).await.unwrap().knows("b"), "{body}");
        // Even for somebody who could not read it.
        damage().await;
        ledger.add(ANA, Told::default(), &["c"], start()).await.unwrap();
        assert!(ledger.read(ANA).await.unwrap().knows("c"), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_entry_that_somebody_mended_since_keeps_what_they_wrote() {
    let simulator = simulator();
    let ledger = ledger(&simulator);
    ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap();
    let key = simulator.view(|view| view.objects(BUCKET))[0].key.clone();
    let s3 = aws_sdk_s3::Client::new(&simulator.sdk_config("somebody"));
    s3.put_object().bucket(BUCKET).key(&key).body(b"{".to_vec().into()).send().await.unwrap();
    let (one, other) = (ledger.read(ANA).await.unwrap(), ledger.read(ANA).await.unwrap());
    ledger.add(ANA, one, &["b"], start()).await.unwrap();
    ledger.add(ANA, other, &["c"], start()).await.unwrap();
    let told = ledger.read(ANA).await.unwrap();
    assert!(told.knows("b") && told.knows("c"));
}

/// As many digests of one mailbox may be told at once.
#[tokio::test(start_paused = true)]
async fn eight_writers_at_once_forget_nothing() {
    let simulator = simulator();
    let ledger = ledger(&simulator);
    let add = |id: &'static str| {
        let ledger = ledger.clone();
        async move { ledger.add(ANA, Told::default(), &[id], start()).await.unwrap() }
    };
    tokio::join!(add("1"), add("2"), add("3"), add("4"), add("5"), add("6"), add("7"), add("8"));
    let told = ledger.read(ANA).await.unwrap();
    assert!(["1", "2", "3", "4", "5", "6", "7", "8"].iter().all(|id| told.knows(id)), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_hangs_is_given_up_within_five_seconds() {
    for operation in ["GetObject", "PutObject"] {
        let simulator = simulator();
        let ledger = ledger(&simulator);
        let (when, what) = (When::Operation(operation), What::CrashBefore);
        simulator.plan(Fault { when, times: Times::Always, what });
        let started = tokio::time::Instant::now();
        let error = match operation {
            "GetObject" => ledger.read(ANA).await.unwrap_err(),
            _ => ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap_err(),
        };
        assert!(started.elapsed() <= LONGEST_CALL, "{operation}: {:?}", started.elapsed());
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(simulator.calls().len(), 2, "{operation}");
    }
    assert_eq!(LONGEST_CALL.as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn conflicts_without_end_on_a_slow_ledger_take_five_seconds_at_most() {
    let simulator = simulator();
    let ledger = ledger(&simulator);
    refuse(&simulator, "PutObject", Times::Always, (412, "PreconditionFailed"));
    let (when, what) = (When::Operation("GetObject"), What::CrashBefore);
    simulator.plan(Fault { when, times: Times::Always, what });
    let started = tokio::time::Instant::now();
    ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap_err();
    assert!(started.elapsed() <= LONGEST_CALL, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_there_is_not_is_an_error_that_says_so() {
    let simulator = simulator();
    let ledger = MailLedger::new(&simulator.sdk_config("notify"), "elsewhere".to_owned());
    for error in [
        ledger.read(ANA).await.unwrap_err(),
        ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let told = error.to_string();
        assert!(told.contains("s3://elsewhere/mail-ledger/"), "{told}");
        assert!(told.ends_with("(is there such a bucket?)"), "{told}");
        assert!(!told.contains("ana@"), "{told}");
        assert!(error.source().unwrap().to_string().contains("NoSuchBucket"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_named() {
    let simulator = simulator();
    let ledger = ledger(&simulator);
    refuse(&simulator, "GetObject", Times::Once, (403, "AccessDenied"));
    let error = ledger.read(ANA).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("s3:GetObject on it and s3:ListBucket"), "{error}");
    refuse(&simulator, "PutObject", Times::Once, (403, "AccessDenied"));
    let error = ledger.add(ANA, Told::default(), &["a"], start()).await.unwrap_err();
    assert!(error.to_string().contains("s3:PutObject on it"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    for what in [What::ErrorBefore, What::ErrorAfter, What::TimeoutAfter, What::Throttle] {
        let simulator = simulator();
        let ledger = ledger(&simulator);
        for operation in ["GetObject", "PutObject"] {
            let (when, what) = (When::Operation(operation), what.clone());
            simulator.plan(Fault { when, times: Times::Once, what });
        }
        let told = ledger.read(ANA).await.unwrap();
        ledger.add(ANA, told, &["a"], start()).await.unwrap();
        assert!(ledger.read(ANA).await.unwrap().knows("a"), "{what:?}");
    }
}
