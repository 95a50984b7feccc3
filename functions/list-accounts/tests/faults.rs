//! Every fault at every call: a list is whole or not there, and a summary never says that all went well when it did not.

use aws_simulator::{Fault, Simulator, Times, What, When};
use lambda_shell::Failure as _;
use serde_json::{Value, json};

use crate::support::{BUCKET, child, fill, ids, invoked, listed, organization, run};

/// An organization whose list takes every kind of call, twice and more.
fn estate() -> (Simulator, String) {
    let (simulator, root) = organization();
    let team = simulator.add_organizational_unit(&root, "team");
    for n in 0..3 {
        let unit = simulator.add_organizational_unit(&team, &format!("part {n}"));
        fill(&simulator, &unit, 800_000_000_000 - 1000 * n, 15);
    }
    fill(&simulator, &root, 900_000_000_000, 10);
    simulator.set_organization_pages(&[11, 0, 20]);
    (simulator, team)
}

fn calls(simulator: &Simulator) -> u64 {
    simulator.calls().len() as u64
}

#[tokio::test(start_paused = true)]
async fn any_fault_at_any_call_leaves_a_whole_list_or_none() {
    let (healthy, team) = estate();
    let settings = [("ORGANIZATIONAL_UNITS", team.as_str())];
    let whole = listed(&healthy, &settings).await.unwrap();
    let whole = ids(&healthy, &whole);
    assert_eq!(whole.len(), 45);
    let (mut trials, mut failed) = (0, 0);
    for call in 1..=calls(&healthy) {
        for times in [Times::Once, Times::UntilInvocationEnds] {
            for what in What::ENUMERATED {
                let (simulator, team) = estate();
                let settings = [("ORGANIZATIONAL_UNITS", team.as_str())];
                simulator.plan(Fault { when: When::Call(call), times, what: what.clone() });
                let crash = matches!(what, What::CrashBefore | What::CrashAfter);
                let answer = invoked(&simulator, &settings, json!({ "list": {} })).await;
                let stored = simulator.view(|view| view.objects(BUCKET));
                for list in &stored {
                    let list: Vec<Value> = serde_json::from_slice(&list.body).unwrap();
                    assert_eq!(list.len(), whole.len(), "{what:?} at call {call}");
                }
                match answer {
                    Ok(Ok(answer)) => {
                        assert_eq!(ids(&simulator, &answer), whole, "{what:?} at call {call}");
                        // What strikes once is tried again; a fault that lasts is never survived.
                        assert!(times == Times::Once && !crash, "{what:?} at call {call}");
                    }
                    Ok(Err(error)) => {
                        assert!(error.error_type().starts_with("Upstream."), "{error:?}");
                        assert!(times != Times::Once, "{what:?} at call {call}: {error:?}");
                        failed += 1;
                    }
                    Err(_) => assert!(crash),
                }
                trials += 1;
            }
        }
    }
    assert!(trials >= 240 && failed >= 80, "{trials} trials, {failed} failures");
}

#[tokio::test(start_paused = true)]
async fn any_fault_at_any_call_of_a_summary_hides_no_failure() {
    for failing in [false, true] {
        let mut call = 0;
        loop {
            call += 1;
            let mut struck = false;
            for what in What::ENUMERATED {
                let (simulator, root) = organization();
                simulator.add_member("111111111111", "prod", &root);
                let list = listed(&simulator, &[]).await.unwrap();
                let error = failing.then_some(("Sweep.LimitReached", "too many"));
                let group = if failing { "FAILED" } else { "SUCCEEDED" };
                let files = [
                    ("SUCCEEDED", json!([child("123456789012", None)])),
                    (group, json!([child("111111111111", error)])),
                ];
                let event = run(&simulator, &list, &files).await;
                let times = Times::UntilInvocationEnds;
                simulator.plan(Fault { when: When::Call(call), times, what: what.clone() });
                let answer = invoked(&simulator, &[], event).await;
                struck = simulator.faults_struck();
                match (answer, struck) {
                    (Ok(Ok(answer)), _) => {
                        assert!(!failing && !struck, "{what:?} at call {call}: {answer}");
                    }
                    (Ok(Err(error)), true) => {
                        let error = error.error_type();
                        let fits = error.starts_with("Upstream.")
                            || failing && error == "Organization.Incomplete";
                        assert!(fits, "{what:?} at call {call}: {error}");
                    }
                    (Ok(Err(error)), false) => {
                        assert!(failing && error.error_type() == "Organization.Incomplete");
                    }
                    (Err(_), struck) => assert!(struck),
                }
            }
            if !struck {
                break;
            }
        }
        // The list, the manifest, two files of results, and the summary.
        assert_eq!(call - 1, 5);
    }
}
