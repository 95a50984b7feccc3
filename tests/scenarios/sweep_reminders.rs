//! Reminders before a deactivation and before a deletion, and what they never do: move a date.

use aws_simulator::{Fault, Times, What, When};
use jiff::Timestamp;
use lambda_shell::chain;
use serde_json::{Value, json};

use crate::estate::{BUCKET, Estate, refuse, seconds, undo};
use crate::support::days;

const AHEAD: &str = "deactivation-ahead";

/// A key that goes stale on day 0, which is today; the sweep of that day is still to come.
fn on_day_0() -> (Estate, String) {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    (estate, key)
}

fn day_0() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

fn day_of(at: Timestamp) -> i64 {
    at.duration_since(day_0()).as_hours() / 24
}

/// One sweep on each of these days that is still to come.
async fn sweep_on(estate: &Estate, days: impl IntoIterator<Item = i64>) {
    for day in days {
        estate.advance(day - day_of(estate.simulator.now()));
        estate.swept().await;
    }
}

/// On which days the owner was told what.
fn told(estate: &Estate, key: &str) -> Vec<(i64, String)> {
    let day = |at: &Value| day_of(at.as_str().unwrap().parse().unwrap());
    let about = estate.notices().into_iter().filter(|notice| notice["credential"]["id"] == key);
    about.map(|notice| (day(&notice["at"]), notice["kind"].as_str().unwrap().to_owned())).collect()
}

/// The days that the notices so far name as deadlines.
fn dues(estate: &Estate) -> Vec<String> {
    let named = |notice: &Value, name: &str| notice[name].as_str().map(ToOwned::to_owned);
    let due = |notice: &Value| {
        let due = named(notice, "due").or_else(|| named(notice, "kept_until"));
        due.unwrap_or_default().chars().take(10).collect()
    };
    estate.notices().iter().map(due).collect()
}

fn expected(days: &[(i64, &str)]) -> Vec<(i64, String)> {
    days.iter().map(|(day, kind)| (*day, (*kind).to_owned())).collect()
}

/// The days of the warning and its reminders, and that of the deactivation.
#[track_caller]
fn check_notice_period(estate: &Estate, key: &str, warned: &[i64], deactivated: i64) {
    let mut days: Vec<_> = warned.iter().map(|day| (*day, AHEAD)).collect();
    days.push((deactivated, "deactivated"));
    assert_eq!(told(estate, key), expected(&days));
    assert_eq!(estate.status("ana", key).as_deref(), Some("Inactive"));
}

#[tokio::test(start_paused = true)]
async fn owners_are_told_14_7_and_1_days_before_a_deactivation_and_7_and_1_before_a_deletion() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, 0..60).await;
    let days = [
        (0, AHEAD),
        (7, AHEAD),
        (13, AHEAD),
        (14, "deactivated"),
        (37, "deletion-ahead"),
        (43, "deletion-ahead"),
        (44, "deleted"),
    ];
    assert_eq!(told(&estate, &key), expected(&days));
    let (off, gone) = ("2026-04-15", "2026-05-15");
    assert_eq!(dues(&estate)[..6], [off, off, off, gone, gone, gone]);
    assert_eq!(estate.record("ana", &key), None);
}

#[tokio::test(start_paused = true)]
async fn without_reminders_the_ladder_ends_on_the_same_days() {
    let (estate, key) = on_day_0();
    estate.set("REMINDER_DAYS", "none");
    sweep_on(&estate, 0..60).await;
    let days = [(0, AHEAD), (14, "deactivated"), (37, "deletion-ahead"), (44, "deleted")];
    assert_eq!(told(&estate, &key), expected(&days));
}

#[tokio::test(start_paused = true)]
async fn reminders_are_given_on_the_days_that_are_set() {
    let (estate, key) = on_day_0();
    estate.set("REMINDER_DAYS", "3,2,90,3");
    sweep_on(&estate, 0..=14).await;
    check_notice_period(&estate, &key, &[0, 11, 12], 14);
}

