//! `kubectl debug --copy-to`: a copy of a Pod with something changed in it.

use serde_json::{Value, json};

use super::profile::{self, Target};
use super::{container_name, describe, new_container, post};
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array_at, namespace_of, text};

/// Makes the copy: it, and the name of the container that was added or changed; none if only
/// images were set.
pub(super) async fn copy(
    context: &Context<'_>,
    pod: &Value,
    command: &[String],
) -> Result<(Value, String), Failure> {
    let mut copy = copied(context, pod);
    set_images(context, &mut copy);
    let (name, index) = debugged(context, &mut copy, command)?;
    if let Some(index) = index {
        let mut container = copy["spec"]["containers"][index].take();
        profile::apply(context, &mut container, &mut copy["spec"], Target::Copy)?;
        copy["spec"]["containers"][index] = container;
        keep_probes(context, &mut copy);
    }
    let created = post(context, namespace_of(pod), &copy).await?;
    if context.arguments.on("replace") {
        let path = super::path_of(pod, "");
        let options = json!({"gracePeriodSeconds": 0});
        context.client.delete(path.trim_end_matches('/'), &options).await?;
    }
    Ok((created, name))
}

fn copied(context: &Context<'_>, pod: &Value) -> Value {
    let arguments = &context.arguments;
    let mut metadata = json!({"name": arguments.get("copy-to"), "namespace": namespace_of(pod)});
    for (flag, field) in [("keep-labels", "labels"), ("keep-annotations", "annotations")] {
        let kept = arguments.on(flag) || arguments.get("profile") == "legacy";
        if kept && !pod["metadata"][field].is_null() {
            metadata[field] = pod["metadata"][field].clone();
        }
    }
    let mut spec = pod["spec"].clone();
    if let Some(fields) = spec.as_object_mut() {
        fields.remove("ephemeralContainers");
        if !arguments.on("same-node") {
            fields.remove("nodeName");
        }
        if !arguments.on("keep-init-containers") {
            fields.remove("initContainers");
        }
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
}

fn set_images(context: &Context<'_>, copy: &mut Value) {
    let pairs = context.arguments.list("set-image");
    let pairs: Vec<(&str, &str)> = pairs.iter().filter_map(|pair| pair.split_once('=')).collect();
    for container in copy["spec"]["containers"].as_array_mut().into_iter().flatten() {
        let of = |name: &str| pairs.iter().find(|(of, _)| *of == name).map(|(_, image)| *image);
        if let Some(image) = of(text(container, "name")).or_else(|| of("*")) {
            container["image"] = image.into();
        }
    }
}

/// The container that is changed, or a new one: its name and place.
fn debugged(
    context: &Context<'_>,
    copy: &mut Value,
    command: &[String],
) -> Result<(String, Option<usize>), Failure> {
    let arguments = &context.arguments;
    let (asked, image) = (arguments.get("container"), arguments.get("image"));
    let known = array_at(copy, "/spec/containers").iter();
    let known = known.map(|one| text(one, "name")).position(|name| name == asked);
    let Some(index) = known else {
        if image.is_empty() && arguments.given("set-image") {
            return Ok((String::new(), None));
        }
        if image.is_empty() {
            return Err(Failure::message("you must specify image when creating new container"));
        }
        let name = container_name(context, copy);
        let container = new_container(context, &name, command);
        let all = copy["spec"]["containers"].as_array_mut();
        let index = all.map(|all| {
            all.push(container);
            all.len() - 1
        });
        return Ok((name, index));
    };
    let container = &mut copy["spec"]["containers"][index];
    if !command.is_empty()
        && !arguments.on("arguments-only")
        && let Some(fields) = container.as_object_mut()
    {
        fields.remove("args");
    }
    if !image.is_empty() {
        container["image"] = image.into();
    }
    describe(context, container, command);
    Ok((asked.to_owned(), Some(index)))
}

/// A Pod that is looked at is not to be restarted under one's hands.
fn keep_probes(context: &Context<'_>, copy: &mut Value) {
    if context.arguments.get("profile") == "legacy" {
        return;
    }
    let probes = [
        ("keep-liveness", "livenessProbe"),
        ("keep-readiness", "readinessProbe"),
        ("keep-startup", "startupProbe"),
    ];
    for container in copy["spec"]["containers"].as_array_mut().into_iter().flatten() {
        let Some(fields) = container.as_object_mut() else { continue };
        for (_, field) in probes.iter().filter(|(flag, _)| !context.arguments.on(flag)) {
            fields.remove(*field);
        }
    }
}
