//! The name that people gave an account.

use std::time::Duration;

use iam_client::IamReader;
use notice::Notice;
use tokio::sync::OnceCell;

/// How long the alias is waited for.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The alias of an account, which is read once, before the first notice.
#[derive(Debug)]
pub struct AccountAlias {
    reader: IamReader,
    alias: OnceCell<Option<String>>,
}

impl AccountAlias {
    /// The alias of the account that `reader` reads.
    pub fn new(reader: IamReader) -> Self {
        Self { reader, alias: OnceCell::new() }
    }

    /// The notice with the alias of the account on it.
    ///
    /// A notice without an alias is still a notice: a name that cannot be read in time is left out.
    pub async fn on(&self, notice: Notice) -> Notice {
        let read = || async {
            match tokio::time::timeout(TIMEOUT, self.reader.account_alias()).await {
                Ok(Ok(alias)) => alias,
                Ok(Err(error)) => {
                    let cause: &dyn std::error::Error = &error;
                    tracing::warn!(cause, "notices go without the account's alias");
                    None
                }
                Err(_) => {
                    tracing::warn!("notices go without the account's alias: IAM takes too long");
                    None
                }
            }
        };
        notice.in_account_called(self.alias.get_or_init(read).await.as_deref())
    }
}
