//! What is in a lesson's cluster before the learner comes.

use orchestrator::{ApiRequest, Input, Kind, Scenario, Time, World};
use serde_json::Value;

use crate::facts::START_AGENT;
use crate::lesson::Lesson;
use crate::script::outside;

/// How long a lesson's own objects may take to come up.
const START_MAX_MS: i64 = 10 * 60 * 1_000;

impl Lesson {
    /// The cluster that the lesson's sandbox begins with.
    pub fn scenario(&self) -> Scenario {
        let mut scenario =
            Scenario::with_control_plane(self.setting.control_plane, self.setting.workers);
        scenario.name.clone_from(&self.slug);
        scenario
    }

    /// What to put into the new cluster, in order, before the learner comes: `start.yaml` as
    /// requests that do not count as the learner's. Then let the world grow quiet.
    pub fn start_inputs(&self) -> Vec<Input> {
        // The checker proved that the documents can be read and are of known kinds.
        let documents = start_documents(&self.start).unwrap_or_default();
        documents.iter().filter_map(creation).map(Input::Request).collect()
    }

    /// What to put in once the cluster is quiet: the faults and the traffic of the lesson. Then
    /// let `setting.after_s` pass.
    pub fn late_inputs(&self) -> Vec<Input> {
        let faults = self.setting.faults.iter();
        let faults = faults.filter_map(|words| outside::fault(words).ok()).map(Input::Fault);
        let loads = self.setting.traffic.iter();
        let loads = loads.filter_map(|words| outside::traffic(&format!("start {words}")).ok());
        faults.chain(loads.map(Input::Traffic)).collect()
    }

    /// A world of this lesson, at the moment when the learner comes.
    pub fn world(&self, seed: u64) -> World {
        let mut world = World::new(seed, &self.scenario());
        for input in self.start_inputs() {
            world.submit(&input);
        }
        world.run_to_quiet(Time(START_MAX_MS));
        for input in self.late_inputs() {
            world.submit(&input);
        }
        world.run_until(Time(world.now().0 + i64::from(self.setting.after_s) * 1_000));
        world
    }
}

/// The documents of a `start.yaml`.
///
/// # Errors
/// What is wrong with the YAML, or with a document that names no known kind.
pub(crate) fn start_documents(source: &str) -> Result<Vec<Value>, String> {
    let documents: Vec<Value> =
        serde_yaml::from_multiple(source).map_err(|error| error.without_snippet().to_string())?;
    let documents: Vec<Value> = documents.into_iter().filter(|it| !it.is_null()).collect();
    match documents.iter().find(|document| creation(document).is_none()) {
        Some(strange) => Err(format!("no known kind of object: {}", strange["kind"])),
        None => Ok(documents),
    }
}

fn creation(object: &Value) -> Option<ApiRequest> {
    let kind = Kind::ALL
        .iter()
        .find(|kind| object["kind"] == kind.name() && object["apiVersion"] == kind.api_version())?;
    let root = match kind.group() {
        "" => format!("/api/{}", kind.version()),
        group => format!("/apis/{group}/{}", kind.version()),
    };
    let uri = match kind {
        kind if !kind.is_namespaced() => format!("{root}/{}", kind.plural()),
        _ => {
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
            format!("{root}/namespaces/{namespace}/{}", kind.plural())
        }
    };
    let mut request = ApiRequest::new("POST", &uri, "application/json", object.to_string());
    request.headers.push(("user-agent".to_owned(), START_AGENT.to_owned()));
    Some(request)
}
