//! What becomes of a panic in a handler.

use std::time::Duration;

use aws_simulator::{LambdaHost, Settings, Simulator};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "the binary under test reads the machine's clock")]
async fn a_panic_is_reported_without_its_message_and_the_next_event_is_handled() {
    let tests = std::env::current_exe().unwrap();
    let binary = tests.parent().unwrap().parent().unwrap().join("examples/panicking");
    let simulator = Simulator::new(jiff::Timestamp::now(), Settings::IDEAL);
    let verbose = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
    let mut host = LambdaHost::start(&binary, &verbose).await.unwrap();
    for _ in 0..2 {
        let event = json!({ "RotationToken": "canary" });
        let error = host.invoke(&simulator, event, Duration::from_secs(60)).await.unwrap_err();
        assert_eq!(error.error_type, "Panic");
        assert_eq!(error.message, "the function panicked; its log tells where");
    }
    let printed = host.stop().await;
    assert!(printed.contains("panicking.rs:"), "the log tells where: {printed}");
    assert!(!printed.contains("canary"), "the message was printed");
}