/// No schedule comes to the second: a run a few minutes early must not leave the last reminder to one that is too late.
#[tokio::test(start_paused = true)]
async fn runs_some_minutes_early_or_late_lose_no_reminder() {
    for offsets in [[-300, 300], [300, -300], [-1, 0], [0, -1]] {
        let (estate, key) = on_day_0();
        estate.swept().await;
        for day in 1..60 {
            let offset = seconds(offsets[usize::try_from(day % 2).unwrap()]);
            let at = day_0() + days(day) + offset;
            estate.simulator.advance(at.duration_since(estate.simulator.now()));
            estate.swept().await;
        }
        let kinds = estate.told(&key);
        let whole = [&[AHEAD; 3][..], &["deactivated"], &["deletion-ahead"; 2], &["deleted"]];
        assert_eq!(kinds, whole.concat(), "{offsets:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_a_skipped_day_missed_is_given_by_the_next_run() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, (0..5).chain(9..=14)).await;
    check_notice_period(&estate, &key, &[0, 9, 13], 14);
}

#[tokio::test(start_paused = true)]
async fn several_reminders_that_were_missed_are_given_as_one() {
    let (estate, key) = on_day_0();
    estate.set("REMINDER_DAYS", "10,7,5,3");
    sweep_on(&estate, [0, 12, 13, 14]).await;
    check_notice_period(&estate, &key, &[0, 12], 14);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_was_missed_until_the_end_delays_nothing() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, [0, 14]).await;
    check_notice_period(&estate, &key, &[0], 14);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_cannot_be_published_is_an_error_and_is_tried_again() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, 0..7).await;
    let record = estate.record("ana", &key);
    estate.advance(1);
    estate.simulator.plan(refuse("Publish"));
    let error = chain(&estate.sweep().await.unwrap_err());
    assert!(error.contains("a reminder moves no date"), "{error}");
    assert_eq!(estate.record("ana", &key), record);
    estate.simulator.forget_faults();
    sweep_on(&estate, 8..=12).await;
    // The last one before the deactivation fails too: the warning went out, so the date holds.
    estate.advance(1);
    estate.simulator.plan(refuse("Publish"));
    estate.sweep().await.unwrap_err();
    estate.simulator.forget_faults();
    sweep_on(&estate, [14]).await;
    check_notice_period(&estate, &key, &[0, 8], 14);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_cannot_be_recorded_is_an_error_and_is_given_again() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, 0..7).await;
    let record = estate.record("ana", &key);
    estate.advance(1);
    estate.simulator.plan(refuse("PutItem"));
    let error = chain(&estate.sweep().await.unwrap_err());
    assert!(error.contains("dynamodb:PutItem"), "{error}");
    assert_eq!(estate.record("ana", &key), record);
    estate.simulator.forget_faults();
    sweep_on(&estate, 8..=14).await;
    check_notice_period(&estate, &key, &[0, 7, 8, 13], 14);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_after_a_reminder_repeats_it_and_moves_no_date() {
    for operation in ["Publish", "PutItem"] {
        let (estate, key) = on_day_0();
        sweep_on(&estate, 0..7).await;
        estate.advance(1);
        let when = When::Operation(operation);
        estate.simulator.plan(Fault { when, times: Times::Once, what: What::CrashAfter });
        let _ = estate.simulator.run(estate.sweep()).await;
        sweep_on(&estate, 8..=14).await;
        let again: &[i64] = if operation == "Publish" { &[0, 7, 8, 13] } else { &[0, 7, 13] };
        check_notice_period(&estate, &key, again, 14);
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_period_that_is_made_longer_is_reminded_of_by_its_new_end_and_stays_promised() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, 0..=10).await;
    estate.set("NOTICE_DAYS", "30");
    sweep_on(&estate, 11..=24).await;
    assert_eq!(dues(&estate), ["2026-04-15", "2026-04-15", "2026-05-01", "2026-05-01"]);
    estate.set("NOTICE_DAYS", "14");
    sweep_on(&estate, 25..=30).await;
    check_notice_period(&estate, &key, &[0, 7, 16, 23, 29], 30);
}

#[tokio::test(start_paused = true)]
async fn an_exemption_in_between_ends_the_reminders_and_its_end_begins_a_new_notice_period() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, 0..=8).await;
    estate.simulator.tag_user("ana", "keysteward:exempt", "reason=moving over");
    sweep_on(&estate, 9..=20).await;
    estate.simulator.untag_user("ana", "keysteward:exempt");
    sweep_on(&estate, 21..=35).await;
    check_notice_period(&estate, &key, &[0, 7, 21, 28, 34], 35);
}

