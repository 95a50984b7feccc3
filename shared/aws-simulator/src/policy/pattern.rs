//! Texts with `*` and `?`, as policies match actions, ARNs and values with them.

/// One element of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This character.
    Only(char),
    /// Any one character.
    One,
    /// Any number of characters.
    Many,
}

/// The tokens of a text in which `*` and `?` are special.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    text.chars()
        .map(|c| match c {
            '*' => Token::Many,
            '?' => Token::One,
            c => Token::Only(c),
        })
        .collect()
}

/// Whether the whole of `text` fits.
pub(super) fn fits(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut next) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(c) = text.get(at) {
        match pattern.get(next) {
            Some(Token::Many) => {
                retry = Some((next + 1, at));
                next += 1;
            }
            Some(Token::One) => (at, next) = (at + 1, next + 1),
            Some(Token::Only(own)) if own == c => (at, next) = (at + 1, next + 1),
            _ => {
                // The last `*` takes one more character, and the rest is tried again.
                let Some((after, taken)) = retry else { return false };
                retry = Some((after, taken + 1));
                (at, next) = (taken + 1, after);
            }
        }
    }
    pattern.get(next..).is_some_and(|rest| rest.iter().all(|token| *token == Token::Many))
}

/// Whether an ARN fits, part by part: a `*` does not reach over a colon before the resource.
pub(super) fn arn_fits(pattern: &[Token], arn: &str) -> bool {
    if pattern == [Token::Many] {
        return true;
    }
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let patterns: Vec<&[Token]> = pattern.splitn(6, |token| *token == Token::Only(':')).collect();
    parts.len() == patterns.len()
        && parts.into_iter().zip(patterns).all(|(part, pattern)| fits(pattern, part))
}
