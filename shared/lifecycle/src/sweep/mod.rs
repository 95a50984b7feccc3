//! The sweep of one account: what becomes of every credential.

mod facts;

pub use facts::{
    CredentialReport, Held, Inventory, KeyRow, PasswordRow, RejectedRow, RootRow, Supersession,
    UserFacts, UserRow,
};
