use super::*;

fn told(events: &[Value]) -> Vec<String> {
    let event = |event: &Value| {
        let name = event["object"]["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        format!("{} {name}", event["type"].as_str().unwrap())
    };
    events.iter().map(event).collect()
}

fn map(name: &str, label: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"l": label}}})
}

#[test]
fn a_watch_tells_what_is_and_what_comes() {
    let mut bench = Bench::new();
    bench.create(CONFIG_MAPS, &map("a", "x"));
    let mut all = bench.watch(&format!("{CONFIG_MAPS}?watch=true"), "application/json");
    assert_eq!(told(&bench.read(&mut all)), ["ADDED a"]);
    let rev = bench.store.rev();
    let uri = format!("{CONFIG_MAPS}?watch=1&resourceVersion={rev}&labelSelector=l%3Dx");
    let mut some = bench.watch(&uri, "application/json");
    assert_eq!(told(&bench.read(&mut some)), Vec::<String>::new());
    bench.create(CONFIG_MAPS, &map("b", "x"));
    bench.create(PODS, &pod("p"));
    bench.send("PATCH", &format!("{CONFIG_MAPS}/b"), &json!({"data": {"k": "v"}}));
    bench.send("PATCH", &format!("{CONFIG_MAPS}/b"), &json!({"metadata": {"labels": {"l": "y"}}}));
    bench.send("DELETE", &format!("{CONFIG_MAPS}/a"), &Value::Null);
    let events = bench.read(&mut some);
    assert_eq!(told(&events), ["ADDED b", "MODIFIED b", "DELETED b", "DELETED a"]);
    assert_eq!(events[2]["object"]["data"]["k"], "v", "as it was when it still matched");
    let all = bench.read(&mut all);
    assert_eq!(told(&all), ["ADDED b", "MODIFIED b", "MODIFIED b", "DELETED a"]);
}

#[test]
fn tables_are_watched_row_by_row() {
    let mut bench = Bench::new();
    bench.create(CONFIG_MAPS, &map("a", "x"));
    bench.create(CONFIG_MAPS, &map("b", "x"));
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let mut cursor = bench.watch(&format!("{CONFIG_MAPS}?watch=true"), accept);
    let events = bench.read(&mut cursor);
    assert_eq!(events[0]["object"]["kind"], "Table");
    assert_eq!(events[0]["object"]["columnDefinitions"][0]["format"], "name");
    assert_eq!(events[1]["object"]["columnDefinitions"], Value::Null);
    assert_eq!(events[1]["object"]["rows"][0]["cells"], json!(["b", 0, "0s"]));
}

#[test]
fn a_watch_can_be_bookmarked_and_ends_in_time() {
    let mut bench = Bench::new();
    bench.create(CONFIG_MAPS, &map("a", "x"));
    let uri = format!(
        "{CONFIG_MAPS}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=5"
    );
    let mut cursor = bench.watch(&uri, "application/json");
    let events = bench.read(&mut cursor);
    assert_eq!(told(&events), ["ADDED a", "BOOKMARK "]);
    let annotations = &events[1]["object"]["metadata"]["annotations"];
    assert_eq!(annotations["k8s.io/initial-events-end"], "true");
    assert!(!bench.chunk(&mut cursor).ended);
    bench.clock.now = Time(5000);
    assert!(bench.chunk(&mut cursor).ended);
}

#[test]
fn a_compacted_revision_is_expired() {
    let mut bench = Bench::new();
    bench.create(CONFIG_MAPS, &map("a", "x"));
    let key = crate::object::Key::new(crate::object::Kind::ConfigMap, "default", "a");
    let mut object = bench.store.objects().get(&key).unwrap().clone();
    for _ in 0..20_100 {
        object.metadata_mut().resource_version = Some(bench.store.next_rev().to_string());
        bench.store.put(object.clone(), 0);
    }
    let watch = format!("{CONFIG_MAPS}?watch=true&resourceVersion=5");
    let mut cursor = bench.watch(&watch, "application/json");
    let events = bench.read(&mut cursor);
    assert_eq!(events[0]["type"], "ERROR");
    assert_eq!(events[0]["object"]["reason"], "Expired");
    assert_eq!(events[0]["object"]["code"], 410);
}
