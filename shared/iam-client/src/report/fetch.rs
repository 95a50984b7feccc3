//! Has IAM make the credential report, waits for it, and reads it.

use std::time::Duration;

use aws_sdk_iam::operation::get_credential_report::GetCredentialReportOutput;
use aws_sdk_iam::types::ReportStateType;
use jiff::{SignedDuration, Timestamp};
use lifecycle::identifiers::AccountId;
use lifecycle::sweep::CredentialReport;
use sdk_error::{Cause, ErrorKind};
use tokio::time::Instant;

use super::parse_report;
use crate::IamReader;
use crate::convert::timestamp;
use crate::error::{Error, Operation};

/// IAM makes a new report when the last one is four hours old; a quarter of an hour is for making it.
const OLDEST: SignedDuration = SignedDuration::from_mins(4 * 60 + 15);

/// How far IAM's clock may be ahead of the function's.
const NEWEST: SignedDuration = SignedDuration::from_mins(15);

const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What to ask IAM next.
#[derive(Clone, Copy)]
enum Ask {
    Generate,
    Get,
}

impl Ask {
    fn operation(self) -> Operation {
        match self {
            Self::Generate => Operation::GenerateCredentialReport,
            Self::Get => Operation::GetCredentialReport,
        }
    }
}

/// Why there is no report yet.
struct NotYet {
    next: Ask,
    /// Whether IAM asked to be left alone for a while.
    refused: bool,
    answer: Cause,
}

impl IamReader {
    /// The credential report of `account`, made at most 4 hours 15 minutes before the present.
    ///
    /// A report that IAM has at hand takes two calls. Else IAM is asked again after 2 seconds and ever longer, up to 30 seconds,
    /// until `patience` is over; `now` is the time at the start. See [`parse_report`] for what it cannot find out.
    ///
    /// # Errors
    ///
    /// When IAM refuses, when patience is over (the text holds IAM's last answer), and with
    /// [`Malformed`](ErrorKind::Malformed) when the report is too old, is of the future, or cannot be read.
    pub async fn credential_report(
        &self,
        account: &AccountId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<CredentialReport, Error> {
        let started = Instant::now();
        let (mut ask, mut pause) = (Ask::Generate, FIRST_PAUSE);
        loop {
            let failed = |cause| Error::new(ask.operation(), format!("account {account}"), cause);
            let not_yet = match ask {
                Ask::Generate => match self.generate_report().await.map_err(failed)? {
                    None => {
                        ask = Ask::Get;
                        continue;
                    }
                    Some(not_yet) => not_yet,
                },
                Ask::Get => match self.get_report().await.map_err(failed)? {
                    Ok(answer) => {
                        let elapsed = started.elapsed().try_into().unwrap_or(SignedDuration::MAX);
                        let present = now.saturating_add(elapsed).unwrap_or(Timestamp::MAX);
                        return read(&answer, account, present).map_err(failed);
                    }
                    Err(not_yet) => not_yet,
                },
            };
            let wait = if not_yet.refused { LONGEST_PAUSE } else { pause };
            if started.elapsed() + wait > patience {
                return Err(failed(impatient(patience, &not_yet.answer)));
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
            ask = not_yet.next;
        }
    }

    /// `None` when the report is complete.
    async fn generate_report(&self) -> Result<Option<NotYet>, Cause> {
        self.limiter.pass().await;
        match self.client.generate_credential_report().send().await.map_err(Cause::from) {
            Ok(answer) => match answer.state() {
                Some(ReportStateType::Complete) => Ok(None),
                other => {
                    let state = other.map_or("no state", ReportStateType::as_str);
                    let answer = Cause::new(ErrorKind::Unavailable, state);
                    Ok(Some(NotYet { next: Ask::Get, refused: false, answer }))
                }
            },
            // IAM throttles this very call, and has blocked it for a while.
            Err(cause) if refused(cause.kind()) => {
                Ok(Some(NotYet { next: Ask::Generate, refused: true, answer: cause }))
            }
            Err(cause) => Err(cause),
        }
    }

    async fn get_report(&self) -> Result<Result<GetCredentialReportOutput, NotYet>, Cause> {
        self.limiter.pass().await;
        let answer = self.client.get_credential_report().send().await.map_err(Cause::from);
        let cause = match answer {
            Ok(answer) => return Ok(Ok(answer)),
            Err(cause) => cause,
        };
        let next = match cause.code() {
            Some("ReportNotPresent" | "ReportExpired") => Ask::Generate,
            Some("ReportInProgress") => Ask::Get,
            _ if refused(cause.kind()) => {
                return Ok(Err(NotYet { next: Ask::Get, refused: true, answer: cause }));
            }
            _ => return Err(cause),
        };
        let answer = Cause::new(ErrorKind::Unavailable, cause.to_string());
        Ok(Err(NotYet { next, refused: false, answer }))
    }
}

fn refused(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Throttled | ErrorKind::LimitExceeded)
}

fn impatient(patience: Duration, last: &Cause) -> Cause {
    let text = format!(
        "IAM did not have the report ready within {} seconds; its last answer: {last}",
        patience.as_secs()
    );
    Cause::new(last.kind(), text)
}

fn read(
    answer: &GetCredentialReportOutput,
    account: &AccountId,
    present: Timestamp,
) -> Result<CredentialReport, Cause> {
    let generated = answer.generated_time().ok_or_else(|| Cause::malformed("GeneratedTime"))?;
    let generated = timestamp(generated)?;
    let age = present.duration_since(generated);
    if age > OLDEST || age < -NEWEST {
        return Err(Cause::new(
            ErrorKind::Malformed,
            format!(
                "the report is of {generated}, and it is {present}: it must not be older than 4 hours 15 minutes, \
                 nor of the future; IAM makes a new one every 4 hours"
            ),
        ));
    }
    let content = answer.content().ok_or_else(|| Cause::malformed("Content"))?;
    parse_report(content.as_ref(), generated, account)
        .map_err(|fault| Cause::new(ErrorKind::Malformed, fault.to_string()))
}
