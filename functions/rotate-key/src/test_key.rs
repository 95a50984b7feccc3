//! `testSecret`: proves that the pending key works, and whose it is.

use std::time::Duration;

use iam_client::{CallerIdentity, ErrorKind, caller_identity};
use lifecycle::identifiers::AccessKeyId;
use lifecycle::rotation::Refusal;

use crate::gather::Gathered;
use crate::{Error, Invocation};

/// A new key is not known everywhere at once, and one endpoint's yes does not prove another's.
const SUCCESSES_IN_A_ROW: u32 = 3;
const BETWEEN_SUCCESSES: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What must be left of the invocation when the waiting ends, for the error to be reported.
const TIME_TO_REPORT: Duration = Duration::from_secs(5);

impl Invocation<'_> {
    pub(crate) async fn test_key(
        &self,
        gathered: &Gathered,
        key: &AccessKeyId,
    ) -> Result<(), Error> {
        self.prove(gathered, key, SUCCESSES_IN_A_ROW).await
    }

    /// Signs requests with the pending key until `successes` in a row name the right user.
    pub(crate) async fn prove(
        &self,
        gathered: &Gathered,
        key: &AccessKeyId,
        successes: u32,
    ) -> Result<(), Error> {
        let Some(document) = gathered.pending.as_ref() else {
            return Err(self.refused(Refusal::PendingEmpty { token: self.event.token.clone() }));
        };
        let left =
            self.deadline.remaining().unwrap_or(Duration::MAX).saturating_sub(TIME_TO_REPORT);
        let patience = self.function.config.test_timeout.min(left);
        let started = tokio::time::Instant::now();
        let (mut in_a_row, mut pause) = (0, Duration::from_secs(1));
        loop {
            let wait = match caller_identity(
                &self.function.sdk,
                key,
                document.key().expose_secret(),
            )
            .await
            {
                Ok(identity) => {
                    self.confirm(gathered, key, identity)?;
                    in_a_row += 1;
                    if in_a_row == successes {
                        return Ok(());
                    }
                    (BETWEEN_SUCCESSES, None)
                }
                Err(error) if may_pass(error.kind()) => {
                    in_a_row = 0;
                    let wait = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    (wait, Some(error))
                }
                Err(error) => return Err(self.iam_failed(error)),
            };
            let (wait, cause) = wait;
            if started.elapsed() + wait > patience {
                let waited = started.elapsed();
                return Err(Error::KeyNotWorking {
                    secret: self.event.secret.clone(),
                    key: key.clone(),
                    waited,
                    cause,
                });
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn confirm(
        &self,
        gathered: &Gathered,
        key: &AccessKeyId,
        actual: CallerIdentity,
    ) -> Result<(), Error> {
        let expected = &gathered.user.identity;
        let same = actual.arn == expected.arn.as_str()
            && actual.user_id == expected.id.as_str()
            && actual.account == *expected.arn.account();
        if same {
            return Ok(());
        }
        Err(Error::WrongIdentity {
            secret: self.event.secret.clone(),
            key: key.clone(),
            expected: expected.arn.clone(),
            actual: actual.arn,
        })
    }
}

/// Whether the answer may change by itself: a key that is not known yet is refused in any of these ways.
fn may_pass(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::InvalidCredentials
        | ErrorKind::Denied
        | ErrorKind::Throttled
        | ErrorKind::Unavailable => true,
        ErrorKind::NotFound
        | ErrorKind::LimitExceeded
        | ErrorKind::Conflict
        | ErrorKind::Rejected
        | ErrorKind::Malformed => false,
    }
}
