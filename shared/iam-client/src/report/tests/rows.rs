//! Single rows, good and bad.

use lifecycle::credential::LastUse;
use lifecycle::sweep::{KeyRow, PasswordRow, RootRow, UserRow};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn used(text: &str) -> LastUse {
    LastUse::At(at(text))
}

fn only_user(text: &str) -> UserRow {
    let report = parse(text).unwrap();
    assert_eq!((report.users.len(), report.rejected.len()), (1, 0), "{report:?}");
    report.users[0].clone()
}

fn fault_of(row: String) -> String {
    let report = parse(&report(&[row])).unwrap();
    assert_eq!((report.users.len(), report.rejected.len()), (0, 1), "{report:?}");
    assert_eq!(report.rejected[0].line, 2);
    report.rejected[0].fault.clone()
}

#[test]
fn a_row_says_what_the_user_has() {
    let report = parse(&report(&[row("alice")])).unwrap();
    assert_eq!(report.generated, generated());
    assert_eq!(
        report.root,
        Some(RootRow { password_enabled: Some(true), mfa_active: true, active_access_keys: 0 })
    );
    let expected = UserRow {
        user: "alice".into(),
        arn: "arn:aws:iam::123456789012:user/team/alice".parse().unwrap(),
        created: at("2026-01-01T00:00:00Z"),
        password: Some(PasswordRow {
            changed: at("2026-01-02T00:00:00Z"),
            last_use: used("2026-11-01T00:00:00Z"),
        }),
        mfa_active: true,
        access_keys: vec![
            KeyRow {
                active: true,
                created: at("2026-02-01T00:00:00Z"),
                last_use: used("2026-11-02T00:00:00Z"),
            },
            KeyRow {
                active: false,
                created: at("2026-03-01T00:00:00Z"),
                last_use: LastUse::NoneRecorded,
            },
        ],
        certificates: 0,
        has_more: false,
    };
    assert_eq!(report.users, [expected]);
}

#[test]
fn a_user_without_anything_has_nothing() {
    let bare = "bob,arn:aws:iam::123456789012:user/bob,2026-01-01T00:00:00Z,false,N/A,N/A,N/A,false,\
false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    let user = only_user(&report(&[bare.to_owned()]));
    assert_eq!((user.password, user.access_keys.len(), user.certificates), (None, 0, 0));
}

#[test]
fn the_spellings_of_the_documentation_and_of_older_reports_are_understood() {
    let text =
        report(&[row("alice")]).replace("true", "TRUE").replace("00:00:00Z", "00:00:00+00:00");
    assert_eq!(only_user(&text), only_user(&report(&[row("alice")])));
    let offset = row_with("alice", "access_key_1_last_used_date", "2026-11-02T01:30:00.250+01:30");
    let user = only_user(&report(&[offset]));
    assert_eq!(user.access_keys[0].last_use, used("2026-11-02T00:00:00.250Z"));
}

#[test]
fn a_byte_order_mark_carriage_returns_spaces_in_the_header_and_a_final_newline_are_tolerated() {
    let expected = parse(&report(&[row("alice")]));
    let header = HEADER.replace(',', " , ");
    let text = format!("\u{feff}{}\r\n", report(&[row("alice")]).replace(HEADER, &header))
        .replace("\r\n", "\n")
        .replace('\n', "\r\n");
    assert_eq!(parse(&text), expected);
}

#[test]
fn a_password_that_was_never_used_has_no_recorded_use() {
    let user = only_user(&report(&[row_with("alice", "password_last_used", "no_information")]));
    assert_eq!(user.password.unwrap().last_use, LastUse::NoneRecorded);
}

#[test]
fn the_root_user_may_have_a_password_that_the_report_does_not_tell_of() {
    let root = ROOT.replacen(",true,", ",not_supported,", 1);
    let root = parse(&format!("{HEADER}\n{root}")).unwrap().root.unwrap();
    assert_eq!(root.password_enabled, None);
}

