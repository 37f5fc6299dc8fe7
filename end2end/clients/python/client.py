"""The official Python client against a sandbox, whose address is in SERVER."""

import os
import threading
import time

from kubernetes import client, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream

NAMESPACE = "python"


def deployment(replicas):
    labels = {"app": "web"}
    container = {"name": "main", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def refused(code, reason, ask):
    try:
        ask()
    except ApiException as error:
        assert error.status == code and reason in error.body, error
        return
    raise AssertionError(f"{reason} was expected")


def until(what, ask, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come")


def creates_reads_updates_and_deletes(api):
    core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
    assert client.VersionApi(api).get_code().minor == "36"
    space = client.V1Namespace(metadata=client.V1ObjectMeta(name=NAMESPACE))
    core.create_namespace(space)
    refused(409, "AlreadyExists", lambda: core.create_namespace(space))
    refused(404, "NotFound", lambda: apps.read_namespaced_deployment("web", NAMESPACE))
    made = apps.create_namespaced_deployment(NAMESPACE, deployment(3))
    assert made.spec.strategy.rolling_update.max_surge == "25%"
    map_ = core.create_namespaced_config_map(
        NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="map"), data={"a": "1"}))
    map_.data = {"a": "2"}
    replaced = core.replace_namespaced_config_map("map", NAMESPACE, map_)
    assert replaced.data == {"a": "2"}, replaced
    refused(409, "Conflict", lambda: core.replace_namespaced_config_map("map", NAMESPACE, map_))
    core.delete_namespaced_config_map("map", NAMESPACE)
    refused(404, "NotFound", lambda: core.read_namespaced_config_map("map", NAMESPACE))
    apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 2}})
    until("two ready Pods", lambda: apps.read_namespaced_deployment(
        "web", NAMESPACE).status.ready_replicas == 2)
    pods = core.list_namespaced_pod(NAMESPACE, label_selector="app=web").items
    assert [pod.status.phase for pod in pods if not pod.metadata.deletion_timestamp] == ["Running"] * 2
    refused(422, "Invalid", lambda: apps.patch_namespaced_deployment(
        "web", NAMESPACE, {"spec": {"replicas": -1}}))
    return pods[0].metadata.name


def watches(api):
    core = client.CoreV1Api(api)
    seen, watching = [], watch.Watch()

    def follow():
        for event in watching.stream(core.list_namespaced_config_map, NAMESPACE, timeout_seconds=60):
            if event["object"].metadata.name == "seen":
                seen.append((event["type"], (event["object"].data or {}).get("a")))
            if event["type"] == "DELETED":
                watching.stop()

    thread = threading.Thread(target=follow)
    thread.start()
    body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="seen"), data={"a": "1"})
    core.create_namespaced_config_map(NAMESPACE, body)
    core.patch_namespaced_config_map("seen", NAMESPACE, {"data": {"a": "2"}})
    core.delete_namespaced_config_map("seen", NAMESPACE)
    thread.join(30)
    assert seen == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")], seen


def applies_on_the_server(api):
    maps = dynamic.DynamicClient(api).resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned"}}

    def apply(manager, data, **options):
        return maps.server_side_apply(
            body={**body, "data": data}, namespace=NAMESPACE, name="owned",
            field_manager=manager, **options)

    assert apply("alice", {"a": "1"}).data.to_dict() == {"a": "1"}
    refused(409, "conflict with \\\"alice\\\"", lambda: apply("bob", {"a": "2"}))
    assert apply("bob", {"a": "2"}, force_conflicts=True).data.a == "2"
    assert apply("alice", {"b": "3"}).data.to_dict() == {"a": "2", "b": "3"}
    entries = maps.get(name="owned", namespace=NAMESPACE).metadata.managedFields
    managers = sorted(entry.manager for entry in entries)
    assert managers == ["alice", "bob"], managers


def executes(api, pod):
    core = client.CoreV1Api(api)

    def run(*command, **options):
        return stream(core.connect_get_namespaced_pod_exec, pod, NAMESPACE, command=list(command),
                      stdout=True, stderr=True, tty=False, **{"stdin": False, **options})

    assert run("echo", "hello") == "hello\n"
    open_one = run("sh", "-c", "echo out; echo err >&2; exit 7", _preload_content=False)
    open_one.run_forever(timeout=30)
    assert (open_one.read_stdout(), open_one.read_stderr()) == ("out\n", "err\n")
    assert open_one.returncode == 7, open_one.returncode
    talk = run("cat", stdin=True, _preload_content=False)
    talk.write_stdin("hello\n")
    heard = until("an echo", lambda: (talk.update(timeout=1), talk.read_stdout(timeout=1))[1])
    assert heard == "hello\n", heard
    talk.close()


def reads_logs(api, pod):
    core = client.CoreV1Api(api)
    whole = core.read_namespaced_pod_log(pod, NAMESPACE)
    assert "start worker processes" in whole, whole
    assert len(core.read_namespaced_pod_log(pod, NAMESPACE, tail_lines=1).splitlines()) == 1
    body = {
        "metadata": {"name": "counts"},
        "spec": {"restartPolicy": "Never", "containers": [{
            "name": "main", "image": "busybox:1.37",
            "command": ["sh", "-c", "for i in 1 2 3; do echo $i; sleep 1; done"]}]},
    }
    core.create_namespaced_pod(NAMESPACE, body)
    until("a start", lambda: core.read_namespaced_pod("counts", NAMESPACE).status.phase != "Pending")
    lines = list(watch.Watch().stream(core.read_namespaced_pod_log, "counts", NAMESPACE))
    assert lines == ["1", "2", "3"], lines


def forwards_ports(api, pod):
    core = client.CoreV1Api(api)
    forward = portforward(core.connect_get_namespaced_pod_portforward, pod, NAMESPACE, ports="80,81")
    socket = forward.socket(80)
    socket.settimeout(30)
    socket.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
    answer = b""
    while b"</html>" not in answer:
        piece = socket.recv(4096)
        assert piece, answer
        answer += piece
    assert b"Welcome to nginx!" in answer, answer
    assert forward.error(80) is None
    forward.socket(81).sendall(b"GET / HTTP/1.1\r\n\r\n")
    refusal = until("a refusal", lambda: forward.error(81))
    assert "connection refused" in refusal, refusal


def main():
    configuration = client.Configuration()
    configuration.host = os.environ["SERVER"]
    with client.ApiClient(configuration) as api:
        pod = creates_reads_updates_and_deletes(api)
        watches(api)
        applies_on_the_server(api)
        executes(api, pod)
        reads_logs(api, pod)
        forwards_ports(api, pod)
        client.CoreV1Api(api).delete_namespace(NAMESPACE)


main()
