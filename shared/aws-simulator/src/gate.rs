//! Holds the calls of several clients at a gate, so that a test chooses which one goes next.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Request;
use tokio::sync::oneshot;

use crate::request::Asked;
use crate::signature::Signature;

/// A call that waits: the operation it wants, and what lets it through.
type Waiting = (String, oneshot::Sender<()>);

/// A gate that calls wait at until they are let through one by one.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Mutex<BTreeMap<String, Waiting>>>);

impl Gate {
    /// A gate with nobody waiting.
    pub fn new() -> Self {
        Self::default()
    }

    /// The clients that wait, by label, and the operation each wants to call.
    pub fn waiting(&self) -> BTreeMap<String, String> {
        self.lock()
            .iter()
            .map(|(label, (operation, _))| (label.clone(), operation.clone()))
            .collect()
    }

    /// Lets the waiting call of `label` through.
    pub fn release(&self, label: &str) {
        if let Some((_, pass)) = self.lock().remove(label) {
            // A receiver that is gone was cancelled; nothing is left to let through.
            let _ = pass.send(());
        }
    }

    pub(crate) async fn pass(&self, label: &str, request: &Request<Bytes>) {
        let operation = Asked::parse(request, Signature::parse(request).as_ref()).operation;
        let (pass, passed) = oneshot::channel();
        self.lock().insert(label.to_owned(), (operation, pass));
        // A gate that is gone lets everybody through.
        let _ = passed.await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
