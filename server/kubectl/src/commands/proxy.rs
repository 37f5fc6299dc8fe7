//! `kubectl proxy`

use futures::{FutureExt, StreamExt};
use regex::Regex;

use super::Command;
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::forward::{Behind, Forward, Gate};

pub(super) const COMMAND: Command = Command {
    name: "proxy",
    aliases: &[],
    about: "Run a proxy to the Kubernetes API server",
    usage: "proxy [--port=PORT] [--api-prefix=prefix] [options]",
    examples: "# The API on port 8001 of this machine\nkubectl proxy\n\n\
               # On any free port, below another path: /k8s/api/v1/pods\n\
               kubectl proxy --port=0 --api-prefix=/k8s",
    flags: &[OWN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::number("port", "8001").short('p').about("The port to listen on; 0 is any that is free"),
    Flag::value("address", "127.0.0.1").about("The address to listen on"),
    Flag::value("api-prefix", "/").about("The path that the API is below"),
    Flag::value("accept-hosts", r"^localhost$,^127\.0\.0\.1$,^\[::1\]$").about("Hosts to accept"),
    Flag::value("accept-paths", "^.*").about("Paths to accept"),
    Flag::value("reject-paths", "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach")
        .about("Paths to refuse, although they would be accepted"),
    Flag::value("reject-methods", "^$").about("HTTP methods to refuse"),
    Flag::switch("disable-filter", "Accept everything"),
    Flag::switch("append-server-path", "Keep the path of the server's address"),
    Flag::duration("keepalive", "0s").about("How often a connection is kept alive"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let port = arguments.number("port");
    let address = arguments.get("address");
    let local = u16::try_from(port)
        .map_err(|_| Failure::message(format!("listen tcp: address {port}: invalid port")))?;
    if arguments.on("disable-filter") {
        context.err(
            "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious\n",
        );
    }
    let behind = Behind::Server(gate(context)?);
    let listening = context.client.api.listen(Forward { local, behind }).await;
    let mut listening = listening
        .map_err(|why| Failure::message(format!("listen tcp {address}:{local}: {why}")))?;
    context.out(&format!("Starting to serve on {address}:{}\n", listening.local));
    while listening.happened.next().await.is_some() {}
    Ok(())
}

fn gate(context: &Context<'_>) -> Result<Gate, Failure> {
    let all =
        |flag: &str| context.arguments.get(flag).split(',').map(pattern).collect::<Result<_, _>>();
    let prefix = context.arguments.get("api-prefix").trim_matches('/');
    let prefix = if prefix.is_empty() { "/".to_owned() } else { format!("/{prefix}/") };
    if context.arguments.on("disable-filter") {
        let any = vec![pattern("")?];
        let (accepted_paths, accepted_hosts) = (any.clone(), any);
        let (rejected_paths, rejected_methods) = (Vec::new(), Vec::new());
        return Ok(Gate {
            prefix,
            accepted_paths,
            accepted_hosts,
            rejected_paths,
            rejected_methods,
        });
    }
    Ok(Gate {
        prefix,
        accepted_paths: all("accept-paths")?,
        accepted_hosts: all("accept-hosts")?,
        rejected_paths: all("reject-paths")?,
        rejected_methods: all("reject-methods")?,
    })
}

fn pattern(text: &str) -> Result<Regex, Failure> {
    Regex::new(text).map_err(|_| Failure::message(format!("error parsing regexp: {text}")))
}
