//! `pods/exec`, `pods/attach` and `pods/portforward`: what is to be opened, or why it cannot be.

use k8s_openapi::api::core::v1::{Pod, PodSpec};

use super::asked::Asked;
use super::logs;
use super::read::Reader;
use super::status::Status;
use crate::kinds::Subresource;
use crate::machine::Machine;
use crate::object::Key;
use crate::session::{Opened, Opening};

/// Reads a request for a session.
///
/// # Errors
/// 404; 400 where no container or a wrong one is named, or the Pod is on no node; 500 where the node
/// does not answer or the container does not run, in the words of API server and kubelet.
pub(super) fn opening(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    key: &Key,
    part: Subresource,
) -> Result<Opening, Status> {
    let pod = pod(reader, key)?;
    let none = PodSpec::default();
    let spec = pod.spec.as_ref().unwrap_or(&none);
    let query = &asked.query;
    let container = logs::container(spec, key.name(), query.get("container"))?;
    let node = node(pod, key)?;
    let uid = pod.metadata.uid.clone().unwrap_or_default();
    let what = match part {
        Subresource::Attach => Opened::Attach,
        _ => Opened::Exec(query.all("command").map(str::to_owned).collect()),
    };
    check(reader, pod, (node, &uid, &container), &what)?;
    let tty = query.flag("tty");
    Ok(Opening {
        pod: key.clone(),
        uid: uid.into(),
        node: node.into(),
        container,
        what,
        stdin: query.flag("stdin"),
        stdout: query.flag("stdout"),
        // A terminal has but one stream.
        stderr: query.flag("stderr") && !tty,
        tty,
    })
}

/// Whether the kubelet of a Pod can be reached: then ports can be forwarded, whatever runs.
///
/// # Errors
/// 404; 400 where the Pod is on no node; 500 where the node does not answer.
pub(super) fn reach(reader: &Reader<'_>, key: &Key) -> Result<(), Status> {
    let pod = pod(reader, key)?;
    machine(reader, pod, node(pod, key)?).map(|_| ())
}

fn pod<'r>(reader: &'r Reader<'_>, key: &Key) -> Result<&'r Pod, Status> {
    let pod = reader.store.objects().get_typed::<Pod>(key.namespace(), key.name());
    pod.map(|pod| &**pod).ok_or_else(|| Status::not_found(key))
}

fn node<'p>(pod: &'p Pod, key: &Key) -> Result<&'p str, Status> {
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref());
    node.filter(|node| !node.is_empty()).ok_or_else(|| {
        Status::bad_request(format!("pod {} does not have a host assigned", key.name()))
    })
}

fn machine<'r>(reader: &'r Reader<'_>, pod: &Pod, node: &str) -> Result<&'r Machine, Status> {
    let machine = reader.machines.get(node).filter(|machine| machine.on);
    machine.ok_or_else(|| {
        let host = pod.status.as_ref().and_then(|status| status.host_ip.clone());
        let host = host.unwrap_or_default();
        Status::unreachable(format!(
            "error dialing backend: dial tcp {host}:10250: connect: no route to host"
        ))
    })
}

/// Whether the kubelet can be reached and knows the container as running.
fn check(
    reader: &Reader<'_>,
    pod: &Pod,
    (node, uid, container): (&str, &str, &str),
    what: &Opened,
) -> Result<(), Status> {
    let machine = machine(reader, pod, node)?;
    if machine.pod(uid).is_some_and(|runtime| runtime.runs(container)) {
        return Ok(());
    }
    let (name, namespace) = (pod.metadata.name.as_deref(), pod.metadata.namespace.as_deref());
    let why = match what {
        Opened::Exec(_) => format!("container not found (\"{container}\")"),
        Opened::Attach => format!(
            "container {container} not found in pod {}_{}",
            name.unwrap_or_default(),
            namespace.unwrap_or_default()
        ),
    };
    Err(Status::internal(format!("unable to upgrade connection: {why}")))
}
