//! Writers that meet, and errors that say so.

use std::error::Error as _;

use aws_sdk_dynamodb::config::Region;
use aws_simulator::TABLE_ARN;
use record_store::{ErrorKind, Expected, RecordStore};

use crate::{account, at, key, reactivated, rotation, simulator, store, user, warned};

#[tokio::test(start_paused = true)]
async fn of_two_writers_the_second_is_refused_in_either_order() {
    for order in [[0, 1], [1, 0]] {
        let simulator = simulator();
        let (stores, id) = ([store(&simulator), store(&simulator)], key("AKIA1"));
        // Both found nothing, and later both found the same record.
        for _ in 0..2 {
            let first = &stores[order[0]];
            let second = &stores[order[1]];
            let read = first.account(&account(), at(crate::NOW)).await.unwrap();
            let expected = read.revisions.of_record(&user(), &id);
            let written = first.put_record(&account(), &user(), &id, &warned(), &expected).await;
            let written = written.unwrap();
            let put = second.put_record(&account(), &user(), &id, &reactivated(), &expected).await;
            let error = put.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert!(error.to_string().contains("another run changed it"), "{error}");
            assert!(error.to_string().contains("AKIA1"), "{error}");
            let now = first.account(&account(), at(crate::NOW)).await.unwrap();
            assert_eq!(now.memory.of(&user()).record(&id).readable(), Some(&warned()));
            assert_eq!(now.revisions.of_record(&user(), &id), written);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_taken_once_and_given_back_by_its_holder_alone() {
    let simulator = simulator();
    let store = store(&simulator);
    let absent = Expected::Absent;
    let held = store.put_rotation(&account(), &user(), &rotation(), &absent).await.unwrap();
    let second = store.put_rotation(&account(), &user(), &rotation(), &absent).await;
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Conflict);
    let later = store.put_rotation(&account(), &user(), &rotation(), &held).await.unwrap();
    let removal = store.remove_rotation(&account(), &user(), &held).await;
    assert_eq!(removal.unwrap_err().kind(), ErrorKind::Conflict);
    store.remove_rotation(&account(), &user(), &later).await.unwrap();
    store.remove_rotation(&account(), &user(), &later).await.unwrap();
    assert!(simulator.view(|view| view.table()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_removed_and_written_again_is_not_the_one_that_was_read() {
    let simulator = simulator();
    let (store, id, absent) = (store(&simulator), key("AKIA1"), Expected::Absent);
    let old = store.put_record(&account(), &user(), &id, &warned(), &absent).await.unwrap();
    store.remove_record(&account(), &user(), &id, &old).await.unwrap();
    let put = store.put_record(&account(), &user(), &id, &reactivated(), &old).await;
    assert_eq!(put.unwrap_err().kind(), ErrorKind::Conflict);
    let new = store.put_record(&account(), &user(), &id, &warned(), &absent).await.unwrap();
    assert_ne!(old, new);
    for result in [
        store.put_record(&account(), &user(), &id, &reactivated(), &old).await.map(drop),
        store.remove_record(&account(), &user(), &id, &old).await,
    ] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Conflict);
    }
    let before = simulator.calls().len();
    store.remove_record(&account(), &user(), &key("AKIA2"), &absent).await.unwrap();
    assert_eq!(simulator.calls().len(), before);
}

#[tokio::test(start_paused = true)]
async fn the_clients_region_is_the_tables() {
    let simulator = simulator();
    let sdk = simulator.sdk_config("sweep").into_builder();
    let sdk = sdk.region(Region::from_static("us-east-1")).build();
    let store = RecordStore::new(&sdk, TABLE_ARN.parse().unwrap(), "rotate-key");
    let (id, absent) = (key("AKIA1"), Expected::Absent);
    store.put_record(&account(), &user(), &id, &warned(), &absent).await.unwrap();
    assert_eq!(simulator.view(|view| view.table()).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_gone_is_named_with_its_setting_by_every_operation() {
    let simulator = simulator();
    let (store, id, now) = (store(&simulator), key("AKIA1"), at(crate::NOW));
    let held = Expected::Absent;
    let written = store.put_record(&account(), &user(), &id, &warned(), &held).await.unwrap();
    simulator.delete_table();
    for error in [
        store.account(&account(), now).await.unwrap_err(),
        store.user(&account(), &user(), now).await.unwrap_err(),
        store.put_record(&account(), &user(), &id, &warned(), &held).await.unwrap_err(),
        store.remove_record(&account(), &user(), &id, &written).await.unwrap_err(),
        store.put_receipt(&account(), "n", &crate::receipt(), now).await.unwrap_err(),
        store.return_receipt(&account(), "n", now).await.unwrap_err(),
        store.receipt(&account(), "n", now).await.unwrap_err(),
        store.told("ana@example.com", &["n"], now).await.unwrap_err(),
        store.remember_told("ana@example.com", &["n"], now).await.unwrap_err(),
        store.put_mail("m", &[], now).await.unwrap_err(),
        store.mail("m", now).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let text = error.to_string();
        assert!(text.contains(TABLE_ARN) && text.contains("KEYSTEWARD_TABLE_ARN"), "{text}");
        assert!(!text.contains("ana@"), "{text}");
        assert!(error.source().unwrap().to_string().contains("ResourceNotFoundException"));
    }
}
