//! Lists come in pages.

use crate::call::Caller;
use crate::error::ApiError;
use crate::wire::{Form, Xml};

/// The items of one page, and the elements that say whether another follows.
pub(super) type Page<T> = (Vec<T>, Vec<(&'static str, Xml)>);

/// One page of a list: the items after the marker, and the marker of the next page.
///
/// A marker names the last item of its page, so a list that changes between two pages loses nothing.
pub(super) fn page<'a, T>(
    items: impl Iterator<Item = (&'a str, T)>,
    form: &Form,
    caller: &Caller,
) -> Result<Page<T>, ApiError> {
    let asked = match form.get("MaxItems").map(str::parse::<usize>) {
        None => 100,
        Some(Ok(n @ 1..=1000)) => n,
        Some(_) => {
            return Err(ApiError::validation(
                "Value at 'maxItems' failed to satisfy constraint: 1 to 1000",
            ));
        }
    };
    let size = asked.min(caller.settings.page_size);
    let after = form.get("Marker");
    let mut rest =
        items.skip_while(|(name, _)| after.is_some_and(|after| *name <= after)).peekable();
    let mut shown = Vec::new();
    let mut last = "";
    while let Some((name, item)) = rest.next_if(|_| shown.len() < size) {
        last = name;
        shown.push(item);
    }
    let truncated = rest.peek().is_some();
    let mut tail = vec![("IsTruncated", Xml::text(truncated.to_string()))];
    if truncated {
        tail.push(("Marker", Xml::text(last)));
    }
    Ok((shown, tail))
}
