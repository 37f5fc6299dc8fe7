//! `kubectl port-forward`

mod ports;

use futures::stream::select_all;
use futures::{FutureExt, StreamExt};
use serde_json::Value;

use super::Command;
use super::exec::{path_of, the_pod};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{name_of, namespace_of, str_at};
use crate::forward::{Behind, Forward, Happened};
use crate::resources::{Names, of_words};
use ports::Pair;

pub(super) const COMMAND: Command = Command {
    name: "port-forward",
    aliases: &[],
    about: "Forward one or more local ports to a pod.",
    usage: "port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT \
            [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    examples: "# Port 8080 here is port 80 of the Pod\nkubectl port-forward pod/web 8080:80\n\n\
               # A Pod of a Deployment, the port of a Service\n\
               kubectl port-forward deploy/web 8080\nkubectl port-forward svc/web 8080:http",
    flags: &[OWN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("address", "localhost").about("The addresses to listen on"),
    Flag::duration("pod-running-timeout", "1m0s").about("How long to wait for a Pod that runs"),
];

/// The addresses of `localhost`, as they are printed.
const LOCAL: [&str; 2] = ["127.0.0.1", "[::1]"];

async fn run(context: &Context<'_>) -> Outcome {
    let words = &context.arguments.words;
    let Some((word, asked)) = words.split_first().filter(|(_, ports)| !ports.is_empty()) else {
        return Err(context.usage("TYPE/NAME and list of ports are required for port-forward"));
    };
    let service = service(context, word).await?;
    let pod = the_pod(context, word).await?;
    let asked = match &service {
        Some(service) => ports::of_service(asked, service, &pod)?,
        None => ports::of_pod(asked, &pod)?,
    };
    let phase = str_at(&pod, "/status/phase");
    if phase != "Running" {
        return Err(Failure::message(format!(
            "unable to forward port because pod is not running. Current status={phase}"
        )));
    }
    let pairs = asked.iter().map(|text| ports::pair(text)).collect::<Result<Vec<_>, _>>()?;
    connect(context, &pod).await?;
    forward(context, &pod, &pairs).await
}

/// The Service that a word names, if it names one.
async fn service(context: &Context<'_>, word: &str) -> Result<Option<Value>, Failure> {
    if !word.contains('/') {
        return Ok(None);
    }
    let Names::Each(targets) = of_words(context, &[word.to_owned()]).await? else {
        return Ok(None);
    };
    let Some(target) = targets.into_iter().find(|target| target.resource.kind == "Service") else {
        return Ok(None);
    };
    let info = target.info(context.namespace());
    let service = context.client.get(&info.path(), &Query::new()).await?;
    if service.pointer("/spec/selector").is_none() {
        let name = name_of(&service);
        let message = format!(
            "cannot attach to *v1.Service: invalid service '{name}': Service is defined without a \
             selector"
        );
        return Err(Failure::message(message));
    }
    Ok(Some(service))
}

/// Asks the server whether ports may be forwarded.
async fn connect(context: &Context<'_>, pod: &Value) -> Outcome {
    let connected = context.client.upgrade(&path_of(pod, "portforward")).await;
    connected.map_err(|failure| match failure {
        Failure::Status(status) => {
            let why = str_at(&status, "/message").to_owned();
            Failure::message(format!("error upgrading connection: {why}"))
        }
        other => other,
    })
}

/// Listens, tells what happens, and ends when a connection is lost.
async fn forward(context: &Context<'_>, pod: &Value, pairs: &[Pair]) -> Outcome {
    let addresses: Vec<&str> = match context.arguments.get("address") {
        "localhost" => LOCAL.to_vec(),
        given => given.split(',').collect(),
    };
    let mut open = Vec::new();
    for pair in pairs {
        let behind = Behind::Pod {
            namespace: namespace_of(pod).to_owned(),
            pod: name_of(pod).to_owned(),
            port: pair.remote,
        };
        match context.client.api.listen(Forward { local: pair.local, behind }).await {
            Ok(listening) => {
                for address in &addresses {
                    let (local, remote) = (listening.local, pair.remote);
                    context.out(&format!("Forwarding from {address}:{local} -> {remote}\n"));
                }
                open.push((listening, pair.remote));
            }
            Err(why) => context.err(&refused(pair, &addresses, &why)),
        }
    }
    if open.is_empty() {
        let all: Vec<String> =
            pairs.iter().map(|pair| format!("{{{} {}}}", pair.local, pair.remote)).collect();
        let all = all.join(" ");
        return Err(Failure::message(format!(
            "unable to listen on any of the requested ports: [{all}]"
        )));
    }
    let happened = open.into_iter().map(|(listening, remote)| {
        let local = listening.local;
        listening.happened.map(move |what| (local, remote, what))
    });
    let mut happened = select_all(happened);
    while let Some((local, remote, what)) = happened.next().await {
        match what {
            Happened::Connected => context.out(&format!("Handling connection for {local}\n")),
            Happened::Failed(why) => {
                context.err(&logged(context, local, remote, &why));
                break;
            }
        }
    }
    Err(Failure::message("lost connection to pod"))
}

fn refused(pair: &Pair, addresses: &[&str], why: &str) -> String {
    let errors: Vec<String> = addresses
        .iter()
        .map(|address| {
            let family = if address.starts_with('[') { "tcp6" } else { "tcp4" };
            let at = format!("{address}:{}", pair.local);
            format!("unable to create listener: Error listen {family} {at}: {why}")
        })
        .collect();
    format!(
        "Unable to listen on port {}: Listeners failed to create with the following errors: [{}]\n",
        pair.local,
        errors.join(" ")
    )
}

/// The real kubectl logs this; the form is klog's.
fn logged(context: &Context<'_>, local: u16, remote: u16, why: &str) -> String {
    let now = context.client.api.now().strftime("%m%d %H:%M:%S%.6f");
    let error = format!("an error occurred forwarding {local} -> {remote}: {why}");
    format!("E{now}       1 portforward.go:424] \"Unhandled Error\" err={error:?}\n")
}
