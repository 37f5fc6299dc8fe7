//! Talking with a program in a container: its output to the terminal, the terminal's input to it.

use std::cell::RefCell;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::{Either, select};
use futures::stream::LocalBoxStream;
use serde_json::Value;

use super::path_of;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, str_at, text};
use crate::stream::{Channel, Sent, Sink, Stream};

/// What Ctrl-D sends.
const END_OF_TEXT: u8 = 4;

/// How a container is to be talked with.
pub(in super::super) struct Wish {
    pub(in super::super) container: String,
    pub(in super::super) stdin: bool,
    pub(in super::super) tty: bool,
}

/// Where standard input comes from.
enum Input {
    Nothing,
    Given(Bytes),
    Keys(LocalBoxStream<'static, Sent>),
}

/// Talks until the program ends; its exit code becomes ours. True if that was by a terminal.
pub(in super::super) async fn talk(
    context: &Context<'_>,
    pod: &Value,
    part: &str,
    wish: &Wish,
    command: &[String],
) -> Result<bool, Failure> {
    let (input, tty) = set_up(context, wish);
    let wish = Wish { container: wish.container.clone(), stdin: wish.stdin, tty };
    let stream = open(context, pod, part, &wish, command).await?;
    let show = |channel, text: &[u8]| match channel {
        Channel::Err => context.err(&String::from_utf8_lossy(text)),
        _ => context.out(&String::from_utf8_lossy(text)),
    };
    let status = carry(stream, input, tty, show).await;
    ended(&status).map(|()| tty)
}

/// Standard input, and whether it is a terminal that can be used as one.
fn set_up(context: &Context<'_>, wish: &Wish) -> (Input, bool) {
    if !wish.stdin {
        return (Input::Nothing, false);
    }
    let given = context.files.read("-").map(Bytes::from);
    let keys = if given.is_none() { context.terminal.keys(wish.tty) } else { None };
    if let Some(keys) = keys {
        return (Input::Keys(keys), wish.tty);
    }
    if wish.tty && !context.arguments.on("quiet") {
        context.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
    }
    (Input::Given(given.unwrap_or_default()), false)
}

/// What a command in a container came to.
pub(in super::super) struct Done {
    pub(in super::super) stdout: Vec<u8>,
    pub(in super::super) stderr: Vec<u8>,
    pub(in super::super) outcome: Outcome,
}

/// Runs a command in a container to its end, with nobody at its terminal.
///
/// # Errors
/// It could not be begun.
pub(in super::super) async fn execute(
    context: &Context<'_>,
    pod: &Value,
    container: &str,
    command: &[&str],
    stdin: Option<Bytes>,
) -> Result<Done, Failure> {
    let wish = Wish { container: container.to_owned(), stdin: stdin.is_some(), tty: false };
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let stream = open(context, pod, "exec", &wish, &command).await?;
    let input = stdin.map_or(Input::Nothing, Input::Given);
    let (stdout, stderr) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let keep = |channel, bytes: &[u8]| match channel {
        Channel::Err => stderr.borrow_mut().extend_from_slice(bytes),
        _ => stdout.borrow_mut().extend_from_slice(bytes),
    };
    let outcome = ended(&carry(stream, input, false, keep).await);
    Ok(Done { stdout: stdout.into_inner(), stderr: stderr.into_inner(), outcome })
}

async fn open(
    context: &Context<'_>,
    pod: &Value,
    part: &str,
    wish: &Wish,
    command: &[String],
) -> Result<Stream, Failure> {
    let on = || "true".to_owned();
    let mut query: Query = command.iter().map(|word| ("command", word.clone())).collect();
    query.push(("container", wish.container.clone()));
    if !wish.tty {
        query.push(("stderr", on()));
    }
    if wish.stdin {
        query.push(("stdin", on()));
    }
    query.push(("stdout", on()));
    if wish.tty {
        query.push(("tty", on()));
    }
    context.client.open(&path_of(pod, part), &query).await
}

/// Carries both ways until the stream ends: the `Status` that it ended with.
async fn carry(
    stream: Stream,
    input: Input,
    tty: bool,
    mut show: impl FnMut(Channel, &[u8]),
) -> Value {
    let Stream { mut frames, sink } = stream;
    let status = RefCell::new(Value::Null);
    let output = async {
        while let Some((channel, bytes)) = frames.next().await {
            if channel == Channel::Status {
                *status.borrow_mut() = serde_json::from_slice(&bytes).unwrap_or_default();
            } else {
                show(channel, &bytes);
            }
        }
    };
    let (output, input) = (std::pin::pin!(output), std::pin::pin!(type_in(input, tty, &*sink)));
    if let Either::Right(((), output)) = select(output, input).await {
        output.await;
    }
    status.into_inner()
}

/// Sends standard input to its end.
async fn type_in(input: Input, tty: bool, sink: &dyn Sink) {
    match input {
        Input::Nothing => return,
        Input::Given(bytes) if bytes.is_empty() => {}
        Input::Given(bytes) => sink.send(Sent::Stdin(bytes)).await,
        Input::Keys(mut keys) => {
            while let Some(sent) = keys.next().await {
                // A terminal that is no container's takes Ctrl-D for the end itself.
                if let Sent::Stdin(bytes) = &sent
                    && !tty
                    && bytes.last() == Some(&END_OF_TEXT)
                {
                    sink.send(Sent::Stdin(bytes.slice(..bytes.len() - 1))).await;
                    break;
                }
                sink.send(sent).await;
            }
        }
    }
    sink.send(Sent::CloseStdin).await;
}

/// The exit code in a `Status`; none when it is another failure.
fn exit_code(status: &Value) -> Option<i32> {
    if status.is_null() || str_at(status, "/status") == "Success" {
        return Some(0);
    }
    if str_at(status, "/reason") != "NonZeroExitCode" {
        return None;
    }
    let causes = array_at(status, "/details/causes");
    let code = causes.iter().find(|cause| text(cause, "reason") == "ExitCode")?;
    text(code, "message").parse().ok()
}

fn ended(status: &Value) -> Outcome {
    match exit_code(status) {
        Some(0) => Ok(()),
        Some(code) => Err(Failure::WithCode {
            code,
            failure: Box::new(Failure::Several(vec![Failure::message(format!(
                "command terminated with exit code {code}"
            ))])),
        }),
        None => Err(Failure::message(str_at(status, "/message"))),
    }
}
