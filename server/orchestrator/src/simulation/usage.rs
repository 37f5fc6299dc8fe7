//! Acts upon what programs use, autoscalers, and the finer points of a Pod's life.

use serde_json::{Value, json};

use super::{Act, NAMES, Simulation, request};
use crate::fault::Fault;
use crate::input::Input;
use crate::object::Kind;

const AUTOSCALERS: &str = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
const PODS: &str = "/api/v1/namespaces/default/pods";

impl Simulation {
    /// Draws an act upon an autoscaler or a Pod that uses much.
    pub(super) fn act_usage(&mut self) -> Act {
        let name = NAMES[self.pick(NAMES.len())];
        match self.pick(8) {
            0 => self.create_autoscaler(name),
            1 => request("DELETE", &format!("{AUTOSCALERS}/{name}"), &Value::Null),
            2 => self.create_hungry(),
            3 => self.create_brief(),
            4 => self.create_with_sidecar(),
            5..=6 => self.fill_memory(),
            _ => self.bind_by_hand(),
        }
    }

    fn fill_memory(&mut self) -> Act {
        let objects = self.world.store().objects();
        let names: Vec<String> =
            objects.of_kind(Kind::Pod).map(|pod| pod.name().to_owned()).collect();
        let pick = self.pick(names.len());
        let pod = names.get(pick).cloned().unwrap_or_default();
        let (namespace, container) = ("default".to_owned(), "app".to_owned());
        let amount = 1_i64 << (20 + self.pick(13));
        let fault = if self.pick(2) == 0 {
            Fault::MemoryFill { namespace, pod, container, bytes: amount }
        } else {
            Fault::MemoryLeak { namespace, pod, container, bytes_per_s: amount >> 6 }
        };
        Act::Input(Box::new(Input::Fault(fault)))
    }

    fn create_autoscaler(&mut self, name: &str) -> Act {
        let value = ["1m", "12Mi"][self.pick(2)];
        let resource = if value == "1m" { "cpu" } else { "memory" };
        let target = json!({"type": "AverageValue", "averageValue": value});
        let metric = json!({"type": "Resource", "resource": {"name": resource, "target": target}});
        let reference = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": name});
        let body = json!({
            "metadata": {"name": name},
            "spec": {
                "scaleTargetRef": reference,
                "minReplicas": 1 + self.pick(2), "maxReplicas": 3 + self.pick(4),
                "metrics": [metric],
            },
        });
        request("POST", AUTOSCALERS, &body)
    }

    /// One that takes much memory: of its limit, or of its node.
    fn create_hungry(&mut self) -> Act {
        let bytes = format!("{}M", 100 << self.pick(6));
        let limits = json!({"limits": {"memory": "300Mi"}});
        let resources = if self.pick(2) == 0 { limits } else { json!({}) };
        let args = ["--vm", "1", "--vm-bytes", &bytes, "--vm-hang", "1"];
        let container = json!({
            "name": "app", "image": "polinux/stress", "command": ["stress"], "args": args,
            "resources": resources,
        });
        self.create_one("hungry", &json!({"containers": [container]}))
    }

    fn create_brief(&mut self) -> Act {
        let seconds = 5 + self.pick(60);
        let container = json!({"name": "app", "image": "my-app:1.0"});
        let spec = json!({"activeDeadlineSeconds": seconds, "containers": [container]});
        self.create_one("brief", &spec)
    }

    fn create_with_sidecar(&mut self) -> Act {
        let sidecar = json!({"name": "proxy", "image": "my-app:1.0", "restartPolicy": "Always"});
        let hook = json!({"postStart": {"exec": {"command": ["sleep", "3"]}}});
        let command = ["sh", "-c", "sleep 20; exit 1"];
        let main = json!({
            "name": "app", "image": "busybox", "command": command, "lifecycle": hook,
        });
        let policy = ["Always", "OnFailure", "Never"][self.pick(3)];
        let spec = json!({
            "restartPolicy": policy, "initContainers": [sidecar], "containers": [main],
        });
        self.create_one("assisted", &spec)
    }

    /// Past the scheduler, and perhaps too large.
    fn bind_by_hand(&mut self) -> Act {
        let cpu = ["100m", "1500m", "3"][self.pick(3)];
        let container = json!({
            "name": "app", "image": "my-app:1.0", "resources": {"requests": {"cpu": cpu}},
        });
        self.create_one("bound", &json!({"nodeName": "node-1", "containers": [container]}))
    }

    fn create_one(&mut self, prefix: &str, spec: &Value) -> Act {
        let name = format!("{prefix}-{}", self.pick(3));
        request("POST", PODS, &json!({"metadata": {"name": name}, "spec": spec}))
    }
}
