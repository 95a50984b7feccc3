//! The Security Token Service: who am I, whose key is this, and sessions of roles.

use jiff::SignedDuration;

use crate::authentication::Session;
use crate::authorization::{Context, Scope};
use crate::call::{Caller, Principal};
use crate::clock::{add, whole_seconds};
use crate::error::ApiError;
use crate::policy::Policy;
use crate::request::Asked;
use crate::service::{Body, Errors, Protocol, Service};
use crate::services::Account;
use crate::wire::{Form, Xml};
use crate::world::World;

pub(crate) const SERVICE: Service = Service {
    errors: Errors { internal: "InternalFailure", ..Errors::QUERY },
    ..Service::new(
        "sts",
        Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
        judged_by,
        perform,
    )
};

/// The longest session of a role that was assumed by a session of another role, in seconds.
const CHAINED: u32 = 3600;

/// Who may assume a role, and for how long.
#[derive(Clone, Debug)]
pub struct TrustPolicy {
    /// ARNs of roles or users, or accounts, by number or by the ARN that ends in `:root`.
    pub principals: Vec<String>,
    /// The external id that has to be sent, if any.
    pub external_id: Option<String>,
    /// The longest session, in seconds.
    pub max_session: u32,
}

impl TrustPolicy {
    /// Trusts these principals, for an hour at most, without an external id.
    pub fn of<P: Into<String>>(principals: impl IntoIterator<Item = P>) -> Self {
        Self {
            principals: principals.into_iter().map(Into::into).collect(),
            external_id: None,
            max_session: 3600,
        }
    }

    fn admits(&self, caller: &Caller, external_id: Option<&str>) -> bool {
        let arn = caller.principal_arn();
        let root = format!("arn:aws:iam::{}:root", caller.account);
        let known = |principal: &String| [&arn, &caller.account, &root].contains(&principal);
        let external = self.external_id.as_deref();
        self.principals.iter().any(known) && (external.is_none() || external == external_id)
    }
}

/// A role of one account.
#[derive(Debug, Default)]
pub(crate) struct Role {
    /// Absent for a role that nobody assumes.
    pub(crate) trust: Option<TrustPolicy>,
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let form = asked.form()?;
    let answer = match asked.operation.as_str() {
        "AssumeRole" => world.assume_role(form, caller),
        "GetCallerIdentity" => Ok(get_caller_identity(caller)),
        "GetAccessKeyInfo" => {
            let owner = |id: &str| {
                let mut accounts = world.accounts.iter();
                let owner = accounts.find(|(_, account)| account.iam.key_owner(id).is_some());
                owner.map(|(id, _)| id.clone())
            };
            get_access_key_info(form, owner)
        }
        _ => return None,
    };
    Some(answer.map(|xml| Body::Xml(Some(xml))))
}

/// Fills in what IAM judges a call by: the role, and what is special to assuming it.
fn judged_by(context: &mut Context, asked: &Asked, _: Option<&Account>, _: Scope<'_>) {
    // Everybody may ask who they are, even where a policy denies it.
    context.always_allowed = asked.operation == "GetCallerIdentity";
    let Some(form) = asked.form() else { return };
    let Some(role) = form.get("RoleArn") else { return };
    role.clone_into(&mut context.resource);
    for (parameter, key) in
        [("ExternalId", "sts:ExternalId"), ("RoleSessionName", "sts:RoleSessionName")]
    {
        if let Some(value) = form.get(parameter) {
            context.set(key, value);
        }
    }
}

/// Answers who signed the call; that the key is good was found out before.
fn get_caller_identity(caller: &Caller) -> Xml {
    Xml::elements([
        ("Arn", Xml::text(caller.arn())),
        ("UserId", Xml::text(caller.user_id())),
        ("Account", Xml::text(&caller.account)),
    ])
}

/// Answers the account a key belongs to, whether or not it is active.
fn get_access_key_info(
    form: &Form,
    account_of: impl Fn(&str) -> Option<String>,
) -> Result<Xml, ApiError> {
    let id = form.required("AccessKeyId")?;
    let account = account_of(id)
        .ok_or_else(|| ApiError::validation(format!("Invalid access key id {id}")))?;
    Ok(Xml::elements([("Account", Xml::text(account))]))
}

