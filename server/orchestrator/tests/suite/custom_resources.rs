//! Kinds that users define:
//! <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/>

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use orchestrator::{ApiRequest, Input, Kind};
use serde_json::{Value, json};

use crate::cluster::Cluster;

mod library;
mod rules;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const CRON_TABS: &str = "/apis/stable.example.com/v1/namespaces/default/crontabs";

/// The definition of Kubernetes' own guide, and what comes later in it.
fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {
            "group": "stable.example.com",
            "scope": "Namespaced",
            "names": {
                "plural": "crontabs", "singular": "crontab", "kind": "CronTab",
                "shortNames": ["ct"], "categories": ["all"],
            },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                    "spec": {
                        "type": "object",
                        "required": ["cronSpec"],
                        "properties": {
                            "cronSpec": {
                                "type": "string",
                                "pattern": "^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$",
                            },
                            "image": {"type": "string", "default": "my-app:1.0"},
                            "replicas": {"type": "integer", "minimum": 1, "maximum": 10},
                        },
                    },
                    "status": {"type": "object", "properties": {
                        "replicas": {"type": "integer"}, "labelSelector": {"type": "string"},
                    }},
                }}},
                "subresources": {"status": {}, "scale": {
                    "specReplicasPath": ".spec.replicas",
                    "statusReplicasPath": ".status.replicas",
                    "labelSelectorPath": ".status.labelSelector",
                }},
                "selectableFields": [{"jsonPath": ".spec.image"}],
                "additionalPrinterColumns": [
                    {"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
                    {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
                    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                ],
            }],
        },
    })
}

fn cron_tab(name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "stable.example.com/v1", "kind": "CronTab",
        "metadata": {"name": name}, "spec": spec,
    })
}

fn defined() -> Cluster {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", DEFINITIONS, &definition());
    cluster.settle();
    cluster
}

fn conditions(cluster: &Cluster, name: &str) -> Vec<String> {
    let definition = cluster.get::<CustomResourceDefinition>("", name).unwrap();
    let conditions = definition.status.unwrap().conditions.unwrap_or_default();
    conditions
        .into_iter()
        .map(|one| {
            format!(
                "{}={} {}: {}",
                one.type_,
                one.status,
                one.reason.unwrap(),
                one.message.unwrap()
            )
        })
        .collect()
}

fn patch(cluster: &mut Cluster, uri: &str, content_type: &str, body: &Value) -> (u16, Value) {
    let request = ApiRequest::new("PATCH", uri, content_type, body.to_string());
    let reply = cluster.world.submit(&Input::Request(request)).into_response();
    (reply.status().as_u16(), serde_json::from_slice(reply.body()).unwrap_or_default())
}

#[test]
fn a_definition_is_served_once_its_names_are_accepted() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", DEFINITIONS, &definition());
    assert_eq!(cluster.request("GET", CRON_TABS, &Value::Null).0, 404);
    cluster.settle();
    assert_eq!(
        conditions(&cluster, "crontabs.stable.example.com"),
        [
            "NamesAccepted=True NoConflicts: no conflicts found",
            "Established=True InitialNamesAccepted: the initial names have been accepted",
        ]
    );
    let (_, list) = cluster.request("GET", CRON_TABS, &Value::Null);
    assert_eq!(
        (&list["kind"], &list["apiVersion"]),
        (&json!("CronTabList"), &json!("stable.example.com/v1"))
    );
    let (_, resources) = cluster.request("GET", "/apis/stable.example.com/v1", &Value::Null);
    let names: Vec<&str> = resources["resources"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["crontabs", "crontabs/scale", "crontabs/status"]);
    assert_eq!(resources["resources"][0]["shortNames"], json!(["ct"]));
    let (_, document) =
        cluster.request("GET", "/openapi/v3/apis/stable.example.com/v1", &Value::Null);
    let schema = &document["components"]["schemas"]["com.example.stable.v1.CronTab"];
    assert_eq!(schema["properties"]["spec"]["properties"]["replicas"]["maximum"], 10.0);
    assert_eq!(schema["properties"]["kind"]["type"], "string");
}

