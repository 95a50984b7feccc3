//! Commands for the reader to copy, made only of parts that were checked.

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::CredentialKind;
use lifecycle::identifiers::{AccountId, CredentialId};
use notice::{Answer, BindingTagGone, News, Notice, day};
use serde::Serialize;

use crate::entry::Context;
use crate::links::{is_user_name, secret_name};

/// How long the proposed exemption lasts.
const EXEMPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// One step, and the command for it if it takes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it is for.
    pub label: String,
    /// The command for a shell; empty if there is none.
    pub command: String,
}

impl Step {
    fn new(label: &str, command: String) -> Self {
        Self { label: label.to_owned(), command }
    }

    fn without_command(label: &str) -> Self {
        Self::new(label, String::new())
    }
}

/// Whose credential it is, in words that mean nothing to a shell.
struct Target<'a> {
    user: &'a str,
    id: &'a str,
    kind: CredentialKind,
    /// The service of a service-specific credential, or a word to put it in the place of.
    service: &'a str,
    account: Option<&'a AccountId>,
}

/// What the reader can do, step by step; nothing where a name could mean something to a shell, or the notice is late.
pub(crate) fn steps(notice: &Notice, context: &Context) -> Vec<Step> {
    if notice.words(context.now).is_late {
        return Vec::new();
    }
    if let News::BindingTagGone(gone) = &notice.news {
        return binding(gone).into_iter().collect();
    }
    let Some(target) = target(notice) else { return Vec::new() };
    match &notice.news {
        News::DeactivationAhead(_) => {
            let mut steps = target.replacement();
            steps.push(target.exemption(context.now));
            steps
        }
        // What leaked is not activated again on the word of a mail.
        News::DeletionAhead(ahead) if !ahead.exposed => target.undo(context),
        News::Deactivated(done) if !done.exposed => target.undo(context),
        News::Exposed(exposed)
            if matches!(exposed.answer, Answer::Failed { .. } | Answer::DryRun) =>
        {
            target.deactivation()
        }
        _ => Vec::new(),
    }
}

fn target(notice: &Notice) -> Option<Target<'_>> {
    let credential = notice.news.credential()?;
    let id = match credential.kind {
        CredentialKind::Password => CredentialId::Password.as_str(),
        _ => credential.id.as_deref()?,
    };
    let user = notice.news.user().filter(|user| is_plain_user(user))?;
    // A name that starts with a hyphen would be read as an option.
    let plain_id =
        (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let service = credential.service.as_deref().filter(|service| is_service(service));
    plain_id.then_some(Target {
        user,
        id,
        kind: credential.kind,
        service: service.unwrap_or("SERVICE"),
        account: notice.account.as_ref(),
    })
}

/// The command that binds a user to its secret again.
fn binding(gone: &BindingTagGone) -> Option<Step> {
    let BindingTagGone { user, secret } = gone;
    let plain = is_plain_user(user) && secret_name(secret).is_some();
    plain.then(|| {
        Step::new(
            "If the secret is to go on rotating the user's keys",
            format!(
                "aws iam tag-user --user-name {user} --tags 'Key=keysteward:secret,Value={secret}'"
            ),
        )
    })
}

/// Whether it is a name of a user that a shell and the AWS CLI take for nothing else.
fn is_plain_user(user: &str) -> bool {
    is_user_name(user) && !user.starts_with('-')
}

/// Whether it is a name as services have them: `codecommit.amazonaws.com`.
fn is_service(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(legal) && !text.starts_with('-')
}

