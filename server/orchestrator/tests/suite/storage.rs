//! Volumes, claims and classes.

use serde_json::{Value, json};

use crate::cluster::Cluster;

const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";
const VOLUMES: &str = "/api/v1/persistentvolumes";

fn claim(name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec,
    })
}

fn volume(name: &str, spec: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec})
}

#[test]
fn what_is_wrong_with_volumes_and_claims_is_said_in_kubernetes_words() {
    let mut cluster = Cluster::new(1);
    let cases = [
        (
            CLAIMS,
            claim("c", json!({})),
            "PersistentVolumeClaim \"c\" is invalid: [spec.accessModes: Required value: at least 1 \
             access mode is required, spec.resources[storage]: Required value]",
        ),
        (
            CLAIMS,
            claim(
                "c",
                json!({"accessModes": ["RWO"], "resources": {"requests": {"storage": "0"}}}),
            ),
            "PersistentVolumeClaim \"c\" is invalid: [spec.accessModes: Unsupported value: \"RWO\": \
             supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \
             \"ReadWriteOncePod\", spec.resources[storage]: Invalid value: \"0\": must be greater \
             than zero]",
        ),
        (
            VOLUMES,
            volume("v", json!({"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]})),
            "PersistentVolume \"v\" is invalid: spec: Required value: must specify a volume type",
        ),
    ];
    for (uri, body, expected) in cases {
        let (status, answer) = cluster.request("POST", uri, &body);
        assert_eq!((status, answer["message"].as_str().unwrap_or_default()), (422, expected));
    }
}
