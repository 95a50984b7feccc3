//! Random reports, whole and cut.

use lifecycle::credential::LastUse;
use lifecycle::sweep::{KeyRow, PasswordRow, RootRow, UserRow};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;

fn date() -> impl Strategy<Value = Timestamp> {
    (1_400_000_000_i64..1_900_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn last_use() -> impl Strategy<Value = LastUse> {
    option::of(date()).prop_map(|at| at.map_or(LastUse::NoneRecorded, LastUse::At))
}

fn key() -> impl Strategy<Value = KeyRow> {
    (any::<bool>(), date(), last_use()).prop_map(|(active, created, last_use)| KeyRow {
        active,
        created,
        last_use,
    })
}

fn password() -> impl Strategy<Value = PasswordRow> {
    (date(), last_use()).prop_map(|(changed, last_use)| PasswordRow { changed, last_use })
}

/// Users with names that no two share, whatever the case of their letters.
fn users() -> impl Strategy<Value = Vec<UserRow>> {
    let names = btree_set("[a-z0-9_+=,.@\"\n -]{1,64}", 0..6).prop_map(|names| {
        names.into_iter().filter(|name| *name != "<root_account>").collect::<Vec<_>>()
    });
    let rest = (
        "(/[a-z,]{1,4}){0,2}/",
        date(),
        option::of(password()),
        any::<bool>(),
        vec(key(), 0..=2),
        0..=2_usize,
        any::<bool>(),
    );
    (names, vec(rest, 6)).prop_map(|(names, rests)| {
        let user = |(name, rest): (String, (String, _, _, _, _, _, _))| {
            let (path, created, password, mfa_active, access_keys, certificates, has_more) = rest;
            UserRow {
                arn: format!("arn:aws:iam::{ACCOUNT}:user{path}{name}").parse().unwrap(),
                user: name.into(),
                created,
                password,
                mfa_active,
                access_keys,
                certificates,
                has_more,
            }
        };
        names.into_iter().zip(rests).map(user).collect()
    })
}

fn whole_report() -> impl Strategy<Value = CredentialReport> {
    let root = (option::of(any::<bool>()), any::<bool>(), 0..=2_usize).prop_map(
        |(password_enabled, mfa_active, active_access_keys)| RootRow {
            password_enabled,
            mfa_active,
            active_access_keys,
        },
    );
    (root, users()).prop_map(|(root, users)| CredentialReport {
        generated: generated(),
        root: Some(root),
        users,
        rejected: vec![],
    })
}

/// The cells of a user, by column.
fn cells(row: &UserRow) -> Vec<(&'static str, String)> {
    let none = || "N/A".to_owned();
    let used = |last_use: &LastUse, never: &str| match last_use {
        LastUse::At(at) => at.to_string(),
        LastUse::NoneRecorded | LastUse::Unknown => never.to_owned(),
    };
    let password = row.password.as_ref();
    let mut cells = vec![
        ("user", row.user.to_string()),
        ("arn", row.arn.to_string()),
        ("user_creation_time", row.created.to_string()),
        ("password_enabled", password.is_some().to_string()),
        (
            "password_last_used",
            password.map_or_else(none, |password| used(&password.last_use, "no_information")),
        ),
        (
            "password_last_changed",
            password.map_or_else(none, |password| password.changed.to_string()),
        ),
        ("mfa_active", row.mfa_active.to_string()),
        (
            "additional_credentials_info",
            if row.has_more { "2: ListAccessKeys".to_owned() } else { none() },
        ),
    ];
    let names = [
        ["access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date"],
        ["access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date"],
    ];
    for (at, [active, rotated, last_used]) in names.into_iter().enumerate() {
        let key = row.access_keys.get(at);
        cells.push((active, key.is_some_and(|key| key.active).to_string()));
        cells.push((rotated, key.map_or_else(none, |key| key.created.to_string())));
        cells.push((last_used, key.map_or_else(none, |key| used(&key.last_use, "N/A"))));
    }
    for (at, [active, rotated]) in
        [["cert_1_active", "cert_1_last_rotated"], ["cert_2_active", "cert_2_last_rotated"]]
            .into_iter()
            .enumerate()
    {
        cells.push((active, false.to_string()));
        cells.push((rotated, if at < row.certificates { generated().to_string() } else { none() }));
    }
    cells
}

fn root_cells(root: &RootRow) -> Vec<(&'static str, String)> {
    let arn = format!("arn:aws:iam::{ACCOUNT}:root");
    vec![
        ("user", "<root_account>".to_owned()),
        ("arn", arn),
        (
            "password_enabled",
            root.password_enabled.map_or("not_supported".to_owned(), |set| set.to_string()),
        ),
        ("mfa_active", root.mfa_active.to_string()),
        ("access_key_1_active", (root.active_access_keys > 0).to_string()),
        ("access_key_2_active", (root.active_access_keys > 1).to_string()),
        ("cert_1_active", false.to_string()),
        ("cert_2_active", false.to_string()),
    ]
}

/// Writes a report with these columns; a cell that nothing is known of is `N/A`.
fn write(report: &CredentialReport, columns: &[&str], terminator: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    writer.write_record(columns).unwrap();
    let rows = report.root.iter().map(root_cells).chain(report.users.iter().map(cells));
    for cells in rows {
        let cell = |column: &&str| {
            cells.iter().find(|(name, _)| name == column).map_or("N/A", |(_, cell)| cell.as_str())
        };
        writer.write_record(columns.iter().map(cell)).unwrap();
    }
    let mut bytes = writer.into_inner().unwrap();
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    bytes
}

fn live_columns() -> Vec<&'static str> {
    HEADER.split(',').collect()
}

/// The documented columns and two that nobody knows, in any order.
fn any_columns() -> impl Strategy<Value = Vec<&'static str>> {
    let mut columns = live_columns();
    columns.extend(["additional_credentials_info", "passkeys", "=cmd"]);
    Just(columns).prop_shuffle()
}

