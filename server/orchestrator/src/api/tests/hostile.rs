//! Whatever comes in, the API server answers.

use proptest::prelude::*;

use super::*;

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9.%/ -]{0,8}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        "[$a-z/]{0,6}".prop_map(String::from),
        prop::sample::select(vec![
            "metadata",
            "spec",
            "status",
            "name",
            "containers",
            "template",
            "selector",
            "labels",
            "matchLabels",
            "ports",
            "image",
            "data",
            "replicas",
            "finalizers",
            "$patch",
            "op",
            "path",
            "value",
            "resources",
            "limits",
            "cpu",
            "managedFields",
            "fieldsV1",
        ])
        .prop_map(String::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn uri() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        PODS,
        DEPLOYMENTS,
        CONFIG_MAPS,
        "/api/v1/namespaces",
        "/api/v1/nodes",
        "/api/v1/namespaces/default/services",
        "/api/v1/namespaces/default/events",
        "/openapi/v3",
    ]);
    let rest = "(/web|/[a-z%]{0,5})?(/scale|/status|/binding|/log|/eviction)?";
    let query = "(\\?(fieldManager=x&|limit=1&|continue=[0-9a-z./]{0,5}&|labelSelector=[a-z(),=!<> ]{0,9}&|fieldSelector=[a-z.=!,]{0,9}&|resourceVersion=[0-9a-z]{0,3}&|force=1&|dryRun=All&){0,3})?";
    prop_oneof![
        (known, rest, query).prop_map(|(path, rest, query)| format!("{path}{rest}{query}")),
        "\\PC{0,30}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn requests_of_any_shape_are_answered(
        method in prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "X"]),
        uri in uri(),
        media in prop::sample::select(vec![
            "application/json", "application/yaml", "application/merge-patch+json",
            "application/strategic-merge-patch+json", "application/json-patch+json",
            "application/apply-patch+yaml", "application/vnd.kubernetes.protobuf", "",
        ]),
        body in json_value(),
        bytes in prop::option::weighted(0.2, prop::collection::vec(any::<u8>(), 0..60)),
    ) {
        let mut bench = Bench::new();
        bench.create(PODS, &pod("web"));
        bench.create(DEPLOYMENTS, &deployment("web"));
        bench.create(CONFIG_MAPS, &json!({"metadata": {"name": "web"}}));
        let text = bytes.unwrap_or_else(|| body.to_string().into_bytes());
        let reply = bench.serve(&ApiRequest::new(method, &uri, media, text));
        match reply {
            Reply::Response(response) => prop_assert!(response.status().as_u16() >= 200),
            Reply::Stream { mut cursor, .. } => { bench.read(&mut cursor); }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let mut bench = Bench::new();
    let deep = "[".repeat(100_000);
    for media in ["application/json", "application/yaml"] {
        let request = ApiRequest::new("POST", PODS, media, deep.clone());
        assert_eq!(bench.response(&request).status(), 400, "{media}");
    }
    let bomb = "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\n\
                f: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f]\n";
    let request = ApiRequest::new("POST", PODS, "application/yaml", bomb);
    assert_eq!(bench.response(&request).status(), 400);
}
