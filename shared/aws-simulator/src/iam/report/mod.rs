//! The credential report: generated on demand, kept for four hours.

mod rows;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::Iam;
use crate::call::Caller;
use crate::clock::{add, whole_seconds};
use crate::error::ApiError;
use crate::wire::Xml;

/// How long a report is served, and no other is generated.
const KEPT: SignedDuration = SignedDuration::from_hours(4);

/// The report of an account.
#[derive(Debug, Default)]
pub(crate) struct Report {
    last: Option<Generated>,
    /// Served in place of any report, in Base64.
    replacement: Option<String>,
}

/// A report, which may still be in the making.
#[derive(Debug)]
struct Generated {
    at: Timestamp,
    ready: Timestamp,
    /// The rows as they were when the generation began, in Base64.
    content: String,
}

impl Report {
    /// Serves `content` in place of any report, until it is taken back.
    pub(crate) fn replace(&mut self, content: Option<&[u8]>) {
        self.replacement = content.map(|content| STANDARD.encode(content));
    }
}

impl Iam {
    pub(super) fn generate_credential_report(&mut self, caller: &Caller) -> Result<Xml, ApiError> {
        let now = caller.now;
        let state = |state| Xml::elements([("State", Xml::text(state))]);
        if self.report.replacement.is_some() {
            return Ok(state("COMPLETE"));
        }
        let first = match &self.report.last {
            Some(last) if now < last.ready => return Ok(state("INPROGRESS")),
            Some(last) if now <= add(last.at, KEPT) => return Ok(state("COMPLETE")),
            last => last.is_none(),
        };
        let content = STANDARD.encode(self.report_content(caller));
        let ready = add(now, caller.settings.report_delay);
        self.report.last = Some(Generated { at: whole_seconds(now), ready, content });
        let mut elements = vec![("State", Xml::text("STARTED"))];
        if first {
            let description = "No report exists. Starting a new report generation task";
            elements.push(("Description", Xml::text(description)));
        }
        Ok(Xml::elements(elements))
    }

    pub(super) fn get_credential_report(&self, caller: &Caller) -> Result<Xml, ApiError> {
        let refused = |status, code| Err(ApiError::new(status, code, "Unknown"));
        let (content, at) = match (&self.report.replacement, &self.report.last) {
            (Some(content), _) => (content, whole_seconds(caller.now)),
            (None, None) => return refused(410, "ReportNotPresent"),
            (None, Some(last)) if caller.now < last.ready => {
                return refused(404, "ReportInProgress");
            }
            (None, Some(last)) if caller.now > add(last.at, KEPT) => {
                return refused(410, "ReportExpired");
            }
            (None, Some(last)) => (&last.content, last.at),
        };
        Ok(Xml::elements([
            ("Content", Xml::text(content)),
            ("ReportFormat", Xml::text("text/csv")),
            ("GeneratedTime", Xml::time(at)),
        ]))
    }
}