fn parse_bytes(bytes: &[u8]) -> Result<CredentialReport, ReportFault> {
    parse_report(bytes, generated(), &ACCOUNT.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_report_reads_as_it_was_written(report in whole_report(), columns in any_columns(), crlf: bool) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        prop_assert_eq!(parse_bytes(&write(&report, &columns, terminator)), Ok(report));
    }

    /// The last column of a live report is a date or `N/A`, and neither has a beginning that is one.
    #[test]
    fn a_cut_is_found_unless_it_is_between_two_rows(report in whole_report(), cut in any::<prop::sample::Index>()) {
        let report = CredentialReport {
            users: report.users.into_iter().map(|user| UserRow { has_more: false, ..user }).collect(),
            ..report
        };
        let columns = live_columns();
        let whole = write(&report, &columns, csv::Terminator::Any(b'\n'));
        let at = cut.index(whole.len());
        if let Ok(cut) = parse_bytes(&whole[..at]) {
            let rows: Vec<_> = (0..=report.users.len())
                .map(|rows| CredentialReport { users: report.users[..rows].to_vec(), ..report.clone() })
                .map(|rows| write(&rows, &columns, csv::Terminator::Any(b'\n')).len())
                .collect();
            prop_assert!(rows.contains(&at) || rows.contains(&(at - 1)), "cut at {} of {}", at, whole.len());
            prop_assert_eq!(&cut.users[..], &report.users[..cut.users.len()]);
        }
    }

    #[test]
    fn no_bytes_make_it_panic_or_show_a_use_that_is_not_there(bytes in vec(any::<u8>(), 0..400)) {
        let _ = parse_bytes(&[HEADER.as_bytes(), b"\n", &bytes].concat());
        let _ = parse_bytes(&bytes);
    }

    #[test]
    fn a_changed_letter_never_makes_a_used_key_unused(report in whole_report(), at in any::<prop::sample::Index>(), byte in b'0'..=b'z') {
        let mut bytes = write(&report, &live_columns(), csv::Terminator::Any(b'\n'));
        let at = at.index(bytes.len());
        bytes[at] = byte;
        for row in parse_bytes(&bytes).map(|report| report.users).unwrap_or_default() {
            let Some(before) = report.users.iter().find(|user| user.user == row.user) else { continue };
            for (key, before) in row.access_keys.iter().zip(&before.access_keys) {
                prop_assert!(key.last_use != LastUse::NoneRecorded || before.last_use == LastUse::NoneRecorded);
            }
        }
    }
}
