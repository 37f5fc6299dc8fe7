//! How the API server shows the forbidden part of a change: as go-cmp reports on Go's internal
//! types. What is the same stands around it, two fields on each side; the rest is counted.
//! <https://github.com/google/go-cmp/blob/master/cmp/report_compare.go>

mod go;

use serde::Serialize;
use serde_json::{Map, Value};

use go::{Field, Type};

/// Fields that are shown beside one that differs.
const AROUND: usize = 2;
/// Fields of a Pod that Go's internal type keeps in its security context.
const OF_THE_HOST: [&str; 5] =
    ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

/// The report on two values of an internal type, such as `PodSpec`.
pub(super) fn show<T: Serialize>(go_type: &str, old: &T, new: &T) -> String {
    let json = |value: &T| internal(serde_json::to_value(value).unwrap_or_default());
    let (old, new) = (json(old), json(new));
    let mut lines = Vec::new();
    differ(&mut lines, "", &Type::Struct(go_type), (&old, &new), 0);
    lines.iter().map(Line::text).collect::<Vec<_>>().join("\n") + "\n"
}

/// The names in JSON of a type's fields, in Go's order.
pub(super) fn names(go_type: &str) -> Vec<&'static str> {
    go::fields(go_type).iter().map(|field| field.json).collect()
}

/// A value of `v1` as the internal type has it.
fn internal(mut value: Value) -> Value {
    let Some(spec) = value.as_object_mut() else { return value };
    let moved: Map<String, Value> = OF_THE_HOST
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), spec.remove(*name)?)))
        .collect();
    if !moved.is_empty()
        && let Some(context) = spec
            .entry("securityContext")
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()
    {
        context.extend(moved);
    }
    value
}

/// A line: what becomes of it, how deep it stands, its name and its text.
struct Line {
    mark: char,
    depth: usize,
    name: String,
    text: String,
}

impl Line {
    fn text(&self) -> String {
        let (mark, name, text) = (self.mark, &self.name, &self.text);
        format!("{mark} {}{name}{text}", "\t".repeat(self.depth))
    }
}

/// Reports on two values that differ.
fn differ(
    lines: &mut Vec<Line>,
    name: &str,
    kind: &Type<'_>,
    (old, new): (&Value, &Value),
    depth: usize,
) {
    let head = if name.is_empty() { String::new() } else { format!("{name}: ") };
    let mut push = |mark: char, text: String| {
        lines.push(Line { mark, depth, name: head.clone(), text });
    };
    match kind {
        Type::Struct(_) | Type::Pointer(_) if go::is_simple(kind, old, new) => {
            push('-', go::changed(kind, old));
            push('+', go::changed(kind, new));
        }
        Type::Pointer(inner) => match inner.as_ref() {
            Type::Struct(go_type) => structure(lines, &head, ("&", go_type), (old, new), depth),
            _ => {
                push('-', go::changed(kind, old));
                push('+', go::changed(kind, new));
            }
        },
        Type::Struct(go_type) => structure(lines, &head, ("", go_type), (old, new), depth),
        Type::List(inner) if go::is_long(old) && go::is_long(new) => {
            push(' ', format!("{}{{", kind.name()));
            list(lines, inner, (old, new), depth + 1);
            lines.push(Line { mark: ' ', depth, name: String::new(), text: end(depth) });
        }
        _ => {
            push('-', go::changed(kind, old));
            push('+', go::changed(kind, new));
        }
    }
}

fn end(depth: usize) -> String {
    if depth == 0 { "}".to_owned() } else { "},".to_owned() }
}

fn structure(
    lines: &mut Vec<Line>,
    head: &str,
    (sign, go_type): (&str, &str),
    (old, new): (&Value, &Value),
    depth: usize,
) {
    let shown =
        if head.is_empty() && depth > 0 { String::new() } else { format!("core.{go_type}") };
    let text = format!("{sign}{shown}{{");
    lines.push(Line { mark: ' ', depth, name: head.to_owned(), text });
    fields(lines, &go::fields(go_type), (old, new), depth + 1);
    lines.push(Line { mark: ' ', depth, name: String::new(), text: end(depth) });
}

/// The fields of a structure: those that differ, those around them, and how many others.
fn fields(lines: &mut Vec<Line>, all: &[Field], (old, new): (&Value, &Value), depth: usize) {
    let of = |field: &Field| (go::at(old, field), go::at(new, field));
    let differs: Vec<bool> = all.iter().map(|field| of(field).0 != of(field).1).collect();
    let near = |at: usize| {
        (at.saturating_sub(AROUND)..=(at + AROUND).min(all.len() - 1)).any(|other| differs[other])
    };
    let mut at = 0;
    let start = lines.len();
    while at < all.len() {
        let hidden = (at..all.len()).take_while(|place| !near(*place)).count();
        // One that would be counted alone is shown.
        if hidden > 1 {
            let text = format!("... // {hidden} identical fields");
            lines.push(Line { mark: ' ', depth, name: String::new(), text });
            at += hidden;
            continue;
        }
        let field = &all[at];
        let (before, after) = of(field);
        if differs[at] {
            differ(lines, field.go, &field.kind, (before, after), depth);
        } else {
            let (name, text) = (format!("{}: ", field.go), go::same(&field.kind, before) + ",");
            lines.push(Line { mark: ' ', depth, name, text });
        }
        at += 1;
    }
    align(&mut lines[start..], depth);
}

