use super::*;

fn get(bench: &mut Bench, uri: &str, headers: &[(&str, &str)]) -> http::Response<Bytes> {
    let mut request = ApiRequest::new("GET", uri, "", "");
    for (name, value) in headers {
        request.headers.push(((*name).to_owned(), (*value).to_owned()));
    }
    bench.response(&request)
}

#[test]
fn the_version_answers_with_and_without_slash() {
    let mut bench = Bench::new();
    for uri in ["/version", "/version/", "/version?timeout=5s"] {
        assert_eq!(bench.get(uri)["minor"], "36", "{uri}");
    }
    let response = get(&mut bench, "/readyz", &[]);
    assert_eq!(&**response.body(), b"ok");
}

#[test]
fn groups_are_told_in_one_document_and_not_twice() {
    let mut bench = Bench::new();
    let accept = (
        "accept",
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json",
    );
    let response = get(&mut bench, "/api?timeout=32s", &[accept]);
    let media = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    assert_eq!(response.headers()["content-type"], media);
    let list: Value = serde_json::from_slice(response.body()).unwrap();
    let resources = list["items"][0]["versions"][0]["resources"].as_array().unwrap();
    let pods = resources.iter().find(|one| one["resource"] == "pods").unwrap();
    assert_eq!(pods["shortNames"], json!(["po"]));
    assert_eq!(pods["scope"], "Namespaced");
    let eviction = json!({"subresource": "eviction", "verbs": ["create"],
        "responseKind": {"group": "policy", "version": "v1", "kind": "Eviction"}});
    assert!(pods["subresources"].as_array().unwrap().contains(&eviction));
    let etag = response.headers()["etag"].to_str().unwrap().to_owned();
    let again = get(&mut bench, "/api", &[accept, ("if-none-match", &etag)]);
    assert_eq!((again.status().as_u16(), again.body().len()), (304, 0));
}

#[test]
fn the_older_lists_are_there_too() {
    let mut bench = Bench::new();
    assert_eq!(bench.get("/api")["versions"], json!(["v1"]));
    let groups = bench.get("/apis");
    let names: Vec<_> =
        groups["groups"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    let some = ["apps", "storage.k8s.io", "coordination.k8s.io", "discovery.k8s.io"];
    let places: Vec<_> = some.map(|name| names.iter().position(|one| *one == name)).to_vec();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{names:?}");
    let apps = bench.get("/apis/apps/v1");
    let names: Vec<_> =
        apps["resources"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    let expected = [
        "controllerrevisions",
        "daemonsets",
        "daemonsets/status",
        "deployments",
        "deployments/scale",
        "deployments/status",
        "replicasets",
        "replicasets/scale",
        "replicasets/status",
        "statefulsets",
        "statefulsets/scale",
        "statefulsets/status",
    ];
    assert_eq!(names, expected);
}

#[test]
fn openapi_explains_every_kind() {
    let mut bench = Bench::new();
    let index = bench.get("/openapi/v3");
    let address = index["paths"]["apis/apps/v1"]["serverRelativeURL"].as_str().unwrap().to_owned();
    let document = bench.get(&address);
    let path = "/apis/apps/v1/namespaces/{namespace}/deployments/{name}";
    let patch = &document["paths"][path]["patch"];
    let kind = json!({"group": "apps", "version": "v1", "kind": "Deployment"});
    assert_eq!(patch["x-kubernetes-group-version-kind"], kind);
    let parameters = patch["parameters"].as_array().unwrap();
    assert!(parameters.iter().any(|one| one["name"] == "fieldValidation"));
    let schemas = &document["components"]["schemas"];
    let replicas = &schemas["io.k8s.api.apps.v1.DeploymentSpec"]["properties"]["replicas"];
    assert!(replicas["description"].as_str().unwrap().contains("desired pods"));
    assert!(schemas["io.k8s.api.core.v1.Container"].is_object(), "reached through the template");
    let v2 = get(
        &mut bench,
        "/openapi/v2",
        &[("accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")],
    );
    assert_eq!((v2.status().as_u16(), v2.body().len()), (200, 0));
}
