//! Two attempts at one step with the same token, interleaved in every way that can make a difference.
//!
//! Every API call waits at a gate; the test lets one through at a time and goes through all orders by depth-first search.
//! Two neighbouring calls of which one reads what the other cannot change commute, so they are tried in one order only ("sleep sets").

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_simulator::{Gate, RotationResult, Settings};
use lambda_shell::{Deadline, chain};
use rotate_key::RotateKey;
use serde_json::Value;

use crate::support::{Account, SECRET, TIMEOUT, config, report};

/// One decision of the scheduler: who could go, who was let through, who need not be tried.
#[derive(Clone, Debug)]
struct Choice {
    waiting: BTreeMap<String, String>,
    taken: String,
    asleep: BTreeSet<String>,
}

/// What an operation looks at or changes: IAM's keys, which STS asks for too, the secret, or the table.
fn state_of(operation: &str) -> &'static str {
    if operation.contains("Secret") {
        return "secret";
    }
    match operation {
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" => "table",
        _ => "keys",
    }
}

/// Whether two calls leave the same behind in both orders, and nobody can see a difference in between: both read, or one reads another state.
fn commute(one: &str, other: &str) -> bool {
    let read = |operation: &str| {
        ["Get", "List", "Describe", "Query"].iter().any(|prefix| operation.starts_with(prefix))
    };
    match (read(one), read(other)) {
        (true, true) => true,
        (false, false) => false,
        _ => state_of(one) != state_of(other),
    }
}

/// How two attempts ended, and the choices that led there; `None` when a sleep set made the order redundant.
struct Run {
    choices: Vec<Choice>,
    results: Option<[Result<(), String>; 2]>,
}

/// Runs two attempts at `event`, following `script` as far as it goes and the first attempt that is awake after that.
async fn run(account: &Account, event: &Value, script: &[Choice]) -> Run {
    let gate = Gate::new();
    let attempt = |name: &'static str| {
        let function =
            RotateKey::new(&account.simulator.gated_sdk_config(name, &gate), config(), |_| {});
        let (event, now) = (event.clone(), account.simulator.now());
        async move {
            let handled = function.handle(event, now, Deadline::after(TIMEOUT)).await;
            handled.map(|_| ()).map_err(|error| chain(&error))
        }
    };
    let (mut one, mut two) = (Box::pin(attempt("one")), Box::pin(attempt("two")));
    let mut results: [Option<Result<(), String>>; 2] = [None, None];
    let mut choices: Vec<Choice> = Vec::new();
    let mut asleep = BTreeSet::new();
    loop {
        tokio::select! {
            biased;
            result = &mut one, if results[0].is_none() => results[0] = Some(result),
            result = &mut two, if results[1].is_none() => results[1] = Some(result),
            // Nothing else can happen once this short sleep is the next thing on the paused clock.
            () = tokio::time::sleep(Duration::from_millis(1)) => {}
        }
        let live = results.iter().filter(|result| result.is_none()).count();
        if live == 0 {
            let [one, two] = results.map(Option::unwrap);
            return Run { choices, results: Some([one, two]) };
        }
        let waiting = gate.waiting();
        if waiting.len() < live {
            continue;
        }
        let planned = script.get(choices.len());
        if let Some(planned) = planned {
            asleep.clone_from(&planned.asleep);
        }
        let awake = waiting.keys().find(|name| !asleep.contains(*name)).cloned();
        let Some(taken) = planned.map(|planned| planned.taken.clone()).or(awake) else {
            return Run { choices, results: None };
        };
        choices.push(Choice {
            waiting: waiting.clone(),
            taken: taken.clone(),
            asleep: asleep.clone(),
        });
        asleep.retain(|name| {
            *name != taken
                && waiting.get(name).is_some_and(|operation| commute(operation, &waiting[&taken]))
        });
        gate.release(&taken);
    }
}

/// The script of the next order to try, by depth-first search.
fn next_script(mut choices: Vec<Choice>) -> Option<Vec<Choice>> {
    while let Some(mut last) = choices.pop() {
        last.asleep.insert(last.taken.clone());
        if let Some(other) = last.waiting.keys().find(|name| !last.asleep.contains(*name)) {
            last.taken.clone_from(other);
            choices.push(last);
            return Some(choices);
        }
    }
    None
}

