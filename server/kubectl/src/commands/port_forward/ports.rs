//! `8080:80`, `80`, `:80`, `8080:http`: which ports a line means.

use serde_json::Value;

use crate::failure::Failure;
use crate::fields::{array_at, at, int_at, name_of, str_at, text};

/// A port here and one of a Pod.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// 0 where any will do.
    pub(super) local: u16,
    pub(super) remote: u16,
}

/// The parts before and after the colon. Of three parts kubectl takes the first for both.
fn split(text: &str) -> (&str, &str) {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [local, remote] => (local, remote),
        parts => (parts[0], parts[0]),
    }
}

/// Ports of a Pod, with numbers for names.
pub(super) fn of_pod(asked: &[String], pod: &Value) -> Result<Vec<String>, Failure> {
    let translate = |text: &String| {
        let (local, remote) = split(text);
        let number = match remote.parse::<i64>() {
            Ok(_) => remote.to_owned(),
            Err(_) => of_container(pod, remote)?.to_string(),
        };
        Ok(if local == remote { number } else { format!("{local}:{number}") })
    };
    let only_udp = |number: i64| {
        let ports = container_ports(pod).filter(|port| int_at(port, "/containerPort") == number);
        is_udp(ports)
    };
    check_udp(asked, only_udp)?;
    asked.iter().map(translate).collect()
}

/// Ports of a Service, translated to those of a Pod behind it.
pub(super) fn of_service(
    asked: &[String],
    service: &Value,
    pod: &Value,
) -> Result<Vec<String>, Failure> {
    let ports = array_at(service, "/spec/ports");
    check_udp(asked, |number| is_udp(ports.iter().filter(|port| int_at(port, "/port") == number)))?;
    let translate = |text: &String| {
        let (mut local, remote) = (split(text).0.to_owned(), split(text).1);
        let number = match remote.parse::<i64>() {
            Ok(number) => number,
            Err(_) => {
                let number = of_name(service, remote)?;
                if local == remote {
                    local = number.to_string();
                }
                number
            }
        };
        let target = target(service, pod, number)?.to_string();
        Ok(if local == target { target } else { format!("{local}:{target}") })
    };
    asked.iter().map(translate).collect()
}

/// The number of a Service's port that has a name.
fn of_name(service: &Value, name: &str) -> Result<i64, Failure> {
    let mut ports = array_at(service, "/spec/ports").iter();
    let found = ports.find(|port| text(port, "name") == name);
    found.map(|port| int_at(port, "/port")).ok_or_else(|| {
        let service = name_of(service);
        Failure::message(format!("Service '{service}' does not have a named port '{name}'"))
    })
}

/// Where a port of a Service leads to.
fn target(service: &Value, pod: &Value, number: i64) -> Result<i64, Failure> {
    let mut ports = array_at(service, "/spec/ports").iter();
    let Some(port) = ports.find(|port| int_at(port, "/port") == number) else {
        let service = name_of(service);
        let message = format!("Service {service} does not have a service port {number}");
        return Err(Failure::message(message));
    };
    if str_at(service, "/spec/clusterIP") == "None" {
        return Ok(number);
    }
    match at(port, "/targetPort") {
        Value::String(name) => of_container(pod, name),
        target => Ok(target.as_i64().filter(|target| *target != 0).unwrap_or(number)),
    }
}

fn container_ports(pod: &Value) -> impl Iterator<Item = &Value> {
    array_at(pod, "/spec/containers").iter().flat_map(|container| array_at(container, "/ports"))
}

/// The number of a container's port that has a name.
fn of_container(pod: &Value, name: &str) -> Result<i64, Failure> {
    let found = container_ports(pod).find(|port| text(port, "name") == name);
    found.map(|port| int_at(port, "/containerPort")).ok_or_else(|| {
        let pod = name_of(pod);
        Failure::message(format!("Pod '{pod}' does not have a named port '{name}'"))
    })
}

/// Whether there are such ports, and none of them speaks TCP.
fn is_udp<'v>(ports: impl Iterator<Item = &'v Value>) -> bool {
    let mut ports = ports.peekable();
    ports.peek().is_some() && ports.all(|port| text(port, "protocol") == "UDP")
}

