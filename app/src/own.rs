//! All that is kept of this device's learner, here and on the server: told, given as a file, deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    backend,
    browser::{self, Fetched},
    learned,
};

/// Where the browser keeps which clusters it has opened, and how many it knows at most.
const CLUSTERS: &str = "clusters";
const CLUSTERS_MAX: usize = 500;
/// Where it keeps the proof of what was completed: its id, and the key that deletes it.
pub(crate) const COMPLETION: &str = "completion";

/// A cluster that was opened on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cluster {
    pub(crate) id: String,
    /// The lesson's name; empty in the playground.
    pub(crate) lesson: String,
    /// The day when it was opened first, counted from 1970.
    pub(crate) day: i64,
}

/// Remembers that a cluster was opened here, for as long as there are not too many later ones.
pub(crate) fn opened(id: &str, lesson: &str) {
    let mut all = listed();
    if all.iter().any(|known| known.id == id) {
        return;
    }
    let (id, lesson) = (id.to_owned(), lesson.to_owned());
    all.push(Cluster { id, lesson, day: browser::today() });
    let first = all.len().saturating_sub(CLUSTERS_MAX);
    browser::keep_as(CLUSTERS, &all[first..].to_vec());
}

fn listed() -> Vec<Cluster> {
    browser::recall_as(CLUSTERS).unwrap_or_default()
}

/// The clusters that this device knows, the latest first; also those that came with a personal link.
pub(crate) fn clusters() -> Vec<Cluster> {
    let mut all = listed();
    for name in browser::kept_names("sandbox.") {
        let Some(id) = browser::recall(&format!("sandbox.{name}")) else { continue };
        if !all.iter().any(|known| known.id == id) {
            let lesson = name.strip_prefix("lesson.").unwrap_or_default().to_owned();
            all.insert(0, Cluster { id, lesson, day: 0 });
        }
    }
    all.reverse();
    all
}

/// Deletes a cluster with its log, and what was shared of it. Whether it is gone.
pub(crate) async fn delete_cluster(id: &str) -> bool {
    let answer = browser::delete(&format!("/sandboxes/{id}")).await;
    let gone = matches!(answer, Fetched::Ok(_) | Fetched::Refused(404 | 410, _));
    if gone {
        let left: Vec<_> = listed().into_iter().filter(|known| known.id != id).collect();
        browser::keep_as(CLUSTERS, &left);
        for name in browser::kept_names("sandbox.") {
            let name = format!("sandbox.{name}");
            if browser::recall(&name).as_deref() == Some(id) {
                browser::forget(&name);
            }
        }
    }
    gone
}

/// All that this browser keeps, by name.
pub(crate) fn device() -> BTreeMap<String, String> {
    let names = browser::kept_names("").into_iter();
    names.filter_map(|name| Some((name.clone(), browser::recall(&name)?))).collect()
}

/// All of it as one text: what this browser keeps, and the log of each cluster as the server keeps it.
pub(crate) async fn export() -> String {
    let mut logs = BTreeMap::new();
    for Cluster { id, .. } in clusters() {
        let log = match browser::get(&format!("/sandboxes/{id}/log")).await {
            Fetched::Ok(text) => serde_json::from_str(&text).unwrap_or(Value::Null),
            Fetched::Refused(..) | Fetched::Unreachable => Value::Null,
        };
        logs.insert(id, log);
    }
    let all = json!({ "device": device(), "carried": learned::gather(), "clusters": logs });
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

/// Deletes all that the server keeps, and then what this browser keeps. What could not be deleted on
/// the server stays here as well, so that it can be tried again. Whether all is gone.
pub(crate) async fn delete_all() -> bool {
    let mut done = learned::forget().await;
    if let Some((id, key)) = browser::recall_as::<(String, String)>(COMPLETION) {
        match backend::withdraw(id, key).await {
            Ok(_) => browser::forget(COMPLETION),
            Err(_) => done = false,
        }
    }
    for Cluster { id, .. } in clusters() {
        done &= delete_cluster(&id).await;
    }
    if done {
        browser::kept_names("").iter().for_each(|name| browser::forget(name));
    }
    done
}
