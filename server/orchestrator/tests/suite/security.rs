//! Users, groups and the permissions of files: `securityContext`.

use serde_json::{Value, json};

use crate::cluster::Cluster;

fn sleeper(security: &Value, pod: &Value, volumes: &Value, mounts: &Value) -> Value {
    json!({
        "securityContext": pod, "volumes": volumes,
        "containers": [{
            "name": "app", "image": "busybox", "command": ["sleep", "infinity"],
            "securityContext": security, "volumeMounts": mounts,
        }],
    })
}

/// Reads `$ ` and a script, then what it writes; runs them one after the other.
#[track_caller]
fn check(cluster: &mut Cluster, pod: &str, cases: &str) {
    let mut shown = String::new();
    for case in cases.split("$ ").filter(|case| !case.trim().is_empty()) {
        let script = case.lines().next().unwrap();
        shown += &format!("$ {script}\n{}", cluster.sh(pod, "app", script));
    }
    assert_eq!(shown, cases);
}

/// <https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod>
#[test]
fn a_pod_runs_as_the_user_and_the_groups_that_it_asks_for() {
    let mut cluster = Cluster::new(1);
    let pod = json!({
        "runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 2000, "supplementalGroups": [4000],
    });
    let volumes = json!([{"name": "data", "emptyDir": {}}]);
    let mounts = json!([{"name": "data", "mountPath": "/data/demo"}]);
    cluster.pod_of("demo", &sleeper(&json!({}), &pod, &volumes, &mounts));
    let cases = "\
$ id
uid=1000 gid=3000 groups=2000,3000,4000
$ whoami
whoami: unknown uid 1000
$ ps | head -n 2
PID   USER     TIME  COMMAND
    1 1000      0:00 sleep infinity
$ stat -c '%A %u %g' /data/demo
drwxrwsrwx 0 2000
$ echo hello > /data/demo/testfile; stat -c '%A %u %g' /data/demo/testfile
-rw-r--r-- 1000 2000
$ echo hello > /etc/motd
sh: can't create /etc/motd: Permission denied
$ touch /etc/hosts2
touch: /etc/hosts2: Permission denied
$ mkdir /app
mkdir: can't create directory '/app': Permission denied
$ ls /root
ls: can't open '/root': Permission denied
$ rm /etc/hosts
rm: can't remove '/etc/hosts': Permission denied
$ chmod 777 /etc/hosts
chmod: /etc/hosts: Operation not permitted
$ chown 0 /data/demo/testfile
chown: /data/demo/testfile: Operation not permitted
$ echo mine > /tmp/mine && cat /tmp/mine
mine
$ echo $HOME
/
";
    check(&mut cluster, "demo", cases);
}

#[test]
fn a_containers_own_word_comes_before_the_pods_and_root_may_do_all() {
    let mut cluster = Cluster::new(1);
    let pod = json!({"runAsUser": 1000});
    cluster.pod_of("own", &sleeper(&json!({"runAsUser": 2000}), &pod, &json!([]), &json!([])));
    cluster.pod_of("root", &sleeper(&json!({}), &json!({}), &json!([]), &json!([])));
    check(&mut cluster, "own", "$ id\nuid=2000 gid=0(root) groups=0(root)\n");
    let cases = "\
$ id
uid=0(root) gid=0(root) groups=0(root),10(wheel)
$ touch /etc/mine && chown 1000:3000 /etc/mine && stat -c '%u %g' /etc/mine
1000 3000
$ echo $HOME
/root
";
    check(&mut cluster, "root", cases);
}

#[test]
fn files_of_objects_have_the_mode_that_is_asked_for() {
    let mut cluster = Cluster::new(1);
    let secret = json!({"metadata": {"name": "keys"}, "stringData": {"key": "s3cret", "pub": "p"}});
    cluster.ok("POST", "/api/v1/namespaces/default/secrets", &secret);
    let volumes = json!([{"name": "keys", "secret": {
        "secretName": "keys", "defaultMode": 0o400,
        "items": [{"key": "key", "path": "key"}, {"key": "pub", "path": "pub", "mode": 0o444}],
    }}]);
    let mounts = json!([{"name": "keys", "mountPath": "/keys"}]);
    let user = |group: Value| json!({"runAsUser": 1000, "fsGroup": group});
    cluster.pod_of("out", &sleeper(&json!({}), &user(Value::Null), &volumes, &mounts));
    cluster.pod_of("in", &sleeper(&json!({}), &user(json!(2000)), &volumes, &mounts));
    let cases = "\
$ stat -L -c '%a %u %g' /keys/key /keys/pub
400 0 0
444 0 0
$ cat /keys/key
cat: can't open '/keys/key': Permission denied
";
    check(&mut cluster, "out", cases);
    let cases = "\
$ stat -L -c '%a %u %g' /keys/key /keys/pub
440 0 2000
444 0 2000
$ cat /keys/key; echo
s3cret
";
    check(&mut cluster, "in", cases);
}

