//! Every fault at every call: what is repeated converges, and what failed says so.

use std::collections::BTreeMap;

use aws_simulator::{ApiError, Fault, Simulator, Times, What, When};
use jiff::Timestamp;
use record_store::{Error, ErrorKind, Expected, RecordStore};

use crate::{account, at, key, reactivated, receipt, rotation, simulator, store, user, warned};

/// Uses every operation; doing it again brings about the same.
async fn work(store: &RecordStore) -> Result<(), Error> {
    let (account, user, now) = (account(), user(), at(crate::NOW));
    let loaded = store.account(&account, now).await?;
    let (kept, gone) = (key("AKIAKEPT"), key("AKIAGONE"));
    let expected = loaded.revisions.of_record(&user, &kept);
    let expected = store.put_record(&account, &user, &kept, &warned(), &expected).await?;
    store.put_record(&account, &user, &kept, &reactivated(), &expected).await?;
    let expected = loaded.revisions.of_record(&user, &gone);
    store.remove_record(&account, &user, &gone, &expected).await?;
    let loaded = store.user(&account, &user, now).await?;
    let expected = loaded.revisions.of_rotation(&user);
    store.put_rotation(&account, &user, &rotation(), &expected).await?;
    store.put_receipt(&account, "n", &receipt(), Timestamp::MAX).await?;
    assert!(store.return_receipt(&account, "n", now).await?);
    assert!(store.receipt(&account, "n", now).await?.readable().is_some());
    store.told("ana", &["n"], now).await?;
    store.remember_told("ana", &["n", "m"], now).await?;
    store.put_mail("m", &[(account, "n".to_owned())], now).await?;
    assert_eq!(store.mail("m", now).await?.len(), 1);
    Ok(())
}

async fn prepared() -> Simulator {
    let simulator = simulator();
    let (id, absent) = (key("AKIAGONE"), Expected::Absent);
    store(&simulator).put_record(&account(), &user(), &id, &warned(), &absent).await.unwrap();
    simulator
}

/// The table without the revisions, which are random.
fn table(simulator: &Simulator) -> BTreeMap<(String, String), BTreeMap<String, String>> {
    let items = simulator.view(|view| view.table());
    let plain = items.into_iter().map(|mut item| {
        item.attributes.remove("revision");
        ((item.pk, item.sk), item.attributes)
    });
    plain.collect()
}

#[tokio::test(start_paused = true)]
async fn every_fault_at_every_call_ends_in_the_same_table() {
    let simulator = prepared().await;
    let before = simulator.calls().len();
    work(&store(&simulator)).await.unwrap();
    let calls = simulator.calls().len() - before;
    let expected = table(&simulator);
    assert_eq!((calls, expected.len()), (15, 6));
    let denied = What::Refuse(ApiError::new(400, "AccessDeniedException", "not authorized"));
    for what in What::ENUMERATED.into_iter().chain([What::TimeoutBefore, denied]) {
        for times in [Times::Once, Times::UntilInvocationEnds] {
            for call in 1..=calls {
                let simulator = prepared().await;
                let (when, planned) = (When::Call(call as u64), what.clone());
                simulator.plan(Fault { when, times, what: planned });
                let case = format!("{what:?} {times:?} at call {call}");
                let first = simulator.run(work(&store(&simulator))).await;
                assert!(simulator.faults_struck(), "{case}");
                let passes = times == Times::Once && !matches!(what, What::Refuse(_));
                match first {
                    Ok(Ok(())) => assert!(passes, "{case} went unnoticed"),
                    Ok(Err(error)) => {
                        assert!(!passes, "{case}: {error}");
                        let kind = match what {
                            What::Throttle => ErrorKind::Throttled,
                            What::Refuse(_) => ErrorKind::Denied,
                            _ => ErrorKind::Unavailable,
                        };
                        assert_eq!(error.kind(), kind, "{case}");
                    }
                    Err(_) => assert!(matches!(what, What::CrashBefore | What::CrashAfter)),
                }
                simulator.forget_faults();
                work(&store(&simulator)).await.unwrap_or_else(|error| panic!("{case}: {error}"));
                assert!(table(&simulator) == expected, "{case}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_lost_lease() {
    let simulator = simulator();
    let (when, what) = (When::Operation("PutItem"), What::TimeoutAfter);
    simulator.plan(Fault { when, times: Times::Once, what });
    let store = store(&simulator);
    let absent = Expected::Absent;
    let held = store.put_rotation(&account(), &user(), &rotation(), &absent).await.unwrap();
    assert_eq!(simulator.calls().len(), 2);
    let loaded = store.user(&account(), &user(), at(crate::NOW)).await.unwrap();
    assert_eq!(loaded.revisions.of_rotation(&user()), held);
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_and_an_item_that_is_too_large_are_explained() {
    let simulator = simulator();
    let denied = What::Refuse(ApiError::new(400, "AccessDeniedException", "not authorized"));
    simulator.plan(Fault { when: When::Operation("Query"), times: Times::Once, what: denied });
    let error = store(&simulator).account(&account(), at(crate::NOW)).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("dynamodb:Query") && text.contains("kms:Decrypt"), "{text}");
    let mut record = warned();
    record.user = "a".repeat(500_000).into();
    let (id, absent) = (key("AKIA1"), Expected::Absent);
    let put = store(&simulator).put_record(&account(), &user(), &id, &record, &absent).await;
    let text = put.unwrap_err().to_string();
    assert!(text.contains("400 KB"), "{text}");
}
