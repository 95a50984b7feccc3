//! The rows of the credential report.

use jiff::{SignedDuration, Timestamp};

use super::super::access_keys::AccessKey;
use super::super::credentials::Uploaded;
use super::super::{Iam, User};
use crate::call::Caller;
use crate::clock::add;

const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const NONE: &str = "N/A";
/// Keys and certificates that a row has room for.
const SLOTS: usize = 2;

/// One line of the report, in the making.
struct Row<'a> {
    text: &'a mut String,
    first: bool,
}

impl Row<'_> {
    fn push(&mut self, value: &str) {
        if !self.first {
            self.text.push(',');
        }
        self.first = false;
        if value.contains(['"', ',', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&value.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(value);
        }
    }

    fn flag(&mut self, value: bool) {
        self.push(if value { "true" } else { "false" });
    }

    fn time(&mut self, at: Option<Timestamp>, absent: &str) {
        match at {
            Some(at) => self.push(&at.to_string()),
            None => self.push(absent),
        }
    }
}

impl Iam {
    /// The whole report, as everything is now.
    pub(super) fn report_content(&self, caller: &Caller) -> String {
        let additional = caller.settings.report_additional_column;
        let mut text = String::from(COLUMNS);
        if additional {
            text.push_str(",additional_credentials_info");
        }
        let row = |text: &mut String, fill: &dyn Fn(&mut Row<'_>), more: &str| {
            text.push('\n');
            let mut row = Row { text, first: true };
            fill(&mut row);
            if additional {
                row.push(more);
            }
        };
        row(&mut text, &|row| self.root_row(row, caller), NONE);
        for user in self.users() {
            row(&mut text, &|row| self.user_row(row, user, caller), &additional_credentials(user));
        }
        text
    }

    fn root_row(&self, row: &mut Row<'_>, caller: &Caller) {
        let root = &self.root;
        row.push("<root_account>");
        row.push(&format!("arn:aws:iam::{}:root", caller.account));
        row.time(Some(root.opened), NONE);
        row.flag(root.password);
        row.push(if root.password { "no_information" } else { NONE });
        row.time(root.password.then_some(root.opened), NONE);
        row.push("not_supported");
        row.flag(root.mfa);
        for slot in 0..SLOTS {
            let present = usize::from(root.access_keys) > slot;
            row.flag(present);
            row.time(present.then_some(root.opened), NONE);
            [NONE; 3].iter().for_each(|absent| row.push(absent));
        }
        for _ in 0..SLOTS {
            row.flag(false);
            row.push(NONE);
        }
    }

    fn user_row(&self, row: &mut Row<'_>, user: &User, caller: &Caller) {
        row.push(&user.name);
        row.push(&user.arn(&caller.account));
        row.time(Some(user.created), NONE);
        row.flag(user.password.is_some());
        match &user.password {
            Some(password) => {
                row.time(user.last_sign_in(caller), "no_information");
                row.time(Some(password.changed), NONE);
                row.time(self.next_rotation(password.changed), NONE);
            }
            None => [NONE; 3].iter().for_each(|absent| row.push(absent)),
        }
        row.flag(user.mfa_devices > 0);
        for slot in 0..SLOTS {
            key(row, sorted(&user.keys, |key| &key.id).get(slot).copied(), caller);
        }
        // Observed on AWS: an inactive certificate comes before an active one.
        let certificates = sorted(&user.certificates, |own| (own.status == "Active", &own.id));
        for slot in 0..SLOTS {
            certificate(row, certificates.get(slot).copied());
        }
    }

    fn next_rotation(&self, changed: Timestamp) -> Option<Timestamp> {
        let days = self.password_policy?;
        Some(add(changed, SignedDuration::from_hours(24 * i64::from(days))))
    }
}

fn sorted<'a, T, K: Ord>(items: &'a [T], by: impl Fn(&'a T) -> K) -> Vec<&'a T> {
    let mut items: Vec<_> = items.iter().collect();
    items.sort_by_key(|item| by(item));
    items
}

fn key(row: &mut Row<'_>, key: Option<&AccessKey>, caller: &Caller) {
    row.flag(key.is_some_and(|key| key.status == "Active"));
    row.time(key.map(|key| key.created), NONE);
    let seen = key.and_then(|key| key.last_seen(caller.now, caller.settings.last_used_lag));
    row.time(seen.map(|seen| seen.at), NONE);
    // S3 has one name space for all Regions.
    let region = seen.filter(|seen| seen.service != "s3").map(|seen| seen.region.as_str());
    row.push(region.unwrap_or(NONE));
    row.push(seen.map_or(NONE, |seen| &seen.service));
}

fn certificate(row: &mut Row<'_>, certificate: Option<&Uploaded>) {
    row.flag(certificate.is_some_and(|own| own.status == "Active"));
    row.time(certificate.map(|own| own.uploaded), NONE);
}

/// The wording is a guess: AWS documents that the column counts and names an operation, and nobody has shown it.
fn additional_credentials(user: &User) -> String {
    let more = |count: usize, what: &str, operation: &str| {
        count
            .checked_sub(SLOTS)
            .filter(|more| *more > 0)
            .map(|more| format!("{more} additional {what}, use {operation}"))
    };
    let keys = more(user.keys.len(), "access keys", "ListAccessKeys");
    let certificates =
        more(user.certificates.len(), "signing certificates", "ListSigningCertificates");
    let all: Vec<_> = keys.into_iter().chain(certificates).collect();
    if all.is_empty() { NONE.to_owned() } else { all.join("; ") }
}
