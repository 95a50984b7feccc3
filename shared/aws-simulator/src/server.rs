//! The simulated account behind a loopback port, for real binaries and for tools of other languages.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::Simulator;
use crate::world::Answer;

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Serves `simulator` on a loopback port; port 0 picks a free one.
    ///
    /// # Errors
    ///
    /// When the port cannot be opened.
    pub async fn start(simulator: &Simulator, port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let simulator = simulator.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(simulator.clone(), stream));
            }
        });
        Ok(Self { address, accepting })
    }

    /// The value for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(simulator: Simulator, stream: TcpStream) {
    // Without this, answers wait for the acknowledgement of their own headers.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let simulator = simulator.clone();
        async move { answer(&simulator, request).await }
    });
    // A connection that breaks is the client's to notice.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    simulator: &Simulator,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    match simulator.answer(None, &Request::from_parts(head, body)) {
        Answer::Response(response) => Ok(response.map(Full::new)),
        Answer::Timeout | Answer::Hang | Answer::Crash => std::future::pending().await,
    }
}