/// The items of lists, one by one; what one of them has more comes last.
fn list(lines: &mut Vec<Line>, kind: &Type<'_>, (old, new): (&Value, &Value), depth: usize) {
    let none = Vec::new();
    let (old, new) = (old.as_array().unwrap_or(&none), new.as_array().unwrap_or(&none));
    for (before, after) in old.iter().zip(new) {
        if before == after {
            let text = go::same(kind, before) + ",";
            lines.push(Line { mark: ' ', depth, name: String::new(), text });
        } else {
            differ(lines, "", kind, (before, after), depth);
        }
    }
    let shared = old.len().min(new.len());
    for (mark, rest) in [('-', &old[shared..]), ('+', &new[shared..])] {
        for value in rest {
            let text = go::element(kind, value) + ",";
            lines.push(Line { mark, depth, name: String::new(), text });
        }
    }
}

/// Names of neighbouring fields that take one line each are made equally wide.
fn align(lines: &mut [Line], depth: usize) {
    let mut start = 0;
    while start < lines.len() {
        let is_row =
            |line: &Line| line.depth == depth && !line.name.is_empty() && !line.text.ends_with('{');
        let length = lines[start..].iter().take_while(|line| is_row(line)).count();
        let width = lines[start..start + length].iter().map(|line| line.name.len()).max();
        for line in &mut lines[start..start + length] {
            line.name = format!("{:width$}", line.name, width = width.unwrap_or_default());
        }
        start += length.max(1);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn check(old: &Value, new: &Value, expected: &Expect) {
        expected.assert_eq(&show("PodSpec", old, new));
    }

    fn spec() -> Value {
        json!({
            "containers": [{
                "name": "nginx", "image": "nginx:1.14.2", "imagePullPolicy": "IfNotPresent",
                "ports": [{"containerPort": 80, "protocol": "TCP"}],
            }],
            "restartPolicy": "Always", "serviceAccountName": "default", "nodeName": "node-2",
            "securityContext": {},
        })
    }

    #[test]
    fn a_field_and_those_around_it() {
        let mut new = spec();
        new["nodeName"] = "x".into();
        check(
            &spec(),
            &new,
            &expect![[r#"
              core.PodSpec{
              	... // 9 identical fields
              	ServiceAccountName:           "default",
              	AutomountServiceAccountToken: nil,
            - 	NodeName:                     "node-2",
            + 	NodeName:                     "x",
              	SecurityContext:              &{},
              	ImagePullSecrets:             nil,
              	... // 22 identical fields
              }
        "#]],
        );
    }

    #[test]
    fn a_field_of_a_list_s_item() {
        let mut new = spec();
        new["containers"][0]["ports"][0]["containerPort"] = 81.into();
        check(
            &spec(),
            &new,
            &expect![[r#"
              core.PodSpec{
              	Volumes:        nil,
              	InitContainers: nil,
              	Containers: []core.Container{
              		{
              			... // 3 identical fields
              			Args:       nil,
              			WorkingDir: "",
              			Ports: []core.ContainerPort{
              				{
              					Name:          "",
              					HostPort:      0,
            - 					ContainerPort: 80,
            + 					ContainerPort: 81,
              					Protocol:      "TCP",
              					HostIP:        "",
              				},
              			},
              			EnvFrom: nil,
              			Env:     nil,
              			... // 17 identical fields
              		},
              	},
              	EphemeralContainers: nil,
              	RestartPolicy:       "Always",
              	... // 31 identical fields
              }
        "#]],
        );
    }

    #[test]
    fn a_field_that_comes() {
        let mut new = spec();
        new["hostNetwork"] = true.into();
        new["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
        check(
            &spec(),
            &new,
            &expect![[r#"
              core.PodSpec{
              	Volumes:        nil,
              	InitContainers: nil,
              	Containers: []core.Container{
              		{
              			... // 5 identical fields
              			Ports:        {{ContainerPort: 80, Protocol: "TCP"}},
              			EnvFrom:      nil,
            - 			Env:          nil,
            + 			Env:          []core.EnvVar{{Name: "A", Value: "b"}},
              			Resources:    {},
              			ResizePolicy: nil,
              			... // 15 identical fields
              		},
              	},
              	EphemeralContainers: nil,
              	RestartPolicy:       "Always",
              	... // 5 identical fields
              	AutomountServiceAccountToken: nil,
              	NodeName:                     "node-2",
              	SecurityContext: &core.PodSecurityContext{
            - 		HostNetwork: false,
            + 		HostNetwork: true,
              		HostPID:     false,
              		HostIPC:     false,
              		... // 15 identical fields
              	},
              	ImagePullSecrets: nil,
              	Hostname:         "",
              	... // 21 identical fields
              }
        "#]],
        );
    }
}
