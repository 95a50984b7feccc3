//! Which rules a credential breaks.

use jiff::Timestamp;

use super::ladder::Case;
use super::plan::Subject;
use super::reason::{Reason, Rule, Staleness};
use crate::credential::{CredentialKind, LastUse};
use crate::rotation;

impl Case<'_> {
    /// The rules it breaks; an unknown last use is an error, never disuse.
    pub(super) fn staleness(&self) -> Result<Option<Staleness>, Reason> {
        let Subject { kind, created, expires, last_use, .. } = self.subject;
        let mut rules = Vec::new();
        let mut since = Timestamp::MAX;
        let mut broken = |rule: Rule, from: Timestamp| {
            since = since.min(from);
            rules.push(rule);
        };
        if let (CredentialKind::SigningCertificate, Some(at)) = (kind, expires)
            && *at <= self.now
        {
            broken(Rule::CertificateExpired { at: *at }, *at);
        }
        let age = self.now.duration_since(*created);
        if kind.has_last_use() && self.policy.could_be_stale(age) {
            let last_used = match last_use {
                LastUse::At(at) => Some(*at),
                LastUse::NoneRecorded => None,
                LastUse::Unknown => return Err(Reason::LastUseUnknown),
            };
            // A credential cannot have been used before it existed; a password counts from its last change.
            let from = last_used.map_or(*created, |at| at.max(*created));
            let idle = self.now.duration_since(from);
            if let Some(limit) = self.policy.max_idle.filter(|limit| idle >= *limit) {
                broken(Rule::Idle { last_used, idle, limit }, rotation::later(from, limit));
            }
        }
        if let Some(limit) = self.policy.max_age.filter(|limit| age >= *limit)
            && *kind != CredentialKind::Password
        {
            broken(
                Rule::Aged { age, limit, use_is_recorded: kind.has_last_use() },
                rotation::later(*created, limit),
            );
        }
        Ok((!rules.is_empty()).then_some(Staleness { since, rules }))
    }
}
