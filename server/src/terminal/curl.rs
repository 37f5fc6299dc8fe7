//! `curl` in the page's terminal: it runs on the learner's own machine, outside of the cluster.
//! `localhost` is that machine: there the ports of `kubectl port-forward` answer.

use orchestrator::{
    Input, Reply,
    network::{DialResult, Outcome, curl::Asked},
};

use super::Door;
use crate::{
    outside::local::{self, Lost},
    sandbox::Sandbox,
};

/// Carries a request of curl's out.
pub(super) async fn ask(door: &Door, asked: Asked) -> DialResult {
    let sandbox = match door {
        Door::Sandbox(visitor) => &visitor.sandbox,
        Door::Window(world) => return of(world.as_ref().clone().submit(&input(asked))),
    };
    if local::is_local(&asked.host) {
        return ask_here(sandbox, &asked).await;
    }
    match sandbox.submit(input(asked)).await {
        Ok(reply) => of(reply),
        Err(error) => {
            tracing::debug!(%error, "a request from outside was not taken");
            nothing(Outcome::Reset)
        }
    }
}

fn input(Asked { host, port, request, timeout_ms }: Asked) -> Input {
    Input::Outside { address: host, port, request, timeout_ms }
}

fn of(reply: Reply) -> DialResult {
    let result = match reply {
        Reply::Response(mut response) => response.extensions_mut().remove(),
        _ => None,
    };
    result.unwrap_or_else(|| nothing(Outcome::Unreachable))
}

fn nothing(outcome: Outcome) -> DialResult {
    DialResult { address: String::new(), outcome, latency_ms: 0 }
}

async fn ask_here(sandbox: &Sandbox, asked: &Asked) -> DialResult {
    let outcome = match local::ask(sandbox, asked.port, &asked.request).await {
        Ok(response) => Outcome::Http(response),
        Err(Lost::Refused) => Outcome::Refused,
        // kubectl closes the connection, and says why in its own terminal.
        Err(Lost::Closed(_)) => Outcome::Tcp(Vec::new()),
        Err(Lost::NotHttp) => Outcome::Tcp(b"?".to_vec()),
    };
    DialResult { address: "127.0.0.1".to_owned(), outcome, latency_ms: 0 }
}
