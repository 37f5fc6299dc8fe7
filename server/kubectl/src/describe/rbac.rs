//! Roles, ClusterRoles and their bindings.

use serde_json::Value;

use super::writer::Writer;
use crate::fields::{array, at, name_of, str_at, text};

pub(super) fn role(writer: &mut Writer, role: &Value) {
    writer.pair(0, "Name", name_of(role));
    writer.labels("Labels", at(role, "/metadata/labels"));
    writer.annotations("Annotations", at(role, "/metadata/annotations"));
    writer.line(0, "PolicyRule:");
    writer.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    writer.line(1, "---------\t-----------------\t--------------\t-----");
    for line in crate::rules::lines(array(role, "rules").iter()) {
        writer.line(1, line.trim_end_matches('\n'));
    }
}

pub(super) fn binding(writer: &mut Writer, binding: &Value) {
    writer.pair(0, "Name", name_of(binding));
    writer.labels("Labels", at(binding, "/metadata/labels"));
    writer.annotations("Annotations", at(binding, "/metadata/annotations"));
    writer.line(0, "Role:");
    writer.pair(1, "Kind", str_at(binding, "/roleRef/kind"));
    writer.pair(1, "Name", str_at(binding, "/roleRef/name"));
    writer.line(0, "Subjects:");
    writer.line(1, "Kind\tName\tNamespace");
    writer.line(1, "----\t----\t---------");
    for subject in array(binding, "subjects") {
        let of = |name: &str| text(subject, name);
        writer.line(1, &format!("{}\t{}\t{}", of("kind"), of("name"), of("namespace")));
    }
}