#[test]
fn a_pod_that_must_not_run_as_root_is_not_started_as_root() {
    let mut cluster = Cluster::new(1);
    let image = |image: &str, security: Value| json!({"containers": [{"name": "app", "image": image, "securityContext": security}]});
    let non_root = || json!({"runAsNonRoot": true});
    cluster.pod_of("root", &image("nginx", non_root()));
    cluster.pod_of("zero", &image("nginx", json!({"runAsNonRoot": true, "runAsUser": 0})));
    let named = "gcr.io/google-samples/hello-app:1.0";
    cluster.pod_of("named", &image(named, non_root()));
    let mut number = image("hashicorp/http-echo", non_root());
    number["containers"][0]["args"] = json!(["-text=hello"]);
    cluster.pod_of("number", &number);
    assert_eq!(
        cluster.pods(),
        [
            "named 0/1 CreateContainerConfigError",
            "number 1/1 Running",
            "root 0/1 CreateContainerConfigError",
            "zero 0/1 CreateContainerConfigError",
        ]
    );
    let said = |cluster: &Cluster, pod: &str| {
        let mut events = cluster.events(pod);
        events.retain(|event| event.starts_with("Failed "));
        let uid = cluster.get::<k8s_openapi::api::core::v1::Pod>("default", pod);
        let uid = uid.unwrap().metadata.uid.unwrap();
        events.remove(0).replace(&uid, "UID")
    };
    assert_eq!(
        ["root", "zero", "named"].map(|pod| said(&cluster, pod)),
        [
            "Failed Error: container has runAsNonRoot and image will run as root \
             (pod: \"root_default(UID)\", container: app)",
            "Failed Error: container's runAsUser breaks non-root policy \
             (pod: \"zero_default(UID)\", container: app)",
            "Failed Error: container has runAsNonRoot and image has non-numeric user (nonroot), \
             cannot verify user is non-root (pod: \"named_default(UID)\", container: app)",
        ]
    );
}

