//! 120 days of one account in fast motion: two rotations, a sweep every day, and what people do in between.

mod cast;
mod mail;
mod rotation;
mod style;
mod sweep;
mod table;

use std::process::ExitCode;

use anstream::{eprintln, println};
use jiff::SignedDuration;

use cast::Cast;
use style::{bad, bold, dim, good};

/// The invariant that broke, or whatever else kept the story from its good end.
type Broken = String;

const DAYS: i64 = 120;

/// What somebody other than Keysteward does, and on which day.
const STORY: [(i64, Event); 10] = [
    (5, Event::AnaReplacesHerKey),
    (10, Event::BoLeaves),
    (20, Event::SomebodyActivates),
    (33, Event::KeyExposed),
    (45, Event::Rotation),
    (53, Event::ConsumerMovesOver),
    (60, Event::ExemptionEnds),
    (76, Event::BatchFails),
    (95, Event::KilledRotation),
    (97, Event::AnaReplacesHerKey),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    AnaReplacesHerKey,
    BoLeaves,
    SomebodyActivates,
    KeyExposed,
    Rotation,
    ExemptionEnds,
    BatchFails,
    ConsumerMovesOver,
    KilledRotation,
}

pub(crate) fn run() -> ExitCode {
    // A paused clock jumps over every wait, so months take no time.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let told =
        runtime.map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(tell()));
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(broken) => {
            eprintln!("\n{}", bad(&format!("BROKEN: {broken}")));
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> Result<(), Broken> {
    println!("{}", bold(&format!("Keysteward: {DAYS} days of an AWS account, in fast motion")));
    for line in [
        "The account is simulated, in memory, with a clock of its own; the functions and their AWS SDK clients are the real ones.",
        "After every single API call it is checked that the key consumers read still works, and that nobody exempt or at work lost a key.",
        "Rules: unused for 45 days or 90 days old is stale; 14 days of notice, and reminders 7 days and 1 day before its end; deleted 30 days after deactivation.",
    ] {
        println!("{}", dim(line));
    }
    let cast = Cast::gather();
    cast.introduce();
    mail::open(&cast);
    for day in 0..=DAYS {
        for (_, event) in STORY.iter().filter(|(when, _)| *when == day) {
            happens(&cast, *event).await?;
        }
        cast.live_a_day(day);
        rotation::round(&cast).await?;
        sweep::sweep(&cast).await?;
        mail::deliver(&cast).await?;
        if day < DAYS {
            cast.simulator.advance(SignedDuration::from_hours(24));
        }
    }
    table::print(&cast)?;
    the_end(&cast)
}

async fn happens(cast: &Cast, event: Event) -> Result<(), Broken> {
    match event {
        Event::AnaReplacesHerKey => cast.ana_replaces_her_key(),
        Event::BoLeaves => cast.bo_leaves(),
        Event::SomebodyActivates => cast.vendor_is_activated_by_hand(),
        Event::ExemptionEnds => {
            cast.chapter("The exemption of batch-job ends today; its job runs four times a year")
        }
        Event::ConsumerMovesOver => cast.consumer_moves_over(),
        Event::KeyExposed => {
            cast.chapter("AWS finds a key of dee in a public repository");
            sweep::expose(cast).await?;
        }
        Event::BatchFails => {
            cast.chapter("The quarterly job fails; its owner has the key activated again, and a new exemption");
            sweep::undo(cast).await?;
        }
        Event::Rotation => {
            cast.chapter("The key under the secret is 90 days old: Secrets Manager rotates it");
            rotation::rotate(cast, false).await?;
        }
        Event::KilledRotation => {
            cast.chapter(
                "The next rotation is due, and this time the function is killed in the middle",
            );
            rotation::rotate(cast, true).await?;
        }
    }
    Ok(())
}

fn the_end(cast: &Cast) -> Result<(), Broken> {
    let calls = cast.simulator.calls().len();
    let violations = cast.simulator.violations();
    if let Some(violation) = violations.first() {
        return Err(format!(
            "{} of {calls} checks failed, the first {violation}",
            violations.len()
        ));
    }
    println!(
        "\n  {}",
        good(&format!(
            "{calls} API calls, and after each of them the current key worked. No key is left that nobody holds."
        ))
    );
    println!(
        "  {} mails went out. To read them: {}",
        mail::leave(cast)?,
        bold(&format!("{}/index.html", mail::FOLDER))
    );
    println!(
        "  {}",
        dim(
            "Next: README.md says how to run the real binaries, and how the tests do this for every crash point."
        )
    );
    Ok(())
}
