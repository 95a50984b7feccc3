//! A bound user, the secret that holds its keys, and what is remembered of both, for as many days as a history has.

#[path = "promises.rs"]
mod promises;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{AccessKey, Credential, CredentialStatus, LastUse};
use lifecycle::identifiers::{AccessKeyId, Arn, CredentialId, VersionId};
use lifecycle::memory::UserMemory;
use lifecycle::record::{Record, Remembered};
use lifecycle::rotation::{
    Completion, CurrentVersion, Facts, KeySlot, LostBinding, Move, Policy, RemovalReason,
    RotationStep, StagedKey, VersionStage, Versions, binding_to_remember, lost_binding, next,
    round,
};
use lifecycle::sweep::{
    self, Binding, ConfiguredExemptions, Decision, Holding, Inventory, Limits, Memory, News,
    Reminders, SECRET_TAG, Step, UserFacts, evaluate,
};

const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ci-AbCdEf";

/// What happens on a day, before rotation, round and sweep; numbers pick keys that are not current, or items of memory.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Lose(u8),
    Restore {
        items: u8,
        back: usize,
    },
    Use(usize),
    Activate(usize),
    Deactivate(usize),
    /// A person makes a key.
    MakeKey,
    /// A person edits another field of the secret.
    EditSecret,
    /// The rotation of today, if there is one, ends after so many of its writes.
    InterruptRotation(u8),
}

#[derive(Clone, Debug)]
struct Key {
    key: AccessKey,
    last_use: LastUse,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) now: Timestamp,
    keys: Vec<Key>,
    version: VersionId,
    current: AccessKeyId,
    pub(crate) previous: Option<AccessKeyId>,
    memory: UserMemory,
    snapshots: Vec<UserMemory>,
    made: u32,
    /// When a key really stopped to be the current one.
    superseded: BTreeMap<AccessKeyId, Timestamp>,
    /// When owners were warned of a deactivation.
    warned: BTreeMap<CredentialId, Vec<Timestamp>>,
    pub(crate) rotated: Option<Timestamp>,
    pub(crate) rotations: u32,
    pub(crate) retired: u32,
    pub(crate) told_of_lost_binding: u32,
}

pub(crate) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn secret() -> Arn {
    SECRET.parse().unwrap()
}

const POLICY: Policy = Policy {
    overlap: SignedDuration::from_hours(7 * 24),
    grace: SignedDuration::from_hours(7 * 24),
    attempt_lifetime: SignedDuration::from_secs(180),
};

fn sweep_policy() -> sweep::Policy {
    sweep::Policy {
        kinds: [lifecycle::credential::CredentialKind::AccessKey].into(),
        max_age: Some(days(90)),
        max_idle: Some(days(45)),
        notice: days(14),
        reminders: Reminders::default(),
        grace: days(30),
        delete: true,
        limits: Limits { actions: 50, percent: 100 },
        exempt: ConfiguredExemptions::default(),
        user_path: "/".to_owned(),
    }
}

impl Account {
    pub(crate) fn new() -> Self {
        let mut account = Self {
            now: "2026-11-21T03:00:00Z".parse().unwrap(),
            keys: Vec::new(),
            version: "v0".into(),
            current: "K1".parse().unwrap(),
            previous: None,
            memory: UserMemory::default(),
            snapshots: Vec::new(),
            made: 0,
            superseded: BTreeMap::new(),
            warned: BTreeMap::new(),
            rotated: None,
            rotations: 0,
            retired: 0,
            told_of_lost_binding: 0,
        };
        account.make_key();
        account
    }

    fn make_key(&mut self) -> AccessKeyId {
        self.made += 1;
        let id: AccessKeyId = format!("K{}", self.made).parse().unwrap();
        let key = AccessKey { id: id.clone(), status: CredentialStatus::Active, created: self.now };
        self.keys.push(Key { key, last_use: LastUse::NoneRecorded });
        id
    }

    pub(crate) fn has(&self, id: &AccessKeyId) -> bool {
        self.keys.iter().any(|it| it.key.id == *id)
    }

    pub(crate) fn current_is_active(&self) -> bool {
        let active = |it: &Key| it.key.status == CredentialStatus::Active;
        self.keys.iter().any(|it| it.key.id == self.current && active(it))
    }

    pub(crate) fn superseded_at(&self, id: &AccessKeyId) -> Timestamp {
        *self.superseded.get(id).unwrap()
    }

    pub(crate) fn warnings(&self) -> usize {
        self.warned.values().map(Vec::len).sum()
    }