/// Explores every order of two attempts at `step`; `prepare` brings the account before it, `check` judges what they left.
fn explore(
    settings: Settings,
    step: usize,
    check: impl Fn(&Account, &[Result<(), String>; 2]),
) -> (usize, usize) {
    let (mut complete, mut redundant) = (0, 0);
    let mut script = Some(Vec::new());
    while let Some(choices) = script {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let run = runtime.block_on(async {
            let account = Account::new(settings);
            account.watch_current_key_of_any_quota();
            let events = account.simulator.stage_rotation(SECRET).unwrap();
            let function = account.function();
            for event in &events[..step] {
                account.invoke(&function, event.clone()).await.unwrap();
            }
            let run = run(&account, &events[step], &choices).await;
            if let Some(results) = &run.results {
                check(&account, results);
                // Whatever the two did, Secrets Manager's own retries must bring the rotation to a good end.
                if account.current_key() == account.first_key {
                    let mut result = account.rotate().await;
                    if matches!(result, RotationResult::Abandoned(_)) {
                        result = account.rotate().await;
                    }
                    assert_eq!(result, RotationResult::Rotated, "{:?}", run.choices);
                }
                assert_eq!(account.check_rotated(), Ok(()), "{:?}", run.choices);
            }
            run
        });
        *if run.results.is_some() { &mut complete } else { &mut redundant } += 1;
        script = next_script(run.choices);
    }
    (complete, redundant)
}

/// Whether an attempt stopped because the other one holds the lease, or has made a key it may be about to store, and says until when that may last.
fn waits_for_the_lease(result: &Result<(), String>) -> bool {
    let texts = [
        "another attempt at the keys of IAM user ci-deployer may still be running, until 2026-",
        "is too young to tell whether another attempt at this rotation is about to store it; Secrets Manager tries again, and after 2026-",
    ];
    matches!(result, Err(error) if texts.iter().any(|text| error.contains(text)))
}

/// One makes a key; the other makes none, and either waits or finds the key stored.
fn one_makes_a_key(account: &Account, results: &[Result<(), String>; 2]) {
    let keys = account.keys();
    assert_eq!(keys.len(), 2, "one key is made, and no orphan: {keys:?}");
    assert!(account.key_under("AWSPENDING").is_some(), "{results:?}");
    assert!(results.iter().any(Result::is_ok), "{results:?}");
    for result in results {
        assert!(result.is_ok() || waits_for_the_lease(result), "{results:?}");
    }
    let made = account.writes().into_iter().filter(|write| write == "CreateAccessKey");
    assert_eq!(made.count(), 1);
}

#[test]
fn two_attempts_to_create_make_one_key_and_the_other_says_until_when_it_waits() {
    let waited = Cell::new(0);
    let (complete, redundant) = explore(Settings::IDEAL, 0, |account, results| {
        one_makes_a_key(account, results);
        waited.set(waited.get() + results.iter().filter(|one| waits_for_the_lease(one)).count());
    });
    report(format_args!("{complete} orders, {redundant} more cut short, {} waits", waited.get()));
    assert!(complete > 20, "{complete}");
    assert!(waited.get() > 0);
}

#[test]
fn two_attempts_to_create_leave_no_third_key_where_the_quota_would_allow_one() {
    let settings = Settings { keys_per_user: 8, ..Settings::IDEAL };
    let (complete, redundant) = explore(settings, 0, one_makes_a_key);
    report(format_args!("{complete} orders, {redundant} more cut short"));
    assert!(complete > 20, "{complete}");
}

#[test]
fn two_attempts_to_finish_promote_once() {
    let (complete, redundant) = explore(Settings::IDEAL, 3, |account, results| {
        assert!(results.iter().any(Result::is_ok), "{results:?}");
        assert_eq!(account.key_under("AWSPREVIOUS").as_ref(), Some(&account.first_key));
        assert_eq!(account.state(&account.first_key).as_deref(), Some("superseded"));
    });
    report(format_args!("{complete} orders, {redundant} more cut short"));
    assert!(complete > 20, "{complete}");
}