fn last_line(cluster: &mut Cluster, pod: &str, container: &str) -> String {
    let uri = format!("/api/v1/namespaces/default/pods/{pod}/log?container={container}");
    let request = orchestrator::ApiRequest::new("GET", &uri, "", "");
    let reply = cluster.world.submit(&orchestrator::Input::Request(request)).into_response();
    let text = String::from_utf8_lossy(reply.body()).into_owned();
    text.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn nginx_ends_where_it_may_not_write() {
    let mut cluster = Cluster::new(1);
    let pod = |security: Value, mounts: &[&str]| {
        let names: Vec<(String, &&str)> =
            mounts.iter().enumerate().map(|(at, path)| (format!("v{at}"), path)).collect();
        let volumes: Vec<Value> =
            names.iter().map(|(name, _)| json!({"name": name, "emptyDir": {}})).collect();
        let mounts: Vec<Value> =
            names.iter().map(|(name, at)| json!({"name": name, "mountPath": at})).collect();
        json!({"volumes": volumes, "containers": [{
            "name": "app", "image": "nginx:1.29", "securityContext": security,
            "volumeMounts": mounts,
        }]})
    };
    let cases = [
        (
            json!({"readOnlyRootFilesystem": true}),
            vec![],
            "nginx: [emerg] mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)",
        ),
        (
            json!({"readOnlyRootFilesystem": true}),
            vec!["/var/cache/nginx"],
            "nginx: [emerg] open() \"/run/nginx.pid\" failed (30: Read-only file system)",
        ),
        (
            json!({"runAsUser": 1000}),
            vec![],
            "nginx: [emerg] mkdir() \"/var/cache/nginx/client_temp\" failed (13: Permission denied)",
        ),
    ];
    for (at, (security, mounts, line)) in cases.into_iter().enumerate() {
        let name = format!("web-{at}");
        cluster.pod_of(&name, &pod(security, &mounts));
        assert_eq!(last_line(&mut cluster, &name, "app"), line);
    }
    let mounts = ["/var/cache/nginx", "/run"];
    cluster.pod_of("well", &pod(json!({"readOnlyRootFilesystem": true}), &mounts));
    assert!(cluster.pods().contains(&"well 1/1 Running".to_owned()), "{:?}", cluster.pods());
}

#[test]
fn two_containers_of_a_pod_cannot_listen_on_the_same_port() {
    let mut cluster = Cluster::new(1);
    let spec = json!({"containers": [
        {"name": "one", "image": "nginx"}, {"name": "two", "image": "nginx"},
    ]});
    cluster.pod_of("twins", &spec);
    let line = "nginx: [emerg] still could not bind()";
    assert_eq!(last_line(&mut cluster, "twins", "two"), line);
    let row = cluster.table("/api/v1/namespaces/default/pods/twins", &[1, 2]);
    assert!(["1/2 Error", "1/2 CrashLoopBackOff"].contains(&&*row[0]), "{row:?}");
    let spec = json!({"containers": [
        {"name": "one", "image": "hashicorp/http-echo", "args": ["-text=one"]},
        {"name": "two", "image": "hashicorp/http-echo", "args": ["-text=two", "-listen=:8080"]},
    ]});
    cluster.pod_of("neighbours", &spec);
    let row = cluster.table("/api/v1/namespaces/default/pods/neighbours", &[1, 2]);
    assert_eq!(row, ["2/2 Running"]);
}

/// <https://kubernetes.io/docs/tutorials/security/ns-level-pss/>
#[test]
fn a_namespace_lets_in_only_pods_of_its_standard() {
    let mut cluster = Cluster::new(1);
    let namespace = json!({"metadata": {"name": "safe", "labels": {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "v1.36",
    }}});
    cluster.ok("POST", "/api/v1/namespaces", &namespace);
    cluster.run_s(5);
    let pods = "/api/v1/namespaces/safe/pods";
    let mut pod = json!({"metadata": {"name": "web"}, "spec": {"containers": [
        {"name": "web", "image": "my-app:1.0", "securityContext": {"privileged": true}},
    ]}});
    let (status, said) = cluster.request("POST", pods, &pod);
    let rules = "allowPrivilegeEscalation != false (container \"web\" must set \
                 securityContext.allowPrivilegeEscalation=false), unrestricted capabilities \
                 (container \"web\" must set securityContext.capabilities.drop=[\"ALL\"]), \
                 runAsNonRoot != true (pod or container \"web\" must set \
                 securityContext.runAsNonRoot=true), seccompProfile (pod or container \"web\" must \
                 set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    let expected = format!(
        "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\": privileged \
         (container \"web\" must not set securityContext.privileged=true), {rules}"
    );
    assert_eq!((status, said["message"].as_str()), (403, Some(expected.as_str())));
    pod["spec"]["containers"][0]["securityContext"] = json!({
        "allowPrivilegeEscalation": false, "runAsNonRoot": true, "runAsUser": 1000,
        "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
    });
    cluster.ok("POST", pods, &pod);
    let deployment = json!({"metadata": {"name": "web"}, "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [
            {"name": "web", "image": "my-app:1.0"},
        ]}},
    }});
    let uri = "/apis/apps/v1/namespaces/safe/deployments";
    let request =
        orchestrator::ApiRequest::new("POST", uri, "application/json", deployment.to_string());
    let reply = cluster.world.submit(&orchestrator::Input::Request(request)).into_response();
    let quoted = rules.replace('"', "\\\"");
    let warning = format!("299 - \"would violate PodSecurity \\\"restricted:v1.36\\\": {quoted}\"");
    assert_eq!(reply.headers()["warning"].to_str().unwrap(), warning);
    cluster.run_s(10);
    let row = cluster.table(uri, &[0, 1]);
    assert_eq!(row, ["web 0/1"], "its ReplicaSet may not make what it wants");
}
