//! Credentials that work with one service only: Git passwords, Keyspaces passwords and API keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::credentials::{ServiceCredential, asked_status};
use super::{Iam, User, page, subject};
use crate::call::Caller;
use crate::clock::{add, whole_seconds};
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};

/// The services that have such credentials; those with a prefix hand out API keys that begin with it.
const SERVICES: [(&str, Option<&str>); 6] = [
    ("codecommit.amazonaws.com", None),
    ("cassandra.amazonaws.com", None),
    ("bedrock.amazonaws.com", Some("ABSK")),
    ("logs.amazonaws.com", Some("ACWL")),
    ("cloudwatch.amazonaws.com", Some("APIAACWM")),
    ("aws-external-anthropic.amazonaws.com", Some("AEAA")),
];
const PER_SERVICE: usize = 2;

impl Iam {
    /// Gives a credential to a user, whatever the quota, and answers its id.
    pub(crate) fn add_service_credential(
        &mut self,
        user: &str,
        service: &str,
        age_days: Option<u32>,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<&ServiceCredential, ApiError> {
        let owner = self.user(user)?;
        let number = owner.service_credentials.iter().filter(|own| own.service == service).count();
        let number = if number == 0 { String::new() } else { format!("+{number}") };
        let login = format!("{}{number}-at-{}", owner.name, caller.account);
        let created = whole_seconds(caller.now);
        let days = age_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let credential = ServiceCredential {
            id: ids.entity("ACCA"),
            service: service.to_owned(),
            secret: new_secret(service, &login, ids),
            login,
            status: "Active".to_owned(),
            created,
            expires: days.map(|days| add(created, days)),
        };
        self.enter(user, &credential.id);
        let own = &mut self.user_mut(user)?.service_credentials;
        own.push(credential);
        own.last().ok_or_else(|| no_such_credential(user))
    }

    pub(super) fn create_service_credential(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let name = subject(form, caller)?.to_owned();
        let asked = form.required("ServiceName")?.to_ascii_lowercase();
        let days = form.get("CredentialAgeDays").map(check_age).transpose()?;
        let user = self.user(&name)?;
        // Observed on AWS: no such entity, where the model has NotSupportedService.
        let (service, _) = SERVICES
            .into_iter()
            .find(|(service, _)| *service == asked)
            .ok_or_else(|| ApiError::no_such_entity("service", &asked))?;
        let number = user.service_credentials.iter().filter(|own| own.service == service).count();
        if number >= PER_SERVICE {
            return Err(ApiError::limit_exceeded(format!(
                "Cannot exceed quota for ServiceSpecificCredentialsPerUser: {PER_SERVICE}"
            )));
        }
        let name = user.name.clone();
        let credential = self.add_service_credential(&name, service, days, caller, ids)?;
        let answer = describe(&name, credential, caller.now, true);
        let secret = credential.secret.clone();
        self.issued.push(secret);
        Ok(Xml::elements([("ServiceSpecificCredential", answer)]))
    }

    pub(super) fn list_service_credentials(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let service = form.get("ServiceName").unwrap_or_default().to_ascii_lowercase();
        let users: Vec<&User> = match (form.get("AllUsers"), form.get("UserName")) {
            (Some("true"), Some(_)) => {
                return Err(ApiError::validation("UserName and AllUsers cannot be used together."));
            }
            (Some("true"), None) => self.users().collect(),
            _ => vec![self.user(subject(form, caller)?)?],
        };
        let mut found: Vec<_> = users
            .into_iter()
            .flat_map(|user| user.service_credentials.iter().map(move |own| (user, own)))
            .filter(|(_, own)| service.is_empty() || own.service == service)
            .collect();
        found.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
        let (shown, tail) =
            page(found.iter().map(|pair| (pair.1.id.as_str(), pair)), form, caller)?;
        let found = Xml::members(
            shown.into_iter().map(|(user, own)| describe(&user.name, own, caller.now, false)),
        );
        Ok(Xml::elements([("ServiceSpecificCredentials", found)].into_iter().chain(tail)))
    }

    pub(super) fn update_service_credential(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let status = asked_status(form)?;
        status.clone_into(&mut self.own_service_credential(form, caller)?.status);
        Ok(())
    }

    pub(super) fn delete_service_credential(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let id = self.own_service_credential(form, caller)?.id.clone();
        self.remove_credential(&id);
        Ok(())
    }

    /// A new secret for the same credential; one that has expired stays expired.
    pub(super) fn reset_service_credential(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let own = self.own_service_credential(form, caller)?;
        own.secret = new_secret(&own.service, &own.login, ids);
        let own = own.clone();
        let name = self.owner(&own.id).map(|user| user.name.clone()).unwrap_or_default();
        let answer = describe(&name, &own, caller.now, true);
        self.issued.push(own.secret);
        Ok(Xml::elements([("ServiceSpecificCredential", answer)]))
    }

    /// The credential a call is about, which must be the named user's.
    fn own_service_credential(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<&mut ServiceCredential, ApiError> {
        let id = form.required("ServiceSpecificCredentialId")?;
        let name = self.user(subject(form, caller)?)?.name.clone();
        let owner = self.owner_mut(id).ok_or_else(|| no_such_credential(id))?;
        if owner.name != name {
            return Err(ApiError::validation(format!(
                "The service specific credential {id} does not belong to the user {name}."
            )));
        }
        let mut own = owner.service_credentials.iter_mut();
        own.find(|own| own.id == id).ok_or_else(|| no_such_credential(id))
    }
}

fn check_age(days: &str) -> Result<u32, ApiError> {
    days.parse().ok().filter(|days| (1..=36_600).contains(days)).ok_or_else(|| {
        ApiError::validation(
            "Value at 'credentialAgeDays' failed to satisfy constraint: 1 to 36600",
        )
    })
}

fn no_such_credential(id: &str) -> ApiError {
    ApiError::no_such_entity("Service Specific Credential", id)
}

fn api_key_prefix(service: &str) -> Option<&'static str> {
    SERVICES.into_iter().find(|(known, _)| *known == service).and_then(|(_, prefix)| prefix)
}

fn new_secret(service: &str, login: &str, ids: &mut Ids) -> String {
    let password = ids.secret_access_key();
    match api_key_prefix(service) {
        Some(prefix) => format!("{prefix}{}", STANDARD.encode(format!("{login}:{password}"))),
        None => password,
    }
}

fn describe(user: &str, own: &ServiceCredential, now: Timestamp, with_secret: bool) -> Xml {
    let (login, secret) = match api_key_prefix(&own.service) {
        Some(_) => ("ServiceCredentialAlias", "ServiceCredentialSecret"),
        None => ("ServiceUserName", "ServicePassword"),
    };
    let mut elements = vec![("CreateDate", Xml::time(own.created))];
    if let Some(expires) = own.expires {
        elements.push(("ExpirationDate", Xml::time(expires)));
    }
    elements.push(("ServiceName", Xml::text(&own.service)));
    elements.push((login, Xml::text(&own.login)));
    if with_secret {
        elements.push((secret, Xml::text(&own.secret)));
    }
    elements.push(("ServiceSpecificCredentialId", Xml::text(&own.id)));
    elements.push(("UserName", Xml::text(user)));
    elements.push(("Status", Xml::text(own.status_at(now))));
    Xml::elements(elements)
}
