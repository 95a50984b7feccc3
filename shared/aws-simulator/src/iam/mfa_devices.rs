//! Devices for the second factor; they have no status and no last use.

use super::users::describe;
use super::{Iam, page, subject};
use crate::call::Caller;
use crate::error::ApiError;
use crate::wire::{Form, Xml};

impl Iam {
    pub(super) fn list_mfa_devices(&self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        let user = self.user(subject(form, caller)?)?;
        let devices = user.mfa_devices.iter().map(|device| (device.serial.as_str(), device));
        let (shown, tail) = page(devices, form, caller)?;
        let devices = Xml::members(shown.into_iter().map(|device| {
            Xml::elements([
                ("UserName", Xml::text(&user.name)),
                ("SerialNumber", Xml::text(&device.serial)),
                ("EnableDate", Xml::time(device.enabled)),
            ])
        }));
        Ok(Xml::elements([("MFADevices", devices)].into_iter().chain(tail)))
    }

    /// The virtual devices of the account; each of them is assigned to a user.
    pub(super) fn list_virtual_mfa_devices(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let assigned = form.get("AssignmentStatus") != Some("Unassigned");
        let mut devices: Vec<_> = self
            .users()
            .filter(|_| assigned)
            .flat_map(|user| user.mfa_devices.iter().map(move |device| (user, device)))
            .collect();
        devices.sort_by(|(_, a), (_, b)| a.serial.cmp(&b.serial));
        let devices = devices.iter().map(|pair| (pair.1.serial.as_str(), pair));
        let (shown, tail) = page(devices, form, caller)?;
        let devices = Xml::members(shown.into_iter().map(|(user, device)| {
            Xml::elements([
                ("SerialNumber", Xml::text(&device.serial)),
                ("User", describe(user, caller, false)),
                ("EnableDate", Xml::time(device.enabled)),
            ])
        }));
        Ok(Xml::elements([("VirtualMFADevices", devices)].into_iter().chain(tail)))
    }

    pub(super) fn deactivate_mfa_device(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let serial = form.required("SerialNumber")?;
        let devices = &mut self.user_mut(subject(form, caller)?)?.mfa_devices;
        let index = devices.iter().position(|device| device.serial == serial);
        devices.remove(index.ok_or_else(|| ApiError::no_such_entity("MFA device", serial))?);
        Ok(())
    }
}
