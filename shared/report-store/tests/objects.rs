//! Reports, put and read.

use std::error::Error as _;

use aws_simulator::{ApiError, Fault, Server, Settings, Simulator, Times, What, When};
use report_store::{CallCounter, ErrorKind, ReportStore};

const BUCKET: &str = "keysteward-reports";

fn simulator() -> Simulator {
    let simulator = Simulator::new("2026-01-01T00:00:00Z".parse().unwrap(), Settings::IDEAL);
    simulator.add_bucket(BUCKET);
    simulator
}

fn store(simulator: &Simulator, bucket: &str) -> ReportStore {
    ReportStore::new(&simulator.sdk_config("sweep"), bucket.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_report_is_stored_whole_with_its_type_and_replaced_when_put_again() {
    let simulator = simulator();
    let store = store(&simulator, BUCKET);
    let key = "sweeps/2026/01/01/run 1+2.json";
    for body in ["{}", "{\"users\":[\"ä\"]}", ""] {
        store.put(key, "application/json", body.into()).await.unwrap();
        let objects = simulator.view(|view| view.objects(BUCKET));
        assert_eq!(objects.len(), 1);
        assert_eq!((objects[0].key.as_str(), &objects[0].body[..]), (key, body.as_bytes()));
        assert_eq!(objects[0].content_type.as_deref(), Some("application/json"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_report_is_stored_whole() {
    let simulator = simulator();
    let body: Vec<u8> = (0..5_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    store(&simulator, BUCKET).put("large.csv", "text/csv", body.clone()).await.unwrap();
    assert!(simulator.view(|view| view.objects(BUCKET))[0].body == body);
}

#[tokio::test]
async fn a_plain_loopback_server_takes_reports_as_well() {
    let simulator = simulator();
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut sdk = simulator.sdk_config("sweep").into_builder().endpoint_url(server.url());
    sdk.set_http_client(None);
    let store = ReportStore::new(&sdk.build(), BUCKET.to_owned());
    store.put("a/b.csv", "text/csv", b"a,b".to_vec()).await.unwrap();
    assert_eq!(&simulator.view(|view| view.objects(BUCKET))[0].body[..], b"a,b");
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_is_asked_again_and_every_attempt_is_counted() {
    let simulator = simulator();
    let counter = CallCounter::default();
    let store = ReportStore::counted(&simulator.sdk_config("sweep"), BUCKET.to_owned(), &counter);
    for what in [What::ErrorBefore, What::TimeoutAfter] {
        simulator.plan(Fault { when: When::Operation("PutObject"), times: Times::Once, what });
        store.put("report", "text/csv", b"a,b".to_vec()).await.unwrap();
    }
    assert_eq!(counter.counts(), [("PutObject".to_owned(), 4)].into());
}

#[tokio::test(start_paused = true)]
async fn an_error_names_the_object_and_what_to_look_at() {
    let simulator = simulator();
    let error = store(&simulator, "elsewhere").put("a/b", "text/csv", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "failed to put report s3://elsewhere/a/b (is there such a bucket?)"
    );
    assert!(error.source().unwrap().to_string().contains("NoSuchBucket"));

    let denied = What::Refuse(ApiError::new(403, "AccessDenied", "Access Denied"));
    simulator.plan(Fault { when: When::Operation("PutObject"), times: Times::Once, what: denied });
    let error = store(&simulator, BUCKET).put("a/b", "text/csv", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("s3:PutObject"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_object_is_read_whole_and_one_that_cannot_be_is_named() {
    let simulator = simulator();
    let store = store(&simulator, BUCKET);
    store.put("a/b", "text/csv", b"a,b".to_vec()).await.unwrap();
    assert_eq!(&store.get("a/b").await.unwrap()[..], b"a,b");
    let error = store.get("a/c").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "failed to read s3://keysteward-reports/a/c (is there such an object?)"
    );
    let denied = What::Refuse(ApiError::new(403, "AccessDenied", "Access Denied"));
    simulator.plan(Fault { when: When::Operation("GetObject"), times: Times::Once, what: denied });
    let error = store.get("a/b").await.unwrap_err();
    assert!(error.to_string().contains("s3:GetObject"), "{error}");
}
