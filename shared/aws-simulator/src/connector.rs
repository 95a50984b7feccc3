//! The in-process connection between a real SDK client and the simulated account.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use crate::Simulator;
use crate::gate::Gate;
use crate::world::Answer;

/// Carries the requests of one client to the simulated account.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) simulator: Simulator,
    pub(crate) label: String,
    pub(crate) gate: Option<Gate>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("label", &self.label).finish_non_exhaustive()
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { simulator, label, gate } = self.clone();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (head, body) = request.into_parts();
            // What S3 is sent may be made up on the way: chunks, and a checksum behind them.
            let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
            let request = http::Request::from_parts(head, body);
            if let Some(gate) = &gate {
                gate.pass(&label, &request).await;
            }
            match simulator.answer(Some(&label), &request) {
                Answer::Response(response) => {
                    let response = response.map(SdkBody::from);
                    response
                        .try_into()
                        .map_err(|error| ConnectorError::other(Box::new(error), None))
                }
                Answer::Timeout => {
                    Err(ConnectorError::timeout("the simulated service did not answer".into()))
                }
                Answer::Hang | Answer::Crash => std::future::pending().await,
            }
        })
    }
}
