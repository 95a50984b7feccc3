//! The credential report.

use aws_sdk_iam::operation::get_credential_report::GetCredentialReportOutput;
use aws_simulator::Simulator;
use jiff::SignedDuration;

use crate::support::{account, account_with, code, iam};

const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const START: &str = "2026-01-01T00:00:00Z";

async fn generate(simulator: &Simulator) -> (String, Option<String>) {
    let answer = iam(simulator).generate_credential_report().send().await.unwrap();
    (answer.state.unwrap().as_str().to_owned(), answer.description)
}

async fn get(simulator: &Simulator) -> GetCredentialReportOutput {
    iam(simulator).get_credential_report().send().await.unwrap()
}

async fn refusal(simulator: &Simulator) -> String {
    code(iam(simulator).get_credential_report().send().await)
}

async fn report(simulator: &Simulator) -> String {
    generate(simulator).await;
    text(get(simulator).await)
}

fn text(answer: GetCredentialReportOutput) -> String {
    String::from_utf8(answer.content.unwrap().into_inner()).unwrap()
}

/// The fields of a row whose values hold no commas, by column.
fn field(report: &str, user: &str, column: &str) -> String {
    let at = report.lines().next().unwrap().split(',').position(|name| name == column).unwrap();
    let row = report.lines().find(|row| row.starts_with(&format!("{user},"))).unwrap();
    row.split(',').nth(at).unwrap().to_owned()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

// Observed: the states on the way to the first report, their codes and their one description.
#[tokio::test(start_paused = true)]
async fn a_report_is_started_in_progress_and_complete() {
    let simulator = account_with(|settings| settings.report_delay = SignedDuration::from_secs(2));
    assert_eq!(refusal(&simulator).await, "ReportNotPresent");
    let first = "No report exists. Starting a new report generation task".to_owned();
    assert_eq!(generate(&simulator).await, ("STARTED".to_owned(), Some(first)));
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(refusal(&simulator).await, "ReportInProgress");
    assert_eq!(generate(&simulator).await, ("INPROGRESS".to_owned(), None));
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(generate(&simulator).await, ("COMPLETE".to_owned(), None));
    let answer = get(&simulator).await;
    assert_eq!(answer.report_format.as_ref().unwrap().as_str(), "text/csv");
    assert_eq!(answer.generated_time.unwrap().secs(), 1_767_225_600);
}

// IAM API reference, GetCredentialReport: the HTTP statuses of the three refusals.
#[tokio::test(start_paused = true)]
async fn the_refusals_have_statuses_of_their_own() {
    let simulator = account_with(|settings| settings.report_delay = hours(1));
    let status = async || {
        let refused = iam(&simulator).get_credential_report().send().await.unwrap_err();
        refused.raw_response().unwrap().status().as_u16()
    };
    assert_eq!(status().await, 410);
    generate(&simulator).await;
    assert_eq!(status().await, 404);
    simulator.advance(hours(5));
    assert_eq!((status().await, refusal(&simulator).await), (410, "ReportExpired".to_owned()));
}

// IAM user guide, credential reports: one report in four hours; the cached one is a snapshot.
#[tokio::test(start_paused = true)]
async fn a_report_is_kept_for_four_hours_and_then_expires() {
    let simulator = account();
    let first = report(&simulator).await;
    simulator.remove_user("alice");
    simulator.advance(hours(4));
    assert_eq!(generate(&simulator).await, ("COMPLETE".to_owned(), None));
    assert_eq!(text(get(&simulator).await), first);
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(refusal(&simulator).await, "ReportExpired");
    assert_eq!(generate(&simulator).await.0, "STARTED");
    let second = get(&simulator).await;
    assert_eq!(second.generated_time.unwrap().secs(), 1_767_225_600 + 4 * 3600 + 1);
    assert!(!text(second).contains("alice"));
}

// Observed: 22 columns, line feeds, none at the end, root first, dates that end in Z, lower-case booleans.
#[tokio::test(start_paused = true)]
async fn the_report_of_a_small_account_is_this_text() {
    let simulator = account();
    let expected = format!(
        "{COLUMNS}\n\
         <root_account>,arn:aws:iam::123456789012:root,{START},true,no_information,{START},not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n\
         alice,arn:aws:iam::123456789012:user/alice,{START},false,N/A,N/A,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    );
    assert_eq!(report(&simulator).await, expected);
}

// IAM user guide, credential reports, password columns.
#[tokio::test(start_paused = true)]
async fn a_password_has_its_change_its_use_and_its_next_rotation() {
    let simulator = account();
    simulator.add_password("alice");
    simulator.add_mfa_device("alice");
    let unused = report(&simulator).await;
    assert_eq!(field(&unused, "alice", "password_enabled"), "true");
    assert_eq!(field(&unused, "alice", "password_last_used"), "no_information");
    assert_eq!(field(&unused, "alice", "password_next_rotation"), "N/A");
    assert_eq!(field(&unused, "alice", "mfa_active"), "true");
    simulator.advance(hours(24));
    simulator.change_password("alice");
    simulator.use_password("alice");
    simulator.set_password_policy(90);
    let used = report(&simulator).await;
    assert_eq!(field(&used, "alice", "password_last_changed"), "2026-01-02T00:00:00Z");
    assert_eq!(field(&used, "alice", "password_last_used"), "2026-01-02T00:00:00Z");
    assert_eq!(field(&used, "alice", "password_next_rotation"), "2026-04-02T00:00:00Z");
    assert_eq!(field(&used, "<root_account>", "password_next_rotation"), "not_supported");
}

// Observed: an inactive key is told from a missing one by its date.
#[tokio::test(start_paused = true)]
async fn a_deactivated_key_keeps_its_date_in_the_report() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    simulator.advance(hours(1));
    simulator.set_key_status(&key.id, "Inactive");
    let report = report(&simulator).await;
    assert_eq!(field(&report, "alice", "access_key_1_active"), "false");
    assert_eq!(field(&report, "alice", "access_key_1_last_rotated"), START);
    assert_eq!(field(&report, "alice", "access_key_2_active"), "false");
    assert_eq!(field(&report, "alice", "access_key_2_last_rotated"), "N/A");
}

// Observed: the slots follow the ids of the keys, not their ages.
#[tokio::test(start_paused = true)]
async fn key_slots_are_ordered_by_id() {
    let simulator = account();
    // Ids are drawn, so some user has its older key in the second slot.
    let mut swapped = 0;
    for n in 0..8 {
        let user = format!("user-{n}");
        simulator.add_user(&user, "/", &[]);
        let older = simulator.add_access_key(&user);
        simulator.advance(SignedDuration::from_secs(1));
        let newer = simulator.add_access_key(&user);
        simulator.set_key_status(&older.id, "Inactive");
        let slot = if older.id < newer.id { "1" } else { "2" };
        swapped += u32::from(slot == "2");
        simulator.advance(hours(5));
        let report = report(&simulator).await;
        assert_eq!(field(&report, &user, &format!("access_key_{slot}_active")), "false");
    }
    assert!((1..8).contains(&swapped), "{swapped}");
}

// IAM user guide, credential reports: the Region is N/A for a service without Regions; uses show late.
#[tokio::test(start_paused = true)]
async fn the_last_use_lags_and_has_no_region_for_s3() {
    let simulator = account_with(|settings| settings.last_used_lag = hours(4));
    let key = simulator.add_access_key("alice");
    simulator.use_key(&key.id, "sts");
    simulator.advance(hours(3));
    let early = report(&simulator).await;
    assert_eq!(field(&early, "alice", "access_key_1_last_used_date"), "N/A");
    simulator.advance(hours(5));
    let sts = report(&simulator).await;
    assert_eq!(field(&sts, "alice", "access_key_1_last_used_date"), START);
    assert_eq!(field(&sts, "alice", "access_key_1_last_used_region"), "eu-west-1");
    simulator.use_key(&key.id, "s3");
    simulator.advance(hours(9));
    let s3 = report(&simulator).await;
    assert_eq!(field(&s3, "alice", "access_key_1_last_used_service"), "s3");
    assert_eq!(field(&s3, "alice", "access_key_1_last_used_region"), "N/A");
}

// Observed: inactive certificates come before active ones, and keep their dates.
#[tokio::test(start_paused = true)]
async fn inactive_certificates_come_first() {
    let simulator = account();
    simulator.add_signing_certificate("alice", "one");
    simulator.advance(hours(1));
    let second = simulator.add_signing_certificate("alice", "two");
    simulator.set_status(&second, "Inactive");
    let report = report(&simulator).await;
    assert!(report.ends_with(&format!(",false,2026-01-01T01:00:00Z,true,{START}")), "{report}");
}

// Observed: users are in the order of their names, whatever the case of the letters. RFC 4180: quotes.
#[tokio::test(start_paused = true)]
async fn users_are_sorted_without_case_and_names_with_commas_are_quoted() {
    let simulator = account();
    for user in ["Carol", "Bob", "a,b", "=1+1"] {
        simulator.add_user(user, "/", &[]);
    }
    let report = report(&simulator).await;
    let starts: Vec<_> = report.lines().skip(2).map(|row| &row[..5]).collect();
    assert_eq!(starts, ["=1+1,", "\"a,b\"", "alice", "Bob,a", "Carol"]);
    assert!(report.contains("\"a,b\",\"arn:aws:iam::123456789012:user/a,b\","));
    assert!(report.lines().nth(1).is_some_and(|row| row.starts_with("<root_account>")));
}

// IAM user guide, credential reports: additional_credentials_info, which was not observed.
#[tokio::test(start_paused = true)]
async fn a_23rd_column_is_there_when_asked_for() {
    let simulator = account_with(|settings| settings.report_additional_column = true);
    (0..3).for_each(|_| drop(simulator.add_access_key("alice")));
    let report = report(&simulator).await;
    assert!(report.lines().next().unwrap().ends_with(",additional_credentials_info"));
    assert!(report.lines().nth(2).is_some_and(|row| row.contains("ListAccessKeys")), "{report}");
}

#[tokio::test(start_paused = true)]
async fn any_bytes_can_stand_in_for_the_report() {
    let simulator = account();
    simulator.override_report(Some(b"user,arn\n\xff"));
    simulator.advance(hours(1));
    assert_eq!(generate(&simulator).await.0, "COMPLETE");
    let answer = get(&simulator).await;
    assert_eq!(answer.generated_time.unwrap().secs(), 1_767_225_600 + 3600);
    assert_eq!(answer.content.unwrap().into_inner(), b"user,arn\n\xff");
    simulator.override_report(None);
    assert_eq!(refusal(&simulator).await, "ReportNotPresent");
}

// 5,000 users is the quota of an account.
#[tokio::test(start_paused = true)]
async fn the_report_of_a_full_account_is_made_once() {
    let simulator = account();
    (1..5_000).for_each(|n| simulator.add_user(&format!("user-{n}"), "/", &[]));
    generate(&simulator).await;
    for _ in 0..5 {
        assert_eq!(text(get(&simulator).await).lines().count(), 5_002);
    }
}
