//! Colours, which `anstream` drops where there is no terminal or `NO_COLOR` is set.

use anstyle::{AnsiColor, Style};

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

pub(crate) fn bold(text: &str) -> String {
    styled(Style::new().bold(), text)
}

pub(crate) fn dim(text: &str) -> String {
    styled(Style::new().dimmed(), text)
}

pub(crate) fn good(text: &str) -> String {
    styled(AnsiColor::Green.on_default(), text)
}

pub(crate) fn bad(text: &str) -> String {
    styled(AnsiColor::Red.on_default().bold(), text)
}

pub(crate) fn key(text: &str) -> String {
    styled(AnsiColor::Cyan.on_default(), text)
}
