//! What is in a lesson's cluster before the learner comes.

use orchestrator::{ApiRequest, Input, Kind, Reply, Scenario, Time, World};
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
    /// requests that do not count as the learner's. After each stage let the world grow quiet. A
    /// Pod in a namespace of the lesson's own waits for that namespace's ServiceAccount.
    pub fn start_stages(&self) -> Vec<Vec<Input>> {
        // The checker proved that the documents can be read and are of known kinds.
        let documents = start_documents(&self.start).unwrap_or_default();
        let own = |pod: &Value| {
            let of_it = |one: &Value| {
                one["kind"] == "Namespace"
                    && one["metadata"]["name"] == pod["metadata"]["namespace"]
            };
            pod["kind"] == "Pod" && documents.iter().any(of_it)
        };
        let (pods, others): (Vec<&Value>, Vec<&Value>) =
            documents.iter().partition(|document| own(document));
        let inputs = |documents: Vec<&Value>| -> Vec<Input> {
            documents.into_iter().filter_map(creation).map(Input::Request).collect()
        };
        [inputs(others), inputs(pods)].into_iter().filter(|stage| !stage.is_empty()).collect()
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
        self.begin(seed).0
    }

    /// The same, and what the API server said of what it refused.
    pub(crate) fn begin(&self, seed: u64) -> (World, Vec<String>) {
        let mut world = World::new(seed, &self.scenario());
        let mut refused = Vec::new();
        for stage in self.start_stages() {
            for input in stage {
                refused.extend(refusal(world.submit(&input)));
            }
            world.run_to_quiet(Time(START_MAX_MS));
        }
        world.run_to_quiet(Time(START_MAX_MS));
        for input in self.late_inputs() {
            world.submit(&input);
        }
        world.run_until(Time(world.now().0 + i64::from(self.setting.after_s) * 1_000));
        (world, refused)
    }
}

fn refusal(reply: Reply) -> Option<String> {
    match reply {
        Reply::Response(response) if !response.status().is_success() => {
            let status: Value = serde_json::from_slice(response.body()).unwrap_or_default();
            Some(status["message"].as_str().unwrap_or_default().to_owned())
        }
        _ => None,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::course::{Course, Folders, embedded};

    fn lesson(start: &str) -> Arc<Lesson> {
        let mut folders = embedded();
        let files = folders.get_mut("05-first-pod").unwrap();
        files.insert("start.yaml".to_owned(), start.to_owned());
        let course = Course::of(&folders, &Folders::new()).unwrap();
        Arc::clone(course.lesson("first-pod").unwrap())
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n\
                       spec: {containers: [{name: web, image: \"my-app:1.0\"}]}\n";

    #[test]
    fn a_pod_in_a_namespace_of_the_lesson_is_made() {
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
        let (world, refused) = lesson(&format!("{POD}---\n{namespace}")).begin(7);
        assert_eq!(refused, [""; 0]);
        let pods = world.store().objects().in_namespace(Kind::Pod, "shop");
        assert_eq!(pods.count(), 1);
    }

    #[test]
    fn what_cannot_be_made_is_said() {
        let (_, refused) = lesson(POD).begin(7);
        assert_eq!(refused, ["namespaces \"shop\" not found"]);
    }
}
