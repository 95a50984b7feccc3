//! Passwords for the console; they exist or do not, and cannot be switched off.

use super::credentials::Password;
use super::{Iam, User, subject};
use crate::call::Caller;
use crate::clock::{add, whole_seconds};
use crate::error::ApiError;
use crate::wire::{Form, Xml};

impl Iam {
    pub(super) fn create_login_profile(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let name = subject(form, caller)?.to_owned();
        let password = form.required("Password")?;
        let user = self.user_mut(&name)?;
        if user.password.is_some() {
            return Err(ApiError::new(
                409,
                "EntityAlreadyExists",
                format!("Login Profile for user {name} already exists."),
            ));
        }
        let now = whole_seconds(caller.now);
        let reset_required = form.get("PasswordResetRequired") == Some("true");
        user.password = Some(Password { created: now, changed: now, reset_required });
        let answer = describe(user);
        self.issued.push(password.to_owned());
        answer
    }

    pub(super) fn get_login_profile(&self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        describe(self.user(subject(form, caller)?)?)
    }

    pub(super) fn update_login_profile(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let password = self.modifiable_password(form, caller)?;
        if let Some(required) = form.get("PasswordResetRequired") {
            password.reset_required = required == "true";
        }
        if let Some(new) = form.get("Password") {
            password.changed = whole_seconds(caller.now);
            self.issued.push(new.to_owned());
        }
        Ok(())
    }

    pub(super) fn delete_login_profile(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        self.modifiable_password(form, caller)?;
        self.user_mut(subject(form, caller)?)?.password = None;
        Ok(())
    }

    /// The password a call is about, once it is old enough to be touched.
    fn modifiable_password(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<&mut Password, ApiError> {
        let name = subject(form, caller)?;
        let password =
            self.user_mut(name)?.password.as_mut().ok_or_else(|| no_login_profile(name))?;
        if caller.now < add(password.created, caller.settings.login_profile_settling) {
            return Err(ApiError::new(
                409,
                "EntityTemporarilyUnmodifiable",
                format!(
                    "Login Profile for User {name} cannot be modified while login profile is being created."
                ),
            ));
        }
        Ok(password)
    }
}

fn describe(user: &User) -> Result<Xml, ApiError> {
    let password = user.password.as_ref().ok_or_else(|| no_login_profile(&user.name))?;
    Ok(Xml::elements([(
        "LoginProfile",
        Xml::elements([
            ("UserName", Xml::text(&user.name)),
            ("CreateDate", Xml::time(password.created)),
            ("PasswordResetRequired", Xml::text(password.reset_required.to_string())),
        ]),
    )]))
}

fn no_login_profile(user: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("Login Profile for User {user} cannot be found."))
}
