//! Debug profiles: which rights a debug container has.
//! <https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/#debugging-profiles>

use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Where a debug container is to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// In a Pod that runs.
    Beside,
    Copy,
    Node,
}

/// Gives a container, and the Pod that it is in, what the line's profile says.
pub(super) fn apply(
    context: &Context<'_>,
    container: &mut Value,
    spec: &mut Value,
    target: Target,
) -> Outcome {
    let profile = context.arguments.get("profile");
    match profile {
        "general" if target != Target::Node => add(container, &["SYS_PTRACE"]),
        "baseline" if target == Target::Copy => add(container, &["SYS_PTRACE"]),
        "legacy" | "general" | "baseline" => {}
        "restricted" => {
            container["securityContext"] = json!({
                "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
                "runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"},
            });
        }
        "netadmin" => add(container, &["NET_ADMIN", "NET_RAW"]),
        "sysadmin" => container["securityContext"] = json!({"privileged": true}),
        other => {
            return Err(Failure::message(format!("unknown profile: {other}")));
        }
    }
    match target {
        Target::Node => on_node(profile, container, spec),
        Target::Copy if profile != "legacy" => share(context, spec),
        Target::Beside | Target::Copy => {}
    }
    Ok(())
}

fn add(container: &mut Value, capabilities: &[&str]) {
    container["securityContext"] = json!({"capabilities": {"add": capabilities}});
}

fn share(context: &Context<'_>, spec: &mut Value) {
    spec["shareProcessNamespace"] = context.arguments.on("share-processes").into();
}

/// What the node has in common with a Pod that debugs it.
fn on_node(profile: &str, container: &mut Value, spec: &mut Value) {
    if matches!(profile, "baseline" | "restricted") {
        return;
    }
    for namespace in ["hostIPC", "hostNetwork", "hostPID"] {
        spec[namespace] = true.into();
    }
    if profile != "netadmin" {
        spec["volumes"] = json!([{"name": "host-root", "hostPath": {"path": "/"}}]);
        container["volumeMounts"] = json!([{"name": "host-root", "mountPath": "/host"}]);
    }
}
