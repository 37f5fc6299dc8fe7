//! Acts upon the sets: DaemonSets, StatefulSets, ReplicationControllers, and rollouts of Deployments.

use serde_json::{Value, json};

use super::{Act, IMAGES, Simulation, deployment_path, request};

/// The names differ from those of Deployments, so that their Pods do.
const NAMES: [&str; 2] = ["agent", "db"];

impl Simulation {
    /// Draws an act upon one of the sets.
    pub(super) fn act_sets(&mut self) -> Act {
        let name = NAMES[self.pick(NAMES.len())];
        match self.pick(14) {
            0..=1 => self.create_daemon_set(name),
            2..=4 => self.create_stateful_set(name),
            5 => self.create_replication_controller(name),
            6 => self.change_image("daemonsets", name),
            7..=8 => self.change_image("statefulsets", name),
            9 => self.scale_set("apis/apps/v1", "statefulsets", name),
            10 => self.scale_set("api/v1", "replicationcontrollers", name),
            11 => self.delete_set(name),
            12 => self.delete_revision(),
            _ => self.change_rollout(),
        }
    }

    fn template(&mut self, app: &str) -> Value {
        let image = IMAGES[self.pick(IMAGES.len())];
        json!({
            "metadata": {"labels": {"app": app}},
            "spec": {"containers": [{"name": "app", "image": image}]},
        })
    }

    fn create_daemon_set(&mut self, name: &str) -> Act {
        let app = format!("{name}-daemon");
        let (surge, unavailable) = if self.pick(2) == 0 { (0, "40%") } else { (1, "0%") };
        let body = json!({
            "metadata": {"name": name},
            "spec": {
                "selector": {"matchLabels": {"app": app}},
                "updateStrategy": {
                    "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable},
                },
                "template": self.template(&app),
            },
        });
        request("POST", &collection("apis/apps/v1", "daemonsets"), &body)
    }

    fn create_stateful_set(&mut self, name: &str) -> Act {
        let app = format!("{name}-stateful");
        let policy = ["OrderedReady", "Parallel"][self.pick(2)];
        let retention = ["Retain", "Delete"];
        let claim = json!({
            "metadata": {"name": "data"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        });
        let claims = if self.pick(2) == 0 { json!([claim]) } else { json!([]) };
        let body = json!({
            "metadata": {"name": name},
            "spec": {
                "replicas": self.pick(5),
                "serviceName": name,
                "podManagementPolicy": policy,
                "persistentVolumeClaimRetentionPolicy": {
                    "whenDeleted": retention[self.pick(2)], "whenScaled": retention[self.pick(2)],
                },
                "selector": {"matchLabels": {"app": app}},
                "template": self.template(&app),
                "volumeClaimTemplates": claims,
            },
        });
        request("POST", &collection("apis/apps/v1", "statefulsets"), &body)
    }

    fn create_replication_controller(&mut self, name: &str) -> Act {
        let template = self.template(&format!("{name}-replicated"));
        let spec = json!({"replicas": self.pick(4), "template": template});
        let body = json!({"metadata": {"name": name}, "spec": spec});
        request("POST", &collection("api/v1", "replicationcontrollers"), &body)
    }

    fn change_image(&mut self, plural: &str, name: &str) -> Act {
        let containers = json!([{"name": "app", "image": IMAGES[self.pick(IMAGES.len())]}]);
        let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        request("PATCH", &one("apis/apps/v1", plural, name), &patch)
    }

    fn scale_set(&mut self, api: &str, plural: &str, name: &str) -> Act {
        let patch = json!({"spec": {"replicas": self.pick(6)}});
        request("PATCH", &one(api, plural, name), &patch)
    }

    fn delete_set(&mut self, name: &str) -> Act {
        let (api, plural) = [
            ("apis/apps/v1", "daemonsets"),
            ("apis/apps/v1", "statefulsets"),
            ("api/v1", "replicationcontrollers"),
        ][self.pick(3)];
        let policy = ["Background", "Foreground", "Orphan"][self.pick(3)];
        let uri = format!("{}?propagationPolicy={policy}", one(api, plural, name));
        request("DELETE", &uri, &Value::Null)
    }

    /// Somebody deletes a set's memory.
    fn delete_revision(&mut self) -> Act {
        let objects = self.world.store().objects();
        let revisions = objects.of_kind(crate::object::Kind::ControllerRevision);
        let names: Vec<String> = revisions.map(|revision| revision.name().to_owned()).collect();
        let pick = self.pick(names.len());
        let name = names.get(pick).map_or("none", String::as_str);
        request("DELETE", &one("apis/apps/v1", "controllerrevisions", name), &Value::Null)
    }

    fn change_rollout(&mut self) -> Act {
        let name = super::NAMES[self.pick(super::NAMES.len())];
        let spec = match self.pick(5) {
            0 => json!({"paused": true}),
            1..=2 => json!({"paused": null}),
            3 => json!({"strategy": {"type": "Recreate", "rollingUpdate": null}}),
            _ => json!({"strategy": {"type": "RollingUpdate"}}),
        };
        request("PATCH", &deployment_path(name), &json!({"spec": spec}))
    }
}

fn collection(api: &str, plural: &str) -> String {
    format!("/{api}/namespaces/default/{plural}")
}

fn one(api: &str, plural: &str, name: &str) -> String {
    format!("/{api}/namespaces/default/{plural}/{name}")
}
