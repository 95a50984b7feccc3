//! One queue, and the messages in it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::clock::add;
use crate::ids::Ids;
use crate::message_attributes::Attributes;

/// How long a received message is invisible, unless a queue has another timeout set.
const VISIBILITY_TIMEOUT: SignedDuration = SignedDuration::from_secs(30);
/// How long a queue keeps a message, unless it has another period set.
const RETENTION: SignedDuration = SignedDuration::from_hours(4 * 24);

/// A message in a queue.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) attributes: Attributes,
    pub(super) sender: String,
    pub(crate) sent: Timestamp,
    first_received: Option<Timestamp>,
    /// How often it was received, in this queue and the one it came from.
    pub(crate) receives: u64,
    receives_here: u64,
    pub(crate) visible: Timestamp,
    /// The handle of the last time it was received; earlier ones delete nothing.
    pub(super) receipt: Option<String>,
    /// The ARN of the queue that it is a dead letter of.
    dead_letter_of: Option<String>,
}

impl Stored {
    pub(super) fn new(
        id: String,
        body: &str,
        attributes: Attributes,
        sender: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            body: body.to_owned(),
            attributes,
            sender: sender.to_owned(),
            sent: now,
            first_received: None,
            receives: 0,
            receives_here: 0,
            visible: now,
            receipt: None,
            dead_letter_of: None,
        }
    }

    /// What SQS itself tells of the message.
    pub(super) fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        let mut attributes = BTreeMap::from([
            ("SenderId", self.sender.clone()),
            ("SentTimestamp", self.sent.as_millisecond().to_string()),
            ("ApproximateReceiveCount", self.receives.to_string()),
        ]);
        if let Some(first) = self.first_received {
            let first = first.as_millisecond().to_string();
            attributes.insert("ApproximateFirstReceiveTimestamp", first);
        }
        if let Some(source) = &self.dead_letter_of {
            attributes.insert("DeadLetterQueueSourceArn", source.clone());
        }
        attributes
    }

    fn is_kept(&self, now: Timestamp) -> bool {
        add(self.sent, RETENTION) > now
    }
}

/// A standard queue.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(super) messages: Vec<Stored>,
    /// The ARN of the queue that takes its dead letters, and after how many receives a message is one.
    dead_letters: Option<(String, u64)>,
}

impl Queue {
    /// Sends dead letters to another queue after so many receives.
    pub(crate) fn redrive_to(&mut self, target: &str, receives: u64) {
        self.dead_letters = Some((target.to_owned(), receives));
    }

    /// The messages that are not older than the queue keeps them.
    pub(crate) fn kept(&self, now: Timestamp) -> impl Iterator<Item = &Stored> {
        self.messages.iter().filter(move |message| message.is_kept(now))
    }

    pub(super) fn forget_expired(&mut self, now: Timestamp) {
        self.messages.retain(|message| message.is_kept(now));
    }

    /// Takes out the visible messages that were received as often as they may be, and names where they go.
    pub(super) fn remove_dead(&mut self, now: Timestamp) -> Option<(String, Vec<Stored>)> {
        let (target, most) = self.dead_letters.clone()?;
        let dead = self
            .messages
            .extract_if(.., |message| message.visible <= now && message.receives_here >= most);
        let dead: Vec<_> = dead.collect();
        Some((target, dead))
    }

    /// Takes in dead letters of another queue; they keep their age.
    pub(super) fn bury(&mut self, letters: Vec<Stored>, source: &str, now: Timestamp) {
        self.messages.extend(letters.into_iter().map(|letter| Stored {
            receives_here: 0,
            visible: now,
            receipt: None,
            dead_letter_of: Some(source.to_owned()),
            ..letter
        }));
    }

    pub(super) fn receive(
        &mut self,
        now: Timestamp,
        ids: &mut Ids,
        mut takes: impl FnMut(&Stored) -> bool,
    ) -> Vec<Stored> {
        let mut received = Vec::new();
        for message in self.messages.iter_mut().filter(|message| message.visible <= now) {
            if !takes(message) {
                break;
            }
            message.visible = add(now, VISIBILITY_TIMEOUT);
            message.receives += 1;
            message.receives_here += 1;
            message.first_received.get_or_insert(now);
            message.receipt = Some(format!("AQEB{}", ids.secret_access_key()));
            received.push(message.clone());
        }
        received
    }

    /// Deletes the message that was last received under this handle, if it is still there.
    pub(super) fn delete(&mut self, receipt: &str) {
        self.messages.retain(|message| message.receipt.as_deref() != Some(receipt));
    }
}