impl World {
    /// Starts a session of a role that trusts the caller.
    fn assume_role(&mut self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        let arn = form.required("RoleArn")?;
        let session = form.required("RoleSessionName")?;
        check_text("roleSessionName", session, 2..=64, "+=,.@-_")?;
        let external_id = form.get("ExternalId");
        if let Some(id) = external_id {
            check_text("externalId", id, 2..=1224, "+=,.@:/-_")?;
        }
        let policy = form.get("Policy").map(session_policy).transpose()?;
        let denied = || {
            ApiError::new(
                403,
                "AccessDenied",
                format!(
                    "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                    caller.arn()
                ),
            )
        };
        let (account, role) = role_of(arn).ok_or_else(denied)?;
        let roles = self.accounts.get(account).map(|account| &account.roles);
        let trust = roles.and_then(|roles| roles.get(role)?.trust.as_ref()).ok_or_else(denied)?;
        if !trust.admits(caller, external_id) {
            return Err(denied());
        }
        let seconds = duration(form.get("DurationSeconds"), trust, caller)?;
        let expires = whole_seconds(add(caller.now, SignedDuration::from_secs(i64::from(seconds))));
        let Self { sessions, ids, .. } = self;
        let (id, secret, token) =
            (ids.access_key("ASIA"), ids.secret_access_key(), ids.secret_access_key());
        let started = Session {
            secret: secret.clone(),
            token: Some(token.clone()),
            account: account.to_owned(),
            role: role.to_owned(),
            name: session.to_owned(),
            expires: Some(expires),
            policy: policy.map(Ok),
        };
        sessions.insert(id.clone(), started);
        let principal = Principal::Role { name: role.to_owned(), session: session.to_owned() };
        let assumed = Caller { principal, account: account.to_owned(), ..caller.clone() };
        Ok(Xml::elements([
            (
                "AssumedRoleUser",
                Xml::elements([
                    ("AssumedRoleId", Xml::text(assumed.user_id())),
                    ("Arn", Xml::text(assumed.arn())),
                ]),
            ),
            (
                "Credentials",
                Xml::elements([
                    ("AccessKeyId", Xml::text(id)),
                    ("SecretAccessKey", Xml::text(secret)),
                    ("SessionToken", Xml::text(token)),
                    ("Expiration", Xml::time(expires)),
                ]),
            ),
        ]))
    }
}

/// The account and the name in a role's ARN; the path between them does not count.
fn role_of(arn: &str) -> Option<(&str, &str)> {
    let (account, role) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((account, role.rsplit('/').next()?))
}

fn session_policy(document: &str) -> Result<Policy, ApiError> {
    let document = serde_json::from_str(document).map_err(|error| error.to_string());
    document.and_then(|document| Policy::parse(&document)).map_err(|error| {
        ApiError::new(400, "MalformedPolicyDocument", format!("This policy is malformed: {error}"))
    })
}

fn duration(asked: Option<&str>, trust: &TrustPolicy, caller: &Caller) -> Result<u32, ApiError> {
    let chained = matches!(caller.principal, Principal::Role { .. });
    let Some(asked) = asked else { return Ok(CHAINED.min(trust.max_session)) };
    let seconds = asked.parse().ok().filter(|seconds| (900..=43_200).contains(seconds));
    let seconds: u32 = seconds.ok_or_else(|| {
        ApiError::validation(format!(
            "1 validation error detected: Value '{asked}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200"
        ))
    })?;
    if chained && seconds > CHAINED {
        return Err(ApiError::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > trust.max_session {
        return Err(ApiError::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

fn check_text(
    name: &str,
    value: &str,
    lengths: std::ops::RangeInclusive<usize>,
    special: &str,
) -> Result<(), ApiError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || special.contains(c);
    if lengths.contains(&value.len()) && value.chars().all(legal) {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w{special}]*"
    )))
}
