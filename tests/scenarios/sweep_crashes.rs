//! Every fault at every call of a sweep that warns, deactivates, deletes and tidies up, and the runs after it.

use aws_simulator::{Fault, Settings, Times, What, When};

use crate::estate::Estate;
use crate::guardian::Guardian;
use crate::support::report;

const USERS: [&str; 8] =
    ["warned", "reminded", "due", "over", "last-day", "by-hand", "again", "signs-in"];

/// An account in which the next sweep climbs every rung at once.
#[derive(Debug)]
pub(crate) struct Eve {
    pub(crate) estate: Estate,
    pub(crate) guardian: Guardian,
    pub(crate) keys: Vec<String>,
}

pub(crate) async fn eve() -> Eve {
    let estate = Estate::new(Settings::IDEAL);
    estate.set("MAX_AGE_DAYS", "0");
    estate.set("CREDENTIALS", "access-key,password");
    let over = estate.stale_user("over");
    estate.advance(1);
    let last_day = estate.stale_user("last-day");
    estate.advance(29);
    let due = estate.stale_user("due");
    let again = estate.stale_user("again");
    estate.simulator.add_user("signs-in", "/", &[]);
    estate.simulator.add_password("signs-in");
    estate.advance(7);
    let reminded = estate.stale_user("reminded");
    estate.advance(7);
    let warned = estate.stale_user("warned");
    let by_hand = estate.stale_user("by-hand");
    let guardian = Guardian::over(&estate.simulator, &USERS, true);
    // Days 90, 91, 104, 105, 120, 127 and 128; the eve is day 134.
    for wait in [46, 1, 13, 1, 15, 7, 1] {
        estate.advance(wait);
        estate.swept().await;
    }
    estate.advance(6);
    estate.simulator.use_key(&again, "s3");
    guardian.used("again", &again, estate.simulator.now());
    estate.simulator.set_key_status(&by_hand, "Inactive");
    guardian.settle(&estate.simulator);
    Eve { estate, guardian, keys: vec![over, due, again, warned, by_hand, reminded, last_day] }
}

/// What is left when every rung was climbed in the end, however it began.
pub(crate) async fn check_the_end(eve: &Eve) -> Result<(), String> {
    let Eve { estate, keys, .. } = eve;
    for wait in [1, 13, 1, 15, 8, 7, 8, 7, 8] {
        estate.swept().await;
        estate.advance(wait);
    }
    let violations = estate.simulator.violations();
    if let Some(violation) = violations.first() {
        return Err(violation.clone());
    }
    let [over, due, again, warned, by_hand, reminded, last_day] = keys.as_slice() else {
        return Err("keys".to_owned());
    };
    let expect = |user: &str, id: &str, status: Option<&str>, last: &str| {
        let (now, told) = (estate.status(user, id), estate.told(id));
        if now.as_deref() != status || told.last().map(String::as_str) != Some(last) {
            return Err(format!("{user}: {now:?}, told {told:?}"));
        }
        Ok(())
    };
    expect("over", over, None, "deleted")?;
    expect("due", due, None, "deleted")?;
    expect("by-hand", by_hand, None, "deleted")?;
    expect("reminded", reminded, None, "deleted")?;
    expect("last-day", last_day, None, "deleted")?;
    // Whatever failed, the reminder of the eve was given: after the warning, and after the announcement.
    for (key, kind) in [(reminded, "deactivation-ahead"), (last_day, "deletion-ahead")] {
        let told = estate.told(key).into_iter().filter(|told| told == kind).count();
        if told < 2 {
            return Err(format!("no reminder: {:?}", estate.told(key)));
        }
    }
    expect("signs-in", "password", None, "deactivated")?;
    expect("again", again, Some("Active"), "deactivation-ahead")?;
    match estate.status("warned", warned).as_deref() {
        // A crash may cost a new notice period, never a shorter one.
        None | Some("Inactive") => Ok(()),
        other => Err(format!("warned: {other:?}")),
    }
}

#[tokio::test(start_paused = true)]
async fn the_eve_of_the_crashes_climbs_every_rung() {
    let eve = eve().await;
    let before = eve.estate.simulator.calls().len();
    let summary = eve.estate.swept().await;
    let writes = eve.estate.simulator.calls().split_off(before);
    let names: std::collections::BTreeSet<_> =
        writes.iter().filter(|call| call.is_write()).map(|call| call.operation.as_str()).collect();
    for name in [
        "PutItem",
        "DeleteItem",
        "Publish",
        "UpdateAccessKey",
        "DeleteAccessKey",
        "DeleteLoginProfile",
    ] {
        assert!(names.contains(name), "{name} is missing: {summary}");
    }
    check_the_end(&eve).await.unwrap();
}

/// After any fault nothing is taken away too early, nobody is left untold, and the next runs complete what was begun.
#[tokio::test(start_paused = true)]
async fn every_fault_at_every_call_is_survived() {
    let healthy = eve().await;
    let before = healthy.estate.simulator.calls().len();
    healthy.estate.swept().await;
    let calls = healthy.estate.simulator.calls().len() - before;
    let mut trials = 0;
    for call in 1..=calls as u64 {
        for what in What::ENUMERATED {
            let eve = eve().await;
            let fault = Fault {
                when: When::Call(call),
                times: Times::UntilInvocationEnds,
                what: what.clone(),
            };
            eve.estate.simulator.plan(fault);
            let _ = eve.estate.simulator.run(eve.estate.sweep()).await;
            assert!(eve.estate.simulator.faults_struck(), "call {call}");
            let _ = eve.guardian.taken_away();
            if let Err(broken) = check_the_end(&eve).await {
                panic!("{what:?} at call {call} of {calls}: {broken}");
            }
            trials += 1;
        }
    }
    report(format_args!("{trials} faults at {calls} calls of a sweep"));
    assert!(trials >= 180, "{trials}");
}
