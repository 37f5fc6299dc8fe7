//! Acts upon the network: Services of all types, NetworkPolicies, Ingresses, and traffic.

use serde_json::{Value, json};

use super::{Act, NAMES, Simulation, request};
use crate::input::Input;
use crate::network::HttpRequest;
use crate::network::traffic::{From, Load, Traffic};

impl Simulation {
    /// Draws an act upon the network.
    pub(super) fn act_network(&mut self) -> Act {
        let name = NAMES[self.pick(NAMES.len())];
        match self.pick(8) {
            0..=1 => self.publish(name),
            2 => self.change_type(name),
            3 => self.create_policy(name),
            4 => self.delete_policy(),
            5..=6 => self.send_traffic(name),
            _ => self.ask_from_outside(),
        }
    }

    fn publish(&mut self, name: &str) -> Act {
        let kind = ["ClusterIP", "NodePort", "LoadBalancer"][self.pick(3)];
        let mut spec = json!({
            "type": kind, "selector": {"app": name},
            "ports": [{"port": 80, "targetPort": 8080}],
        });
        if kind != "ClusterIP" && self.pick(2) == 0 {
            spec["externalTrafficPolicy"] = json!("Local");
        }
        if self.pick(3) == 0 {
            spec["sessionAffinity"] = json!("ClientIP");
        }
        let name = format!("{name}-public");
        let body = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec,
        });
        request("POST", "/api/v1/namespaces/default/services", &body)
    }

    fn change_type(&mut self, name: &str) -> Act {
        let uri = format!("/api/v1/namespaces/default/services/{name}-public");
        match self.pick(3) {
            0 => request("DELETE", &uri, &Value::Null),
            1 => request("PATCH", &uri, &json!({"spec": {"type": "ClusterIP"}})),
            _ => request("PATCH", &uri, &json!({"spec": {"type": "LoadBalancer"}})),
        }
    }

    fn create_policy(&mut self, name: &str) -> Act {
        let number = self.pick(3);
        let mut spec = json!({"podSelector": {"matchLabels": {"app": name}}});
        match self.pick(3) {
            0 => spec["ingress"] = json!([{"from": [{"podSelector": {}}]}]),
            1 => spec["policyTypes"] = json!(["Ingress", "Egress"]),
            _ => spec["ingress"] = json!([{"ports": [{"port": 8080}]}]),
        }
        let body = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": format!("policy-{number}")}, "spec": spec,
        });
        request("POST", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", &body)
    }

    fn delete_policy(&mut self) -> Act {
        let base = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
        request("DELETE", &format!("{base}/policy-{}", self.pick(3)), &Value::Null)
    }

    fn send_traffic(&mut self, name: &str) -> Act {
        let urls = [
            format!("http://{name}-public.default/"),
            format!("http://10.0.0.11:{}/", 30_086 + self.pick(4)),
            format!("http://198.51.100.{}/", 10 + self.pick(3)),
        ];
        let from = if self.pick(2) == 0 {
            From::Outside
        } else {
            let pod = format!("bare-{}", self.pick(5));
            From::Pod { namespace: "default".to_owned(), pod }
        };
        let load = Load {
            name: name.to_owned(),
            from,
            url: urls[self.pick(urls.len())].clone(),
            rate_per_s: [1, 20, 500][self.pick(3)],
            duration_ms: Some(10_000),
            timeout_ms: Some(2_000),
        };
        Act::Input(Box::new(Input::Traffic(Traffic::Start(load))))
    }

    fn ask_from_outside(&mut self) -> Act {
        let port = u16::try_from(30_086 + self.pick(4)).unwrap_or(80);
        let address = format!("10.0.0.{}", 10 + self.pick(4));
        let request = HttpRequest::get(&address, "/");
        Act::Input(Box::new(Input::Outside { address, port, request, timeout_ms: Some(10_000) }))
    }
}
