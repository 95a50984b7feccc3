//! The organization: its units, its accounts, and what has become of them.

use crate::organizations::Organization;
use crate::simulator::Simulator;

impl Simulator {
    /// Makes this account the management account of a new organization, and answers the id of its root.
    pub fn add_organization(&self) -> String {
        self.with(|world| {
            let organization = Organization::of(self.account_id(), world.clock.now());
            world.shared.organization.insert(organization).root.clone()
        })
    }

    /// Adds a unit below the root or another unit, and answers its id; empty while there is no organization.
    pub fn add_organizational_unit(&self, parent: &str, name: &str) -> String {
        self.change_organization(|own| own.add_unit(parent, name)).unwrap_or_default()
    }

    /// Adds an active account to the root or a unit of the organization; one that is a member already moves there.
    pub fn add_member(&self, account: &str, name: &str, parent: &str) {
        let now = self.now();
        self.change_organization(|own| own.add_member(account, name, parent, now));
    }

    /// Sets what `ListAccounts` says of an account: its `State`, and the older `Status`; `None` leaves the member out of the answer.
    pub fn set_account_state(&self, account: &str, state: Option<&str>, status: Option<&str>) {
        self.change_organization(|own| {
            if let Some(member) = own.member_mut(account) {
                member.state = state.map(ToOwned::to_owned);
                member.status = status.map(ToOwned::to_owned);
            }
        });
    }

    /// Lets a member account read the organization, as the administrator of some service may.
    pub fn add_delegated_administrator(&self, account: &str) {
        self.change_organization(|own| own.delegated.insert(account.to_owned()));
    }

    /// Sets how many items pages of the organization have at most, one after the other, over and over; a zero makes an empty page.
    ///
    /// At least one must not be zero, or no list ever ends.
    pub fn set_organization_pages(&self, sizes: &[usize]) {
        self.change_organization(|own| own.page_sizes = sizes.to_vec());
    }

    fn change_organization<T>(&self, change: impl FnOnce(&mut Organization) -> T) -> Option<T> {
        self.with(|world| world.shared.organization.as_mut().map(change))
    }
}
