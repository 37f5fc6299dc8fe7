//! The control plane's programs are stopped and started; nodes are cut off.

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Node;
use orchestrator::components::leader_election;
use orchestrator::{Fault, Kind, Reply, Scenario};
use serde_json::{Value, json};

use crate::cluster::Cluster;

const PODS: &str = "/api/v1/namespaces/default/pods";

fn stop(component: &str) -> Fault {
    Fault::ComponentStop { component: component.to_owned(), node: None }
}

fn start(component: &str) -> Fault {
    Fault::ComponentStart { component: component.to_owned(), node: None }
}

fn ready(cluster: &Cluster, node: &str) -> String {
    let status = cluster.get::<Node>("", node).unwrap().status.unwrap();
    let ready = status.conditions.unwrap().into_iter().find(|c| c.type_ == "Ready").unwrap();
    ready.status
}

#[test]
fn without_the_scheduler_pods_stay_pending_and_it_finds_them_when_it_is_back() {
    let mut cluster = Cluster::new(2);
    cluster.fault(stop("kube-scheduler"));
    cluster.run_s(5);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.run_s(120);
    let states: Vec<String> =
        cluster.pods().iter().map(|pod| pod[pod.len() - 11..].to_owned()).collect();
    assert_eq!(states, ["0/1 Pending", "0/1 Pending"]);
    cluster.fault(start("kube-scheduler"));
    cluster.run_s(60);
    assert!(cluster.pods().iter().all(|pod| pod.ends_with("1/1 Running")), "{:?}", cluster.pods());
}

#[test]
fn a_node_that_loses_packets_is_slow_and_one_that_loses_all_is_lost() {
    let starts_in_s = |percent: u8| {
        let mut cluster = Cluster::new(1);
        cluster.deploy("warm", 1, "my-app:1.0");
        cluster.settle();
        cluster.fault(Fault::PacketLoss { node: "node-1".to_owned(), percent });
        let begun = cluster.now();
        cluster.deploy("web", 8, "my-app:1.0");
        let running = |cluster: &Cluster| {
            cluster.pods().iter().filter(|pod| pod.ends_with("1/1 Running")).count()
        };
        while cluster.now() - begun < 600_000 && running(&cluster) < 9 {
            cluster.run_s(1);
        }
        (cluster.now() - begun) / 1000
    };
    let (sound, bad) = (starts_in_s(0), starts_in_s(60));
    assert!(sound + 2 < bad && bad < 600, "{sound} s, {bad} s");

    let mut cluster = Cluster::new(2);
    cluster.fault(Fault::PacketLoss { node: "node-1".to_owned(), percent: 100 });
    cluster.run_s(60);
    assert_eq!(
        (ready(&cluster, "node-1"), ready(&cluster, "node-2")),
        ("Unknown".into(), "True".into())
    );
    cluster.fault(Fault::PacketLoss { node: "node-1".to_owned(), percent: 10 });
    cluster.run_s(60);
    assert_eq!(ready(&cluster, "node-1"), "True");
}

#[test]
fn without_the_controller_manager_nothing_is_repaired() {
    let mut cluster = Cluster::new(2);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    cluster.fault(stop("kube-controller-manager"));
    cluster.run_s(5);
    let first = cluster.names(Kind::Pod).remove(0);
    cluster.ok("DELETE", &format!("{PODS}/{first}"), &Value::Null);
    cluster.run_s(120);
    assert_eq!(cluster.names(Kind::Pod).len(), 1);
    cluster.fault(start("kube-controller-manager"));
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod).len(), 2);
}

#[test]
fn without_the_api_server_requests_are_refused_and_pods_run_on() {
    let mut cluster = Cluster::new(2);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    cluster.fault(stop("kube-apiserver"));
    cluster.run_s(5);
    let (status, body) = cluster.request("GET", PODS, &Value::Null);
    assert_eq!(status, 503);
    assert_eq!(body["message"], "dial tcp 10.0.0.10:6443: connect: connection refused");
    let rev = cluster.world.store().rev();
    cluster.run_s(30);
    assert_eq!(cluster.world.store().rev(), rev, "nothing changes");
    let running = cluster.world.machines().flat_map(|machine| machine.pods());
    let running = running.filter(|pod| pod.key.namespace() == "default" && pod.is_running());
    assert_eq!(running.count(), 2);
    cluster.fault(start("kube-apiserver"));
    cluster.run_s(30);
    assert_eq!(ready(&cluster, "node-1"), "True");
    assert!(cluster.pods().iter().all(|pod| pod.ends_with("1/1 Running")), "{:?}", cluster.pods());
}

#[test]
fn an_api_server_that_is_back_late_finds_the_nodes_and_they_find_it() {
    let mut cluster = Cluster::new(2);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    let before = cluster.names(Kind::Pod);
    cluster.fault(stop("kube-apiserver"));
    cluster.run_s(5);
    cluster.run_s(600);
    cluster.fault(start("kube-apiserver"));
    cluster.run_s(60);
    for node in ["node-1", "node-2"] {
        assert_eq!(ready(&cluster, node), "True");
    }
    cluster.run_s(400);
    assert_eq!(cluster.names(Kind::Pod), before, "nobody was evicted");
}

