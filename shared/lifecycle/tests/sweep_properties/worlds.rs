//! Arbitrary users, most of them near the edges where decisions turn.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{Credential, CredentialKind, CredentialStatus, LastUse};
use lifecycle::identifiers::{Arn, CredentialId};
use lifecycle::memory::{RotationMemory, UserMemory};
use lifecycle::record::{Cause, Record, Remembered, Replacement, State};
use lifecycle::sweep::{
    Binding, ConfiguredExemptions, Decision, Holding, Inventory, KeyRow, Limits, PasswordRow, Plan,
    Policy, Reminders, Triage, UserFacts, UserRow, evaluate, triage,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Everything `evaluate` is given about one user.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) user: UserFacts,
    pub(crate) memory: UserMemory,
    pub(crate) holding: Holding,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn binding(&self) -> Binding {
        Binding::of(&self.user, &self.memory, self.holding)
    }

    pub(crate) fn inventory(&self) -> Inventory {
        let (user, memory) = (self.user.clone(), self.memory.clone());
        Inventory { user, memory, binding: self.binding(), credentials: self.credentials.clone() }
    }

    pub(crate) fn plan(&self) -> Plan {
        evaluate(&self.policy, &[self.inventory()], self.now)
    }

    /// The record of what is decided on, if it is about that very credential.
    pub(crate) fn record(&self, decision: &Decision) -> Option<Record> {
        let record = self.memory.record(decision.subject.id.as_ref()?);
        let record = record.readable()?.clone();
        let ahead = self.now.saturating_add(days(1)).unwrap_or(Timestamp::MAX);
        let about = record.created.is_none_or(|created| created == decision.subject.created);
        (about && record.since() <= ahead).then_some(record)
    }

    /// The row of a report that knows exactly what is known here.
    pub(crate) fn row(&self) -> UserRow {
        let of =
            |kind| self.credentials.iter().filter(move |credential| credential.id.kind() == kind);
        let key = |key: &Credential| KeyRow {
            active: key.status == CredentialStatus::Active,
            created: key.created,
            last_use: key.last_use.clone(),
        };
        let password = |password: &Credential| PasswordRow {
            changed: password.created,
            last_use: password.last_use.clone(),
        };
        UserRow {
            user: self.user.name.clone(),
            arn: self.user.arn.clone(),
            created: self.user.created,
            password: of(CredentialKind::Password).next().map(password),
            mfa_active: false,
            access_keys: of(CredentialKind::AccessKey).take(2).map(key).collect(),
            certificates: of(CredentialKind::SigningCertificate).count().min(2),
            has_more: of(CredentialKind::AccessKey).count() > 2,
        }
    }

    pub(crate) fn look(&self, row: &UserRow) -> Triage {
        let Self { policy, user, memory, now, .. } = self;
        triage(policy, row, user, memory, &self.binding(), &self.listed(), *now)
    }

    /// What no report shows.
    pub(crate) fn listed(&self) -> Vec<Credential> {
        let all = self.credentials.iter().cloned();
        all.filter(|credential| !credential.id.kind().has_last_use()).collect()
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-21T03:00:00Z".parse().unwrap()
}

pub(crate) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_secs(days * DAY)
}

pub(crate) fn user() -> UserFacts {
    UserFacts {
        name: "Alice".into(),
        id: "AIDAEXAMPLE".parse().unwrap(),
        arn: "arn:aws:iam::123456789012:user/Alice".parse().unwrap(),
        created: now() - days(1000),
        path: "/".to_owned(),
        tags: BTreeMap::new(),
        groups: BTreeSet::new(),
        password_last_used: None,
    }
}

fn time() -> impl Strategy<Value = Timestamp> {
    let edge = |(span, off): (i64, i64)| now() - SignedDuration::from_secs(span * DAY + off);
    let edges = [-1, 0, 1, 7, 8, 14, 30, 45, 46, 60, 90, 104, 120, 300];
    prop_oneof![
        8 => (select(edges.to_vec()), -1_i64..=1).prop_map(edge),
        2 => (0..200_i64, 0..DAY).prop_map(edge),
        1 => select(vec![Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX]),
    ]
}

