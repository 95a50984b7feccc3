//! Tables of decisions. Each test starts from a healthy world and changes one thing.

mod boundaries;
mod create;
mod named;
mod refusals;
mod steps;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::credential::{AccessKey, CredentialStatus, LastUse};
use crate::identifiers::{AccessKeyId, VersionId};
use crate::record::{Intent, Record, RecordedState};

const TOKEN: &str = "token";
const OVERLAP: SignedDuration = days(7);
const GRACE: SignedDuration = days(30);
const LIFETIME: SignedDuration = SignedDuration::from_secs(180);

const fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

const fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn now() -> Timestamp {
    "2026-11-21T03:00:00Z".parse().unwrap()
}

/// So long before `now()`.
fn ago(span: SignedDuration) -> Timestamp {
    now() - span
}

/// An active key that was made 180 days ago, never used and never recorded.
fn key(id: &str) -> KeySlot {
    let created = ago(days(180));
    KeySlot {
        key: AccessKey { id: id.into(), status: CredentialStatus::Active, created },
        last_use: LastUse::NoneRecorded,
        record: Tagged::Absent,
    }
}

impl KeySlot {
    fn created(mut self, at: Timestamp) -> Self {
        self.key.created = at;
        self
    }

    fn status(mut self, status: CredentialStatus) -> Self {
        self.key.status = status;
        self
    }

    fn inactive(self) -> Self {
        self.status(CredentialStatus::Inactive)
    }

    fn used(mut self, at: Timestamp) -> Self {
        self.last_use = LastUse::At(at);
        self
    }

    fn last_use_unknown(mut self) -> Self {
        self.last_use = LastUse::Unknown;
        self
    }

    fn recorded(mut self, state: RecordedState, at: Timestamp) -> Self {
        let by = "rotate-key".to_owned();
        let record = Record {
            state,
            at,
            due: None,
            told: None,
            created: None,
            version: None,
            event: None,
            by,
        };
        self.record = Tagged::Readable(record);
        self
    }

    /// Superseded by the promotion of the version that is current in a healthy world.
    fn superseded(self, at: Timestamp) -> Self {
        self.superseded_by(Some("first"), at)
    }

    fn superseded_by(self, version: Option<&str>, at: Timestamp) -> Self {
        let mut slot = self.recorded(RecordedState::Superseded, at);
        if let Tagged::Readable(record) = &mut slot.record {
            record.version = version.map(VersionId::from);
        }
        slot
    }

    fn deactivated(self, at: Timestamp) -> Self {
        self.inactive().recorded(RecordedState::Deactivated, at)
    }

    fn record_unreadable(mut self) -> Self {
        self.record = Tagged::read(Some("state=gone"));
        self
    }
}

/// Everything `next` is given but the step.
#[derive(Clone, Debug)]
struct World {
    versions: Versions,
    keys: Vec<KeySlot>,
    intent: Tagged<Intent>,
    policy: Policy,
    now: Timestamp,
}

impl World {
    /// Key `C` is current, 90 days old and active; the token is pending and empty; nothing else exists.
    fn healthy() -> Self {
        let current = CurrentVersion { version: "first".into(), key: "C".into() };
        let others = Vec::new();
        Self {
            versions: Versions { token: TOKEN.into(), current, pending: None, others },
            keys: vec![key("C").created(ago(days(90)))],
            intent: Tagged::Absent,
            policy: Policy { overlap: OVERLAP, grace: GRACE, attempt_lifetime: LIFETIME },
            now: now(),
        }
    }

    /// As after `finishSecret`: the token is current with key `C`, and `P` is what it replaced.
    fn promoted() -> Self {
        let mut world = Self::healthy().with(key("P")).holds("AWSPREVIOUS", "P");
        world.versions.current.version = TOKEN.into();
        world
    }

    fn with(mut self, slot: KeySlot) -> Self {
        self.keys.push(slot);
        self
    }