#[test]
fn a_last_use_that_cannot_be_read_rejects_the_row_and_is_never_no_use() {
    for column in
        ["access_key_1_last_used_date", "access_key_2_last_used_date", "password_last_used"]
    {
        for cell in [
            "",
            "-",
            "n/a",
            "never",
            "no information",
            "not_supported",
            "1763694000",
            "2026-11-02",
            "2026-11-02T00:00:00",
            "2026-11-02T00:00:00+01",
            "2026-13-02T00:00:00Z",
            " 2026-11-02T00:00:00Z",
        ] {
            assert!(
                fault_of(row_with("alice", column, cell)).contains(column),
                "{column} {cell:?}"
            );
        }
    }
    for column in ["access_key_1_last_used_date", "access_key_2_last_used_date"] {
        assert!(fault_of(row_with("alice", column, "no_information")).contains(column));
    }
    assert!(
        fault_of(row_with("alice", "password_last_used", "N/A")).contains("password_last_used")
    );
}

#[test]
fn a_cell_that_cannot_be_read_rejects_the_row() {
    for (column, cell) in [
        ("user_creation_time", "N/A"),
        ("password_enabled", "not_supported"),
        ("password_enabled", "N/A"),
        ("password_last_changed", "N/A"),
        ("mfa_active", "yes"),
        ("access_key_1_active", ""),
        ("access_key_1_last_rotated", "N/A"),
        ("access_key_2_last_rotated", "soon"),
        ("cert_1_active", "Inactive"),
        ("cert_2_last_rotated", "no_information"),
    ] {
        assert!(fault_of(row_with("alice", column, cell)).contains(column), "{column}");
    }
    assert!(fault_of(row_with("alice", "cert_1_active", "true")).contains("cert_1_last_rotated"));
}

#[test]
fn certificates_are_counted_active_or_not() {
    let one = row_with("alice", "cert_2_last_rotated", "2026-01-01T00:00:00Z");
    assert_eq!(only_user(&report(&[one])).certificates, 1);
}

#[test]
fn a_row_of_another_account_or_another_user_is_rejected() {
    for arn in [
        "arn:aws:iam::999999999999:user/team/alice",
        "arn:aws:iam::123456789012:user/team/bob",
        "arn:aws:iam::123456789012:user/alice/",
        "arn:aws:iam::123456789012:role/alice",
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:user/alice",
        "alice",
    ] {
        assert!(fault_of(row_with("alice", "arn", arn)).contains("arn"), "{arn}");
    }
    let impostor = row_with("<root_account>", "mfa_active", "true");
    let report = parse(&format!("{HEADER}\n{impostor}\n{}", row("alice"))).unwrap();
    assert_eq!((report.root, report.users.len(), report.rejected.len()), (None, 1, 1));
    assert!(fault_of(row_with("alice", "user", "")).contains("arn"));
}

#[test]
fn a_rejected_row_names_its_user_and_quotes_nothing() {
    let text = report(&[row("alice"), row_with("bob", "mfa_active", "canary")]);
    let report = parse(&text).unwrap();
    assert_eq!(report.users.len(), 1);
    assert_eq!((report.rejected[0].line, report.rejected[0].user.clone()), (3, Some("bob".into())));
    assert!(!format!("{report:?}").contains("canary"));
}