fn check_udp(asked: &[String], only_udp: impl Fn(i64) -> bool) -> Result<(), Failure> {
    let udp = |text: &&String| split(text).1.parse().is_ok_and(&only_udp);
    match asked.iter().find(udp) {
        Some(text) => {
            let remote = split(text).1;
            Err(Failure::message(format!("UDP protocol is not supported for {remote}")))
        }
        None => Ok(()),
    }
}

/// Both numbers of a text.
pub(super) fn pair(text: &str) -> Result<Pair, Failure> {
    let parts: Vec<&str> = text.split(':').collect();
    let (local, remote) = match parts.as_slice() {
        [one] => (*one, *one),
        ["", remote] => ("0", *remote),
        [local, remote] => (*local, *remote),
        _ => return Err(Failure::message(format!("invalid port format '{text}'"))),
    };
    let (local, remote) = (number(local, "local")?, number(remote, "remote")?);
    if remote == 0 {
        return Err(Failure::message("remote port must be > 0"));
    }
    Ok(Pair { local, remote })
}

fn number(text: &str, which: &str) -> Result<u16, Failure> {
    text.parse().map_err(|_| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let why = if digits { "value out of range" } else { "invalid syntax" };
        Failure::message(format!(
            "error parsing {which} port '{text}': strconv.ParseUint: parsing {text:?}: {why}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service() -> Value {
        json!({"metadata": {"name": "web"}, "spec": {"clusterIP": "10.0.0.1", "ports": [
            {"name": "http", "port": 80, "targetPort": "main", "protocol": "TCP"},
            {"name": "admin", "port": 81, "targetPort": 8081, "protocol": "TCP"},
            {"name": "dns", "port": 53, "targetPort": 53, "protocol": "UDP"}]}})
    }

    fn pod() -> Value {
        json!({"metadata": {"name": "web-1"}, "spec": {"containers": [{"ports": [
            {"name": "main", "containerPort": 8080, "protocol": "TCP"}]}]}})
    }

    #[test]
    fn ports_of_services_and_pods() {
        let cases = [
            ("80", "80:8080"),
            ("8080:80", "8080"),
            ("http", "80:8080"),
            ("9000:http", "9000:8080"),
            (":81", ":8081"),
        ];
        for (asked, expected) in cases {
            let translated = of_service(&[asked.to_owned()], &service(), &pod());
            assert_eq!(translated.expect("ports"), [expected], "{asked}");
        }
        let words = |outcome: Result<Vec<String>, Failure>| outcome.expect_err("no").to_string();
        let service = |asked: &str| words(of_service(&[asked.to_owned()], &service(), &pod()));
        assert_eq!(service("8080:82"), "Service web does not have a service port 82");
        assert_eq!(service("nope"), "Service 'web' does not have a named port 'nope'");
        assert_eq!(service("5353:53"), "UDP protocol is not supported for 53");
        assert_eq!(of_pod(&["main".to_owned()], &pod()).expect("ports"), ["8080"]);
        assert_eq!(
            words(of_pod(&["x:nope".to_owned()], &pod())),
            "Pod 'web-1' does not have a named port 'nope'"
        );
    }

    #[test]
    fn pairs_of_numbers() {
        assert_eq!(pair(":80").expect("a pair"), Pair { local: 0, remote: 80 });
        assert_eq!(pair("8080:80").expect("a pair"), Pair { local: 8080, remote: 80 });
        let words = |text: &str| pair(text).expect_err("no pair").to_string();
        assert_eq!(words("1:2:3"), "invalid port format '1:2:3'");
        assert_eq!(words("0"), "remote port must be > 0");
        assert_eq!(
            words("99999:80"),
            "error parsing local port '99999': strconv.ParseUint: parsing \"99999\": value out of \
             range"
        );
        assert_eq!(
            words("80:-1"),
            "error parsing remote port '-1': strconv.ParseUint: parsing \"-1\": invalid syntax"
        );
    }
}
