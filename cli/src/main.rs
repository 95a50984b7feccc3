#![doc = include_str!("../README.md")]

mod demo;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Keeps the IAM user credentials of an AWS account young and few.
#[derive(Debug, Parser)]
#[command(name = "keysteward", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play 120 days of a simulated account in fast motion
    Demo,
    /// Serve a simulated account on a loopback port, for the real binaries
    Simulate {
        /// The port on 127.0.0.1
        #[arg(long, default_value_t = 4566)]
        port: u16,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command.unwrap_or(Command::Demo) {
        Command::Demo => demo::run(),
        Command::Simulate { port } => simulate::run(port),
    }
}
