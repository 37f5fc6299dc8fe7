//! Acts on Jobs, CronJobs, disruption budgets, priorities and evictions.

use serde_json::{Value, json};

use super::{Act, Simulation, request};
use crate::object::Kind;

const SCRIPTS: [&str; 4] = ["true", "exit 1", "sleep 7", "sleep 3; exit 42"];
const JOBS: &str = "/apis/batch/v1/namespaces/default/jobs";
const CRON_JOBS: &str = "/apis/batch/v1/namespaces/default/cronjobs";
const BUDGETS: &str = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const CLASSES: &str = "/apis/scheduling.k8s.io/v1/priorityclasses";

impl Simulation {
    /// One of those acts.
    pub(super) fn act_jobs(&mut self) -> Act {
        let name = format!("task-{}", self.pick(4));
        match self.pick(12) {
            0..=3 => self.create_job(&name),
            4 => {
                let patch = json!({"spec": {"suspend": self.pick(2) == 0}});
                request("PATCH", &format!("{JOBS}/{name}"), &patch)
            }
            5 => {
                let policy = ["Background", "Foreground", "Orphan"][self.pick(3)];
                let body = json!({"propagationPolicy": policy});
                request("DELETE", &format!("{JOBS}/{name}"), &body)
            }
            6 => self.create_cron_job(),
            7 => request("DELETE", &format!("{CRON_JOBS}/tick"), &Value::Null),
            8 => self.create_budget(),
            9 => self.evict(),
            10 => self.create_important(),
            _ => {
                let class = json!({"metadata": {"name": "high"}, "value": 1000});
                request("POST", CLASSES, &class)
            }
        }
    }

    fn pod_spec(&mut self) -> Value {
        let script = SCRIPTS[self.pick(SCRIPTS.len())];
        let cpu = format!("{}m", 50 * (1 + self.pick(8)));
        let restarts = ["Never", "OnFailure"][self.pick(2)];
        json!({
            "restartPolicy": restarts,
            "containers": [{
                "name": "app", "image": "busybox:1.36", "command": ["sh", "-c", script],
                "resources": {"requests": {"cpu": cpu}},
            }],
        })
    }

    fn create_job(&mut self, name: &str) -> Act {
        let mut spec = json!({
            "completions": 1 + self.pick(4), "parallelism": 1 + self.pick(3),
            "backoffLimit": self.pick(3), "template": {"spec": self.pod_spec()},
        });
        if self.pick(3) == 0 {
            spec["completionMode"] = json!("Indexed");
        }
        if self.pick(4) == 0 {
            spec["ttlSecondsAfterFinished"] = json!(self.pick(60));
        }
        if self.pick(4) == 0 {
            spec["activeDeadlineSeconds"] = json!(5 + self.pick(60));
        }
        let job = json!({"metadata": {"name": name}, "spec": spec});
        request("POST", JOBS, &job)
    }

    fn create_cron_job(&mut self) -> Act {
        let policy = ["Allow", "Forbid", "Replace"][self.pick(3)];
        let spec = json!({
            "schedule": "* * * * *", "concurrencyPolicy": policy,
            "jobTemplate": {"spec": {"template": {"spec": self.pod_spec()}}},
        });
        request("POST", CRON_JOBS, &json!({"metadata": {"name": "tick"}, "spec": spec}))
    }

    fn create_budget(&mut self) -> Act {
        let app = super::NAMES[self.pick(super::NAMES.len())];
        let budget = json!({
            "metadata": {"name": app},
            "spec": {"maxUnavailable": self.pick(3), "selector": {"matchLabels": {"app": app}}},
        });
        request("POST", BUDGETS, &budget)
    }

    fn evict(&mut self) -> Act {
        let objects = self.world.store().objects();
        let names: Vec<String> =
            objects.of_kind(Kind::Pod).map(|pod| pod.name().to_owned()).collect();
        let pick = self.pick(names.len());
        let name = names.get(pick).map_or("none", String::as_str);
        let body = json!({"metadata": {"name": name, "namespace": "default"}});
        request("POST", &format!("/api/v1/namespaces/default/pods/{name}/eviction"), &body)
    }

    /// A Pod for which others may have to go.
    fn create_important(&mut self) -> Act {
        let mut spec = self.pod_spec();
        spec["priorityClassName"] = json!("high");
        spec["containers"][0]["resources"]["requests"]["cpu"] = json!("1500m");
        let name = format!("important-{}", self.pick(3));
        request(
            "POST",
            "/api/v1/namespaces/default/pods",
            &json!({"metadata": {"name": name}, "spec": spec}),
        )
    }
}
