//! What clients outside of a cluster get from it.

use serde_json::json;

use crate::house::{Folder, House};

#[tokio::test]
async fn a_node_port_answers_outside_and_what_is_not_reached_says_why() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let base = format!("/sandboxes/{id}/api/v1/namespaces/default");
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {
            "type": "NodePort", "selector": {"app": "web"},
            "ports": [{"port": 80, "nodePort": 30080}],
        },
    });
    house.ask("POST", &format!("{base}/pods"), pod.to_string()).await;
    house.ask("POST", &format!("{base}/services"), service.to_string()).await;
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    let outside = format!("/sandboxes/{id}/outside");
    for path in ["10.0.0.11:30080", "10.0.0.11:30080/", "10.0.0.11:30080/index.html?x"] {
        let answer = house.get(&format!("{outside}/{path}")).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text.contains("<h1>Welcome to nginx!</h1>"), "{path}: {}", answer.text);
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, "sandbox allow-forms");
    }
    let missing = house.get(&format!("{outside}/10.0.0.11:30080/none")).await;
    assert_eq!(missing.status, 404);
    let refused = house.get(&format!("{outside}/10.0.0.11:30081/")).await;
    assert_eq!(refused.status, 504);
    assert!(refused.text.contains("connection refused"), "{}", refused.text);
}
