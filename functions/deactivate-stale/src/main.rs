//! The `deactivate-stale` Lambda function.

fn main() {}
