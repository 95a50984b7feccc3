//! The credential report: late, stale, cut off, malformed, hostile.

use aws_simulator::{ACCOUNT, ApiError, Fault, Settings, Times, What, When};
use jiff::SignedDuration;
use lambda_shell::chain;

use crate::estate::{BUCKET, Estate};
use crate::memory::Memory;

async fn report_text(estate: &Estate) -> String {
    let admin = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("admin"));
    while admin.generate_credential_report().send().await.unwrap().state.unwrap().as_str()
        != "COMPLETE"
    {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    let report = admin.get_credential_report().send().await.unwrap();
    String::from_utf8(report.content.unwrap().into_inner()).unwrap()
}

/// E1.
#[tokio::test(start_paused = true)]
async fn a_report_that_takes_minutes_is_waited_for() {
    let slow = Settings { report_delay: SignedDuration::from_mins(2), ..Settings::IDEAL };
    let estate = Estate::new(slow);
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.state("ana", &key).as_deref(), Some("warned"));
}

/// E1.
#[tokio::test(start_paused = true)]
async fn a_report_that_never_comes_means_nothing_is_done() {
    let slow = Settings { report_delay: SignedDuration::from_hours(2), ..Settings::IDEAL };
    let estate = Estate::new(slow);
    estate.stale_user("ana");
    estate.advance(90);
    let error = chain(&estate.sweep().await.unwrap_err());
    assert!(error.starts_with("nothing was done in account 123456789012: "), "{error}");
    assert_eq!(estate.writes(), Vec::<String>::new());
}

/// E1.
#[tokio::test(start_paused = true)]
async fn a_report_that_is_refused_for_a_while_is_asked_for_again() {
    for code in ["LimitExceeded", "Throttling"] {
        let estate = Estate::ideal();
        let key = estate.stale_user("ana");
        estate.advance(90);
        let status = if code == "Throttling" { 400 } else { 409 };
        estate.simulator.plan(Fault {
            when: When::Operation("GenerateCredentialReport"),
            times: Times::Count(9),
            what: What::Refuse(ApiError::new(status, code, "Rate exceeded")),
        });
        estate.swept().await;
        assert_eq!(estate.state("ana", &key).as_deref(), Some("warned"), "{code}");
    }
}

/// E2. A cut between two rows leaves a report that parses; only the list of users tells.
#[tokio::test(start_paused = true)]
async fn a_report_that_was_cut_off_anywhere_means_nothing_is_done() {
    let estate = Estate::ideal();
    for user in ["ana", "bo", "cy"] {
        estate.stale_user(user);
    }
    estate.advance(90);
    let whole = report_text(&estate).await;
    let mut cuts = 0;
    for cut in (0..whole.len()).step_by(7).chain(whole.match_indices('\n').map(|(at, _)| at)) {
        estate.simulator.override_report(Some(&whole.as_bytes()[..cut]));
        let error = estate.sweep().await.expect_err(&format!("cut at {cut} of {}", whole.len()));
        assert!(chain(&error).contains("nothing was done in account"), "{}", chain(&error));
        cuts += 1;
    }
    assert!(cuts > 80, "{cuts}");
    assert_eq!(estate.writes(), Vec::<String>::new());
    estate.simulator.override_report(Some(whole.as_bytes()));
    estate.swept().await;
    assert_eq!(estate.notices().len(), 3);
}

/// E2.
#[tokio::test(start_paused = true)]
async fn a_bad_row_spares_its_user_and_no_other_and_is_an_error_in_the_end() {
    let estate = Estate::ideal();
    let (ana, bo) = (estate.stale_user("ana"), estate.stale_user("bo"));
    estate.advance(90);
    let whole = report_text(&estate).await;
    for (good, bad) in [
        ("user/ana,", "user/mallory,"),
        (":123456789012:user/ana,", ":999999999999:user/ana,"),
        ("user/ana,2026-01-01T00:00:00Z,false", "user/ana,2026-01-01T00:00:00Z,perhaps"),
    ] {
        assert!(whole.contains(good), "{whole}");
        estate.simulator.override_report(Some(whole.replace(good, bad).as_bytes()));
        let error = estate.sweep().await.unwrap_err().to_string();
        assert!(error.contains("of the credential report, of ana"), "{error}");
        assert_eq!(estate.record("ana", &ana), None, "{bad}");
    }
    assert_eq!(estate.state("bo", &bo).as_deref(), Some("warned"));
}

/// E2, E3.
#[tokio::test(start_paused = true)]
async fn unknown_columns_and_the_root_row_change_nothing() {
    let more = Settings { report_additional_column: true, ..Settings::IDEAL };
    let estate = Estate::new(more);
    estate.set("REPORT_BUCKET", BUCKET);
    estate.simulator.set_root(2, false, true);
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.state("ana", &key).as_deref(), Some("warned"));
    let report = estate.report();
    let findings: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|f| &f["finding"]).collect();
    assert_eq!(findings, ["root-access-keys", "root-without-mfa"]);
    assert_eq!(estate.notices().len(), 1, "the root user is reported, not warned");
}

