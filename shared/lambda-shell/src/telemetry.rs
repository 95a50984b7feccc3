//! Logs as lines of JSON.

use tracing_subscriber::EnvFilter;

/// Sends logs to standard output, one JSON object a line, and keeps messages of panics out of them.
///
/// The level comes from `AWS_LAMBDA_LOG_LEVEL`, else `RUST_LOG`, else it is INFO. TRACE is compiled out of every build: there the
/// AWS SDK prints whole bodies.
#[expect(clippy::disallowed_methods, reason = "the log level is read before there is a log")]
pub fn init_telemetry() {
    let level = ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"].into_iter().find_map(std::env::var_os);
    let level =
        level.map_or_else(|| "info".to_owned(), |level| level.to_string_lossy().into_owned());
    // Lambda offers FATAL, which is no level here, but would be read as the name of a module.
    let level = if level.eq_ignore_ascii_case("fatal") { "error".to_owned() } else { level };
    let filter = EnvFilter::builder().parse(&level).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_target(false);
    subscriber.without_time().with_env_filter(filter).init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(
            panic.location = place,
            "the function panicked; this is a defect, please report it with its location"
        );
    }));
}
