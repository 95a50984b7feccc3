//! A digest in the form that Amazon Q Developer shows in Slack and Teams ("Custom notifications using Amazon Q Developer in chat applications").

use lifecycle::identifiers::AccountId;
use notice::subject_line;
use serde_json::{Value, json};

use crate::digest::Digest;
use crate::templates::Model;

/// How many pieces of news a message shows; the others are counted.
const SHOWN: usize = 20;

/// The message for a chat.
pub(crate) fn message(digest: &Digest<'_>, account: Option<&AccountId>, model: &Model) -> Value {
    let account = account.map_or("not known", AccountId::as_str);
    let all = model.entries.iter().chain(&model.others);
    let mut lines: Vec<_> =
        all.clone().take(SHOWN).map(|entry| format!("• {}", plain(&entry.headline))).collect();
    let count = all.clone().count();
    if count > SHOWN {
        lines.push(format!("… and {} more", count - SHOWN));
    }
    let mut next: Vec<_> = all
        .take(SHOWN)
        .map(|entry| plain(&entry.advice))
        .filter(|advice| !advice.is_empty())
        .collect();
    next.dedup();
    next.truncate(5);
    let first = digest.news.first();
    json!({
        "version": "1.0",
        "source": "custom",
        "id": first.map_or("", |piece| &piece.notice.id),
        "content": {
            "textType": "client-markdown",
            "title": plain(&model.subject),
            "description": lines.join("\n"),
            "nextSteps": next,
            "keywords": [digest.severity().as_str(), account],
        },
        "metadata": {
            "threadId": subject_line(&format!("keysteward-{account}")),
            "summary": plain(&model.subject),
            "eventType": first.map_or("", |piece| piece.notice.news.kind().as_str()),
            "additionalContext": { "account": account, "severity": digest.severity().as_str() },
        },
    })
}

/// `text` without what a chat reads as a link, a mention or code.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '`' => plain.push('\''),
            '[' => plain.push('('),
            ']' => plain.push(')'),
            other => plain.push(other),
        }
    }
    plain
}
