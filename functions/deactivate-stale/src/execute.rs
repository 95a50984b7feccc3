//! Carries decisions out, with no choice left but one guard: facts that are older than a minute are read once more.

use std::time::Duration;

use iam_client::IamWriter;
use jiff::SignedDuration;
use lifecycle::credential::CredentialKind;
use lifecycle::record::Record;
use lifecycle::sweep::{Decision, Reason, UserFacts, evaluate};
use plan_executor::{PlanExecutor, StepFailed};

use crate::Sweep;
use crate::gather::Suspect;
use crate::ledger::Outcome;
use crate::tell::owner;

/// A password is removed only on the word of a report this young: IAM tells nowhere else when a password was changed.
const YOUNG_REPORT: SignedDuration = SignedDuration::from_mins(15);

/// Facts this old are read once more before a credential is deactivated or deleted.
pub(crate) const FRESH: Duration = Duration::from_secs(60);

impl Sweep<'_> {
    /// Carries out a decision that changes something.
    pub(crate) async fn carry_out(
        &self,
        suspect: &Suspect,
        user: &UserFacts,
        decision: &Decision,
    ) -> Outcome {
        let Some(writer) = &self.account.writer else { return Outcome::DryRun };
        if self.account.is_stopped() {
            let text =
                "not tried: the last changes were all denied, so the run changes nothing more";
            return Outcome::Failed(text.to_owned());
        }
        if !decision.takes_away() {
            return self.execute(suspect, user, decision, writer).await;
        }
        let password = decision.subject.kind == CredentialKind::Password;
        if password && self.now.duration_since(suspect.reported) > YOUNG_REPORT {
            return Outcome::Changed(format!(
                "the credential report is from {}, and the password may have been changed since: a run with a new report decides",
                suspect.reported
            ));
        }
        // Only the second look asks IAM for the last sign-in; the listing of users does not say it, and a password does not come back.
        if !password && suspect.read_at.elapsed() <= FRESH {
            return self.execute(suspect, user, decision, writer).await;
        }
        self.execute_if_still_so(suspect, user, decision, writer).await
    }

    /// Looks again, decides again, and acts only if the decision is still the same.
    async fn execute_if_still_so(
        &self,
        suspect: &Suspect,
        user: &UserFacts,
        decision: &Decision,
        writer: &IamWriter,
    ) -> Outcome {
        let fresh = match self.look_again(suspect, user, decision.subject.kind).await {
            Ok(Some(inventory)) => inventory,
            Ok(None) => return Outcome::Changed("the user is gone".to_owned()),
            Err(error) => return Outcome::failed(&error),
        };
        let user = fresh.user.clone();
        let plan = evaluate(&self.function.config.policy, &[fresh], self.now);
        let about = |other: &&Decision| {
            other.subject.kind == decision.subject.kind && other.subject.id == decision.subject.id
        };
        let Some(now) = plan.decisions.iter().find(about) else {
            return Outcome::Changed("the credential is gone".to_owned());
        };
        if now.action() != decision.action() || now.reason == Reason::Gone {
            return Outcome::Changed(format!("{}: {}", now.action(), now.reason));
        }
        self.execute(suspect, &user, now, writer).await
    }

    async fn execute(
        &self,
        suspect: &Suspect,
        user: &UserFacts,
        decision: &Decision,
        writer: &IamWriter,
    ) -> Outcome {
        let executor = PlanExecutor {
            account: &self.account.id,
            alias: &self.account.alias,
            writer,
            records: &self.function.records,
            publisher: self.function.publisher.as_ref(),
            now: self.now,
        };
        let id = decision.subject.id.as_ref();
        let owner = owner(&self.function.config.owner_tag, user, id);
        let record: Option<Record> =
            id.and_then(|id| suspect.memory.record(id).readable().cloned());
        let Some(id) = id else { return Outcome::NothingToDo };
        let expected = self.memory.revisions.of_record(&user.id, id);
        let result = executor.carry_out(decision, owner, (record.as_ref(), expected)).await;
        self.account.note_change(matches!(&result, Err(error) if error.is_denied()));
        match result {
            Ok(()) => Outcome::Done,
            Err(StepFailed::Overtaken) => Outcome::Changed(StepFailed::Overtaken.to_string()),
            Err(error) => Outcome::failed(&error),
        }
    }
}
