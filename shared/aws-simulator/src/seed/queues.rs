//! Queues, and what they are subscribed to.

use crate::REGION;
use crate::simulator::Simulator;
use crate::sqs::arn;

impl Simulator {
    /// Adds an SQS queue, and answers its ARN.
    pub fn add_queue(&self, name: &str) -> String {
        let arn = arn(REGION, self.account_id(), name);
        self.with(|world| {
            let now = world.clock.now();
            world.account(self.account_id()).sqs.add_queue(&arn, now);
        });
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
}