#[test]
fn without_etcd_the_api_server_fails_but_for_what_it_knows_by_heart() {
    let mut cluster = Cluster::new(1);
    cluster.fault(stop("etcd"));
    cluster.run_s(5);
    let (status, body) = cluster.request("GET", PODS, &Value::Null);
    assert_eq!((status, &body["message"]), (500, &json!("etcdserver: request timed out")));
    let (status, _) = cluster.request("GET", &format!("{PODS}?resourceVersion=0"), &Value::Null);
    assert_eq!(status, 200, "its cache");
    let (status, _) = cluster.request("GET", "/readyz", &Value::Null);
    assert_eq!(status, 500);
    let (status, _) = cluster.request("GET", "/version", &Value::Null);
    assert_eq!(status, 200);
    cluster.fault(start("etcd"));
    cluster.run_s(10);
    let (status, _) = cluster.request("GET", PODS, &Value::Null);
    assert_eq!(status, 200);
}

#[test]
fn with_three_members_one_may_be_lost_and_with_two_etcd_has_no_quorum() {
    let mut cluster = Cluster::of(&Scenario::with_control_plane(3, 1));
    let stop = |node: &str| Fault::ComponentStop {
        component: "etcd".to_owned(),
        node: Some(node.to_owned()),
    };
    cluster.fault(stop("control-plane-2"));
    cluster.run_s(5);
    assert_eq!(cluster.request("GET", PODS, &Value::Null).0, 200);
    cluster.fault(stop("control-plane-3"));
    cluster.run_s(5);
    assert_eq!(cluster.request("GET", PODS, &Value::Null).0, 500);
}

#[test]
fn a_node_that_is_cut_off_runs_on_and_catches_up_when_it_is_found_again() {
    let mut cluster = Cluster::new(2);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    cluster.fault(Fault::NodePartition { node: "node-1".to_owned() });
    cluster.run_s(70);
    assert_eq!(ready(&cluster, "node-1"), "Unknown");
    let machine = cluster.world.machines().find(|machine| &*machine.node == "node-1").unwrap();
    assert!(machine.pods().any(|pod| pod.is_running()), "its containers run on");
    cluster.run_s(400);
    assert_eq!(cluster.names(Kind::Pod).len(), 3, "what ran there is replaced, and Terminating");
    cluster.fault(Fault::NodeHeal { node: "node-1".to_owned() });
    cluster.run_s(90);
    assert_eq!(ready(&cluster, "node-1"), "True");
    assert_eq!(cluster.names(Kind::Pod).len(), 2);
}

#[test]
fn a_registry_that_does_not_answer_is_waited_for_and_tried_again() {
    let mut cluster = Cluster::new(1);
    cluster.fault(Fault::RegistryDown);
    cluster.deploy("web", 1, "my-app:1.0");
    cluster.run_s(60);
    assert!(cluster.pods()[0].ends_with("0/1 ImagePullBackOff"), "{:?}", cluster.pods());
    cluster.fault(Fault::RegistryRestore);
    cluster.run_s(60);
    assert!(cluster.pods()[0].ends_with("1/1 Running"), "{:?}", cluster.pods());
}

#[test]
fn a_slow_watch_acts_late_on_what_others_have_seen() {
    let mut cluster = Cluster::new(1);
    cluster.fault(Fault::WatchDelay {
        component: "default-scheduler".to_owned(),
        node: None,
        delay_ms: 20_000,
    });
    cluster.deploy("web", 1, "my-app:1.0");
    cluster.run_s(15);
    assert!(cluster.pods()[0].ends_with("0/1 Pending"), "{:?}", cluster.pods());
    cluster.run_s(30);
    assert!(cluster.pods()[0].ends_with("1/1 Running"), "{:?}", cluster.pods());
}

#[test]
fn a_fault_that_names_nothing_is_not_found() {
    let mut cluster = Cluster::new(1);
    let delay = Fault::WatchDelay { component: "nobody".to_owned(), node: None, delay_ms: 1 };
    let lost = Fault::PacketLoss { node: "node-9".to_owned(), percent: 5 };
    for fault in [stop("kubelet"), delay, lost] {
        let reply = cluster.world.submit(&orchestrator::Input::Fault(fault));
        assert!(matches!(reply, Reply::NotFound), "{reply:?}");
    }
}

fn system_pods(cluster: &Cluster) -> Vec<String> {
    cluster.table("/api/v1/namespaces/kube-system/pods", &[0, 1, 2, 3])
}

#[test]
fn the_control_plane_is_pods() {
    let cluster = Cluster::new(1);
    let expected = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];
    let expected: Vec<String> =
        expected.iter().map(|name| format!("{name}-control-plane-1 1/1 Running 0")).collect();
    let own: Vec<String> =
        system_pods(&cluster).into_iter().filter(|row| row.contains("-control-plane-1 ")).collect();
    assert_eq!(own, expected);
}

