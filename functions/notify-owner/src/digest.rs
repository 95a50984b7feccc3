//! What goes out: everything for one destination, in one message.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lifecycle::identifiers::AccountId;
use lifecycle::memory::Channel;
use notice::{Notice, Severity};

use crate::address::Address;
use crate::owner::{Because, Directory, Recipient};

/// The most news in one message; what is more goes into another.
pub(crate) const LARGEST: usize = 500;

/// The same for a chat, which shows all of it.
pub(crate) const LARGEST_OF_CHAT: usize = 20;

/// A piece of news, and the messages of the queue that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) notice: Notice,
    /// Which of the invocation's messages depend on it.
    pub(crate) messages: Vec<usize>,
}

/// All news for one destination.
#[derive(Clone, Debug)]
pub(crate) struct Digest<'a> {
    pub(crate) destination: Destination,
    pub(crate) news: Vec<&'a News>,
    /// What its reader must know first; mostly empty.
    pub(crate) note: String,
}

/// Where a digest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To one person.
    Mail(Recipient),
    /// To the topic of readable text, one message for each account.
    Text { account: Option<AccountId> },
    /// To the topic of a chat, one message for each account.
    Chat { account: Option<AccountId> },
}

impl Destination {
    /// What the table knows it by.
    pub(crate) fn name(&self) -> String {
        let of =
            |account: &Option<AccountId>| account.as_ref().map_or("", AccountId::as_str).to_owned();
        match self {
            Self::Mail(recipient) => format!("mail {}", recipient.address.mailbox()),
            Self::Text { account } => format!("text {}", of(account)),
            Self::Chat { account } => format!("chat {}", of(account)),
        }
    }

    /// How it reaches its reader.
    pub(crate) fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Text { .. } => Channel::Text,
            Self::Chat { .. } => Channel::Chat,
        }
    }
}

/// The news of an invocation, each once.
pub(crate) fn distinct(all: impl IntoIterator<Item = (usize, Notice)>) -> Vec<News> {
    let mut distinct: Vec<News> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (message, notice) in all {
        let earlier = known.get(&notice.id).and_then(|at| distinct.get_mut(*at));
        if let Some(earlier) = earlier {
            earlier.messages.push(message);
        } else {
            known.insert(notice.id.clone(), distinct.len());
            distinct.push(News { notice, messages: vec![message] });
        }
    }
    distinct
}

/// One digest for each mailbox, or several if one would be too long.
pub(crate) fn by_owner<'a>(news: &'a [News], directory: &Directory) -> Vec<Digest<'a>> {
    let mut groups: BTreeMap<String, (Recipient, Vec<&News>)> = BTreeMap::new();
    for piece in news {
        for recipient in directory.recipients(&piece.notice) {
            let group = groups.entry(recipient.address.mailbox());
            let (first, news) = group.or_insert_with(|| (recipient.clone(), Vec::new()));
            first.because = first.because.and(recipient.because);
            news.push(piece);
        }
    }
    let digests = groups.into_values().flat_map(|(recipient, news)| {
        let destination = Destination::Mail(recipient);
        split(news, LARGEST).map(move |news| Digest::new(destination.clone(), news))
    });
    digests.collect()
}

/// One digest for each account, or several if one would be too long for its destination.
pub(crate) fn by_account<'a>(
    news: &'a [News],
    largest: usize,
    destination: impl Fn(Option<AccountId>) -> Destination,
) -> Vec<Digest<'a>> {
    let mut groups: BTreeMap<Option<&AccountId>, Vec<&News>> = BTreeMap::new();
    for piece in news {
        groups.entry(piece.notice.account.as_ref()).or_default().push(piece);
    }
    let digests = groups.into_iter().flat_map(|(account, news)| {
        let destination = &destination;
        split(news, largest).map(move |news| Digest::new(destination(account.cloned()), news))
    });
    digests.collect()
}

/// One digest for the administrator of news that did not reach their readers, or several if one would be too long.
pub(crate) fn for_administrator<'a>(
    news: Vec<&'a News>,
    administrator: &Address,
    note: &str,
) -> Vec<Digest<'a>> {
    let recipient = Recipient { address: administrator.clone(), because: Because::Operator };
    let digests = split(news, LARGEST).map(|news| Digest {
        note: note.to_owned(),
        ..Digest::new(Destination::Mail(recipient.clone()), news)
    });
    digests.collect()
}

/// The most urgent first, of one credential in the order of time, in pieces that one message can hold.
fn split(mut news: Vec<&News>, largest: usize) -> impl Iterator<Item = Vec<&News>> {
    news.sort_by_cached_key(|piece| {
        let Notice { severity, news, account, at, id, .. } = &piece.notice;
        let credential = news.credential().map(|credential| credential.id.clone());
        let whose = (account.clone(), news.user().map(ToOwned::to_owned), credential);
        (Reverse(*severity), news.due().is_none(), news.due(), whose, *at, id.clone())
    });
    let pieces: Vec<_> = news.chunks(largest).map(<[_]>::to_vec).collect();
    pieces.into_iter()
}

impl<'a> Digest<'a> {
    fn new(destination: Destination, news: Vec<&'a News>) -> Self {
        Self { destination, news, note: String::new() }
    }
}

impl Digest<'_> {
    /// Whether it is mail to this address.
    pub(crate) fn is_for(&self, address: &Address) -> bool {
        matches!(&self.destination, Destination::Mail(to) if to.address.mailbox() == address.mailbox())
    }

    /// The greatest severity in it.
    pub(crate) fn severity(&self) -> Severity {
        let all = self.news.iter().map(|piece| piece.notice.severity);
        all.max().unwrap_or(Severity::Info)
    }

    /// Why its reader gets it; `None` where many read.
    pub(crate) fn because(&self) -> Option<Because> {
        match &self.destination {
            Destination::Mail(recipient) => Some(recipient.because),
            Destination::Text { .. } | Destination::Chat { .. } => None,
        }
    }
}
