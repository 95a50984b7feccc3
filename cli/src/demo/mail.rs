//! The mail desk: what waits in the queue is handed over, every day, and all mail is left in files for the reader.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anstream::println;
use aws_simulator::{Mail, TABLE_ARN};
use lambda_shell::{Deadline, chain};
use minijinja::Environment;
use notify_owner::{Config, NotifyOwner};
use serde_json::json;

use super::Broken;
use super::cast::Cast;
use super::style::dim;

const TIMEOUT: Duration = Duration::from_secs(300);
const QUEUE: &str = "notify-owner";
const CONFIGURATION_SET: &str = "keysteward";

/// Where the mails of the story are left.
pub(crate) const FOLDER: &str = "target/keysteward-demo";

const INDEX: &str = include_str!("index.html");

/// Sets up the queue and SES.
pub(crate) fn open(cast: &Cast) {
    let simulator = &cast.simulator;
    simulator.add_queue_with_dead_letters(QUEUE, "notify-owner-dead-letters", 3);
    for topic in ["keysteward", "mail-events"] {
        simulator.subscribe_queue(topic, QUEUE);
    }
    simulator.verify_identity("example.com");
    simulator.leave_mail_sandbox();
    simulator.add_configuration_set(CONFIGURATION_SET, Some("mail-events"));
}

/// Hands over what waits in the queue; a mail that bounces is handled in the same go.
pub(crate) async fn deliver(cast: &Cast) -> Result<(), Broken> {
    let before = cast.simulator.view(|view| view.mails().len());
    let function = function(cast)?;
    while let Some(event) = cast.simulator.receive_batch(QUEUE, 1_000) {
        let (now, deadline) = (cast.simulator.now(), Deadline::after(TIMEOUT));
        let answer = function.handle(event.clone(), now, deadline).await;
        let answer = answer.map_err(|error| chain(&error))?;
        if answer != json!({ "batchItemFailures": [] }) {
            return Err(format!("the queue must bring some news again: {answer}"));
        }
        cast.simulator.settle_batch(QUEUE, &event, Ok(&answer));
    }
    let readers = cast.simulator.view(|view| {
        view.mails().iter().skip(before).map(|mail| mail.to.join(", ")).collect::<Vec<_>>()
    });
    if !readers.is_empty() {
        cast.heading();
        println!("  {}", dim(&format!("mail to {}", readers.join(", "))));
    }
    Ok(())
}

fn function(cast: &Cast) -> Result<NotifyOwner, Broken> {
    let events = cast.simulator.add_topic("mail-events");
    let variables = [
        ("NOTICE_TOPIC_ARN", cast.topic.as_str()),
        ("MAIL_FROM", "keysteward@example.com"),
        ("MAIL_ADMIN", "security@example.com"),
        ("MAIL_DOMAINS", "example.com"),
        ("MAIL_CONFIGURATION_SET", CONFIGURATION_SET),
        ("MAIL_EVENTS_TOPIC_ARN", &events),
        ("TABLE_ARN", TABLE_ARN),
    ];
    let variables = variables.map(|(name, value)| (format!("KEYSTEWARD_{name}"), value.to_owned()));
    let config = Config::from_variables(variables).map_err(|error| error.to_string())?;
    Ok(NotifyOwner::new(&cast.simulator.sdk_config("notify-owner"), config, |_| {}))
}

/// Writes every mail of the story into files, with a page that lists them; answers how many there are.
pub(crate) fn leave(cast: &Cast) -> Result<usize, Broken> {
    let mails = cast.simulator.view(|view| view.mails().to_vec());
    let folder = Path::new(FOLDER);
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(failed(folder, error));
        }
        _ => std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?,
    }
    let write = |name: &str, text: &str| {
        let path: PathBuf = folder.join(name);
        std::fs::write(&path, text).map_err(|error| failed(&path, error))
    };
    let mut listed = Vec::new();
    for (number, mail) in mails.iter().enumerate() {
        let name = name(number + 1, mail);
        write(&format!("{name}.html"), mail.html.as_deref().unwrap_or_default())?;
        write(&format!("{name}.txt"), mail.text.as_deref().unwrap_or_default())?;
        listed.push(json!({
            "file": name, "day": mail.at.strftime("%Y-%m-%d").to_string(), "to": mail.to.join(", "),
            "subject": mail.subject, "delivered": mail.delivered,
        }));
    }
    let mut environment = Environment::new();
    let index = environment
        .add_template("index.html", INDEX)
        .and_then(|()| environment.get_template("index.html"))
        .and_then(|page| page.render(minijinja::value::Serde(json!({ "mails": listed }))));
    write("index.html", &index.map_err(|error| error.to_string())?)?;
    Ok(mails.len())
}

/// A file name that sorts by time; a mail address has no character that a file name cannot have but these.
fn name(number: usize, mail: &Mail) -> String {
    let to = mail.to.join("_").replace(['/', '|', '*', '?', '<', '>', '"', ':', '\\'], "_");
    format!("{number:03}-{}-{to}", mail.at.strftime("%Y-%m-%d"))
}