#[test]
fn objects_are_defaulted_pruned_counted_and_shown() {
    let mut cluster = defined();
    let spec = json!({"cronSpec": "* * * * */5", "replicas": 3, "someRandomField": 42});
    let made = cluster.ok("POST", CRON_TABS, &cron_tab("mine", &spec));
    let expected = json!({"cronSpec": "* * * * */5", "image": "my-app:1.0", "replicas": 3});
    assert_eq!((&made["spec"], &made["metadata"]["generation"]), (&expected, &json!(1)));
    cluster.run_s(65);
    assert_eq!(cluster.table(CRON_TABS, &[0, 1, 2, 3]), ["mine * * * * */5 3 65s"]);
    let mine = format!("{CRON_TABS}/mine");
    let merge = "application/merge-patch+json";
    let (_, changed) = patch(
        &mut cluster,
        &mine,
        merge,
        &json!({"spec": {"replicas": 5}, "status": {"replicas": 9}}),
    );
    assert_eq!((&changed["metadata"]["generation"], &changed["status"]), (&json!(2), &Value::Null));
    let status = format!("{mine}/status");
    let (_, changed) = patch(
        &mut cluster,
        &status,
        merge,
        &json!({"spec": {"replicas": 9}, "status": {"replicas": 1}}),
    );
    assert_eq!(
        (&changed["spec"]["replicas"], &changed["status"]["replicas"]),
        (&json!(5), &json!(1))
    );
    let (_, scale) = cluster.request("GET", &format!("{mine}/scale"), &Value::Null);
    assert_eq!((&scale["spec"]["replicas"], &scale["status"]["replicas"]), (&json!(5), &json!(1)));
    let (_, scale) =
        patch(&mut cluster, &format!("{mine}/scale"), merge, &json!({"spec": {"replicas": 7}}));
    assert_eq!(scale["spec"]["replicas"], 7);
    let none = format!("{CRON_TABS}?fieldSelector=spec.image%3Dother");
    assert!(cluster.table(&none, &[0]).is_empty());
    let (code, answer) =
        patch(&mut cluster, &mine, "application/strategic-merge-patch+json", &json!({}));
    assert_eq!(code, 415, "{answer}");
}

#[test]
fn what_breaks_the_schema_is_refused() {
    let mut cluster = defined();
    let strict = format!("{CRON_TABS}?fieldValidation=Strict");
    let cases = [
        (
            CRON_TABS,
            json!({"cronSpec": "* * * *", "replicas": 15}),
            "CronTab.stable.example.com \"mine\" is invalid: [spec.cronSpec: Invalid value: \"* * \
             * *\": spec.cronSpec in body should match \
             '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$', spec.replicas: Invalid value: 15: \
             spec.replicas in body should be less than or equal to 10]",
        ),
        (
            CRON_TABS,
            json!({}),
            "CronTab.stable.example.com \"mine\" is invalid: spec.cronSpec: Required value",
        ),
        (
            strict.as_str(),
            json!({"cronSpec": "* * * * *", "someRandomField": 42}),
            "CronTab in version \"v1\" cannot be handled as a CronTab: strict decoding error: \
             unknown field \"spec.someRandomField\"",
        ),
    ];
    for (uri, spec, expected) in cases {
        let (code, answer) = cluster.request("POST", uri, &cron_tab("mine", &spec));
        assert_eq!(answer["message"].as_str(), Some(expected), "{code}");
    }
    let gone = format!("{CRON_TABS}/nope");
    let (_, answer) = cluster.request("GET", &gone, &Value::Null);
    assert_eq!(answer["message"], "crontabs.stable.example.com \"nope\" not found");
}

