use std::time::Duration;

use iam_client::{CallCounter, CallLimiter, ErrorKind};
use lifecycle::identifiers::{AccessKeyId, CredentialId};

use super::*;

fn limited(simulator: &Simulator, limiter: &CallLimiter) -> (IamReader, IamWriter) {
    let sdk = simulator.sdk_config("sweep");
    (IamReader::limited(&sdk, limiter), IamWriter::limited(&sdk, limiter))
}

/// The most calls that fell into one second.
fn busiest_second(simulator: &Simulator) -> usize {
    let times: Vec<_> = simulator.calls().into_iter().map(|call| call.at).collect();
    let within = |from: &Timestamp| {
        let later = |at: &&Timestamp| {
            *at >= from && at.duration_since(*from) < SignedDuration::from_millis(999)
        };
        times.iter().filter(later).count()
    };
    times.iter().map(within).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn reader_and_writer_share_one_limit_and_pages_count() {
    let simulator = account(Settings { page_size: 1, ..Settings::IDEAL });
    for number in 0..9 {
        simulator.add_user(&format!("user-{number}"), "/", &[]);
    }
    let (reader, writer) = limited(&simulator, &CallLimiter::per_second(5));
    let writes = async {
        for number in 0..10 {
            let key = AccessKeyId::new(format!("AKIA{number}")).unwrap();
            writer.delete_access_key(&"alice".into(), &key).await.unwrap();
        }
    };
    let started = simulator.now();
    let (users, ()) = tokio::join!(reader.users(), writes);
    assert_eq!(users.unwrap().len(), 10);
    assert_eq!(simulator.calls().len(), 20);
    assert!(busiest_second(&simulator) <= 5, "{}", busiest_second(&simulator));
    assert!(simulator.now().duration_since(started).as_secs() < 6);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_account_is_slowed_down_for_and_every_call_gets_through() {
    let simulator = account(Settings { iam_calls_per_second: 3, ..Settings::IDEAL });
    for number in 0..40 {
        simulator.add_user(&format!("user-{number}"), "/", &[]);
    }
    let counter = CallCounter::default();
    let limiter = CallLimiter::per_second(20).counted_by(&counter);
    let (reader, writer) = limited(&simulator, &limiter);
    let user = async |number: usize| {
        let name = format!("user-{number}").as_str().into();
        reader.user_facts(&name, false).await.unwrap();
        writer.delete(&name, &CredentialId::Password).await.unwrap();
    };
    for four in 0..10 {
        tokio::join!(user(4 * four), user(4 * four + 1), user(4 * four + 2), user(4 * four + 3));
    }
    let is_throttled = |error: &str| error == "Throttling";
    let calls = simulator.calls();
    let throttled =
        calls.iter().filter(|call| call.error.as_deref().is_some_and(is_throttled)).count();
    assert!(throttled > 0);
    let counts = counter.counts();
    assert_eq!(counts["GetUser"] + counts["DeleteLoginProfile"], simulator.calls().len() as u64);
    assert_eq!(counts["GetUser"] + counts["DeleteLoginProfile"], 80 + throttled as u64);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_for_a_while_is_heard_out() {
    let simulator = ideal();
    let key = simulator.add_access_key("alice").id;
    let id = CredentialId::AccessKey(key.parse().unwrap());
    let (reader, writer) = limited(&simulator, &CallLimiter::per_second(0));
    let alice = "alice".into();
    for what in [What::Throttle, What::ErrorBefore, What::TimeoutBefore] {
        refuse(&simulator, "UpdateAccessKey", Times::Count(7), what.clone());
        writer.deactivate(&alice, &id).await.unwrap();
        refuse(&simulator, "DeleteLoginProfile", Times::Count(7), what.clone());
        writer.delete(&alice, &CredentialId::Password).await.unwrap();
        refuse(&simulator, "ListAccessKeys", Times::Count(7), what);
        reader.access_keys(&alice).await.unwrap();
    }
    assert!(simulator.faults_struck());
    refuse(&simulator, "ListAccessKeys", Times::Always, What::Throttle);
    let started = tokio::time::Instant::now();
    let error = reader.access_keys(&alice).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(started.elapsed() < sdk_error::LONGEST_PATIENT_CALL, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_throttled_account_does_not_slow_down_another() {
    let (slow, fast) = (ideal(), ideal());
    let (slow_reader, _) = limited(&slow, &CallLimiter::per_second(0));
    refuse(&slow, "GetUser", Times::Count(5), What::Throttle);
    slow_reader.user(&"alice".into()).await.unwrap();
    let (fast_reader, _) = limited(&fast, &CallLimiter::per_second(0));
    let started = tokio::time::Instant::now();
    for _ in 0..20 {
        fast_reader.user(&"alice".into()).await.unwrap();
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn creating_a_key_is_not_retried_by_a_limited_writer_either() {
    let simulator = ideal();
    let (_, writer) = limited(&simulator, &CallLimiter::per_second(5));
    refuse(&simulator, "CreateAccessKey", Times::Once, What::TimeoutAfter);
    let error = writer.create_access_key(&"alice".into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(operations(&simulator, 0), ["CreateAccessKey"]);
}
