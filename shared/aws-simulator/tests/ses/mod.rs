//! Mail: who may send what to whom, how much of it, and what becomes of it.

mod content;
mod events;
mod limits;
mod permissions;

use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_simulator::Simulator;

use crate::support::{account, config};

const FROM: &str = "Keys <keys@example.com>";

/// An account outside the sandbox that may send as `example.com`.
fn sender() -> Simulator {
    let simulator = account();
    simulator.verify_identity("example.com");
    simulator.leave_mail_sandbox();
    simulator
}

fn text(data: &str) -> Content {
    Content::builder().data(data).charset("UTF-8").build().unwrap()
}

fn message(subject: &str) -> Message {
    let body = Body::builder().text(text("Hello")).build();
    Message::builder().subject(text(subject)).body(body).build()
}

fn simple(message: Message) -> EmailContent {
    EmailContent::builder().simple(message).build()
}

fn to(recipients: &[&str]) -> Destination {
    let recipients = recipients.iter().map(|recipient| (*recipient).to_owned()).collect();
    Destination::builder().set_to_addresses(Some(recipients)).build()
}

/// A mail from the verified domain that breaks no rule.
fn mail(simulator: &Simulator, recipients: &[&str]) -> SendEmailFluentBuilder {
    aws_sdk_sesv2::Client::new(&config(simulator))
        .send_email()
        .from_email_address(FROM)
        .destination(to(recipients))
        .content(simple(message("Hello")))
}
