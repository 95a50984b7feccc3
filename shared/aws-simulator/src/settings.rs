//! How far the simulated account is from an ideal one.

use jiff::SignedDuration;

/// Delays, limits and page sizes; [`Settings::IDEAL`] has none of the delays.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a new access key is refused after its creation.
    pub propagation: SignedDuration,
    /// How long after that every second request is still refused.
    pub flapping: SignedDuration,
    /// How long a use of a key or password stays out of everything that IAM tells.
    pub last_used_lag: SignedDuration,
    /// How long a new access key stays out of `ListAccessKeys`.
    pub list_lag: SignedDuration,
    /// How long a changed tag reads as it was.
    pub tag_lag: SignedDuration,
    /// How long a moved label is not found by `GetSecretValue`.
    pub stage_lag: SignedDuration,
    /// How long a read of a table that does not ask for the newest state sees an older one.
    pub table_lag: SignedDuration,
    /// How long an item of a table stays readable after it expired.
    pub expired_items_stay: SignedDuration,
    /// How long a new password can be neither changed nor removed.
    pub login_profile_settling: SignedDuration,
    /// How long a credential report is in the making.
    pub report_delay: SignedDuration,
    /// Whether the report has the column `additional_credentials_info`, which is documented and was not observed.
    pub report_additional_column: bool,
    /// The most items in one page, whatever the caller asks for.
    pub page_size: usize,
    /// Access keys a user may have.
    pub keys_per_user: usize,
    /// IAM calls an account accepts in one second.
    pub iam_calls_per_second: u32,
    /// Calls of one account that Organizations accepts in one second.
    pub organizations_calls_per_second: u32,
}

impl Settings {
    /// No delay, AWS's own quotas, no throttling.
    pub const IDEAL: Self = Self {
        propagation: SignedDuration::ZERO,
        flapping: SignedDuration::ZERO,
        last_used_lag: SignedDuration::ZERO,
        list_lag: SignedDuration::ZERO,
        tag_lag: SignedDuration::ZERO,
        stage_lag: SignedDuration::ZERO,
        table_lag: SignedDuration::ZERO,
        // Documented: "within a few days".
        expired_items_stay: SignedDuration::from_hours(24),
        login_profile_settling: SignedDuration::ZERO,
        report_delay: SignedDuration::ZERO,
        report_additional_column: false,
        page_size: 1000,
        keys_per_user: 2,
        iam_calls_per_second: u32::MAX,
        organizations_calls_per_second: u32::MAX,
    };

    /// The delays people report of AWS: a key works after some ten seconds, a use shows after hours.
    pub const REALISTIC: Self = Self {
        propagation: SignedDuration::from_secs(10),
        flapping: SignedDuration::from_secs(4),
        last_used_lag: SignedDuration::from_hours(4),
        table_lag: SignedDuration::from_secs(1),
        login_profile_settling: SignedDuration::from_secs(60),
        report_delay: SignedDuration::from_secs(2),
        ..Self::IDEAL
    };
}
