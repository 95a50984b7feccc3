//! The guards every step starts with, in the order AWS's own rotation functions apply them.

use std::collections::BTreeMap;

use super::{Refusal, VersionStage};
use crate::identifiers::VersionId;

/// What `DescribeSecret` tells of a secret before any value is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stages {
    /// Whether rotation is switched on.
    pub rotation_enabled: bool,
    /// The AWS service that owns the secret, if one does.
    pub owning_service: Option<String>,
    /// The labels of every version that has one, versions without a value included.
    pub versions: BTreeMap<VersionId, Vec<VersionStage>>,
}

impl Stages {
    /// The version that carries `stage`.
    pub fn holder(&self, stage: &VersionStage) -> Option<&VersionId> {
        self.versions.iter().find(|(_, stages)| stages.contains(stage)).map(|(version, _)| version)
    }

    /// Whether `version` carries `stage`.
    pub fn has(&self, version: &VersionId, stage: &VersionStage) -> bool {
        self.versions.get(version).is_some_and(|stages| stages.contains(stage))
    }
}

/// Whether a step may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The token is the pending version: read the values.
    Proceed,
    /// The token is the current version already: the rotation was finished by an earlier invocation.
    AlreadyCurrent,
    /// Nothing may be done.
    Refuse(Refusal),
}

/// Applies the guards to `token`, the rotation's `ClientRequestToken`.
pub fn admit(token: &VersionId, stages: &Stages) -> Admission {
    if let Some(service) = &stages.owning_service {
        return Admission::Refuse(Refusal::OwnedByService { service: service.clone() });
    }
    if !stages.rotation_enabled {
        return Admission::Refuse(Refusal::RotationDisabled);
    }
    if !stages.versions.contains_key(token) {
        return Admission::Refuse(Refusal::TokenUnknown { token: token.clone() });
    }
    if stages.has(token, &VersionStage::Current) {
        return Admission::AlreadyCurrent;
    }
    if !stages.has(token, &VersionStage::Pending) {
        return Admission::Refuse(Refusal::TokenNotPending { token: token.clone() });
    }
    Admission::Proceed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(of_token: &[VersionStage]) -> Stages {
        let versions = [("t".into(), of_token.to_vec()), ("c".into(), vec![VersionStage::Current])];
        Stages { rotation_enabled: true, owning_service: None, versions: versions.into() }
    }

    #[test]
    fn a_pending_token_proceeds() {
        assert_eq!(admit(&"t".into(), &stages(&[VersionStage::Pending])), Admission::Proceed);
    }

    #[test]
    fn a_current_token_is_done_even_while_it_is_still_pending() {
        assert_eq!(
            admit(&"t".into(), &stages(&[VersionStage::Pending, VersionStage::Current])),
            Admission::AlreadyCurrent
        );
        assert_eq!(
            admit(&"c".into(), &stages(&[VersionStage::Pending])),
            Admission::AlreadyCurrent
        );
    }

    #[test]
    fn every_other_token_is_refused() {
        let unknown = admit(&"x".into(), &stages(&[VersionStage::Pending]));
        assert_eq!(unknown, Admission::Refuse(Refusal::TokenUnknown { token: "x".into() }));
        let previous = admit(&"t".into(), &stages(&[VersionStage::Previous]));
        assert_eq!(previous, Admission::Refuse(Refusal::TokenNotPending { token: "t".into() }));
    }

    #[test]
    fn disabled_rotation_is_refused_before_anything_else_is_looked_at() {
        let stages = Stages { rotation_enabled: false, ..stages(&[VersionStage::Current]) };
        assert_eq!(admit(&"t".into(), &stages), Admission::Refuse(Refusal::RotationDisabled));
    }

    #[test]
    fn a_secret_of_another_service_is_refused() {
        let stages =
            Stages { owning_service: Some("rds".to_owned()), ..stages(&[VersionStage::Pending]) };
        assert_eq!(
            admit(&"t".into(), &stages),
            Admission::Refuse(Refusal::OwnedByService { service: "rds".to_owned() })
        );
    }
}
