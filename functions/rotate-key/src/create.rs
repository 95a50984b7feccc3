//! `createSecret`: makes the new key and stores it, or undoes what it made.

use std::time::Duration;

use iam_client::{CreatedKey, ErrorKind};
use lifecycle::identifiers::AccessKeyId;
use lifecycle::memory::{Attempt, RotationMemory};
use lifecycle::rotation::{Refusal, Removal};
use record_store::Expected;
use secret_store::SecretDocument;

use crate::gather::Gathered;
use crate::{Error, Invocation, Outcome};

/// The lease 15, creation 27, naming the key 15, storing 15, reading back 15 and, if need be, deleting 15 seconds.
const TIME_TO_CREATE: Duration = Duration::from_secs(105);

/// Reading the memory 30 and writing it 15 seconds.
const TIME_TO_GIVE_BACK: Duration = Duration::from_secs(45);

impl Invocation<'_> {
    pub(crate) async fn create_key(
        &self,
        gathered: &Gathered,
        after_removing: &[Removal],
        lease: &RotationMemory,
    ) -> Result<Outcome, Error> {
        // What would stop the rotation later is found out before anything is changed: a value that cannot take a new key.
        let current = gathered.current.key();
        self.new_document(gathered, &current.id, current.expose_secret())?;
        self.remove(gathered, after_removing).await?;
        self.needs(TIME_TO_CREATE)?;

        let user = &gathered.user.identity.name;
        let held = self.take_lease(gathered, lease).await?;
        let made = match gathered.iam.writer.create_access_key(user).await {
            Ok(made) => made,
            Err(cause) => {
                if !cause.kind().may_have_happened() {
                    self.give_back(gathered, lease).await;
                }
                return Err(self.iam_failed(cause));
            }
        };
        tracing::info!(
            user.name = user.as_str(),
            key.id = made.id.as_str(),
            "created access key {} of {user}",
            made.id
        );
        let created = self.store(gathered, &made, lease, &held).await;
        if let Err(Failed { error, undone: true }) = created {
            self.give_back(gathered, lease).await;
            return Err(error);
        }
        created.map_err(|failed| failed.error)
    }

    /// Takes the lease that was read as free; if another attempt took it meanwhile, the refusal says until when that one may last.
    async fn take_lease(
        &self,
        gathered: &Gathered,
        lease: &RotationMemory,
    ) -> Result<Expected, Error> {
        match self.write_rotation(gathered, lease, &gathered.expected_rotation()).await {
            Ok(held) => Ok(held),
            Err(error) if error.kind() == ErrorKind::Conflict => {
                let loaded = self.load(&gathered.account, &gathered.user).await?;
                let identity = &gathered.user.identity;
                let rotation = &loaded.memory.of(&identity.id).rotation;
                let attempt = rotation.readable().and_then(|other| other.attempt.as_ref());
                // An attempt that took the lease and ended already is over now.
                let until = attempt.map_or(self.now, Attempt::leased_until).max(self.now);
                Err(self.refused(Refusal::AttemptRunning { user: identity.name.clone(), until }))
            }
            Err(error) => {
                if error.kind().may_have_happened() {
                    self.give_back(gathered, lease).await;
                }
                Err(self.memory_failed(error))
            }
        }
    }

    pub(crate) async fn write_rotation(
        &self,
        gathered: &Gathered,
        rotation: &RotationMemory,
        expected: &Expected,
    ) -> Result<Expected, record_store::Error> {
        let (account, user) = (&gathered.account, &gathered.user.identity.id);
        self.function.records.put_rotation(account, user, rotation, expected).await
    }

    /// Gives the lease of an attempt back that failed and left no key, so that the next one need not wait until it ends by itself.
    ///
    /// Until then, a key that a person makes could be mistaken for this attempt's. A failure is only logged:
    /// the caller reports the failure that led here.
    async fn give_back(&self, gathered: &Gathered, lease: &RotationMemory) {
        let user = &gathered.user.identity;
        if !self.deadline.allows(TIME_TO_GIVE_BACK) {
            return;
        }
        let given_back = async {
            let loaded = self.function.records.user(&gathered.account, &user.id, self.now).await?;
            let Some(held) = loaded.memory.of(&user.id).rotation.readable() else { return Ok(()) };
            if !is_of_this_attempt(held, lease) {
                return Ok(());
            }
            let free = RotationMemory { attempt: None, ..held.clone() };
            let expected = loaded.revisions.of_rotation(&user.id);
            self.write_rotation(gathered, &free, &expected).await.map(drop)
        };
        if let Err(error) = given_back.await {
            let cause = lambda_shell::chain(&error);
            tracing::warn!(
                user.name = user.name.as_str(),
                cause,
                "the lease on the keys of {} lasts until this invocation would have ended",
                user.name
            );
        }
    }

    fn new_document(
        &self,
        gathered: &Gathered,
        id: &AccessKeyId,
        secret: &str,
    ) -> Result<SecretDocument, Error> {
        gathered.current.with_key(id, secret, self.event.secret.region()).map_err(|cause| {
            let version = gathered.versions.current.version.clone();
            self.store_failed(secret_store::Error::Document {
                secret: self.event.secret.clone(),
                version,
                cause,
            })
        })
    }

    /// Names the new key in the lease, then stores it. If that fails, or another attempt stored one first, the key is deleted: nobody else holds it.
    async fn store(
        &self,
        gathered: &Gathered,
        made: &CreatedKey,
        lease: &RotationMemory,
        held: &Expected,
    ) -> Result<Outcome, Failed> {
        // From here on the lease names the one key it is about: nobody else's can be taken for it.
        let named = naming(lease, &made.id);
        if let Err(cause) = self.write_rotation(gathered, &named, held).await {
            return Err(self.undone(gathered, made, self.memory_failed(cause)).await);
        }
        let document = match self.new_document(gathered, &made.id, made.secret.expose()) {
            Ok(document) => document,
            Err(error) => return Err(self.undone(gathered, made, error).await),
        };
        let event = self.event;
        let put = self
            .function
            .store
            .put_pending(&event.secret, &event.token, &document, event.proof.as_ref())
            .await;
        let stored = self.document(&event.token).await;
        let stored = stored.map(|document| document.map(|document| document.key().id.clone()));
        match (put, stored) {
            (_, Ok(Some(key))) if key == made.id => Ok(Outcome::Created),
            (_, Ok(Some(_))) => {
                self.undo(gathered, made).await.map_err(Failed::stays)?;
                Ok(Outcome::AnotherAttemptWon)
            }
            (Ok(()), Ok(None)) => {
                Err(Failed::stays(Error::NotReadBack { secret: event.secret.clone() }))
            }
            (Ok(()), Err(error)) => Err(Failed::stays(error)),
            (Err(cause), Ok(None)) => {
                Err(self.undone(gathered, made, self.store_failed(cause)).await)
            }
            // Whether it was stored is unknown only if no answer came: then the key stays, and the next attempt finds out.
            (Err(cause), Err(_))
                if cause.kind().may_have_happened() || cause.kind() == ErrorKind::Throttled =>
            {
                Err(Failed::stays(self.store_failed(cause)))
            }
            (Err(cause), Err(_)) => {
                Err(self.undone(gathered, made, self.store_failed(cause)).await)
            }
        }
    }

    /// Deletes the key that was made, and reports `error`, or why the key is still there.
    async fn undone(&self, gathered: &Gathered, made: &CreatedKey, error: Error) -> Failed {
        match self.undo(gathered, made).await {
            Ok(()) => Failed { error, undone: true },
            Err(error) => Failed::stays(error),
        }
    }

    async fn undo(&self, gathered: &Gathered, made: &CreatedKey) -> Result<(), Error> {
        let user = &gathered.user.identity.name;
        let deleted = gathered.iam.writer.delete_access_key(user, &made.id).await;
        deleted.map_err(|cause| self.iam_failed(cause))?;
        tracing::info!(
            user.name = user.as_str(),
            key.id = made.id.as_str(),
            "deleted key {}, which was not stored",
            made.id
        );
        Ok(())
    }
}

/// An attempt that failed after it made a key.
struct Failed {
    error: Error,
    /// Whether the key is gone again.
    undone: bool,
}

impl Failed {
    /// The key stays: the lease names it, so that the next attempt finds out what became of it.
    fn stays(error: Error) -> Self {
        Self { error, undone: false }
    }
}

/// The lease, once it names the key that was made.
fn naming(lease: &RotationMemory, key: &AccessKeyId) -> RotationMemory {
    let name = |attempt: &Attempt| Attempt { key: Some(key.clone()), ..attempt.clone() };
    RotationMemory { attempt: lease.attempt.as_ref().map(name), ..lease.clone() }
}

/// Whether a remembered attempt is the one that took `lease`, whether or not it names a key.
fn is_of_this_attempt(held: &RotationMemory, lease: &RotationMemory) -> bool {
    let unnamed = |rotation: &RotationMemory| {
        rotation.attempt.clone().map(|attempt| Attempt { key: None, ..attempt })
    };
    unnamed(held) == unnamed(lease)
}
