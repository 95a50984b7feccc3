//! What somebody should know, and nothing is done about.

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::facts::{Binding, CredentialReport, SECRET_TAG, UserFacts, UserRow};
use super::policy::Policy;
use crate::exemption::Exemption;
use crate::identifiers::{Arn, UserName};
use crate::rotation;

/// IAM needs this long at most to make a report; users created meanwhile may or may not be in it.
const TAKES_TO_MAKE: SignedDuration = SignedDuration::from_mins(15);

/// Something that is reported and never acted upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The root user has active access keys (CIS AWS Foundations; Security Hub IAM.4).
    RootAccessKeys {
        /// How many.
        count: usize,
    },
    /// The root user can sign in without MFA (Security Hub IAM.9).
    RootWithoutMfa,
    /// A user has a console password and no MFA device (Security Hub IAM.5).
    PasswordWithoutMfa {
        /// Who.
        user: UserName,
    },
    /// An exemption is over and does not count any more.
    ExemptionOver {
        /// On whom it is written.
        user: UserName,
        /// What it says.
        exemption: Exemption,
    },
    /// An exemption cannot be read, and counts without an end.
    ExemptionUnreadable {
        /// On whom it is written.
        user: UserName,
        /// What is known of it.
        exemption: Exemption,
    },
    /// A setting exempts somebody who does not exist: a misspelt name protects nobody.
    ExemptionOfNobody {
        /// The setting.
        setting: &'static str,
        /// The entry.
        entry: String,
    },
    /// A user does not carry the tag of a secret any more, and the secret still rotates the user's keys: nobody touches them.
    BindingTagGone {
        /// Who.
        user: UserName,
        /// The secret.
        secret: Arn,
    },
    /// Credentials are deactivated without a warning, because the notice period is set to nothing.
    NoNoticePeriod,
    /// Users are not judged, because they are not below the path of the setting.
    OutsideUserPath {
        /// The setting's path.
        path: String,
        /// How many users there are.
        users: usize,
        /// How many of them are not judged.
        outside: usize,
    },
    /// A user was created again since the report was made, and waits for the next one.
    RecreatedSinceReport {
        /// Who.
        user: UserName,
    },
}

impl Finding {
    /// The finding as reports and metrics spell it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::RootAccessKeys { .. } => "root-access-keys",
            Self::RootWithoutMfa => "root-without-mfa",
            Self::PasswordWithoutMfa { .. } => "password-without-mfa",
            Self::ExemptionOver { .. } => "exemption-over",
            Self::ExemptionUnreadable { .. } => "exemption-unreadable",
            Self::ExemptionOfNobody { .. } => "exemption-of-nobody",
            Self::BindingTagGone { .. } => "binding-tag-gone",
            Self::NoNoticePeriod => "no-notice-period",
            Self::OutsideUserPath { .. } => "outside-user-path",
            Self::RecreatedSinceReport { .. } => "recreated-since-report",
        }
    }

    /// The user it is about; `None` for the root user.
    pub fn user(&self) -> Option<&UserName> {
        match self {
            Self::RootAccessKeys { .. }
            | Self::RootWithoutMfa
            | Self::ExemptionOfNobody { .. }
            | Self::NoNoticePeriod
            | Self::OutsideUserPath { .. } => None,
            Self::PasswordWithoutMfa { user }
            | Self::ExemptionOver { user, .. }
            | Self::ExemptionUnreadable { user, .. }
            | Self::BindingTagGone { user, .. }
            | Self::RecreatedSinceReport { user } => Some(user),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RootAccessKeys { count } => write!(
                f,
                "the root user has {count} active access key(s): delete them; nothing needs them"
            ),
            Self::RootWithoutMfa => f.write_str("the root user can sign in without MFA: enable it"),
            Self::PasswordWithoutMfa { user } => {
                write!(f, "user {user} has a console password and no MFA device")
            }
            Self::ExemptionOver { user, exemption } => {
                write!(f, "an exemption of user {user} is over: {exemption}")
            }
            Self::ExemptionUnreadable { user, exemption } => {
                write!(f, "an exemption of user {user} cannot be read and counts: {exemption}")
            }
            Self::ExemptionOfNobody { setting, entry } => {
                write!(
                    f,
                    "{setting} names {entry}, and nobody in the account fits: is it misspelt?"
                )
            }
            Self::BindingTagGone { user, secret } => write!(
                f,
                "user {user} has lost the tag {SECRET_TAG}, and secret {secret} still rotates its keys: nobody touches them; \
                 set the tag again, or end the rotation of the secret"
            ),
            Self::NoNoticePeriod => f.write_str(
                "KEYSTEWARD_NOTICE_DAYS is 0: stale credentials are deactivated without a warning",
            ),
            Self::OutsideUserPath { path, users, outside } => {
                write!(
                    f,
                    "KEYSTEWARD_USER_PATH is {path}: {outside} of {users} users are elsewhere, and are not judged"
                )?;
                if users == outside { f.write_str(": is it misspelt?") } else { Ok(()) }
            }
            Self::RecreatedSinceReport { user } => write!(
                f,
                "user {user} was created after the credential report was made, and waits for the next one"
            ),
        }
    }
}

