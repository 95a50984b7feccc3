//! Topics and their subscriptions, past the API.

use std::collections::BTreeMap;

use crate::REGION;
use crate::simulator::Simulator;

impl Simulator {
    /// Adds an SNS topic in the Region of everything else, and answers its ARN.
    pub fn add_topic(&self, name: &str) -> String {
        self.add_topic_in(REGION, name)
    }

    /// Adds an SNS topic in a Region, and answers its ARN.
    pub fn add_topic_in(&self, region: &str, name: &str) -> String {
        self.with(|world| {
            world.account(self.account_id()).sns.add_topic(name, self.account_id(), region)
        })
    }

    /// Subscribes an endpoint to a topic, given by its ARN, as `Subscribe` does: a mailbox then has to confirm.
    ///
    /// A subscription that SNS would refuse is among [`Simulator::violations`].
    pub fn subscribe(&self, topic: &str, protocol: &str, endpoint: &str) {
        self.with(|world| {
            let (account, ids) = world.account_and_ids(self.account_id());
            let subscribed =
                account.sns.subscribe(topic, protocol, endpoint, &BTreeMap::new(), ids);
            if let Err(error) = subscribed.map(|_| ()) {
                world.violations.push(format!("subscription of {endpoint}: {}", error.message));
            }
        });
    }

    /// Confirms the subscription of an endpoint to a topic, as the link in the mail to it does.
    pub fn confirm_subscription(&self, topic: &str, endpoint: &str) {
        self.with(|world| world.account(self.account_id()).sns.confirm(topic, endpoint));
    }

    /// Ends the subscription of an endpoint to a topic, as the link in every mail to it does.
    pub fn end_subscription(&self, topic: &str, endpoint: &str) {
        self.with(|world| world.account(self.account_id()).sns.unsubscribe(topic, endpoint));
    }
}