    fn without_keys(mut self) -> Self {
        self.keys.clear();
        self
    }

    fn holds(mut self, label: &str, key: &str) -> Self {
        self.versions.others.push(StagedKey { stage: label.into(), key: key.into() });
        self
    }

    /// With the previous key `P` in its slot.
    fn previous(self, slot: KeySlot) -> Self {
        let id = slot.key.id.clone();
        self.with(slot).holds("AWSPREVIOUS", id.as_str())
    }

    fn pending(mut self, key: &str) -> Self {
        self.versions.pending = Some(key.into());
        self
    }

    fn intent(mut self, token: &str, from: Timestamp, until: Timestamp) -> Self {
        let created = ago(days(90));
        let token = token.into();
        self.intent = Tagged::Readable(Intent { token, from, until, created, key: None });
        self
    }

    /// The intent names the key it led to.
    fn names(mut self, key: &str) -> Self {
        if let Tagged::Readable(intent) = &mut self.intent {
            intent.key = Some(key.into());
        }
        self
    }

    /// An intent of an attempt that began an hour ago.
    fn intent_an_hour_ago(self) -> Self {
        let from = ago(SignedDuration::from_hours(1));
        self.intent(TOKEN, from, from + LIFETIME)
    }

    fn intent_unreadable(mut self) -> Self {
        self.intent = Tagged::read(Some("token="));
        self
    }

    fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    fn next(&self, step: RotationStep) -> String {
        let Self { versions, keys, intent, policy, now } = self;
        describe(&next(step, versions, keys, intent, policy, *now))
    }
}

/// The move in a few words.
fn describe(decided: &Move) -> String {
    let removals = |removals: &[Removal]| {
        let one = |removal: &Removal| {
            let Removal { key, active, reason } = removal;
            format!("{} {key} ({reason:?})", if *active { "active" } else { "inactive" })
        };
        removals.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    match decided {
        Move::Nothing(done) => format!("nothing: {done:?}"),
        Move::CreateKey { after_removing } if after_removing.is_empty() => "create".to_owned(),
        Move::CreateKey { after_removing } => {
            format!("create after removing {}", removals(after_removing))
        }
        Move::RemoveOrphans(orphans) => format!("remove {}", removals(orphans)),
        Move::RecordSuperseded(key) => format!("record {key}"),
        Move::AbandonPending { key, why } => format!("abandon {key}: {why:?}"),
        Move::TestKey(key) => format!("test {key}"),
        Move::Promote { key, from, superseded } => {
            format!("promote {key} from version {from}, superseding {superseded}")
        }
        Move::CompletePromotion { key, superseded } => {
            format!(
                "complete {key}, superseding {}",
                superseded.as_ref().map_or("nothing", AccessKeyId::as_str)
            )
        }
        Move::Refuse(refusal) => bare_ids(format!("refuse {refusal:?}")),
    }
}

/// `AccessKeyId("C")` as `C`.
fn bare_ids(mut text: String) -> String {
    for wrapper in ["AccessKeyId(\"", "VersionId(\""] {
        while let Some((before, rest)) = text.split_once(wrapper) {
            let (id, after) = rest.split_once("\")").unwrap();
            text = format!("{before}{id}{after}");
        }
    }
    text
}

#[track_caller]
fn check(step: RotationStep, world: &World, expected: &str) {
    assert_eq!(world.next(step), expected, "{step}, given {world:#?}");
}

#[track_caller]
fn check_create(world: &World, expected: &str) {
    check(RotationStep::CreateSecret, world, expected);
}

/// What `createSecret` does a second before `edge`, at it, and a second after it.
#[track_caller]
fn check_around(edge: Timestamp, world: &World, expected: [&str; 3]) {
    for (offset, expected) in [-1, 0, 1].into_iter().zip(expected) {
        let world = world.clone().at(edge + seconds(offset));
        assert_eq!(world.next(RotationStep::CreateSecret), expected, "{offset} s from the edge");
    }
}