/// Slot 1 of the report is not the older key.
#[tokio::test(start_paused = true)]
async fn the_slots_of_the_report_are_never_taken_for_the_order_of_the_keys() {
    for fresh_first in [true, false] {
        let estate = Estate::ideal();
        estate.simulator.add_user("ana", "/", &[]);
        let keys = loop {
            let old = estate.simulator.add_access_key("ana").id;
            estate.advance(60);
            let young = estate.simulator.add_access_key("ana").id;
            if (young < old) == fresh_first {
                break (old, young);
            }
            estate.simulator.remove_access_key(&old);
            estate.simulator.remove_access_key(&young);
        };
        estate.advance(30);
        estate.swept().await;
        assert_eq!(estate.state("ana", &keys.0).as_deref(), Some("warned"), "{fresh_first}");
        assert_eq!(estate.record("ana", &keys.1), None, "{fresh_first}");
    }
}

/// Keys that were created in the same second cannot be told apart by the report; live facts can.
#[tokio::test(start_paused = true)]
async fn keys_of_the_same_second_are_each_judged_by_their_own_facts() {
    let estate = Estate::ideal();
    estate.set("MAX_AGE_DAYS", "0");
    estate.simulator.add_user("ana", "/", &[]);
    let (used, unused) =
        (estate.simulator.add_access_key("ana").id, estate.simulator.add_access_key("ana").id);
    estate.advance(90);
    for _ in 0..50 {
        estate.simulator.use_key(&used, "s3");
        estate.sweep_for(1).await;
    }
    assert_eq!(estate.status("ana", &used).as_deref(), Some("Active"));
    assert_eq!(estate.status("ana", &unused), None);
}

/// E17.
#[tokio::test(start_paused = true)]
async fn every_list_is_followed_to_its_end() {
    let estate = Estate::new(Settings { page_size: 1, ..Settings::IDEAL });
    estate.set("CREDENTIALS", "access-key,ssh-public-key,signing-certificate,service-specific");
    for number in 0..5 {
        let user = format!("user-{number}");
        estate.stale_user(&user);
        estate.simulator.add_access_key(&user);
        estate.simulator.add_ssh_key(&user);
        estate.simulator.add_service_credential(&user, "codecommit.amazonaws.com", None);
    }
    estate.advance(90);
    let summary = estate.swept().await;
    assert_eq!(summary["actions"]["warn"]["done"], 20);
}

/// Hostile names are data, from the report to the spreadsheet.
#[tokio::test(start_paused = true)]
async fn hostile_names_paths_and_tags_are_swept_like_any_other() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    let longest = "x".repeat(64);
    let names = ["=cmd", "+1", "-rf", "@sum", "a,b", "o.o@example.com", "_=+,.@-", &longest];
    for name in names {
        estate.simulator.add_user(
            name,
            "/a=b,c/\"q\"/",
            &[("owner", "+=-@ x"), ("keysteward:x", "=1+1")],
        );
        estate.simulator.add_access_key(name);
    }
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.notices().len(), names.len());
    let objects = estate.simulator.view(|view| view.objects(BUCKET));
    let csv = objects.iter().find(|object| object.key.ends_with(".csv")).unwrap();
    let text = String::from_utf8(csv.body.to_vec()).unwrap();
    for name in ["'=cmd", "'+1", "'-rf", "'@sum", "\"a,b\""] {
        assert!(text.contains(&format!(",{name},")), "{name}: {text}");
    }
}

/// The schema that is published is the one the reports follow, whatever they hold.
#[tokio::test(start_paused = true)]
async fn every_report_follows_its_published_schema() {
    let schema = include_str!("../../functions/deactivate-stale/report.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    estate.set("CREDENTIALS", "access-key,password,ssh-public-key,service-specific");
    estate.simulator.set_root(1, false, true);
    let key = estate.stale_user("ana");
    estate.simulator.add_password("ana");
    estate.simulator.add_ssh_key("ana");
    estate.simulator.add_service_credential("ana", "bedrock.amazonaws.com", Some(400));
    estate.simulator.tag_user("ana", &format!("keysteward:exempt:{key}"), "until=2026-02-01");
    estate.stale_user("bo");
    let lost = estate.stale_user("tag-lost");
    let memory = Memory::of(&estate.simulator);
    let secret = estate.simulator.add_secret("keys/tag-lost", "{}");
    estate.simulator.enable_rotation(&secret, 90);
    memory.rotates("tag-lost", &secret).await;
    let garbled = estate.stale_user("garbled");
    let user = memory.user_id("garbled").await;
    let place = format!("credential#{user}#access-key#{garbled}");
    estate.simulator.put_raw_item(&format!("account#{ACCOUNT}"), &place, &[]);
    estate.advance(90);
    let when = When::OperationOn("PutItem", "bo".to_owned());
    estate.simulator.plan(Fault { when, times: Times::Always, what: What::ErrorBefore });
    let mut reasons = std::collections::BTreeSet::new();
    let mut reports = 0;
    for _ in 0..20 {
        let _ = estate.sweep().await;
        let report = estate.report();
        let decisions = report["decisions"].as_array().unwrap();
        reasons.extend(decisions.iter().map(|it| it["reason"].as_str().unwrap().to_owned()));
        let faults: Vec<_> =
            validator.iter_errors(&report).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new());
        assert!(!decisions.is_empty());
        reports += 1;
        estate.advance(3);
    }
    assert_eq!(reports, 20);
    assert_eq!(estate.status("tag-lost", &lost).as_deref(), Some("Active"));
    for reason in
        ["deactivation-reminder", "deletion-reminder", "record-unreadable", "binding-tag-gone"]
    {
        assert!(reasons.contains(reason), "{reason}: {reasons:?}");
    }
    let mut wrong = estate.report();
    wrong["decisions"][0]["action"] = "destroy".into();
    assert!(!validator.is_valid(&wrong));
}
