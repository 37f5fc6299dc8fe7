//! Volumes as programs see them.

use serde_json::{Value, json};

use crate::cluster::Cluster;

impl Cluster {
    /// What a script in a container writes, standard error included.
    pub(crate) fn sh(&mut self, pod: &str, container: &str, script: &str) -> String {
        let script: String =
            format!("exec 2>&1; {script}").bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!(
            "exec?container={container}&command=sh&command=-c&command={script}&stdout=true"
        );
        let exec = self.open(pod, &query);
        assert!(exec.ended, "it takes no time");
        exec.stdout
    }

    fn config(&mut self, method: &str, text: &str) {
        let path = "/api/v1/namespaces/default/configmaps";
        let uri = if method == "POST" { path.to_owned() } else { format!("{path}/settings") };
        let body = json!({"metadata": {"name": "settings"}, "data": {"color": text}});
        self.ok(method, &uri, &body);
    }
}

fn container(name: &str, mounts: &Value) -> Value {
    json!({
        "name": name, "image": "busybox", "command": ["sleep", "infinity"], "volumeMounts": mounts,
    })
}

#[test]
fn an_empty_dir_is_shared_by_the_containers_of_a_pod_and_outlives_them() {
    let mut cluster = Cluster::new(1);
    let mounts = json!([{"name": "shared", "mountPath": "/data"}]);
    let mut crashing = container("a", &mounts);
    crashing["command"] = json!(["sh", "-c", "trap 'exit 1' TERM; while :; do sleep 1; done"]);
    let spec = json!({
        "containers": [crashing, container("b", &mounts)],
        "volumes": [{"name": "shared", "emptyDir": {}}],
    });
    cluster.pod_of("two", &spec);
    assert_eq!(cluster.sh("two", "a", "echo hello > /data/x; echo own > /tmp/y; kill 1"), "");
    cluster.run_s(20);
    assert_eq!(cluster.sh("two", "b", "cat /data/x"), "hello\n");
    let after = "cat: can't open '/tmp/y': No such file or directory\nhello\n";
    assert_eq!(cluster.sh("two", "a", "cat /tmp/y /data/x"), after);
}

#[test]
fn a_config_map_changes_under_a_running_program_but_not_by_sub_path() {
    let mut cluster = Cluster::new(1);
    cluster.config("POST", "red");
    let mounts = json!([
        {"name": "settings", "mountPath": "/etc/settings"},
        {"name": "settings", "mountPath": "/etc/color", "subPath": "color"},
    ]);
    let spec = json!({
        "containers": [container("a", &mounts)],
        "volumes": [{"name": "settings", "configMap": {"name": "settings"}}],
    });
    cluster.pod_of("one", &spec);
    let look = "cat /etc/settings/color /etc/color; ls /etc/settings; readlink /etc/settings/color";
    assert_eq!(cluster.sh("one", "a", look), "redredcolor\n..data/color\n");
    cluster.config("PUT", "blue");
    cluster.run_s(1);
    assert_eq!(cluster.sh("one", "a", "cat /etc/settings/color"), "red");
    cluster.run_s(90);
    assert_eq!(cluster.sh("one", "a", "cat /etc/settings/color /etc/color"), "bluered");
    let refused = "sh: can't create /etc/settings/color: Read-only file system\n";
    assert_eq!(cluster.sh("one", "a", "echo x > /etc/settings/color"), refused);
}

#[test]
fn a_node_keeps_the_files_of_a_host_path() {
    let mut cluster = Cluster::new(1);
    let spec = json!({
        "containers": [container("a", &json!([{"name": "node", "mountPath": "/node"}]))],
        "volumes": [{"name": "node", "hostPath": {"path": "/var/local/x"}}],
    });
    cluster.pod_of("one", &spec);
    assert_eq!(cluster.sh("one", "a", "echo kept > /node/file"), "");
    cluster.ok("DELETE", "/api/v1/namespaces/default/pods/one?gracePeriodSeconds=0", &json!(null));
    cluster.settle();
    cluster.pod_of("two", &spec);
    assert_eq!(cluster.sh("two", "a", "cat /node/file"), "kept\n");
}

#[test]
fn a_claims_files_outlive_its_pods() {
    let mut cluster = Cluster::new(1);
    let claim = json!({
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
        },
    });
    cluster.ok("POST", "/api/v1/namespaces/default/persistentvolumeclaims", &claim);
    let spec = json!({
        "containers": [container("a", &json!([{"name": "data", "mountPath": "/data"}]))],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
    });
    cluster.pod_of("one", &spec);
    cluster.settle();
    assert_eq!(cluster.sh("one", "a", "echo kept > /data/file"), "");
    cluster.ok("DELETE", "/api/v1/namespaces/default/pods/one?gracePeriodSeconds=0", &json!(null));
    cluster.settle();
    cluster.pod_of("two", &spec);
    cluster.settle();
    assert_eq!(cluster.sh("two", "a", "cat /data/file"), "kept\n");
}

#[test]
fn a_read_only_root_refuses_but_its_mounts_do_not() {
    let mut cluster = Cluster::new(1);
    let mut one = container("a", &json!([{"name": "tmp", "mountPath": "/tmp"}]));
    one["securityContext"] = json!({"readOnlyRootFilesystem": true});
    let volumes = json!([{"name": "tmp", "emptyDir": {}}]);
    cluster.pod_of("one", &json!({"containers": [one], "volumes": volumes}));
    let refused = "touch: /x: Read-only file system\n";
    assert_eq!(
        cluster.sh("one", "a", "touch /x; touch /tmp/x && ls /tmp"),
        format!("{refused}x\n")
    );
    let token = "cd /var/run/secrets/kubernetes.io/serviceaccount && cat namespace && ls";
    assert_eq!(cluster.sh("one", "a", token), "defaultca.crt\nnamespace\ntoken\n");
}
