//! What scripts do to a cluster from outside: faults, traffic, and `curl`.
//!
//! The words after `fault` and `traffic` are what the model calls things: first the names that each
//! needs, then `field=value` for the rest. A fault that the model learns is known here at once.

use std::collections::BTreeMap;

use kubectl::{Files, Printed};
use orchestrator::Fault;
use orchestrator::network::DialResult;
use orchestrator::network::curl::{self, Asked, Curl, Shown};
use orchestrator::network::http::Url;
use orchestrator::network::traffic::{From, Load, Traffic};
use serde_json::{Map, Value};

/// The fields that the words of each fault stand for, in order; others are named.
const FAULTS: [(&str, &[&str]); 15] = [
    ("node-off", &["node"]),
    ("node-on", &["node"]),
    ("node-join", &["node"]),
    ("container-kill", &["namespace/pod/container"]),
    ("memory-fill", &["namespace/pod/container", "bytes"]),
    ("memory-leak", &["namespace/pod/container", "bytes_per_s"]),
    ("node-partition", &["node"]),
    ("node-heal", &["node"]),
    ("component-stop", &["component", "node"]),
    ("component-start", &["component", "node"]),
    ("registry-down", &[]),
    ("registry-slow", &["times"]),
    ("registry-restore", &[]),
    ("watch-delay", &["component", "delay_ms", "node"]),
    ("packet-loss", &["node", "percent"]),
];

/// Requests in a second, where traffic does not say.
const RATE_PER_S: u32 = 5;

/// Reads the words after `fault`.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn fault(words: &str) -> Result<Fault, String> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let (kind, rest) = words.split_first().ok_or("say which fault: fault node-off node-1")?;
    let row = FAULTS.iter().find(|(name, _)| name == kind);
    let mut names = row.map_or(&[][..], |(_, names)| names).iter();
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), Value::from(*kind));
    for word in rest {
        match word.split_once('=') {
            Some((name, value)) => put(&mut fields, name, value),
            None => {
                let name = names.next().ok_or_else(|| format!("\"{word}\" is too much"))?;
                put(&mut fields, name, word);
            }
        }
    }
    serde_json::from_value(Value::Object(fields)).map_err(|error| format!("fault {kind}: {error}"))
}

/// Sets a field, or several with `/` between them. Sizes and spans of time may have their units.
fn put(fields: &mut Map<String, Value>, names: &str, values: &str) {
    if names.contains('/') {
        for (name, value) in names.split('/').zip(values.splitn(3, '/')) {
            fields.insert(name.to_owned(), Value::from(value));
        }
        return;
    }
    let number = values.parse::<i64>().ok().or_else(|| span_ms(values)).or_else(|| bytes(values));
    fields.insert(names.to_owned(), number.map_or_else(|| Value::from(values), Value::from));
}

/// `500ms`, `10s` or `5m` in milliseconds.
fn span_ms(text: &str) -> Option<i64> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    units.iter().find_map(|(unit, ms)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*ms)
    })
}

/// `64Mi` or `1Gi` in bytes.
fn bytes(text: &str) -> Option<i64> {
    let units = [("Ki", 10), ("Mi", 20), ("Gi", 30)];
    units.iter().find_map(|(unit, bits)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(1 << bits)
    })
}

/// Reads the words after `traffic`: `start NAME URL [rate=5] [for=60s] [from=NAMESPACE/POD]
/// [timeout=5s]` or `stop NAME`.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn traffic(words: &str) -> Result<Traffic, String> {
    let words: Vec<&str> = words.split_whitespace().collect();
    match words.as_slice() {
        ["stop", name] => Ok(Traffic::Stop { name: (*name).to_owned() }),
        ["start", name, url, options @ ..] => {
            let mut load = load(name, url)?;
            options.iter().try_for_each(|option| refine(&mut load, option))?;
            Ok(Traffic::Start(load))
        }
        _ => Err("traffic start NAME URL [rate=5] [for=60s] [from=NAMESPACE/POD] [timeout=5s], \
                  or traffic stop NAME"
            .to_owned()),
    }
}

/// Clients outside of the cluster, who ask for ever.
pub(crate) fn load(name: &str, url: &str) -> Result<Load, String> {
    if Url::parse(url).is_none() {
        return Err(format!("\"{url}\" is no address such as http://node-1:30080/"));
    }
    Ok(Load {
        name: name.to_owned(),
        from: From::Outside,
        url: url.to_owned(),
        rate_per_s: RATE_PER_S,
        duration_ms: None,
        timeout_ms: None,
    })
}

