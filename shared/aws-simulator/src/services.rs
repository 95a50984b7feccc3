//! The one list of services, and what each of them keeps.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::dynamodb::{self, DynamoDb};
use crate::iam::{self, Iam};
use crate::organizations::{self, Organization};
use crate::policy::Enforced;
use crate::s3::{self, S3};
use crate::secrets_manager::{self, SecretsManager, Started};
use crate::service::Service;
use crate::ses::{self, Ses};
use crate::sns::{self, Sns};
use crate::sqs::Sqs;
use crate::sts::{self, Role};

/// The services that are simulated: everything else finds them here.
pub(crate) static SERVICES: [&Service; 8] = [
    &dynamodb::SERVICE,
    &iam::SERVICE,
    &organizations::SERVICE,
    &s3::SERVICE,
    &secrets_manager::SERVICE,
    &ses::SERVICE,
    &sns::SERVICE,
    &sts::SERVICE,
];

/// What the services keep for one AWS account.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) dynamodb: DynamoDb,
    pub(crate) iam: Iam,
    pub(crate) secrets: SecretsManager,
    pub(crate) ses: Ses,
    pub(crate) sns: Sns,
    pub(crate) sqs: Sqs,
    pub(crate) s3: S3,
    pub(crate) roles: BTreeMap<String, Role>,
    /// The policies that are enforced, by role or user; whoever has none may do everything.
    pub(crate) policies: BTreeMap<String, Enforced>,
}

impl Account {
    /// The account of a number, which was opened at `opened`.
    pub(crate) fn opened(id: &str, opened: Timestamp) -> Self {
        Self {
            dynamodb: DynamoDb::new(id),
            iam: Iam::new(opened),
            secrets: SecretsManager::default(),
            ses: Ses::default(),
            sns: Sns::default(),
            sqs: Sqs::default(),
            s3: S3::default(),
            roles: BTreeMap::new(),
            policies: BTreeMap::new(),
        }
    }
}

/// What the services keep for all accounts together.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) organization: Option<Organization>,
    /// The ARNs of the functions that may be invoked.
    pub(crate) functions: Vec<String>,
    /// The rotations whose function is to be invoked next.
    pub(crate) due: Vec<Started>,
}
