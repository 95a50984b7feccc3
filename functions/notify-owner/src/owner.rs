//! Who is notified.

use std::collections::BTreeMap;

use lifecycle::identifiers::AccountId;
use notice::{News, Notice, Severity};

use crate::address::{Address, AllowedDomain};

/// Whom a notice goes to, as the settings allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Who is notified where nobody else can be.
    pub administrator: Address,
    /// Who is notified for an account, where no tag names anybody.
    pub contacts: BTreeMap<AccountId, Address>,
    /// The domains that a tag may name an address of.
    pub domains: Vec<AllowedDomain>,
}

/// Somebody to notify, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address.
    pub address: Address,
    /// What makes it the right one.
    pub because: Because,
}

/// Why somebody is notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// The owner tag of the credential names them.
    CredentialTag,
    /// The owner tag of the user names them.
    UserTag,
    /// The owner tag of the secret names them.
    SecretTag,
    /// The user is named after them.
    UserName,
    /// They are the contact of the account.
    AccountContact,
    /// Nobody else could be notified.
    Administrator,
    /// It is for the operator of Keysteward.
    Operator,
    /// Several of these, each for some of the news.
    Several,
}

impl Because {
    /// The reason for a mail with news for both reasons.
    pub(crate) fn and(self, other: Self) -> Self {
        let administrator = |one| matches!(one, Self::Administrator | Self::Operator);
        match (self, other) {
            (one, other) if one == other => one,
            (one, other) if administrator(one) || administrator(other) => Self::Operator,
            _ => Self::Several,
        }
    }

    /// The reason, as the mail gives it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::CredentialTag => "the owner tag of the credential names you",
            Self::UserTag => "the owner tag of the IAM user names you",
            Self::SecretTag => "the owner tag of the secret names you",
            Self::UserName => "the IAM user is named after your address",
            Self::AccountContact => {
                "you are the contact of the AWS account, and no tag names an owner that mail may go to"
            }
            Self::Administrator => {
                "you are the administrator, and no tag names an owner that mail may go to"
            }
            Self::Operator => "you are the administrator",
            Self::Several => {
                "tags or names make you the owner of some of this, or you are the contact of the AWS account"
            }
        }
    }
}

impl Directory {
    /// Everybody who is notified: the owner, and for what is critical the administrator as well.
    pub fn recipients(&self, notice: &Notice) -> Vec<Recipient> {
        let operator =
            Recipient { address: self.administrator.clone(), because: Because::Operator };
        let administrators =
            |mailbox: &str| mailbox.eq_ignore_ascii_case(self.administrator.as_str());
        if let News::MailUndelivered(mail) = &notice.news
            && administrators(&mail.recipient)
        {
            // A mail about it would bounce as well; topics still get it.
            return Vec::new();
        }
        if !notice.news.is_for_an_owner() {
            return vec![operator];
        }
        let owner = self.owner(notice);
        let also = notice.severity == Severity::Critical
            && owner.address.mailbox() != self.administrator.mailbox();
        [Some(owner), also.then_some(operator)].into_iter().flatten().collect()
    }

    /// Whether this address is the one that the rules name for the owner: a copy for the administrator is not.
    pub(crate) fn is_owner(&self, notice: &Notice, address: &Address) -> bool {
        notice.news.is_for_an_owner() && self.owner(notice).address.mailbox() == address.mailbox()
    }

    /// Whether a tag of the user names somebody whom mail may go to.
    pub(crate) fn is_owned(&self, notice: &Notice) -> bool {
        let tags = [notice.owner.credential.as_deref(), notice.owner.user.as_deref()];
        tags.into_iter().flatten().any(|tag| self.allowed(tag).is_some())
    }

    /// The owner: the nearest name that is an address mail may go to.
    ///
    /// A tag is what anybody who may tag wrote there. One that holds no single address of an allowed domain names nobody.
    fn owner(&self, notice: &Notice) -> Recipient {
        let named = [
            (notice.owner.credential.as_deref(), Because::CredentialTag),
            (notice.owner.user.as_deref(), Because::UserTag),
            (notice.owner.secret.as_deref(), Because::SecretTag),
            (notice.news.user(), Because::UserName),
        ];
        let named = named.into_iter().find_map(|(text, because)| {
            let address = self.allowed(text?)?;
            Some(Recipient { address, because })
        });
        let contact = || {
            let address = self.contacts.get(notice.account.as_ref()?)?.clone();
            Some(Recipient { address, because: Because::AccountContact })
        };
        named.or_else(contact).unwrap_or_else(|| Recipient {
            address: self.administrator.clone(),
            because: Because::Administrator,
        })
    }

    fn allowed(&self, text: &str) -> Option<Address> {
        let address: Address = text.trim_matches(' ').parse().ok()?;
        self.domains.iter().any(|domain| domain.allows(&address)).then_some(address)
    }
}