    /// One day: the event, the rotation if one is due, the round, the sweep.
    pub(crate) fn pass_a_day(&mut self, event: Option<Event>, tagged: bool) {
        self.now += days(1);
        self.snapshots.push(self.memory.clone());
        let writes = match event {
            Some(Event::InterruptRotation(writes)) => writes,
            Some(event) => {
                self.undergo(event);
                u8::MAX
            }
            None => u8::MAX,
        };
        let user = user(tagged);
        let remembered = self.memory.rotation != Remembered::Absent;
        if tagged {
            let due = self.rotated.is_none_or(|at| self.now >= at + days(30));
            if due {
                self.rotate(writes);
            }
            self.now += SignedDuration::from_hours(1);
            self.round(&user);
            self.now -= SignedDuration::from_hours(1);
        } else if let LostBinding::Tell { after, .. } =
            lost_binding(&self.memory, Holding::Holds, self.now)
        {
            self.told_of_lost_binding += 1;
            self.memory.rotation = Remembered::Readable(after);
        }
        self.sweep(&user, tagged || remembered);
        assert!(self.current_is_active(), "the current key was touched: {self:#?}");
    }

    fn undergo(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Lose(items) => self.recall(items, &UserMemory::default()),
            Event::Restore { items, back } => {
                let then = self.snapshots.iter().rev().nth(back).cloned();
                self.recall(items, &then.unwrap_or_default());
            }
            Event::Use(one) => self.change(one, |it| {
                if it.key.status == CredentialStatus::Active {
                    it.last_use = LastUse::At(now);
                }
            }),
            Event::Activate(one) => self.change(one, |it| it.key.status = CredentialStatus::Active),
            Event::Deactivate(one) => {
                self.change(one, |it| it.key.status = CredentialStatus::Inactive);
            }
            Event::MakeKey if self.keys.len() < 2 => drop(self.make_key()),
            Event::EditSecret => {
                self.version = format!("{}+", self.version).as_str().into();
                self.previous = Some(self.current.clone());
            }
            Event::MakeKey | Event::InterruptRotation(_) => {}
        }
    }

    fn change(&mut self, one: usize, change: impl FnOnce(&mut Key)) {
        let current = self.current.clone();
        let mut others = self.keys.iter_mut().filter(|it| it.key.id != current);
        if let Some(it) = others.nth(one) {
            change(it);
        }
    }

    /// Some items are those of another time, and may be gone.
    fn recall(&mut self, items: u8, then: &UserMemory) {
        let ids: BTreeSet<_> =
            self.memory.records.keys().chain(then.records.keys()).cloned().collect();
        for (number, id) in ids.into_iter().enumerate() {
            if items & (2 << (number % 7)) == 0 {
                continue;
            }
            match then.records.get(&id) {
                Some(record) => drop(self.memory.records.insert(id, record.clone())),
                None => drop(self.memory.records.remove(&id)),
            }
        }
        if items & 1 == 1 {
            self.memory.rotation = then.rotation.clone();
        }
    }

    fn slots(&self) -> Vec<KeySlot> {
        let slot = |it: &Key| KeySlot {
            key: it.key.clone(),
            last_use: it.last_use.clone(),
            last_used_with: None,
            record: self.memory.record(&CredentialId::from(&it.key.id)),
        };
        self.keys.iter().map(slot).collect()
    }

    fn ask<T>(
        &self,
        token: &VersionId,
        pending: Option<&AccessKeyId>,
        ask: impl FnOnce(&Facts<'_>) -> T,
    ) -> T {
        let current = CurrentVersion { version: self.version.clone(), key: self.current.clone() };
        let previous = self.previous.clone();
        let others = previous.map(|key| StagedKey { stage: VersionStage::Previous, key });
        let others = others.into_iter().collect();
        let versions =
            Versions { token: token.clone(), current, pending: pending.cloned(), others };
        let (keys, secret, user, tags) = (self.slots(), secret(), "ci".into(), BTreeMap::new());
        ask(&Facts {
            secret: &secret,
            user: &user,
            tags: &tags,
            versions: &versions,
            keys: &keys,
            memory: &self.memory,
            policy: &POLICY,
            now: self.now,
        })
    }

    /// A whole rotation, or as much of one as so many writes make. What it stored is given up when it does not end.
    fn rotate(&mut self, mut writes: u8) {
        let token: VersionId = format!("v{}", self.made).as_str().into();
        let mut write = || {
            let left = writes > 0;
            writes = writes.saturating_sub(1);
            left
        };
        let (removals, lease) =
            match self.ask(&token, None, |it| next(RotationStep::CreateSecret, it)) {
                Move::CreateKey { after_removing, lease } => (after_removing, lease),
                Move::RecordSuperseded { key, record } => {
                    assert_ne!(key, self.current);
                    return self.write((&key).into(), Some(record));
                }
                Move::Refuse(_) => return,
                other => unreachable!("{other:?}"),
            };
        for removal in removals {
            self.check_removal(&removal.key, removal.active, removal.reason);
            self.keys.retain(|it| it.key.id != removal.key);
            self.write((&removal.key).into(), None);
        }
        let mut lease = lease;
        if !write() {
            return;
        }
        self.memory.rotation = Remembered::Readable(lease.clone());
        if !write() {
            return;
        }
        assert!(self.keys.len() < 2, "IAM allows two keys");
        let made = self.make_key();
        if !write() {
            return;
        }
        lease.attempt.as_mut().unwrap().key = Some(made.clone());
        self.memory.rotation = Remembered::Readable(lease);
        if !write() {
            return;
        }
        let then = match self.ask(&token, Some(&made), |it| next(RotationStep::FinishSecret, it)) {
            Move::Promote { then, .. } => then,
            other => unreachable!("{other:?}"),
        };
        self.promote(token, then);
    }

    fn promote(&mut self, token: VersionId, then: Completion) {
        self.superseded.insert(self.current.clone(), self.now);
        self.previous = Some(self.current.clone());
        (self.version, self.current) = (token, then.key);
        let superseded = then.superseded.unwrap();
        self.write((&superseded.key).into(), superseded.record);
        self.memory.rotation = Remembered::Readable(then.after);
        self.rotated = Some(self.now);
        self.rotations += 1;
    }

    fn write(&mut self, id: CredentialId, record: Option<Record>) {
        match record {
            Some(record) => drop(self.memory.records.insert(id, Remembered::Readable(record))),
            None => drop(self.memory.records.remove(&id)),
        }
    }

    fn round(&mut self, user: &UserFacts) {
        let token = self.version.clone();
        if let Some(after) = self.ask(&token, None, binding_to_remember) {
            self.memory.rotation = Remembered::Readable(after);
        }
        let decide = |account: &Self| account.ask(&token, None, |facts| round(user, facts));
        for decision in decide(self) {
            self.carry_out(&decision, false);
        }
        for decision in decide(self) {
            assert!(decision.changes_nothing(), "done already: {decision:?}");
        }
    }

    fn sweep(&mut self, user: &UserFacts, owned_by_rotation: bool) {
        let credential = |it: &Key| Credential {
            id: (&it.key.id).into(),
            status: it.key.status.clone(),
            created: it.key.created,
            expires: None,
            service: None,
            last_use: it.last_use.clone(),
            last_used_with: None,
        };
        let inventory = Inventory {
            user: user.clone(),
            memory: self.memory.clone(),
            binding: Binding::of(user, &self.memory, Holding::Holds),
            credentials: self.keys.iter().map(credential).collect(),
        };
        for decision in evaluate(&sweep_policy(), &[inventory], self.now).decisions {
            assert!(
                !owned_by_rotation || decision.changes_nothing(),
                "not the sweep's: {decision:?}"
            );
            self.carry_out(&decision, true);
        }
    }

    fn carry_out(&mut self, decision: &Decision, by_sweep: bool) {
        let id = decision.subject.id.clone().unwrap();
        let key: AccessKeyId = id.as_str().parse().unwrap();
        match decision.step.clone() {
            Step::Keep(Memory::Unchanged) | Step::Report(Memory::Unchanged) => {}
            Step::Keep(Memory::Write(record)) | Step::Report(Memory::Write(record)) => {
                self.write(id, Some(record));
            }
            Step::Keep(Memory::Remove) | Step::Report(Memory::Remove) => self.write(id, None),
            Step::Warn { notice, after } => {
                if matches!(notice.news, News::DeactivationAhead { .. }) {
                    self.warned.entry(id.clone()).or_default().push(self.now);
                }
                self.write(id, Some(after));
            }
            Step::Deactivate { after, .. } => {
                assert!(by_sweep || key != self.current, "the current key: {decision:?}");
                let superseded = !by_sweep && self.was_superseded_and_unused(&key);
                assert!(superseded || self.was_warned(&id), "unwarned: {decision:?} {self:#?}");
                let it = self.keys.iter_mut().find(|it| it.key.id == key).unwrap();
                it.key.status = CredentialStatus::Inactive;
                self.retired += 1;
                self.write(id, after);
            }
            Step::Delete { .. } => {
                let it = self.keys.iter().find(|it| it.key.id == key).unwrap();
                assert_eq!(it.key.status, CredentialStatus::Inactive);
                assert_ne!(key, self.current);
                self.keys.retain(|it| it.key.id != key);
                self.write(id, None);
            }
            Step::Complete { after, .. } => self.write(id, after),
        }
    }
}

fn user(tagged: bool) -> UserFacts {
    let tag = tagged.then(|| (SECRET_TAG.to_owned(), SECRET.to_owned()));
    UserFacts {
        name: "ci".into(),
        id: "AIDAEXAMPLE".parse().unwrap(),
        arn: "arn:aws:iam::123456789012:user/ci".parse().unwrap(),
        created: "2020-01-01T00:00:00Z".parse().unwrap(),
        path: "/".to_owned(),
        tags: tag.into_iter().collect(),
        groups: BTreeSet::new(),
        password_last_used: None,
    }
}
