//! X.509 signing certificates, for the SOAP interfaces of old services.

use super::credentials::{Uploaded, asked_status};
use super::{Iam, page, subject};
use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};

const CERTIFICATES_PER_USER: usize = 2;

impl Iam {
    /// Gives a signing certificate to a user, whatever the quota and its text.
    pub(crate) fn add_certificate(&mut self, user: &str, certificate: Uploaded) {
        self.enter(user, &certificate.id);
        if let Ok(user) = self.user_mut(user) {
            user.certificates.push(certificate);
        }
    }

    pub(super) fn upload_signing_certificate(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let body = form.required("CertificateBody")?;
        if !body.contains("-----BEGIN CERTIFICATE-----") {
            return Err(ApiError::new(
                400,
                "MalformedCertificate",
                "Unable to parse certificate. Please ensure the certificate is in PEM format.",
            ));
        }
        let user = self.user(subject(form, caller)?)?;
        let name = user.name.clone();
        if let Some(known) = user.certificates.iter().find(|known| known.body == body) {
            // Observed on AWS: the old id comes back, and the answer says Active whatever is stored.
            let claimed = Uploaded { status: "Active".to_owned(), ..known.clone() };
            return Ok(Xml::elements([("Certificate", describe(&name, &claimed))]));
        }
        if self.users().flat_map(|user| &user.certificates).any(|known| known.body == body) {
            return Err(ApiError::new(
                409,
                "DuplicateCertificate",
                "The certificate is already associated with another user.",
            ));
        }
        if self.user(&name)?.certificates.len() >= CERTIFICATES_PER_USER {
            return Err(ApiError::limit_exceeded(format!(
                "Cannot exceed quota for CertificatesPerUser: {CERTIFICATES_PER_USER}"
            )));
        }
        let certificate = Uploaded::new(ids.certificate(), body, caller.now);
        let answer = describe(&name, &certificate);
        self.add_certificate(&name, certificate);
        Ok(Xml::elements([("Certificate", answer)]))
    }

    pub(super) fn list_signing_certificates(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let user = self.user(subject(form, caller)?)?;
        let mut certificates: Vec<_> =
            user.certificates.iter().map(|own| (own.id.as_str(), own)).collect();
        certificates.sort_by_key(|(id, _)| *id);
        let (shown, tail) = page(certificates.into_iter(), form, caller)?;
        let certificates = Xml::members(shown.into_iter().map(|own| describe(&user.name, own)));
        Ok(Xml::elements([("Certificates", certificates)].into_iter().chain(tail)))
    }

    pub(super) fn update_signing_certificate(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let (id, status) = (form.required("CertificateId")?, asked_status(form)?);
        let own = &mut self.user_mut(subject(form, caller)?)?.certificates;
        let own = own.iter_mut().find(|own| own.id == id).ok_or_else(|| no_such_certificate(id))?;
        status.clone_into(&mut own.status);
        Ok(())
    }

    pub(super) fn delete_signing_certificate(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let id = form.required("CertificateId")?;
        let own = &mut self.user_mut(subject(form, caller)?)?.certificates;
        let index = own.iter().position(|own| own.id == id);
        own.remove(index.ok_or_else(|| no_such_certificate(id))?);
        self.forget(id);
        Ok(())
    }
}

fn no_such_certificate(id: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("The Certificate with id {id} cannot be found."))
}

fn describe(user: &str, certificate: &Uploaded) -> Xml {
    Xml::elements([
        ("UserName", Xml::text(user)),
        ("CertificateId", Xml::text(&certificate.id)),
        ("CertificateBody", Xml::text(&certificate.body)),
        ("Status", Xml::text(&certificate.status)),
        ("UploadDate", Xml::time(certificate.uploaded)),
    ])
}
