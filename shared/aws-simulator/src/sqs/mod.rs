//! The Simple Queue Service, past its API: standard queues, their messages, and queues of dead letters.
//!
//! Topics and Lambda are all that uses a queue here, so it has no wire of its own.

mod event_source;
mod queue;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ids::Ids;
use crate::message_attributes::Attributes;
use queue::{Queue, Stored};

/// The SQS part of one account: its queues by ARN.
#[derive(Debug, Default)]
pub(crate) struct Sqs {
    queues: BTreeMap<String, Queue>,
}

pub(crate) fn arn(region: &str, account: &str, name: &str) -> String {
    format!("arn:aws:sqs:{region}:{account}:{name}")
}

impl Sqs {
    pub(crate) fn add_queue(&mut self, arn: &str) {
        self.queues.entry(arn.to_owned()).or_default();
    }

    pub(crate) fn queue_mut(&mut self, arn: &str) -> Option<&mut Queue> {
        self.queues.get_mut(arn)
    }

    /// The queue of a name.
    pub(crate) fn named(&self, name: &str) -> Option<&Queue> {
        let mut queues = self.queues.iter();
        queues.find(|(arn, _)| arn.rsplit(':').next() == Some(name)).map(|(_, queue)| queue)
    }

    /// Puts a message into a queue, if the queue is there.
    pub(crate) fn deliver(
        &mut self,
        arn: &str,
        body: &str,
        attributes: Attributes,
        sender: &str,
        now: Timestamp,
        ids: &mut Ids,
    ) {
        if let Some(queue) = self.queues.get_mut(arn) {
            queue.messages.push(Stored::new(ids.uuid(), body, attributes, sender, now));
        }
    }

    /// Receives visible messages, oldest first, up to the first one that `takes` does not take.
    ///
    /// Those that were received too often go to the queue of dead letters instead.
    fn receive(
        &mut self,
        arn: &str,
        now: Timestamp,
        ids: &mut Ids,
        takes: impl FnMut(&Stored) -> bool,
    ) -> Vec<Stored> {
        let Some(queue) = self.queues.get_mut(arn) else { return Vec::new() };
        queue.forget_expired(now);
        let dead = queue.remove_dead(now);
        let received = queue.receive(now, ids, takes);
        if let Some((target, letters)) = dead
            && let Some(target) = self.queues.get_mut(&target)
        {
            target.bury(letters, arn, now);
        }
        received
    }
}
