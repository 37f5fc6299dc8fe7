use super::*;
use crate::call::{EventRecord, Regarding};
use crate::object::{Key, Kind};

#[test]
fn the_same_news_is_counted() {
    let mut bench = Bench::new();
    bench.create(PODS, &pod("web"));
    let object = bench.store.objects().get(&Key::new(Kind::Pod, "default", "web")).unwrap();
    let record = |message: &str| {
        Call::Record(EventRecord {
            regarding: Regarding::object(object),
            event_type: "Warning",
            reason: "BackOff".to_owned(),
            message: message.to_owned(),
        })
    };
    let (once, other) = (record("again"), record("else"));
    bench.call(&once).unwrap();
    bench.clock.now = Time(7000);
    bench.call(&once).unwrap();
    bench.call(&other).unwrap();
    let uri =
        "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dweb,reason=BackOff";
    let list = bench.get(uri);
    let events = list["items"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    let again = events.iter().find(|event| event["message"] == "again").unwrap();
    assert_eq!(again["count"], 2);
    assert_eq!(again["firstTimestamp"], "2026-01-05T00:00:00Z");
    assert_eq!(again["lastTimestamp"], "2026-01-05T00:00:07Z");
    assert_eq!(again["source"], json!({"component": "replicaset-controller"}));
    assert_eq!(again["involvedObject"]["kind"], "Pod");
    assert!(again["metadata"]["name"].as_str().unwrap().starts_with("web."));
}

#[test]
fn events_go_after_an_hour() {
    let mut bench = Bench::new();
    bench.create(PODS, &pod("web"));
    let object = bench.store.objects().get(&Key::new(Kind::Pod, "default", "web")).unwrap();
    let regarding = Regarding::object(object);
    for number in 0..130 {
        bench.clock.now = Time(number * 60_000);
        let record = EventRecord {
            regarding: regarding.clone(),
            event_type: "Normal",
            // Of one reason, similar events would be combined.
            reason: format!("Pulled{number}"),
            message: format!("number {number}"),
        };
        bench.call(&Call::Record(record)).unwrap();
    }
    let list = bench.get("/api/v1/namespaces/default/events");
    let mut left: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["lastTimestamp"].as_str().unwrap())
        .collect();
    left.sort_unstable();
    assert!(left.len() < 130, "the oldest are gone");
    assert!(left[0] > "2026-01-05T00:00:00Z");
    let recent = left.iter().filter(|at| **at >= "2026-01-05T01:09:00Z").count();
    assert_eq!(recent, 61, "none of the last hour is");
}