#[tokio::test(start_paused = true)]
async fn an_exemption_over_the_day_of_a_reminder_has_the_deletion_reminded_of_after_it() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, 0..=38).await;
    estate.set("REMINDER_DAYS", "5,1");
    estate.simulator.tag_user("ana", "keysteward:exempt", "");
    sweep_on(&estate, 39..=40).await;
    estate.simulator.untag_user("ana", "keysteward:exempt");
    sweep_on(&estate, 41..=44).await;
    let ahead = "deletion-ahead";
    let end = [(37, ahead), (41, ahead), (43, ahead), (44, "deleted")];
    assert_eq!(told(&estate, &key)[4..], expected(&end));
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_keeps_no_time_of_telling() {
    let (estate, key) = on_day_0();
    sweep_on(&estate, 0..=38).await;
    let announced = estate.recorded("ana", &key, "told").unwrap();
    assert!(announced.starts_with("2026-05-08T"), "{announced}");
    estate.handle(undo("ana", &key)).await.unwrap();
    assert_eq!(estate.state("ana", &key).as_deref(), Some("reactivated"));
    assert_eq!(estate.recorded("ana", &key, "told"), None);
    sweep_on(&estate, 39..=53).await;
    let days = [(39, AHEAD), (46, AHEAD), (52, AHEAD), (53, "deactivated")];
    assert_eq!(told(&estate, &key)[6..], expected(&days));
}

/// Two runs a day, as when somebody starts one by hand.
#[tokio::test(start_paused = true)]
async fn nobody_is_reminded_twice_on_a_day() {
    let (estate, key) = on_day_0();
    for day in 0..=14 {
        sweep_on(&estate, [day]).await;
        estate.simulator.advance(seconds(8 * 3600));
        estate.swept().await;
        estate.simulator.advance(seconds(16 * 3600));
    }
    let days: Vec<_> = told(&estate, &key).into_iter().map(|(day, _)| day).collect();
    assert_eq!(days, [0, 7, 13, 14]);
}

#[tokio::test(start_paused = true)]
async fn the_report_tells_a_reminder_from_a_warning() {
    let (estate, key) = on_day_0();
    estate.set("REPORT_BUCKET", BUCKET);
    sweep_on(&estate, [0]).await;
    assert_eq!(estate.decision("ana")["reason"], "stale");
    sweep_on(&estate, [7]).await;
    let reminder = estate.decision("ana");
    let (action, reason) = (&reminder["action"], &reminder["reason"]);
    assert_eq!((action, reason), (&json!("warn"), &json!("deactivation-reminder")));
    assert_eq!(reminder["rules"], json!(["idle", "aged"]));
    assert_eq!(reminder["due"], "2026-04-15T00:00:00Z");
    let why = "never used in the 97 days since it was created (limit 90 days); 97 days old (limit 90 days)";
    assert_eq!(reminder["text"], why);
    sweep_on(&estate, [8]).await;
    assert_eq!(estate.decision("ana")["reason"], "notice-running");
    sweep_on(&estate, [14, 37, 43]).await;
    let reminder = estate.decision("ana");
    let (action, reason) = (&reminder["action"], &reminder["reason"]);
    assert_eq!((action, reason), (&json!("warn"), &json!("deletion-reminder")));
    assert_eq!(dues(&estate).pop().as_deref(), Some("2026-05-15"));
    assert_eq!(estate.state("ana", &key).as_deref(), Some("deletion-announced"));
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_reports_a_reminder_and_gives_none() {
    let (estate, key) = on_day_0();
    estate.set("REPORT_BUCKET", BUCKET);
    sweep_on(&estate, [0]).await;
    estate.set("MODE", "dry-run");
    sweep_on(&estate, [7, 8]).await;
    let reminder = estate.decision("ana");
    assert_eq!(
        (&reminder["reason"], &reminder["outcome"]),
        (&json!("deactivation-reminder"), &json!("dry-run"))
    );
    assert_eq!(estate.told(&key), [AHEAD]);
}