fn span(usual: i64) -> impl Strategy<Value = SignedDuration> {
    prop_oneof![
        16 => Just(days(usual)),
        4 => select(vec![0, 1, 7, 45, 90]).prop_map(days),
        1 => select(vec![SignedDuration::MIN, SignedDuration::MAX]),
    ]
}

/// None, those of the defaults, or any.
pub(crate) fn reminders() -> impl Strategy<Value = Reminders> {
    let any = prop::collection::vec((1..40_i64).prop_map(days), 1..5);
    prop_oneof![1 => Just(Vec::new()), 4 => Just([14, 7, 1].map(days).to_vec()), 2 => any]
        .prop_map(|spans| Reminders::before(spans).unwrap())
}

fn policy() -> impl Strategy<Value = Policy> {
    let kinds = prop_oneof![
        3 => Just(CredentialKind::ALL.to_vec()),
        1 => subsequence(CredentialKind::ALL.to_vec(), 0..=5),
    ];
    let limits = (prop::option::weighted(0.8, span(90)), prop::option::weighted(0.8, span(45)));
    let waits = (span(14), reminders(), span(30));
    (kinds, limits, waits, any::<bool>(), 0..16_u8).prop_map(
        |(kinds, (max_age, max_idle), (notice, reminders, grace), delete, exempt)| Policy {
            kinds: kinds.into_iter().collect(),
            max_age,
            max_idle,
            notice,
            reminders,
            grace,
            delete,
            limits: Limits { actions: 50, percent: 10 },
            exempt: ConfiguredExemptions {
                users: (exempt == 0).then(|| "alice".to_owned()).into_iter().collect(),
                ..ConfiguredExemptions::default()
            },
            user_path: "/".to_owned(),
        },
    )
}

const IDS: [(&str, CredentialKind); 8] = [
    ("AKIA1", CredentialKind::AccessKey),
    ("AKIA2", CredentialKind::AccessKey),
    ("AKIA3", CredentialKind::AccessKey),
    ("password", CredentialKind::Password),
    ("APKA1", CredentialKind::SshPublicKey),
    ("TA71", CredentialKind::SigningCertificate),
    ("ACCA1", CredentialKind::ServiceSpecific),
    ("ACCA2", CredentialKind::ServiceSpecific),
];

pub(crate) fn secret() -> Arn {
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:alice-AbCdEf".parse().unwrap()
}

pub(crate) fn replacement() -> Replacement {
    Replacement { secret: secret(), version: "v".into() }
}

/// What is remembered of a rotation of the user's keys.
pub(crate) fn rotation() -> RotationMemory {
    RotationMemory {
        user: "Alice".into(),
        secret: secret(),
        attempt: None,
        last_success: None,
        unbound_told: None,
    }
}

fn credential(id: &'static str, kind: CredentialKind) -> impl Strategy<Value = Credential> {
    let status = prop_oneof![
        12 => Just(CredentialStatus::Active),
        8 => Just(CredentialStatus::Inactive),
        1 => Just(CredentialStatus::Expired),
        1 => Just(CredentialStatus::Unrecognized("New".to_owned())),
    ];
    let last_use = prop_oneof![
        4 => Just(LastUse::NoneRecorded),
        4 => time().prop_map(LastUse::At),
        1 => Just(LastUse::Unknown),
    ];
    let expires = prop::option::weighted(0.3, time());
    (status, time(), last_use, expires).prop_map(move |(status, created, last_use, expires)| {
        Credential {
            id: CredentialId::new(kind, id).unwrap(),
            status: if kind.can_be_deactivated() { status } else { CredentialStatus::Active },
            created,
            expires: expires.filter(|_| !kind.has_last_use()),
            service: None,
            last_use: if kind.has_last_use() { last_use } else { LastUse::Unknown },
            last_used_with: None,
        }
    })
}

