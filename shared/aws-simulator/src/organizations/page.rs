//! Lists of Organizations come in small pages, which may be shorter than asked for, or empty and yet not the last.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::error::ApiError;

/// The most items of a page, and how many there are when nobody says.
const MOST: usize = 20;

/// One page of `items`, and the token of the next.
///
/// `sizes` are the most items that one page after the other has, over and over; a zero makes an empty page.
pub(super) fn page<'a, T>(
    items: &'a [T],
    scope: &str,
    input: &Value,
    largest: usize,
    sizes: &[usize],
) -> Result<(&'a [T], Option<String>), ApiError> {
    let asked = match input.get("MaxResults").filter(|asked| !asked.is_null()) {
        None => MOST,
        Some(asked) => asked
            .as_u64()
            .and_then(|asked| usize::try_from(asked).ok())
            .filter(|asked| (1..=MOST).contains(asked))
            .ok_or_else(|| invalid_input("MaxResults must be a number from 1 to 20."))?,
    };
    let (start, number) = match input.get("NextToken").and_then(Value::as_str) {
        None => (0, 0),
        Some(token) => position(token, scope)
            .ok_or_else(|| invalid_input("You provided a NextToken that is not valid."))?,
    };
    let shape = number.checked_rem(sizes.len()).and_then(|at| sizes.get(at)).copied();
    let size = asked.min(largest).min(shape.unwrap_or(MOST));
    let rest = items.get(start..).unwrap_or_default();
    let (shown, after) = rest.split_at(size.min(rest.len()));
    let next = (!after.is_empty()).then(|| {
        STANDARD.encode(format!("{scope} {} {}", start.saturating_add(shown.len()), number + 1))
    });
    Ok((shown, next))
}

/// Where a page starts, and which one it is.
fn position(token: &str, scope: &str) -> Option<(usize, usize)> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let mut parts = text.split(' ');
    let fits = parts.next() == Some(scope);
    let position = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    fits.then_some(position)
}

pub(super) fn invalid_input(message: &str) -> ApiError {
    ApiError::new(400, "InvalidInputException", message)
}
