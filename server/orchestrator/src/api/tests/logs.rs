//! Logs need machines: these tests go through a whole world.

use crate::input::{ApiRequest, Input, Reply};
use crate::scenario::Scenario;
use crate::time::Time;
use crate::world::World;

use super::pod;

const PODS: &str = "/api/v1/namespaces/default/pods";

fn send(world: &mut World, method: &str, uri: &str, body: &str) -> Reply {
    world.submit(&Input::Request(ApiRequest::new(method, uri, "application/json", body)))
}

/// Status and text of an answer, or the message of a refusal.
fn get(world: &mut World, uri: &str) -> (u16, String) {
    let response = send(world, "GET", uri, "").into_response();
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    let refused: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let message = refused.and_then(|status| status["message"].as_str().map(str::to_owned));
    (response.status().as_u16(), message.unwrap_or(text))
}

fn world_with(image: &str, command: &[&str]) -> World {
    let mut world = World::new(1, &Scenario::playground(1));
    let mut pod = pod("p");
    pod["spec"]["containers"][0]["image"] = image.into();
    if !command.is_empty() {
        pod["spec"]["containers"][0]["command"] = command.into();
    }
    let made = send(&mut world, "POST", PODS, &pod.to_string()).into_response();
    assert_eq!(made.status(), 201);
    world.run_until(Time(30_000));
    world
}

#[test]
fn a_log_is_told_in_part_and_followed() {
    let script = "echo one; echo two; sleep 60; echo three; sleep 1000";
    let mut world = world_with("busybox", &["sh", "-c", script]);
    let log = format!("{PODS}/p/log");
    assert_eq!(get(&mut world, &log), (200, "one\ntwo\n".to_owned()));
    assert_eq!(get(&mut world, &format!("{log}?tailLines=1")), (200, "two\n".to_owned()));
    assert_eq!(get(&mut world, &format!("{log}?limitBytes=5")), (200, "one\nt".to_owned()));
    assert_eq!(get(&mut world, &format!("{log}?sinceSeconds=1")), (200, String::new()));
    let (_, stamped) = get(&mut world, &format!("{log}?timestamps=true&tailLines=1"));
    assert!(stamped.starts_with("2026-01-05T00:00:") && stamped.ends_with("Z two\n"), "{stamped}");
    let Reply::Stream { mut cursor, .. } =
        send(&mut world, "GET", &format!("{log}?follow=true"), "")
    else {
        panic!("a followed log is a stream");
    };
    assert_eq!(&*world.read(&mut cursor).bytes, b"one\ntwo\n");
    world.run_until(Time(100_000));
    let chunk = world.read(&mut cursor);
    assert_eq!((&*chunk.bytes, chunk.ended), (&b"three\n"[..], false));
    send(&mut world, "DELETE", &format!("{PODS}/p?gracePeriodSeconds=0"), "");
    world.run_until(Time(140_000));
    assert!(world.read(&mut cursor).ended);
}

#[test]
fn a_log_that_cannot_be_told_is_refused() {
    let mut world = world_with("my-app:missing", &[]);
    let log = format!("{PODS}/p/log");
    let (code, message) = get(&mut world, &log);
    assert_eq!(code, 400);
    let pulls = "container \"nginx\" in pod \"p\" is waiting to start: ";
    assert!(message.starts_with(pulls), "{message}");
    let wrong = get(&mut world, &format!("{log}?container=zzz"));
    assert_eq!(wrong, (400, "container zzz is not valid for pod p".to_owned()));
    let previous = get(&mut world, &format!("{log}?previous=true"));
    let expected = "previous terminated container \"nginx\" in pod \"p\" not found";
    assert_eq!(previous, (400, expected.to_owned()));
    assert_eq!(get(&mut world, &format!("{PODS}/q/log")).0, 404);
}
