//! Replays one log and prints what each input was answered with and the digest after it.
//!
//! Built natively and as WebAssembly (`wasm-bindgen --target nodejs`), it must print the same:
//! `node end2end/digest.mjs` compares the two.

use orchestrator::{ApiRequest, Fault, Input, Reply, Scenario, Time, World};

const SEED: u64 = 20_260_105;
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";
const HELLO: &str = "/apis/apps/v1/namespaces/default/deployments/hello-world";
const MERGE: &str = "application/merge-patch+json";
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

fn main() {
    let mut world = World::new(SEED, &Scenario::playground(3));
    print(&format!("boot {}", world.digest()));
    for (wait_ms, input) in log() {
        world.run_until(Time(world.now().0 + wait_ms));
        let answer = answer(&world.submit(&input));
        print(&format!("{} {answer} {}", world.now().0, world.digest()));
    }
    world.run_until(Time(world.now().0 + 15 * MINUTE));
    print(&format!("{} end {} {}", world.now().0, world.trace().len(), world.digest()));
}

/// How long to wait before each input, and the input: what a learner does in a quarter of an hour.
fn log() -> Vec<(i64, Input)> {
    vec![
        (0, request("POST", DEPLOYMENTS, "application/json", DEPLOYMENT)),
        (2, request("POST", "/api/v1/namespaces/default/pods", "application/yaml", POD)),
        (SECOND, request("GET", "/api/v1/pods?labelSelector=app%3Dhello", "", "")),
        (20 * SECOND, request("PATCH", HELLO, MERGE, r#"{"spec":{"replicas":7}}"#)),
        (30 * SECOND, Input::Fault(Fault::NodeOff { node: "node-2".to_owned() })),
        (7 * MINUTE, request("PATCH", HELLO, MERGE, NEW_IMAGE)),
        (700, request("PATCH", HELLO, MERGE, r#"{"spec":{"replicas":4}}"#)),
        (MINUTE, Input::Fault(Fault::NodeOn { node: "node-2".to_owned() })),
        (MINUTE, request("POST", DEPLOYMENTS, "application/json", "{\"kind\":")),
        (SECOND, request("DELETE", "/api/v1/namespaces/default/pods/bare", "", "")),
        (MINUTE, request("DELETE", HELLO, "", "")),
    ]
}

const DEPLOYMENT: &str = r#"{
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello-world"},
  "spec": {
    "replicas": 3,
    "selector": {"matchLabels": {"app": "hello"}},
    "template": {
      "metadata": {"labels": {"app": "hello"}},
      "spec": {"containers": [{"name": "hello", "image": "helloworld-app"}]}
    }
  }
}"#;

const POD: &str = "
apiVersion: v1
kind: Pod
metadata:
  name: bare
spec:
  containers:
    - name: my-app-container
      image: my-app:1.0
";

const NEW_IMAGE: &str = r#"{"spec":{"template":{"spec":{
  "containers":[{"name":"hello","image":"helloworld-app:2.0"}]}}}}"#;

fn request(method: &str, uri: &str, content_type: &str, body: &str) -> Input {
    Input::Request(ApiRequest::new(method, uri, content_type, body))
}

fn answer(reply: &Reply) -> String {
    match reply {
        Reply::Response(response) => response.status().as_u16().to_string(),
        Reply::Stream { .. } => "stream".to_owned(),
        Reply::Forwarded(_) => "forwarded".to_owned(),
        Reply::Done => "done".to_owned(),
        Reply::NotFound => "not found".to_owned(),
    }
}

#[cfg(not(target_family = "wasm"))]
#[expect(clippy::print_stdout, reason = "an example talks to who runs it")]
fn print(line: &str) {
    println!("{line}");
}

#[cfg(target_family = "wasm")]
fn print(line: &str) {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = console)]
        fn log(line: &str);
    }
    log(line);
}