#[test]
fn a_definition_must_make_sense() {
    let mut cluster = Cluster::new(1);
    let with = |path: &str, value: Value| {
        let mut body = definition();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let schema = "/spec/versions/0/schema/openAPIV3Schema";
    let path = "spec.versions[0].schema.openAPIV3Schema";
    let cases = [
        (
            with("/metadata/name", json!("crontab.stable.example.com")),
            "metadata.name: Invalid value: \"crontab.stable.example.com\": must be \
             spec.names.plural+\".\"+spec.group"
                .to_owned(),
        ),
        (
            with("/spec/scope", json!("Both")),
            "spec.scope: Unsupported value: \"Both\": supported values: \"Cluster\", \
             \"Namespaced\""
                .to_owned(),
        ),
        (
            with(schema, json!({"properties": {}})),
            format!("{path}.type: Required value: must not be empty at the root"),
        ),
        (
            with(schema, json!({"type": "object", "properties": {"spec": {}}})),
            format!(
                "{path}.properties[spec].type: Required value: must not be empty for specified \
                 object fields"
            ),
        ),
    ];
    for (body, expected) in cases {
        let (code, answer) = cluster.request("POST", DEFINITIONS, &body);
        let message = answer["message"].as_str().unwrap();
        assert!(code == 422 && message.contains(&expected), "{message}");
    }
}

#[test]
fn a_name_is_given_once_and_freed_again() {
    let mut cluster = defined();
    let mut other = definition();
    other["metadata"]["name"] = "others.stable.example.com".into();
    let names = json!({"plural": "others", "kind": "Other", "shortNames": ["ct"]});
    other["spec"]["names"] = names;
    cluster.ok("POST", DEFINITIONS, &other);
    cluster.settle();
    assert_eq!(
        conditions(&cluster, "others.stable.example.com"),
        [
            "NamesAccepted=False ShortNamesConflict: \"ct\" is already in use",
            "Established=False NotAccepted: not all names are accepted",
        ]
    );
    cluster.ok("DELETE", &format!("{DEFINITIONS}/crontabs.stable.example.com"), &Value::Null);
    cluster.settle();
    assert_eq!(
        conditions(&cluster, "others.stable.example.com"),
        [
            "NamesAccepted=True NoConflicts: no conflicts found",
            "Established=True InitialNamesAccepted: the initial names have been accepted",
        ]
    );
}

#[test]
fn objects_go_with_their_definition_their_namespace_and_their_owner() {
    let mut cluster = defined();
    let spec = json!({"cronSpec": "* * * * *"});
    cluster.ok("POST", "/api/v1/namespaces", &json!({"metadata": {"name": "team"}}));
    let team = "/apis/stable.example.com/v1/namespaces/team/crontabs";
    cluster.ok("POST", team, &cron_tab("theirs", &spec));
    let mine = cluster.ok("POST", CRON_TABS, &cron_tab("mine", &spec));
    let mut config = json!({"metadata": {"name": "of-mine"}});
    config["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "stable.example.com/v1", "kind": "CronTab", "name": "mine",
        "uid": mine["metadata"]["uid"],
    }]);
    cluster.ok("POST", "/api/v1/namespaces/default/configmaps", &config);
    cluster.ok("DELETE", "/api/v1/namespaces/team", &Value::Null);
    cluster.settle();
    assert_eq!(cluster.names(Kind::Custom), ["mine"]);
    assert!(cluster.names(Kind::ConfigMap).contains(&"of-mine".to_owned()));
    let definition = format!("{DEFINITIONS}/crontabs.stable.example.com");
    let deleted = cluster.ok("DELETE", &definition, &Value::Null);
    let finalizers = &deleted["metadata"]["finalizers"];
    assert_eq!(*finalizers, json!(["customresourcecleanup.apiextensions.k8s.io"]));
    let (code, answer) = cluster.request("POST", CRON_TABS, &cron_tab("late", &spec));
    let expected = "create not allowed while custom resource definition is terminating";
    assert_eq!((code, answer["message"].as_str()), (405, Some(expected)));
    cluster.settle();
    assert!(cluster.names(Kind::Custom).is_empty());
    assert!(!cluster.names(Kind::ConfigMap).contains(&"of-mine".to_owned()));
    assert_eq!(cluster.request("GET", &definition, &Value::Null).0, 404);
    assert_eq!(cluster.request("GET", CRON_TABS, &Value::Null).0, 404);
}

#[test]
fn an_object_is_shown_in_each_version_and_stored_in_one() {
    let mut cluster = Cluster::new(1);
    let mut body = definition();
    let mut beta = body["spec"]["versions"][0].clone();
    beta["name"] = "v1beta1".into();
    beta["storage"] = false.into();
    beta["additionalPrinterColumns"] = Value::Null;
    body["spec"]["versions"].as_array_mut().unwrap().insert(0, beta);
    cluster.ok("POST", DEFINITIONS, &body);
    cluster.settle();
    let older = "/apis/stable.example.com/v1beta1/namespaces/default/crontabs";
    let mut mine = cron_tab("mine", &json!({"cronSpec": "* * * * *"}));
    mine["apiVersion"] = "stable.example.com/v1beta1".into();
    let made = cluster.ok("POST", older, &mine);
    assert_eq!(made["apiVersion"], "stable.example.com/v1beta1");
    let stored = &cluster.objects(Kind::Custom)[0];
    assert_eq!(stored.api_version(), "stable.example.com/v1");
    let (_, seen) = cluster.request("GET", &format!("{CRON_TABS}/mine"), &Value::Null);
    assert_eq!(seen["apiVersion"], "stable.example.com/v1");
    assert_eq!(cluster.table(older, &[0, 1]), ["mine 0s"]);
    let (_, group) = cluster.request("GET", "/apis/stable.example.com", &Value::Null);
    assert_eq!(group["preferredVersion"]["version"], "v1");
}