#[test]
fn a_component_whose_container_is_killed_is_started_again_by_the_kubelet() {
    let mut cluster = Cluster::new(1);
    cluster.fault(Fault::ContainerKill {
        namespace: "kube-system".to_owned(),
        pod: "kube-apiserver-control-plane-1".to_owned(),
        container: "kube-apiserver".to_owned(),
    });
    assert_eq!(cluster.request("GET", PODS, &Value::Null).0, 503);
    cluster.run_s(30);
    assert_eq!(cluster.request("GET", PODS, &Value::Null).0, 200);
    let pods = system_pods(&cluster);
    assert!(
        pods.iter().any(|pod| pod.starts_with("kube-apiserver-control-plane-1 1/1 Running 1")),
        "{pods:?}"
    );
}

#[test]
fn a_stopped_component_has_no_pod() {
    let mut cluster = Cluster::new(1);
    cluster.fault(stop("kube-scheduler"));
    cluster.run_s(40);
    assert!(!system_pods(&cluster).iter().any(|pod| pod.starts_with("kube-scheduler")));
    cluster.fault(start("kube-scheduler"));
    cluster.run_s(40);
    assert!(system_pods(&cluster).iter().any(|pod| pod.starts_with("kube-scheduler")));
}

#[test]
fn a_control_plane_node_without_power_brings_everything_back() {
    let mut cluster = Cluster::new(2);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    let node = "control-plane-1".to_owned();
    cluster.fault(Fault::NodeOff { node: node.clone() });
    assert_eq!(cluster.request("GET", PODS, &Value::Null).0, 504);
    cluster.run_s(30);
    cluster.fault(Fault::NodeOn { node });
    cluster.run_s(60);
    assert_eq!(cluster.request("GET", PODS, &Value::Null).0, 200);
    assert!(cluster.pods().iter().all(|pod| pod.ends_with("1/1 Running")), "{:?}", cluster.pods());
    cluster.deploy("more", 1, "my-app:1.0");
    cluster.run_s(60);
    assert!(cluster.pods().iter().all(|pod| pod.ends_with("1/1 Running")), "{:?}", cluster.pods());
}

fn holder(cluster: &Cluster, component: &str) -> String {
    let lease = cluster.get::<Lease>("kube-system", component).unwrap();
    leader_election::holder_node(&lease).unwrap().to_owned()
}

#[test]
fn with_three_members_the_standby_takes_over_when_the_leader_is_lost() {
    let mut cluster = Cluster::of(&Scenario::with_control_plane(3, 2));
    let leader = holder(&cluster, "kube-scheduler");
    cluster.fault(Fault::NodeOff { node: leader.clone() });
    cluster.deploy("web", 1, "my-app:1.0");
    cluster.run_s(60);
    assert_ne!(holder(&cluster, "kube-scheduler"), leader);
    let lease = cluster.get::<Lease>("kube-system", "kube-scheduler").unwrap();
    assert_eq!(lease.spec.unwrap().lease_transitions, Some(1));
    assert!(cluster.pods()[0].ends_with("1/1 Running"), "{:?}", cluster.pods());
}

#[test]
fn a_leader_that_is_cut_off_gives_up_before_another_leads() {
    let mut cluster = Cluster::of(&Scenario::with_control_plane(3, 2));
    let leader = holder(&cluster, "kube-controller-manager");
    cluster.fault(Fault::NodePartition { node: leader.clone() });
    cluster.run_s(60);
    assert_ne!(holder(&cluster, "kube-controller-manager"), leader);
    cluster.fault(Fault::NodeHeal { node: leader.clone() });
    cluster.run_s(400);
    let pods = system_pods(&cluster);
    let own = format!("kube-controller-manager-{leader} 1/1 Running");
    assert!(pods.iter().any(|pod| pod.starts_with(&own)), "it was started again: {pods:?}");
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.run_s(60);
    assert!(cluster.pods().iter().all(|pod| pod.ends_with("1/1 Running")), "{:?}", cluster.pods());
}

#[test]
fn the_course_documents_control_plane_pod_cannot_run_without_commands() {
    let mut cluster = Cluster::new(1);
    let image = |name: &str| json!({"name": name, "image": format!("k8s.gcr.io/{name}:v1.21.0")});
    let programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
    let body = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "control-plane-pod"},
        "spec": {"containers": programs.map(image)},
    });
    cluster.ok("POST", PODS, &body);
    cluster.run_s(60);
    assert!(cluster.pods()[0].starts_with("control-plane-pod 0/3 "), "{:?}", cluster.pods());
    let log = "/api/v1/namespaces/default/pods/control-plane-pod/log?container=kube-scheduler";
    let request = orchestrator::ApiRequest::new("GET", log, "", "");
    let answer = cluster.world.peek(&request);
    let said = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(said.ends_with("not enough arguments to run\n"), "{said}");
}
