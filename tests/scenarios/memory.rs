//! What Keysteward remembers, as another function writes it: with the real store, and a client of its own.

use aws_simulator::{ACCOUNT, Simulator, TABLE_ARN};
use lifecycle::identifiers::{AccountId, CredentialId, UserId, VersionId};
use lifecycle::memory::RotationMemory;
use lifecycle::record::{Record, Replacement, State};
use record_store::{Expected, RecordStore};

/// The memory of the account, in the hands of rotate-key.
#[derive(Debug)]
pub(crate) struct Memory {
    simulator: Simulator,
    store: RecordStore,
    account: AccountId,
}

impl Memory {
    pub(crate) fn of(simulator: &Simulator) -> Self {
        let sdk = simulator.sdk_config("rotate-key");
        let store = RecordStore::new(&sdk, TABLE_ARN.parse().unwrap(), "rotate-key");
        Self { simulator: simulator.clone(), store, account: ACCOUNT.parse().unwrap() }
    }

    pub(crate) async fn user_id(&self, user: &str) -> UserId {
        let iam = aws_sdk_iam::Client::new(&self.simulator.sdk_config("admin"));
        let answer = iam.get_user().user_name(user).send().await.unwrap();
        answer.user.unwrap().user_id.parse().unwrap()
    }

    /// Remembers that `secret` rotates the user's keys.
    pub(crate) async fn rotates(&self, user: &str, secret: &str) {
        let rotation = RotationMemory {
            user: user.into(),
            secret: secret.parse().unwrap(),
            attempt: None,
            last_success: Some(self.simulator.now()),
            unbound_told: None,
        };
        let id = self.user_id(user).await;
        let nothing = Expected::Absent;
        self.store.put_rotation(&self.account, &id, &rotation, &nothing).await.unwrap();
    }

    /// Records that a rotation of `secret` replaced a key now, whatever was recorded of it.
    pub(crate) async fn supersede(&self, user: &str, key: &str, secret: &str) {
        let by = Replacement {
            secret: secret.parse().unwrap(),
            version: VersionId::new("9b2d2c14-7f0b-4c9e-8f6e-0d5c5a4b3e2f"),
        };
        let since = self.simulator.now();
        let state = State::Superseded { since, by, reminded: None };
        let created = self.simulator.view(|view| view.keys(user));
        let created = created.into_iter().find(|own| own.id == key).map(|own| own.created);
        let record = Record { user: user.into(), created, state };
        let credential = CredentialId::AccessKey(key.parse().unwrap());
        let id = self.user_id(user).await;
        let read = self.store.account(&self.account, since).await.unwrap();
        let expected = read.revisions.of_record(&id, &credential);
        let written = self.store.put_record(&self.account, &id, &credential, &record, &expected);
        written.await.unwrap();
    }
}