impl Target<'_> {
    /// A new credential first, the old one inactive next, and gone only when nobody misses it.
    fn replacement(&self) -> Vec<Step> {
        let Self { user, id, .. } = self;
        let user = format!("--user-name {user}");
        let (make, stop, remove) = match self.kind {
            CredentialKind::AccessKey => (
                format!("aws iam create-access-key {user}"),
                format!("aws iam update-access-key {user} --access-key-id {id} --status Inactive"),
                format!("aws iam delete-access-key {user} --access-key-id {id}"),
            ),
            CredentialKind::ServiceSpecific => (
                format!(
                    "aws iam create-service-specific-credential {user} --service-name {}",
                    self.service
                ),
                format!(
                    "aws iam update-service-specific-credential {user} --service-specific-credential-id {id} --status Inactive"
                ),
                format!(
                    "aws iam delete-service-specific-credential {user} --service-specific-credential-id {id}"
                ),
            ),
            CredentialKind::SshPublicKey => (
                format!(
                    "aws iam upload-ssh-public-key {user} --ssh-public-key-body file://NEW-KEY.pub"
                ),
                format!(
                    "aws iam update-ssh-public-key {user} --ssh-public-key-id {id} --status Inactive"
                ),
                format!("aws iam delete-ssh-public-key {user} --ssh-public-key-id {id}"),
            ),
            CredentialKind::SigningCertificate => (
                format!(
                    "aws iam upload-signing-certificate {user} --certificate-body file://NEW-CERTIFICATE.pem"
                ),
                format!(
                    "aws iam update-signing-certificate {user} --certificate-id {id} --status Inactive"
                ),
                format!("aws iam delete-signing-certificate {user} --certificate-id {id}"),
            ),
            // The advice says it all.
            CredentialKind::Password => return Vec::new(),
        };
        vec![
            Step::new("Make a new one", make),
            Step::without_command("Put it where the old one is used, and see that it works"),
            Step::new("Make the old one inactive, which can be undone", stop),
            Step::new("After some days without a failure, delete it", remove),
        ]
    }

    fn exemption(&self, now: Timestamp) -> Step {
        let until = now.saturating_add(EXEMPT).unwrap_or(now);
        let (user, id) = (self.user, self.id);
        Step::new(
            "If it must live on as it is, an administrator can exempt it for a time",
            format!(
                "aws iam tag-user --user-name {user} --tags 'Key=keysteward:exempt:{id},Value=until={} reason=why'",
                day(until)
            ),
        )
    }

    fn undo(&self, context: &Context) -> Vec<Step> {
        // An account that nobody could name cannot be named to the function either.
        let Some(account) = self.account.filter(|_| self.kind != CredentialKind::Password) else {
            return Vec::new();
        };
        let account = if account.as_str() == context.account {
            String::new()
        } else {
            format!("\"account\": \"{account}\", ")
        };
        let (user, id, function) = (self.user, self.id, &context.sweep_function);
        let payload =
            format!("{{\"undo\": {{{account}\"user\": \"{user}\", \"credential\": \"{id}\"}}}}");
        let undo = Step::new(
            "To have it active again, an administrator invokes",
            format!(
                "aws lambda invoke --function-name {function} --cli-binary-format raw-in-base64-out --payload '{payload}' /dev/stdout"
            ),
        );
        [Some(undo), self.activation(), Some(self.exemption(context.now))]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The round deactivates replaced keys in every mode of the sweep, and the sweep's undo works in one.
    fn activation(&self) -> Option<Step> {
        let Self { user, id, .. } = self;
        (self.kind == CredentialKind::AccessKey).then(|| {
            Step::new(
                "Where the sweep only reports, activate it by hand",
                format!(
                    "aws iam update-access-key --user-name {user} --access-key-id {id} --status Active"
                ),
            )
        })
    }

    fn deactivation(&self) -> Vec<Step> {
        let Self { user, id, .. } = self;
        match self.kind {
            CredentialKind::AccessKey => vec![Step::new(
                "Deactivate it",
                format!(
                    "aws iam update-access-key --user-name {user} --access-key-id {id} --status Inactive"
                ),
            )],
            CredentialKind::Password
            | CredentialKind::SshPublicKey
            | CredentialKind::SigningCertificate
            | CredentialKind::ServiceSpecific => Vec::new(),
        }
    }
}
