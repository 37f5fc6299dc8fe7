//! PersistentVolumes, PersistentVolumeClaims and StorageClasses.

use jiff::Timestamp;
use serde_json::Value;

use super::volumes;
use super::writer::{Writer, capital, or};
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array_at, at, bool_at, format_labels, name_of, namespace_of, str_at, text};
use crate::print::time::age;
use crate::resources::{self, Info, list};

pub(super) fn volume(writer: &mut Writer, volume: &Value, now: Timestamp) {
    writer.pair(0, "Name", name_of(volume));
    writer.labels("Labels", at(volume, "/metadata/labels"));
    writer.annotations("Annotations", at(volume, "/metadata/annotations"));
    writer.pair(0, "Finalizers", brackets(array_at(volume, "/metadata/finalizers")));
    writer.pair(0, "StorageClass", str_at(volume, "/spec/storageClassName"));
    writer.pair(0, "Status", status(volume, now));
    let claim = at(volume, "/spec/claimRef");
    let claim = match text(claim, "name") {
        "" => String::new(),
        name => format!("{}/{name}", text(claim, "namespace")),
    };
    writer.pair(0, "Claim", claim);
    writer.pair(0, "Reclaim Policy", str_at(volume, "/spec/persistentVolumeReclaimPolicy"));
    writer.pair(0, "Access Modes", modes(at(volume, "/spec/accessModes")));
    let mode = str_at(volume, "/spec/volumeMode");
    if !mode.is_empty() {
        writer.pair(0, "VolumeMode", mode);
    }
    writer.pair(0, "Capacity", str_at(volume, "/spec/capacity/storage"));
    affinity(writer, volume);
    writer.pair(0, "Message", str_at(volume, "/status/message"));
    writer.line(0, "Source:");
    volumes::source(writer, at(volume, "/spec"));
}

fn affinity(writer: &mut Writer, volume: &Value) {
    let terms = array_at(volume, "/spec/nodeAffinity/required/nodeSelectorTerms");
    if at(volume, "/spec/nodeAffinity").is_null() {
        writer.pair(0, "Node Affinity", "<none>");
        return;
    }
    writer.line(0, "Node Affinity:\t");
    if terms.is_empty() {
        writer.pair(1, "Required Terms", "<none>");
        return;
    }
    writer.line(1, "Required Terms:\t");
    for (at, term) in terms.iter().enumerate() {
        let expressions: Vec<String> = array_at(term, "/matchExpressions")
            .iter()
            .map(|it| {
                let values: Vec<&str> =
                    array_at(it, "/values").iter().filter_map(Value::as_str).collect();
                let operator = text(it, "operator").to_lowercase();
                format!("{} {operator} [{}]", text(it, "key"), values.join(", "))
            })
            .collect();
        match expressions.split_first() {
            None => writer.pair(2, &format!("Term {at}"), "<none>"),
            Some((first, rest)) => {
                writer.pair(2, &format!("Term {at}"), first);
                rest.iter().for_each(|line| writer.line(2, &format!("\t{line}")));
            }
        }
    }
}

pub(super) async fn claim(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let claim = &info.object;
    writer.pair(0, "Name", name_of(claim));
    writer.pair(0, "Namespace", namespace_of(claim));
    writer.pair(0, "StorageClass", str_at(claim, "/spec/storageClassName"));
    writer.pair(0, "Status", status(claim, context.client.api.now()));
    let volume = str_at(claim, "/spec/volumeName");
    writer.pair(0, "Volume", volume);
    writer.labels("Labels", at(claim, "/metadata/labels"));
    writer.annotations("Annotations", at(claim, "/metadata/annotations"));
    writer.pair(0, "Finalizers", brackets(array_at(claim, "/metadata/finalizers")));
    let bound = !volume.is_empty();
    let capacity = if bound { str_at(claim, "/status/capacity/storage") } else { "" };
    writer.pair(0, "Capacity", capacity);
    let modes = if bound { modes(at(claim, "/status/accessModes")) } else { String::new() };
    writer.pair(0, "Access Modes", modes);
    let mode = str_at(claim, "/spec/volumeMode");
    if !mode.is_empty() {
        writer.pair(0, "VolumeMode", mode);
    }
    let pods = resources::resource(context, "pods").await?;
    let pods = list(context, pods, &info.namespace, &Vec::new()).await?;
    let uses = |pod: &&Value| {
        array_at(pod, "/spec/volumes")
            .iter()
            .any(|volume| str_at(volume, "/persistentVolumeClaim/claimName") == info.name)
    };
    let users: Vec<String> = pods.iter().filter(uses).map(|pod| name_of(pod).to_owned()).collect();
    writer.lines("Used By", &users);
    Ok(())
}

fn status(object: &Value, now: Timestamp) -> String {
    match at(object, "/metadata/deletionTimestamp") {
        Value::Null => str_at(object, "/status/phase").to_owned(),
        since => format!("Terminating (lasts {})", age(since, now)),
    }
}

fn brackets(list: &[Value]) -> String {
    let items: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    format!("[{}]", items.join(" "))
}

/// `RWO,ROX,RWX,RWOP`, in this order.
fn modes(list: &Value) -> String {
    let known = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let has = |name: &str| list.as_array().is_some_and(|list| list.iter().any(|it| it == name));
    let short: Vec<&str> =
        known.iter().filter(|(name, _)| has(name)).map(|(_, short)| *short).collect();
    short.join(",")
}

pub(super) fn class(writer: &mut Writer, class: &Value) {
    writer.pair(0, "Name", name_of(class));
    let annotations = at(class, "/metadata/annotations");
    let is_default = text(annotations, "storageclass.kubernetes.io/is-default-class") == "true";
    writer.pair(0, "IsDefaultClass", if is_default { "Yes" } else { "No" });
    writer.pair(0, "Annotations", format_labels(annotations));
    writer.pair(0, "Provisioner", text(class, "provisioner"));
    writer.pair(0, "Parameters", format_labels(at(class, "/parameters")));
    let expands = match at(class, "/allowVolumeExpansion") {
        Value::Null => "<unset>",
        _ => capital(bool_at(class, "/allowVolumeExpansion")),
    };
    writer.pair(0, "AllowVolumeExpansion", expands);
    let options = array_at(class, "/mountOptions");
    if options.is_empty() {
        writer.pair(0, "MountOptions", "<none>");
    } else {
        writer.line(0, "MountOptions:");
        options.iter().filter_map(Value::as_str).for_each(|option| writer.line(1, option));
    }
    for (label, name) in
        [("ReclaimPolicy", "reclaimPolicy"), ("VolumeBindingMode", "volumeBindingMode")]
    {
        if !text(class, name).is_empty() {
            writer.pair(0, label, or(text(class, name), ""));
        }
    }
}