#[test]
fn rows_with_too_few_or_too_many_cells_are_rejected_and_the_others_stay() {
    let short = row("bob").rsplit_once(',').unwrap().0.to_owned();
    let text = report(&[row("alice"), short, format!("{},more", row("carol")), row("dave")]);
    let report = parse(&text).unwrap();
    assert_eq!(
        report.users.iter().map(|row| row.user.as_str()).collect::<Vec<_>>(),
        ["alice", "dave"]
    );
    assert_eq!(report.rejected.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_row_that_is_not_utf_8_is_rejected_alone() {
    let mut bytes = report(&[row("alice"), row("bob")]).into_bytes();
    let at = bytes.windows(9).position(|window| window == b"eu-west-1").unwrap();
    bytes[at] = 0xff;
    let report = parse_report(&bytes, generated(), &ACCOUNT.parse().unwrap()).unwrap();
    assert_eq!(report.users[0].user, "bob".into());
    assert_eq!(report.rejected[0].user, Some("alice".into()));
}

#[test]
fn a_quote_that_swallows_a_line_does_not_mix_two_rows() {
    // The cell opens in alice's row and closes in bob's, so that the one row of the two has as many cells as it should.
    let open = row_with("alice", "access_key_1_last_used_region", "\"eu");
    let close = row_with("bob", "access_key_1_last_used_region", "eu\"");
    let report = parse(&report(&[open, close, row("carol")])).unwrap();
    assert_eq!(report.users.iter().map(|row| row.user.as_str()).collect::<Vec<_>>(), ["carol"]);
    assert_eq!(report.rejected.len(), 1);
}

#[test]
fn all_rows_of_a_user_that_has_several_are_rejected() {
    let text =
        report(&[row("alice"), row("Alice"), row("bob"), row_with("BOB", "mfa_active", "x")]);
    let report = parse(&text).unwrap();
    assert!(report.users.is_empty());
    assert_eq!(report.rejected.len(), 4);
    let twice = parse(&format!("{HEADER}\n{ROOT}\n{}\n{ROOT}", row("alice"))).unwrap();
    assert_eq!((twice.root, twice.users.len(), twice.rejected.len()), (None, 1, 2));
}

#[test]
fn hostile_names_are_names() {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    for name in [
        "=cmd",
        "+1",
        "-2",
        "@x",
        "a,b",
        "a\"b",
        "\"",
        "a\nb",
        "a\r\nb",
        "N/A".trim_end_matches("/A"),
        &"x".repeat(64),
    ] {
        let arn = format!("arn:aws:iam::123456789012:user/a,b/c/{name}");
        let row = row("@@").replacen("@@", &quoted(name), 1);
        let row = row.replacen("arn:aws:iam::123456789012:user/team/@@", &quoted(&arn), 1);
        assert_eq!(only_user(&report(&[row])).user, name.into());
    }
}

#[test]
fn more_credentials_than_the_row_shows_are_noticed() {
    let text = |cell: &str| {
        let rows = format!("{HEADER},additional_credentials_info\n{}", row("alice"));
        format!("{rows},{cell}\n{ROOT},N/A")
    };
    assert!(only_user(&text("1 access key: ListAccessKeys")).has_more);
    assert!(!only_user(&text("N/A")).has_more);
    assert!(!only_user(&text("")).has_more);
}

#[test]
fn a_report_without_rows_or_without_a_needed_column_is_worth_nothing() {
    for text in ["", "\n", "\u{feff}", HEADER, &format!("{HEADER}\n")] {
        assert_eq!(parse(text), Err(ReportFault::Empty), "{text:?}");
    }
    for name in HEADER.split(',') {
        let text = report(&[row("alice")]).replacen(name, "renamed", 1);
        let unneeded = name.ends_with("_region")
            || name.ends_with("_service")
            || name.ends_with("next_rotation");
        match parse(&text) {
            Ok(_) => assert!(unneeded, "{name}"),
            Err(fault) => assert_eq!(fault, ReportFault::ColumnMissing(name)),
        }
    }
    let twice = report(&[row("alice")]).replacen("access_key_1_last_used_region", " arn", 1);
    assert_eq!(parse(&twice), Err(ReportFault::ColumnTwice));
    let none = report(&[]).replace("mfa_active\n", "");
    assert!(parse(&none).is_ok());
    let foreign =
        parse_report(report(&[]).as_bytes(), generated(), &"999999999999".parse().unwrap());
    assert!(matches!(foreign, Err(ReportFault::Truncated { line: 2, .. })), "{foreign:?}");
}

#[test]
fn rows_of_which_none_can_be_read_are_worth_nothing() {
    let text = format!("{HEADER}\n{}\n{}", row("alice"), row("ALICE"));
    assert_eq!(parse(&text), Err(ReportFault::NothingReadable));
}

#[test]
fn a_row_that_looks_like_what_is_read_after_the_report_is_a_row() {
    let report = parse(&report(&["after the report".to_owned(), row("alice")])).unwrap();
    assert_eq!((report.users.len(), report.rejected.len()), (1, 1));
    let last = parse(&format!("{HEADER}\n{ROOT}\nafter the report"));
    assert!(matches!(last, Err(ReportFault::Truncated { line: 3, .. })), "{last:?}");
}

#[test]
fn a_root_row_that_was_cut_in_its_last_cell_is_not_whole() {
    let text = format!("{HEADER}\n{ROOT}");
    for cut in 1..3 {
        let cut = parse(&text[..text.len() - cut]);
        assert!(matches!(cut, Err(ReportFault::Truncated { line: 2, .. })), "{cut:?}");
    }
}