/// The findings about the root user.
pub fn root_findings(report: &CredentialReport) -> Vec<Finding> {
    let Some(root) = &report.root else { return Vec::new() };
    let mut findings = Vec::new();
    if root.active_access_keys > 0 {
        findings.push(Finding::RootAccessKeys { count: root.active_access_keys });
    }
    // Member accounts of an organization may have a root user without any credentials.
    let can_sign_in = root.password_enabled != Some(false);
    if can_sign_in && !root.mfa_active {
        findings.push(Finding::RootWithoutMfa);
    }
    findings
}

/// The findings about one user.
pub fn user_findings(
    row: &UserRow,
    user: &UserFacts,
    binding: &Binding,
    now: Timestamp,
) -> Vec<Finding> {
    let name = || user.name.clone();
    let mut findings = Vec::new();
    if row.password.is_some() && !row.mfa_active {
        findings.push(Finding::PasswordWithoutMfa { user: name() });
    }
    if let Binding::TagGone { secret } = binding {
        findings.push(Finding::BindingTagGone { user: name(), secret: secret.clone() });
    }
    for exemption in Exemption::all(&user.tags) {
        if !exemption.counts(now) {
            findings.push(Finding::ExemptionOver { user: name(), exemption });
        } else if exemption.unreadable {
            findings.push(Finding::ExemptionUnreadable { user: name(), exemption });
        }
    }
    findings
}

/// The finding that some users are not judged, if so.
pub fn outside_user_path(policy: &Policy, users: &[UserFacts]) -> Option<Finding> {
    let outside = users.iter().filter(|user| !policy.covers(user)).count();
    let path = policy.user_path.clone();
    (outside > 0).then_some(Finding::OutsideUserPath { path, users: users.len(), outside })
}

/// The entries of the exemption settings that fit nobody.
pub fn exemptions_of_nobody(policy: &Policy, users: &[UserFacts]) -> Vec<Finding> {
    let lower = |user: &UserFacts| user.name.as_str().to_lowercase();
    let names: BTreeSet<String> = users
        .iter()
        .flat_map(|user| {
            lower(user).split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let groups: BTreeSet<String> =
        users.iter().flat_map(|user| &user.groups).map(|group| group.to_lowercase()).collect();
    let exempt = &policy.exempt;
    let finding = |setting| {
        move |entry: &String| Finding::ExemptionOfNobody { setting, entry: entry.clone() }
    };
    let no_user = exempt.users.iter().filter(|entry| !names.contains(*entry));
    let no_path = exempt
        .paths
        .iter()
        .filter(|entry| !users.iter().any(|user| user.path.starts_with(entry.as_str())));
    let no_group = exempt.groups.iter().filter(|entry| !groups.contains(*entry));
    let mut findings: Vec<_> = no_user.map(finding("KEYSTEWARD_EXEMPT_USERS")).collect();
    findings.extend(no_path.map(finding("KEYSTEWARD_EXEMPT_PATHS")));
    findings.extend(no_group.map(finding("KEYSTEWARD_EXEMPT_GROUPS")));
    findings
}

/// The users that the report should name and does not: a report that was cut off between two rows shows in nothing else.
///
/// A user who was renamed since is matched by the second of creation, and rows that could not be read count as anybody's.
pub fn missing_from_report(report: &CredentialReport, users: &[UserFacts]) -> Vec<UserName> {
    let lower = |name: &UserName| name.as_str().to_lowercase();
    let existing: BTreeSet<_> = users.iter().map(|user| lower(&user.name)).collect();
    let rejected = report.rejected.iter().filter_map(|row| row.user.as_ref());
    let named: BTreeSet<_> =
        report.users.iter().map(|row| &row.user).chain(rejected).map(lower).collect();
    let mut renamed: Vec<_> = report
        .users
        .iter()
        .filter(|row| !existing.contains(&lower(&row.user)))
        .map(|row| row.created)
        .collect();
    let mut nameless = report.rejected.iter().filter(|row| row.user.is_none()).count();
    let mut missing = Vec::new();
    let settled = rotation::earlier(report.generated, TAKES_TO_MAKE);
    let expected = users.iter().filter(|user| user.created < settled);
    for user in expected.filter(|user| !named.contains(&lower(&user.name))) {
        if let Some(at) = renamed.iter().position(|created| *created == user.created) {
            renamed.swap_remove(at);
        } else if nameless > 0 {
            nameless -= 1;
        } else {
            missing.push(user.name.clone());
        }
    }
    missing
}
