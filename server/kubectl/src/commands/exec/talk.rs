//! Talking with a program in a container: its output to the terminal, the terminal's input to it.

use std::cell::RefCell;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::{Either, select};
use serde_json::Value;

use super::path_of;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, str_at, text};
use crate::stream::{Channel, Sent, Stream};

/// How a container is to be talked with.
pub(in super::super) struct Wish {
    pub(in super::super) container: String,
    pub(in super::super) stdin: bool,
    pub(in super::super) tty: bool,
}

/// Talks until the program ends; its exit code becomes ours.
pub(in super::super) async fn talk(
    context: &Context<'_>,
    pod: &Value,
    part: &str,
    wish: &Wish,
    command: &[String],
) -> Outcome {
    let stream = open(context, pod, part, wish, command).await?;
    let given = if wish.stdin { context.files.read("-") } else { None };
    let status = carry(context, stream, wish, given.map(Bytes::from)).await;
    ended(&status)
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
async fn carry(context: &Context<'_>, stream: Stream, wish: &Wish, given: Option<Bytes>) -> Value {
    let Stream { mut frames, sink } = stream;
    let status = RefCell::new(Value::Null);
    let output = async {
        while let Some((channel, bytes)) = frames.next().await {
            let text = String::from_utf8_lossy(&bytes);
            match channel {
                Channel::Out => context.out(&text),
                Channel::Err => context.err(&text),
                Channel::Status => {
                    *status.borrow_mut() = serde_json::from_slice(&bytes).unwrap_or_default();
                }
            }
        }
    };
    let input = async {
        if let Some(bytes) = given {
            sink.send(Sent::Stdin(bytes)).await;
            sink.send(Sent::CloseStdin).await;
        } else if wish.stdin
            && let Some(mut keys) = context.terminal.keys()
        {
            while let Some(keys) = keys.next().await {
                sink.send(keys).await;
            }
            sink.send(Sent::CloseStdin).await;
        } else if wish.stdin {
            sink.send(Sent::CloseStdin).await;
        }
    };
    let (output, input) = (std::pin::pin!(output), std::pin::pin!(input));
    if let Either::Right(((), output)) = select(output, input).await {
        output.await;
    }
    status.into_inner()
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
