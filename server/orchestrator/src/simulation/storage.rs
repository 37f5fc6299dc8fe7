//! Acts upon storage: claims, volumes made by hand, and Pods that use them.

use serde_json::{Value, json};

use super::{Act, Simulation, request};

const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";
const VOLUMES: &str = "/api/v1/persistentvolumes";
const PODS: &str = "/api/v1/namespaces/default/pods";

impl Simulation {
    /// Draws an act upon storage.
    pub(super) fn act_storage(&mut self) -> Act {
        let name = format!("claim-{}", self.pick(3));
        match self.pick(8) {
            0..=1 => self.create_claim(&name),
            2 => self.create_volume(),
            3..=4 => self.create_user(&name),
            5 => {
                let size = format!("{}Gi", 1 + self.pick(5));
                let patch = json!({"spec": {"resources": {"requests": {"storage": size}}}});
                request("PATCH", &format!("{CLAIMS}/{name}"), &patch)
            }
            6 => request("DELETE", &format!("{CLAIMS}/{name}"), &Value::Null),
            _ => request("DELETE", &format!("{PODS}/user-{}", self.pick(3)), &Value::Null),
        }
    }

    fn create_claim(&mut self, name: &str) -> Act {
        let class = ["standard", "manual"][self.pick(2)];
        let mode = ["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"][self.pick(3)];
        let body = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
            "spec": {
                "storageClassName": class, "accessModes": [mode],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        });
        request("POST", CLAIMS, &body)
    }

    fn create_volume(&mut self) -> Act {
        let policy = ["Retain", "Delete"][self.pick(2)];
        let modes = json!(["ReadWriteOnce", "ReadWriteMany"]);
        let body = json!({
            "apiVersion": "v1", "kind": "PersistentVolume",
            "metadata": {"name": format!("by-hand-{}", self.pick(3))},
            "spec": {
                "capacity": {"storage": "2Gi"}, "accessModes": modes,
                "storageClassName": "manual", "persistentVolumeReclaimPolicy": policy,
                "hostPath": {"path": "/tmp/data"},
            },
        });
        request("POST", VOLUMES, &body)
    }

    fn create_user(&mut self, claim: &str) -> Act {
        let body = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": format!("user-{}", self.pick(3))},
            "spec": {
                "containers": [{"name": "app", "image": "my-app:1.0"}],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
            },
        });
        request("POST", PODS, &body)
    }
}
