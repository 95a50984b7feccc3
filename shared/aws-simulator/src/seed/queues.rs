//! Queues, and what they are subscribed to.

use std::collections::BTreeMap;

use crate::REGION;
use crate::simulator::Simulator;
use crate::sqs::arn;

impl Simulator {
    /// Adds an SQS queue, and answers its ARN.
    pub fn add_queue(&self, name: &str) -> String {
        let arn = arn(REGION, self.account_id(), name);
        self.with(|world| world.account(self.account_id()).sqs.add_queue(&arn));
        arn
    }

    /// Adds an SQS queue whose messages become dead letters after so many receives, and answers its ARN.
    pub fn add_queue_with_dead_letters(
        &self,
        name: &str,
        dead_letter_queue: &str,
        max_receives: u64,
    ) -> String {
        let target = self.add_queue(dead_letter_queue);
        let arn = self.add_queue(name);
        self.with(|world| {
            if let Some(queue) = world.account(self.account_id()).sqs.queue_mut(&arn) {
                queue.redrive_to(&target, max_receives);
            }
        });
        arn
    }

    /// Subscribes a queue to a topic, both of them named and added if they are missing.
    pub fn subscribe_queue(&self, topic: &str, queue: &str) {
        self.subscribe_queue_with(topic, queue, &[]);
    }

    /// As [`Simulator::subscribe_queue`], with attributes such as `RawMessageDelivery` and `FilterPolicy`.
    ///
    /// Attributes that SNS would refuse leave the queue without a subscription, and are among
    /// [`Simulator::violations`].
    pub fn subscribe_queue_with(&self, topic: &str, queue: &str, attributes: &[(&str, &str)]) {
        let (topic, queue) = (self.add_topic(topic), self.add_queue(queue));
        let attributes: BTreeMap<_, _> = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.with(|world| {
            let (account, ids) = world.account_and_ids(self.account_id());
            if let Err(error) = account.sns.subscribe(&topic, "sqs", &queue, &attributes, ids) {
                world.violations.push(format!("subscription of {queue}: {}", error.message));
            }
        });
    }
}
