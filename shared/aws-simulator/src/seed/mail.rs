//! Identities, quotas and mailboxes of SES.

use crate::REGION;
use crate::ses::Ses;
use crate::simulator::Simulator;

impl Simulator {
    /// Verifies a mail address, or a domain with everything below it.
    pub fn verify_identity(&self, identity: &str) {
        self.change_ses(|ses| {
            ses.identities.insert(identity.to_owned());
        });
    }

    /// Lets the account write to recipients that are not verified; a new account is in the sandbox.
    pub fn leave_mail_sandbox(&self) {
        self.change_ses(|ses| ses.production = true);
    }

    /// Limits the recipients that the account may write to in one second.
    pub fn set_mail_rate(&self, per_second: usize) {
        self.change_ses(|ses| ses.per_second = Some(per_second));
    }

    /// Limits the recipients that the account may write to in 24 hours.
    pub fn set_mail_quota(&self, per_day: usize) {
        self.change_ses(|ses| ses.per_day = Some(per_day));
    }

    /// Pauses sending for the account.
    pub fn pause_mail(&self) {
        self.change_ses(|ses| ses.paused = true);
    }

    /// Lets the account send again.
    pub fn resume_mail(&self) {
        self.change_ses(|ses| ses.paused = false);
    }

    /// Suspends the account for good.
    pub fn suspend_mail(&self) {
        self.change_ses(|ses| ses.suspended = true);
    }

    /// Puts an address on the suppression list of the account.
    pub fn suppress(&self, address: &str) {
        self.change_ses(|ses| {
            ses.suppressed.insert(address.to_owned());
        });
    }

    /// Makes an address one whose mail server knows no such mailbox.
    pub fn add_dead_mailbox(&self, address: &str) {
        self.change_ses(|ses| {
            ses.dead_mailboxes.insert(address.to_owned());
        });
    }

    /// Adds a configuration set, whose bounces are published to a topic if one is named.
    pub fn add_configuration_set(&self, name: &str, topic: Option<&str>) {
        let topic = topic.map(|topic| self.add_topic_in(REGION, topic));
        self.change_ses(|ses| {
            ses.configuration_sets.insert(name.to_owned(), topic);
        });
    }

    fn change_ses(&self, change: impl FnOnce(&mut Ses)) {
        self.with(|world| change(&mut world.account(self.account_id()).ses));
    }
}