fn state() -> impl Strategy<Value = State> {
    let cause = prop_oneof![
        4 => Just(Cause::Stale),
        1 => Just(Cause::ByHand),
        1 => Just(Cause::Superseded(replacement())),
        1 => Just(Cause::Exposed { event: Some("AWS_RISK_CREDENTIALS_EXPOSED".to_owned()) }),
    ];
    let dates = (time(), time(), prop::option::weighted(0.3, time()), any::<bool>());
    (0..10_u8, dates, cause).prop_map(|(which, (since, due, told, dated), cause)| match which {
        0 | 1 => State::Warned { since, due, reminded: told, cause },
        2 => State::Superseded { since, by: replacement(), reminded: told },
        3 => State::Deactivating { since, cause },
        4 | 5 => State::Deactivated { since, due: Some(due).filter(|_| dated), cause },
        6 | 7 => State::DeletionAnnounced { since, due, told: told.unwrap_or(since), cause },
        8 => State::Deleting { since, due, cause },
        _ => State::Reactivated { since, cause },
    })
}

/// The record of a credential, which mostly says when that one was created; now and then it is not to be read.
fn record(created: Option<Timestamp>) -> impl Strategy<Value = Remembered<Record>> {
    let created = prop_oneof![
        8 => Just(created),
        1 => Just(None),
        1 => time().prop_map(Some),
    ];
    let readable = (state(), created).prop_map(|(state, created)| {
        Remembered::Readable(Record { user: "Alice".into(), created, state })
    });
    let unreadable = Remembered::Unreadable("from a newer version".to_owned());
    prop_oneof![16 => readable, 1 => Just(unreadable)]
}

fn other_tags() -> impl Strategy<Value = Vec<(String, String)>> {
    let tags = vec![
        ("keysteward:exempt", ""),
        ("keysteward:exempt", "until=2026-11-21T03:00:00Z"),
        ("Keysteward:EXEMPT:AKIA1", "until=2030-01-01"),
        ("keysteward:exempt:", "until=9999-12-31"),
        ("keysteward:exempt:password", "soon"),
        ("keysteward:", "x"),
        ("keysteward:AKIA1", "state=deleting at=2026-01-01T00:00:00Z by=x"),
        ("keysteward:\u{e9}", "x"),
        ("\u{1f511}keysteward:exem", ""),
    ];
    let owned = |tags: Vec<(&str, &str)>| {
        tags.into_iter().map(|(tag, value)| (tag.to_owned(), value.to_owned())).collect()
    };
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence(tags, 0..=2).prop_map(owned)]
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let held = subsequence(IDS.to_vec(), 0..=4).prop_flat_map(|ids| {
        ids.into_iter().map(|(id, kind)| credential(id, kind)).collect::<Vec<_>>()
    });
    let twins = (held, 0..8_u8).prop_map(|(mut held, chance)| {
        if let ([first, second, ..], 0) = (held.as_mut_slice(), chance) {
            second.created = first.created;
        }
        held
    });
    let held_and_recorded = twins.prop_flat_map(|held| {
        let created =
            |id: &str| held.iter().find(|held| held.id.as_str() == id).map(|held| held.created);
        let records: Vec<_> = IDS
            .iter()
            .map(|&(id, kind)| {
                let chance = if created(id).is_some() { 0.7 } else { 0.05 };
                prop::option::weighted(chance, record(created(id))).prop_map(move |record| {
                    record.map(|record| (CredentialId::new(kind, id).unwrap(), record))
                })
            })
            .collect();
        (Just(held), records)
    });
    let at = prop_oneof![8 => Just(now()), 1 => time()];
    let tag = Just(("keysteward:secret".to_owned(), String::new()));
    let rotations = prop_oneof![
        5 => Just(Remembered::Absent),
        3 => Just(Remembered::Readable(rotation())),
        1 => Just(Remembered::Unreadable("from a newer version".to_owned())),
    ];
    let holding = select(vec![Holding::Holds, Holding::Unknown, Holding::Ended]);
    let bound = (prop::option::weighted(0.3, tag), rotations, holding);
    (policy(), held_and_recorded, other_tags(), bound, at).prop_map(
        |(policy, (credentials, records), others, (tag, rotation, holding), now)| {
            let user = UserFacts { tags: others.into_iter().chain(tag).collect(), ..user() };
            let memory = UserMemory { records: records.into_iter().flatten().collect(), rotation };
            World { policy, user, memory, holding, credentials, now }
        },
    )
}
