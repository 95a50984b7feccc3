//! What Lambda does for a function: starts its binary, hands it events, takes its answers, kills it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::Simulator;

/// A function's binary, running behind a Lambda Runtime API on loopback.
#[derive(Debug)]
pub struct LambdaHost {
    function: String,
    events: mpsc::UnboundedSender<Event>,
    child: Child,
    output: Arc<Mutex<Vec<u8>>>,
    serving: JoinHandle<()>,
    pipes: Vec<JoinHandle<()>>,
}

/// An error that the function reported, or its death.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The error's type, for alarms to match.
    pub error_type: String,
    /// The error's text.
    pub message: String,
}

struct Event {
    function: String,
    payload: Value,
    deadline: Timestamp,
    answer: oneshot::Sender<Result<Value, FunctionError>>,
}

impl LambdaHost {
    /// Starts `binary` with nothing in its environment but what Lambda sets and `environment`.
    ///
    /// With `KEYSTEWARD_TEST_BINARIES` set to a folder, starts `<folder>/<binary's name>/bootstrap` instead, so that the tests of
    /// the binaries of a build are those of the binaries of a release.
    ///
    /// # Errors
    ///
    /// When the binary or the loopback port cannot be started.
    pub async fn start(binary: &Path, environment: &[(&str, &str)]) -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        // Folder, crate, binary and function share one name.
        let name = binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut child = Command::new(released(&name).unwrap_or_else(|| binary.to_owned()))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = Arc::new(Mutex::new(Vec::new()));
        let (events, queue) = mpsc::unbounded_channel();
        let serving = tokio::spawn(serve(listener, queue));
        let stdout = child.stdout.take().map(|pipe| tokio::spawn(collect(pipe, output.clone())));
        let stderr = child.stderr.take().map(|pipe| tokio::spawn(collect(pipe, output.clone())));
        let pipes = stdout.into_iter().chain(stderr).collect();
        let function =
            format!("arn:aws:lambda:{}:{}:function:{name}", crate::REGION, crate::ACCOUNT);
        Ok(Self { function, events, child, output, serving, pipes })
    }

    /// Hands the function an event and waits for its answer; a planned crash kills the process in the middle.
    ///
    /// # Errors
    ///
    /// What the function reported, or `Runtime.ExitError` when it died.
    pub async fn invoke(
        &mut self,
        simulator: &Simulator,
        payload: Value,
        timeout: Duration,
    ) -> Result<Value, FunctionError> {
        let (answer, answered) = oneshot::channel();
        let timeout = jiff::SignedDuration::try_from(timeout).unwrap_or(jiff::SignedDuration::MAX);
        let deadline = crate::clock::add(simulator.now(), timeout);
        let function = self.function.clone();
        let _ = self.events.send(Event { function, payload, deadline, answer });
        let died = |how: &str| FunctionError {
            error_type: "Runtime.ExitError".to_owned(),
            message: how.to_owned(),
        };
        let result = tokio::select! {
            answer = answered => answer.unwrap_or_else(|_| Err(died("the runtime stopped"))),
            status = self.child.wait() => Err(died(&status.map_or_else(|error| error.to_string(), |status| status.to_string()))),
            () = simulator.crashed() => {
                let _ = self.child.kill().await;
                Err(died("killed in the middle of a call"))
            }
        };
        simulator.invocation_ended();
        result
    }

    /// The status the process ended with, if it ended by itself.
    ///
    /// # Errors
    ///
    /// When the operating system does not tell.
    pub async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// CPU time and peak memory of the process so far, in words, where the operating system is Linux and tells.
    pub fn usage(&self) -> Option<String> {
        const TICKS_PER_SECOND: u64 = 100;
        let id = self.child.id()?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The command's name, in parentheses, may hold blanks; the two counts are the 12th and 13th field after it.
        let fields: Vec<_> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let ticks = |n: usize| fields.get(n)?.parse::<u64>().ok();
        let cpu = ticks(11)?.saturating_add(ticks(12)?) * 1000 / TICKS_PER_SECOND;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim();
        Some(format!("{cpu} ms of CPU, peak memory {peak}"))
    }

    /// Kills the process and returns everything it wrote.
    pub async fn stop(mut self) -> String {
        let _ = self.child.kill().await;
        self.finished_output().await
    }

    /// Everything the process wrote, once it has ended.
    pub async fn finished_output(&mut self) -> String {
        for pipe in &mut self.pipes {
            let _ = pipe.await;
        }
        self.output()
    }

    /// Everything the process has written so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap_or_else(PoisonError::into_inner))
            .into_owned()
    }
}

impl Drop for LambdaHost {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Where the binary of a release is that stands in for the one of this build.
#[expect(clippy::disallowed_methods, reason = "the switch is the tests' own")]
fn released(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("KEYSTEWARD_TEST_BINARIES")?);
    Some(folder.join(name).join("bootstrap"))
}

async fn collect(mut pipe: impl AsyncReadExt + Unpin, output: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = [0; 4096];
    while let Ok(n @ 1..) = pipe.read(&mut chunk).await {
        output.lock().unwrap_or_else(PoisonError::into_inner).extend(chunk.iter().take(n));
    }
}

type Queue = Arc<
    tokio::sync::Mutex<(
        mpsc::UnboundedReceiver<Event>,
        VecDeque<oneshot::Sender<Result<Value, FunctionError>>>,
    )>,
>;

async fn serve(listener: TcpListener, queue: mpsc::UnboundedReceiver<Event>) {
    let queue: Queue = Arc::new(tokio::sync::Mutex::new((queue, VecDeque::new())));
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let queue = queue.clone();
        let service = service_fn(move |request| respond(queue.clone(), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Answers the four endpoints of the Runtime API.
async fn respond(
    queue: Queue,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut queue = queue.lock().await;
    if head.method == Method::GET {
        return match queue.0.recv().await {
            Some(event) => {
                let response = next_invocation(&event);
                queue.1.push_back(event.answer);
                Ok(response)
            }
            None => std::future::pending().await,
        };
    }
    let answer = serde_json::from_slice::<Value>(&body).unwrap_or(Value::Null);
    let result =
        if head.uri.path().ends_with("/error") { Err(reported(&answer)) } else { Ok(answer) };
    if let Some(waiting) = queue.1.pop_front() {
        // The test that asked may have given up.
        let _ = waiting.send(result);
    }
    let mut accepted = Response::new(Full::default());
    *accepted.status_mut() = http::StatusCode::ACCEPTED;
    Ok(accepted)
}

fn next_invocation(event: &Event) -> Response<Full<Bytes>> {
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", event.deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", event.function.clone()),
    ];
    let mut response = Response::new(Full::new(Bytes::from(event.payload.to_string())));
    for (name, value) in headers {
        if let Ok(value) = http::HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn reported(answer: &Value) -> FunctionError {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    FunctionError { error_type: text("errorType"), message: text("errorMessage") }
}
