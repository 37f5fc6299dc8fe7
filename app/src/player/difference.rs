//! What lies between two moments: which objects came, which went, and what changed on the others.

use std::collections::BTreeMap;

use protocol::{ObjectRef, ObjectView};
use serde_json::Value;

use super::cluster::{Cluster, Object};

/// A field that has another value now. Empty: it had, or has, none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As in the page's own view of the object: `ready`, `containers.0.state`.
    pub path: String,
    pub before: String,
    pub after: String,
}

/// An object that is there at both moments, and not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    pub object: Object,
    pub fields: Vec<Field>,
}

/// All that differs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    pub came: Vec<Object>,
    pub went: Vec<Object>,
    pub changed: Vec<Changed>,
}

impl Difference {
    /// From one cluster to another. What components tell of themselves is left out.
    pub fn between(before: &Cluster, after: &Cluster) -> Difference {
        let (old, new) = (by_identity(before), by_identity(after));
        let only = |one: &BTreeMap<Identity, &Object>, other: &BTreeMap<Identity, &Object>| {
            let gone = one.iter().filter(|(identity, _)| !other.contains_key(*identity));
            gone.map(|(_, object)| Object::clone(object)).collect()
        };
        let changed = new.iter().filter_map(|(identity, object)| {
            let was = old.get(identity)?;
            let fields =
                if was.revision == object.revision { Vec::new() } else { fields(was, object) };
            (!fields.is_empty()).then(|| Changed { object: Object::clone(object), fields })
        });
        Difference { came: only(&new, &old), went: only(&old, &new), changed: changed.collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.came.is_empty() && self.went.is_empty() && self.changed.is_empty()
    }
}

/// One object made anew under the same name is another one.
type Identity = (String, String, String, String);

fn by_identity(cluster: &Cluster) -> BTreeMap<Identity, &Object> {
    let told = cluster.objects().filter(|it| !matches!(&*it.object.kind, "Event" | "Lease"));
    told.map(|object| (identity(&object.object), object)).collect()
}

fn identity(object: &ObjectRef) -> Identity {
    let ObjectRef { kind, namespace, name, uid, .. } = object.clone();
    (kind, namespace, name, uid)
}

fn fields(before: &ObjectView, after: &ObjectView) -> Vec<Field> {
    let (before, after) = (leaves(before), leaves(after));
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let text = |leaves: &BTreeMap<String, String>, path: &String| {
        leaves.get(path).cloned().unwrap_or_default()
    };
    let field = |path: &String| Field {
        path: path.clone(),
        before: text(&before, path),
        after: text(&after, path),
    };
    paths.into_iter().map(field).filter(|field| field.before != field.after).collect()
}

/// Every value of a view by its path.
fn leaves(view: &ObjectView) -> BTreeMap<String, String> {
    let mut leaves = BTreeMap::new();
    // The one name under `detail` is the kind.
    let detail = serde_json::to_value(&view.detail).unwrap_or_default();
    if let Value::Object(map) = detail {
        map.values().for_each(|value| collect(value, "", &mut leaves));
    }
    collect(&serde_json::json!(view.labels), "labels", &mut leaves);
    collect(&serde_json::json!(view.deleting_ms.map(|_| true)), "deleting", &mut leaves);
    leaves
}

fn collect(value: &Value, path: &str, leaves: &mut BTreeMap<String, String>) {
    let under =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| collect(value, &under(name), leaves));
        }
        Value::Array(list) => {
            let all = list.iter().enumerate();
            all.for_each(|(index, value)| collect(value, &under(&index.to_string()), leaves));
        }
        Value::Null => {}
        Value::String(text) => drop(leaves.insert(path.to_owned(), text.clone())),
        other => drop(leaves.insert(path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::fabricate::{node, pod, snapshot};
    use protocol::Detail;

    fn cluster(objects: Vec<ObjectView>) -> Cluster {
        Cluster::new(&snapshot(objects))
    }

    #[test]
    fn what_came_went_and_changed() {
        let mut later = pod("stays", Some("node-1"));
        later.revision = 2;
        let Detail::Pod(view) = &mut later.detail else { panic!() };
        view.ready = false;
        let before = cluster(vec![
            node("node-1"),
            pod("goes", Some("node-1")),
            pod("stays", Some("node-1")),
        ]);
        let after = cluster(vec![node("node-1"), pod("comes", None), later]);
        let difference = Difference::between(&before, &after);
        let names = |all: &[Object]| -> Vec<String> {
            all.iter().map(|it| it.object.name.clone()).collect()
        };
        assert_eq!(names(&difference.came), ["comes"]);
        assert_eq!(names(&difference.went), ["goes"]);
        let [changed] = difference.changed.as_slice() else { panic!("{difference:?}") };
        assert_eq!(changed.object.object.name, "stays");
        let field = Field { path: "ready".into(), before: "true".into(), after: "false".into() };
        assert_eq!(changed.fields, [field]);
        assert!(Difference::between(&before, &before).is_empty());
    }

    #[test]
    fn a_pod_made_anew_under_its_name_is_another() {
        let mut anew = pod("web-0", Some("node-1"));
        anew.object.uid = "uid-other".to_owned();
        let before = cluster(vec![pod("web-0", Some("node-1"))]);
        let difference = Difference::between(&before, &cluster(vec![anew]));
        assert_eq!((difference.came.len(), difference.went.len()), (1, 1));
    }
}
