//! Follows a list to its last page.

use std::collections::BTreeSet;

use sdk_error::Cause;

/// The most items that IAM puts in a page.
pub(crate) const PAGE_SIZE: i32 = 1000;

/// The markers of the pages read so far.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    seen: BTreeSet<String>,
    marker: Option<String>,
}

impl Pages {
    /// The marker to ask the next page with; `None` for the first one.
    pub(crate) fn marker(&self) -> Option<String> {
        self.marker.clone()
    }

    /// Turns to the next page; `false` after the last one.
    ///
    /// A list that says it goes on without saying where, or that goes in a circle, is no whole list.
    pub(crate) fn turn(&mut self, truncated: bool, marker: Option<&str>) -> Result<bool, Cause> {
        if !truncated {
            return Ok(false);
        }
        let marker = marker.filter(|marker| !marker.is_empty());
        let marker = marker.ok_or_else(|| Cause::malformed("the marker of the next page"))?;
        if !self.seen.insert(marker.to_owned()) {
            return Err(Cause::malformed("a marker that it did not give before"));
        }
        self.marker = Some(marker.to_owned());
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_ends_the_list_even_if_it_has_a_marker() {
        let mut pages = Pages::default();
        assert_eq!(pages.marker(), None);
        assert_eq!(pages.turn(true, Some("a")), Ok(true));
        assert_eq!(pages.marker().as_deref(), Some("a"));
        assert_eq!(pages.turn(false, Some("b")), Ok(false));
    }

    #[test]
    fn a_list_that_goes_on_nowhere_or_in_a_circle_is_an_error() {
        assert!(Pages::default().turn(true, None).is_err());
        assert!(Pages::default().turn(true, Some("")).is_err());
        let mut pages = Pages::default();
        assert_eq!(pages.turn(true, Some("a")), Ok(true));
        assert_eq!(pages.turn(true, Some("b")), Ok(true));
        assert!(pages.turn(true, Some("a")).is_err());
    }
}
