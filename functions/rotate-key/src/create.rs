//! `createSecret`: makes the new key and stores it, or undoes what it made.

use std::time::Duration;

use iam_client::{CreatedKey, ErrorKind};
use jiff::Timestamp;
use lifecycle::identifiers::AccessKeyId;
use lifecycle::record::{INTENT_TAG, Intent, record_tag};
use lifecycle::rotation::{Refusal, Removal, Tagged};
use secret_store::SecretDocument;

use crate::gather::Facts;
use crate::{Error, Invocation, Outcome};

/// Intent 15, creation 27, naming the key 15, storing 15, reading back 15 and, if need be, deleting 15 seconds.
const TIME_TO_CREATE: Duration = Duration::from_secs(105);

/// IAM's quota, which cannot be raised.
const TAGS_PER_USER: usize = 50;

impl Invocation<'_> {
    pub(crate) async fn create_key(
        &self,
        facts: &Facts,
        after_removing: &[Removal],
    ) -> Result<Outcome, Error> {
        // What would stop the rotation later is found out before anything is changed: a value that cannot take a new key,
        // and a user without room for the records.
        self.new_document(facts, &facts.current.key().id, facts.current.key().expose_secret())?;
        let obsolete = self.obsolete_records(facts, after_removing);
        self.check_room_for_tags(facts, obsolete.len())?;
        self.remove(facts, after_removing).await?;
        self.drop_records(facts, &obsolete).await?;
        self.needs(TIME_TO_CREATE)?;

        let user = &facts.user.identity.name;
        let intent = self.intent(facts);
        self.write_intent(facts, &intent).await?;
        let made = match facts.iam.writer.create_access_key(user).await {
            Ok(made) => made,
            Err(cause) => {
                if !cause.kind().may_have_happened() {
                    self.withdraw(facts, &intent).await;
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
        // From here on the intent names the one key it is about: nobody else's can be taken for it.
        let named = Intent { key: Some(made.id.clone()), ..intent.clone() };
        if let Err(error) = self.write_intent(facts, &named).await {
            self.undo(facts, &made).await?;
            self.withdraw(facts, &intent).await;
            return Err(error);
        }
        match self.new_document(facts, &made.id, made.secret.expose()) {
            Ok(document) => self.store(facts, &made, &document).await,
            Err(error) => {
                self.undo(facts, &made).await?;
                Err(error)
            }
        }
    }

    fn new_document(
        &self,
        facts: &Facts,
        id: &AccessKeyId,
        secret: &str,
    ) -> Result<SecretDocument, Error> {
        facts.current.with_key(id, secret, self.event.secret.region()).map_err(|cause| {
            let version = facts.versions.current.version.clone();
            self.store_failed(secret_store::Error::Document {
                secret: self.event.secret.clone(),
                version,
                cause,
            })
        })
    }

    /// Stores the new key. If that fails, or another attempt stored one first, the key is deleted: nobody else holds it.
    async fn store(
        &self,
        facts: &Facts,
        made: &CreatedKey,
        document: &SecretDocument,
    ) -> Result<Outcome, Error> {
        let event = self.event;
        let put = self
            .function
            .store
            .put_pending(&event.secret, &event.token, document, event.proof.as_ref())
            .await;
        let stored = self.document(&event.token).await;
        let stored = stored.map(|document| document.map(|document| document.key().id.clone()));
        match (put, stored) {
            (_, Ok(Some(key))) if key == made.id => Ok(Outcome::Created),
            (_, Ok(Some(_))) => {
                self.undo(facts, made).await?;
                Ok(Outcome::AnotherAttemptWon)
            }
            (Ok(()), Ok(None)) => Err(Error::NotReadBack { secret: event.secret.clone() }),
            (Ok(()), Err(error)) => Err(error),
            (Err(cause), Ok(None)) => {
                self.undo(facts, made).await?;
                Err(self.store_failed(cause))
            }
            // Whether it was stored is unknown only if no answer came: then the key stays, and the next attempt finds out.
            (Err(cause), Err(_)) => {
                if !cause.kind().may_have_happened() && cause.kind() != ErrorKind::Throttled {
                    self.undo(facts, made).await?;
                }
                Err(self.store_failed(cause))
            }
        }
    }

    async fn undo(&self, facts: &Facts, made: &CreatedKey) -> Result<(), Error> {
        let user = &facts.user.identity.name;
        facts
            .iam
            .writer
            .delete_access_key(user, &made.id)
            .await
            .map_err(|cause| self.iam_failed(cause))?;
        tracing::info!(
            user.name = user.as_str(),
            key.id = made.id.as_str(),
            "deleted key {}, which was not stored",
            made.id
        );
        Ok(())
    }

    fn intent(&self, facts: &Facts) -> Intent {
        let current = facts.slots.iter().find(|slot| slot.key.id == facts.versions.current.key);
        let until = self.now.saturating_add(self.lifetime()).unwrap_or(Timestamp::MAX);
        Intent {
            token: self.event.token.clone(),
            from: whole_seconds(self.now),
            until: whole_seconds(until),
            created: current.map_or(whole_seconds(self.now), |slot| slot.key.created),
            key: None,
        }
    }

    async fn write_intent(&self, facts: &Facts, intent: &Intent) -> Result<(), Error> {
        let (user, value) = (&facts.user.identity.name, intent.to_string());
        facts
            .iam
            .writer
            .tag_user(user, INTENT_TAG, &value)
            .await
            .map_err(|cause| self.iam_failed(cause))
    }

    /// Takes back an intent that came to nothing, unless another attempt has written its own over it.
    ///
    /// Until it is taken back, a key that a person makes now could be mistaken for this attempt's. A failure is only logged:
    /// the caller reports the failure that led here.
    async fn withdraw(&self, facts: &Facts, intent: &Intent) {
        let name = &facts.user.identity.name;
        let withdrawn = match facts.iam.reader.user(name).await {
            Ok(user) if user.tags.get(INTENT_TAG) == Some(&intent.to_string()) => {
                facts.iam.writer.untag_user(name, &[INTENT_TAG.to_owned()]).await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = withdrawn {
            let cause = lambda_shell::chain(&error);
            tracing::warn!(
                user.name = name.as_str(),
                cause,
                "the intent to create a key of {name} stays until the next attempt"
            );
        }
    }

    /// Refuses when the user's tags leave no room for the intent and for the record of the key that is replaced.
    fn check_room_for_tags(&self, facts: &Facts, dropped: usize) -> Result<(), Error> {
        let tags = &facts.user.tags;
        let needed = [INTENT_TAG.to_owned(), record_tag(&facts.versions.current.key)];
        let needed = needed.iter().filter(|tag| !tags.contains_key(*tag)).count();
        if tags.len().saturating_sub(dropped) + needed > TAGS_PER_USER {
            return Err(
                self.refused(Refusal::TagsFull { user: facts.user.identity.name.clone(), needed })
            );
        }
        Ok(())
    }
}

/// `at` as it is written in tags.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// When the key that the rotation replaces was created, as its intent remembers.
pub(crate) fn created_of_superseded(facts: &Facts) -> Option<Timestamp> {
    match &facts.intent {
        Tagged::Readable(intent) if intent.token == facts.versions.token => Some(intent.created),
        Tagged::Absent | Tagged::Readable(_) | Tagged::Unreadable(_) => None,
    }
}
