//! What goes out: everything for one destination, in one message.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use notice::{Kind, Notice, Outcome, Severity};

use crate::owner::{Because, Directory, Recipient};

/// The most news in one message; what is more goes into another.
pub(crate) const LARGEST: usize = 500;

/// A piece of news, and the messages of the queue that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) notice: Notice,
    /// What it has in common with the same news told by somebody else.
    pub(crate) key: String,
    /// Which of the invocation's messages depend on it.
    pub(crate) messages: Vec<usize>,
}

/// All news for one destination.
#[derive(Clone, Debug)]
pub(crate) struct Digest<'a> {
    pub(crate) destination: Destination,
    pub(crate) news: Vec<&'a News>,
}

/// Where a digest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To one person.
    Mail(Recipient),
    /// To the topic of readable text, one message for each account.
    Text { account: String },
    /// To the topic of a chat, one message for each account.
    Chat { account: String },
}

impl Destination {
    /// What the ledger knows it by.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Mail(recipient) => format!("mail {}", recipient.address.mailbox()),
            Self::Text { account } => format!("text {account}"),
            Self::Chat { account } => format!("chat {account}"),
        }
    }
}

/// What the same news has in common, whoever tells it.
///
/// A new current version is told by the rotation and by Secrets Manager.
fn key(notice: &Notice) -> String {
    match (notice.kind, notice.outcome, &notice.secret, &notice.version) {
        (Kind::Rotated, Outcome::Done, Some(secret), Some(version)) => {
            format!("current {secret} {version}")
        }
        _ => notice.id.clone(),
    }
}

/// The news of an invocation, each once; the version that says more stays.
pub(crate) fn distinct(all: impl IntoIterator<Item = (usize, Notice)>) -> Vec<News> {
    let mut distinct: Vec<News> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (message, notice) in all {
        let key = key(&notice);
        let earlier = known.get(&key).and_then(|at| distinct.get_mut(*at));
        if let Some(earlier) = earlier {
            earlier.messages.push(message);
            let richer = earlier.notice.credential.is_none() && notice.credential.is_some();
            let other =
                if richer { std::mem::replace(&mut earlier.notice, notice) } else { notice };
            // A rotation does not know the tags of its secret; who tells of the secret does.
            let owner = std::mem::take(&mut earlier.notice.owner);
            earlier.notice.owner = owner.or(other.owner);
        } else {
            known.insert(key.clone(), distinct.len());
            distinct.push(News { notice, key, messages: vec![message] });
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
            // Of several reasons the mail gives the plainest.
            if recipient.because < first.because {
                first.because = recipient.because;
            }
            news.push(piece);
        }
    }
    let digests = groups.into_values().flat_map(|(recipient, news)| {
        split(news)
            .map(move |news| Digest { destination: Destination::Mail(recipient.clone()), news })
    });
    digests.collect()
}

/// One digest for each account, or several if one would be too long.
pub(crate) fn by_account<'a>(
    news: &'a [News],
    destination: impl Fn(String) -> Destination,
) -> Vec<Digest<'a>> {
    let mut groups: BTreeMap<&str, Vec<&News>> = BTreeMap::new();
    for piece in news {
        groups.entry(&piece.notice.account).or_default().push(piece);
    }
    let digests = groups.into_iter().flat_map(|(account, news)| {
        let destination = &destination;
        split(news).map(move |news| Digest { destination: destination(account.to_owned()), news })
    });
    digests.collect()
}

/// The most urgent first, in pieces that one message can hold.
fn split(mut news: Vec<&News>) -> impl Iterator<Item = Vec<&News>> {
    news.sort_by_cached_key(|piece| {
        let Notice { severity, due, account, user, id, .. } = &piece.notice;
        (Reverse(*severity), due.is_none(), *due, account.clone(), user.clone(), id.clone())
    });
    let pieces: Vec<_> = news.chunks(LARGEST).map(<[_]>::to_vec).collect();
    pieces.into_iter()
}

impl Digest<'_> {
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
