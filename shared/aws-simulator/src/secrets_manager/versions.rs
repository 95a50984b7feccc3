//! The versions of a secret and the rules of their labels.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::Secret;
use crate::call::Caller;
use crate::clock::add;
use crate::error::ApiError;

pub(crate) const CURRENT: &str = "AWSCURRENT";
pub(crate) const PENDING: &str = "AWSPENDING";
pub(crate) const PREVIOUS: &str = "AWSPREVIOUS";
const VERSIONS_PER_SECRET: usize = 100;
const LABELS_PER_SECRET: usize = 20;

/// One version; a rotation starts with one that has no value.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) value: Option<String>,
    pub(crate) labels: BTreeMap<String, Timestamp>,
    pub(crate) created: Timestamp,
    /// The token that `PutSecretValue` must bring along, when a rotation made this version.
    pub(crate) rotation_token: Option<String>,
    /// Whether somebody else than the rotation function filled it.
    pub(crate) stored_by_stranger: bool,
}

impl std::fmt::Debug for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Version")
            .field("labels", &self.labels)
            .field("empty", &self.value.is_none())
            .finish_non_exhaustive()
    }
}

impl Version {
    pub(crate) fn empty(created: Timestamp) -> Self {
        Self {
            value: None,
            labels: BTreeMap::new(),
            created,
            rotation_token: None,
            stored_by_stranger: false,
        }
    }
}

impl Secret {
    pub(crate) fn holder(&self, label: &str) -> Option<&str> {
        self.versions
            .iter()
            .find(|(_, version)| version.labels.contains_key(label))
            .map(|(id, _)| id.as_str())
    }

    /// The version that a reader who asks for `label` is shown, which lags behind a move.
    pub(crate) fn holder_seen_by(&self, label: &str, caller: &Caller) -> Option<&str> {
        let visible = |at: &Timestamp| caller.now >= add(*at, caller.settings.stage_lag);
        self.versions
            .iter()
            .find(|(_, version)| version.labels.get(label).is_some_and(visible))
            .map(|(id, _)| id.as_str())
    }

    /// Puts `label` on version `id` and takes it off every other; `AWSPREVIOUS` follows `AWSCURRENT` by itself.
    pub(crate) fn attach(&mut self, label: &str, id: &str, now: Timestamp) {
        let previous = self.holder(label).map(ToOwned::to_owned).filter(|holder| holder != id);
        for version in self.versions.values_mut() {
            version.labels.remove(label);
        }
        if let Some(version) = self.versions.get_mut(id) {
            version.labels.insert(label.to_owned(), now);
            if label == CURRENT {
                version.labels.remove(PREVIOUS);
            }
        }
        if let (CURRENT, Some(previous)) = (label, previous) {
            self.attach(PREVIOUS, &previous, now);
        }
    }

    pub(crate) fn detach(&mut self, label: &str) {
        for version in self.versions.values_mut() {
            version.labels.remove(label);
        }
    }

    pub(crate) fn put(
        &mut self,
        token: &str,
        value: &str,
        labels: &[String],
        rotation_token: Option<&str>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        self.check_label_quota(labels.iter().map(String::as_str))?;
        match self.versions.get_mut(token) {
            Some(Version { value: Some(stored), .. }) if stored == value => return Ok(()),
            Some(Version { value: Some(_), .. }) => {
                return Err(ApiError::new(
                    400,
                    "ResourceExistsException",
                    "You can't use ClientRequestToken with a version that already has a different secret value.",
                ));
            }
            Some(empty) => {
                empty.stored_by_stranger = empty.rotation_token.as_deref() != rotation_token;
                empty.value = Some(value.to_owned());
            }
            None => {
                self.make_room(now)?;
                let version = Version { value: Some(value.to_owned()), ..Version::empty(now) };
                self.versions.insert(token.to_owned(), version);
                if labels.iter().any(|label| label == CURRENT) {
                    self.abandon_rotation();
                }
            }
        }
        for label in labels {
            self.attach(label, token, now);
        }
        self.changed = now;
        Ok(())
    }

    fn check_label_quota<'a>(
        &'a self,
        added: impl Iterator<Item = &'a str>,
    ) -> Result<(), ApiError> {
        let kept =
            self.versions.values().flat_map(|version| version.labels.keys().map(String::as_str));
        if kept.chain(added).collect::<BTreeSet<_>>().len() > LABELS_PER_SECRET {
            return Err(ApiError::new(
                400,
                "LimitExceededException",
                "You have exceeded the limit of staging labels per secret.",
            ));
        }
        Ok(())
    }

    /// Drops the oldest version without a label when the secret is full; one younger than a day is kept.
    fn make_room(&mut self, now: Timestamp) -> Result<(), ApiError> {
        const KEPT: SignedDuration = SignedDuration::from_hours(24);
        if self.versions.len() < VERSIONS_PER_SECRET {
            return Ok(());
        }
        let old =
            |version: &Version| version.labels.is_empty() && now >= add(version.created, KEPT);
        let oldest = self
            .versions
            .iter()
            .filter(|(_, version)| old(version))
            .min_by_key(|(_, version)| version.created);
        let oldest = oldest.map(|(id, _)| id.clone()).ok_or_else(|| {
            ApiError::new(
                400,
                "LimitExceededException",
                "You have exceeded the limit of versions per secret.",
            )
        })?;
        self.versions.remove(&oldest);
        Ok(())
    }

    pub(crate) fn move_label(
        &mut self,
        label: &str,
        to: Option<&str>,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let named: BTreeSet<_> = to.into_iter().chain(from).collect();
        if named.is_empty() {
            return Err(ApiError::invalid_parameter(
                "You must provide MoveToVersionId or RemoveFromVersionId.",
            ));
        }
        if let Some(missing) = named.iter().find(|id| !self.versions.contains_key(**id)) {
            return Err(ApiError::secret_not_found(&format!("secret version {missing}")));
        }
        let holder = self.holder(label);
        let moves_elsewhere = holder.is_some_and(|holder| to != Some(holder));
        if (from.is_some() || moves_elsewhere) && from != holder {
            return Err(ApiError::invalid_parameter(format!(
                "The parameter RemoveFromVersionId must match the version that staging label {label} is attached to."
            )));
        }
        match to {
            Some(id) => {
                self.check_label_quota(std::iter::once(label))?;
                self.attach(label, id, now);
            }
            None if label == CURRENT => {
                return Err(ApiError::invalid_parameter(
                    "You can't remove AWSCURRENT without moving it to another version.",
                ));
            }
            None => self.detach(label),
        }
        self.changed = now;
        Ok(())
    }
}