fn refine(load: &mut Load, option: &str) -> Result<(), String> {
    let wrong = || format!("\"{option}\" is not rate=5, for=60s, from=NAMESPACE/POD or timeout=5s");
    let (name, value) = option.split_once('=').ok_or_else(wrong)?;
    let span = || span_ms(value).ok_or_else(wrong);
    match name {
        "rate" => load.rate_per_s = value.parse().map_err(|_| wrong())?,
        "for" => load.duration_ms = Some(span()?),
        "timeout" => load.timeout_ms = Some(span()?),
        "from" => {
            let (namespace, pod) = value.split_once('/').ok_or_else(wrong)?;
            load.from = From::Pod { namespace: namespace.to_owned(), pod: pod.to_owned() };
        }
        _ => return Err(wrong()),
    }
    Ok(())
}

/// Runs `curl`: a client outside of the cluster, whose requests `ask` carries out.
pub async fn curl(
    words: &[String],
    files: &dyn Files,
    mut ask: impl AsyncFnMut(Asked) -> DialResult,
) -> Printed {
    let mut printed = Printed::default();
    let mut curl = match read_curl(words, files) {
        Ok(curl) => curl,
        Err(shown) => {
            return Printed { err: shown.err, code: shown.exit.unwrap_or(2), ..printed };
        }
    };
    loop {
        let shown = curl.answered(&ask(curl.ask()).await);
        printed.err += &shown.err;
        printed.out += &String::from_utf8_lossy(&shown.out);
        if let Some((name, bytes)) = shown.file
            && name != "/dev/null"
            && !files.write(&name, &String::from_utf8_lossy(&bytes))
        {
            printed.err += "curl: (23) Failure writing output to destination\n";
            return Printed { code: 23, ..printed };
        }
        if let Some(code) = shown.exit {
            return Printed { code, ..printed };
        }
    }
}

fn read_curl(words: &[String], files: &dyn Files) -> Result<Curl, Shown> {
    let words = words.get(1..).unwrap_or_default();
    curl::read(words, &mut |name| files.read(name).map(String::into_bytes))
}

/// Reads a line with `curl`, so that an author hears of a mistake.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn is_curl(line: &str) -> Result<(), String> {
    let words = kubectl::split(line).map_err(|error| error.to_string())?;
    let files = BTreeMap::new();
    let read = read_curl(&words, &files);
    read.map(drop).map_err(|shown| shown.err.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_the_model_can_be_said() {
        let container = |kind: &str, rest: &str| format!("{kind} default/web/app{rest}");
        for words in [
            "node-off node-1",
            "node-on node-1",
            &container("container-kill", ""),
            &container("memory-fill", " 64Mi"),
            &container("memory-leak", " bytes_per_s=1Mi"),
            "node-partition node-1",
            "node-heal node-1",
            "component-stop kube-scheduler",
            "component-start kube-scheduler control-plane-1",
            "registry-down",
            "registry-slow 20",
            "registry-restore",
            "watch-delay kube-proxy 5s node=node-1",
            "packet-loss node-1 30",
        ] {
            let read = fault(words).unwrap_or_else(|error| panic!("{words}: {error}"));
            let said = serde_json::to_value(read).unwrap();
            assert_eq!(said["kind"], words.split(' ').next().unwrap());
        }
        let filled = fault("memory-fill default/web/app 64Mi").unwrap();
        let Fault::MemoryFill { namespace, pod, container, bytes } = filled else { panic!() };
        assert_eq!(
            (namespace.as_str(), pod.as_str(), container.as_str()),
            ("default", "web", "app")
        );
        assert_eq!(bytes, 64 << 20);
        for (words, expected) in [
            ("", "say which fault"),
            ("node-off", "missing field `node`"),
            ("node-off a b", "\"b\" is too much"),
            ("node-of a", "is too much"),
            ("nodeoff node=a", "unknown variant"),
        ] {
            let said = fault(words).unwrap_err();
            assert!(said.contains(expected), "{words}: {said}");
        }
    }

    #[test]
    fn traffic_has_a_name_an_address_and_options() {
        let Traffic::Start(load) =
            traffic("start shop http://node-1:30080/ rate=20 for=1m from=default/web").unwrap()
        else {
            panic!()
        };
        assert_eq!((load.rate_per_s, load.duration_ms), (20, Some(60_000)));
        assert!(matches!(load.from, From::Pod { .. }));
        assert_eq!(traffic("stop shop").unwrap(), Traffic::Stop { name: "shop".to_owned() });
        for words in ["", "start shop", "start shop ftp://x", "start shop http://x fast=1"] {
            assert!(traffic(words).is_err(), "{words}");
        }
    }

    #[test]
    fn an_author_hears_what_is_wrong_with_a_curl() {
        assert_eq!(is_curl("curl -s -H 'Host: shop.example' http://10.0.0.11:30080/cart"), Ok(()));
        let said = is_curl("curl --nonsense http://x").unwrap_err();
        assert!(said.starts_with("curl: option --nonsense: is unknown"), "{said}");
        assert!(is_curl("curl").is_err());
    }
}
