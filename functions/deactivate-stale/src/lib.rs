//! Reads nothing yet.
