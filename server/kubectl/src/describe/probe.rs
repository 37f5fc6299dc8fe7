//! Probes on one line.

use serde_json::Value;

use super::writer::int_or_string;
use crate::fields::{array, field, int_at, text};
use crate::print::custom_columns::go_value;

/// `http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3`.
pub(super) fn probe(probe: &Value) -> String {
    let times = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        int_at(probe, "/initialDelaySeconds"),
        int_at(probe, "/timeoutSeconds"),
        int_at(probe, "/periodSeconds"),
        int_at(probe, "/successThreshold"),
        int_at(probe, "/failureThreshold")
    );
    format!("{} {times}", action(probe))
}

fn action(probe: &Value) -> String {
    let (exec, http) = (field(probe, "exec"), field(probe, "httpGet"));
    let (tcp, grpc) = (field(probe, "tcpSocket"), field(probe, "grpc"));
    if exec.is_object() {
        let command = Value::from(array(exec, "command").to_vec());
        return format!("exec {}", go_value(&command));
    }
    if http.is_object() {
        let scheme = text(http, "scheme").to_lowercase();
        let port = int_or_string(field(http, "port"));
        let path = text(http, "path");
        let slash = if path.starts_with('/') || path.is_empty() { "" } else { "/" };
        return format!("http-get {scheme}://{}:{port}{slash}{path}", text(http, "host"));
    }
    if tcp.is_object() {
        return format!("tcp-socket {}:{}", text(tcp, "host"), int_or_string(field(tcp, "port")));
    }
    if grpc.is_object() {
        return format!("grpc <pod>:{} {}", int_at(grpc, "/port"), text(grpc, "service"));
    }
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn on_one_line() {
        let probe = json!({"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"},
            "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3});
        assert_eq!(
            super::probe(&probe),
            "http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3"
        );
        let probe = json!({"exec": {"command": ["cat", "/tmp/healthy"]}, "initialDelaySeconds": 5});
        assert_eq!(
            super::probe(&probe),
            "exec [cat /tmp/healthy] delay=5s timeout=0s period=0s #success=0 #failure=0"
        );
    }
}
