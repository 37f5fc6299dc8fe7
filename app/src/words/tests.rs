//! Sentences as a learner reads them.

use protocol::{Actor, Transition, What};

use super::{note, object, sentence, status};
use crate::i18n::Language::{English, Korean};
use crate::player::fabricate::{Trace, first_pod, kubectl, note as noted, reference};
use crate::why::links;

#[test]
fn the_story_of_a_first_pod() {
    let tell = |language| {
        let moments = first_pod().moments;
        let told = moments.iter().filter(|moment| !moment.routine);
        told.map(|moment| sentence(moment, language)).collect::<Vec<_>>()
    };
    assert_eq!(
        tell(English),
        [
            "kubectl asked the API server to create Pod web.",
            "The API server stored Pod web in etcd, at revision 11.",
            "A watch told the scheduler of revision 11: Pod web.",
            "A watch told the kubelet of node-1 of revision 11: Pod web.",
            "The scheduler chose node-2 for Pod web: best score, 88, of 2 nodes that would do.",
            "The scheduler asked the API server to create Pod web.",
            "The API server stored Pod web anew, at revision 12: Running.",
            "A watch told the kubelet of node-2 of revision 12: Pod web.",
            "On node-1: container app of Pod web started.",
        ]
    );
    assert_eq!(
        tell(Korean),
        [
            "kubectl이 API 서버에 web 파드를 만들어 달라고 요청했다.",
            "API 서버가 web 파드를 etcd에 리비전 11로 저장했다.",
            "API 서버의 watch가 스케줄러에게 리비전 11의 변화를 알렸다: web 파드.",
            "API 서버의 watch가 node-1 노드의 kubelet에게 리비전 11의 변화를 알렸다: web 파드.",
            "스케줄러가 web 파드를 놓을 곳으로 node-2 노드를 골랐다. 가능한 2곳 가운데 점수가 가장 높다(88).",
            "스케줄러가 API 서버에 web 파드를 만들어 달라고 요청했다.",
            "API 서버가 바뀐 web 파드를 etcd에 리비전 12로 저장했다: Running.",
            "API 서버의 watch가 node-2 노드의 kubelet에게 리비전 12의 변화를 알렸다: web 파드.",
            "node-1 노드에서 web 파드의 app 컨테이너가 시작되었다.",
        ]
    );
}

#[test]
fn a_refusal_keeps_the_message_of_kubernetes() {
    let mut trace = Trace::default();
    let what = What::Request {
        verb: "create".to_owned(),
        object: reference("Pod", "web"),
        subresource: String::new(),
        status: 409,
        message: "pods \"web\" already exists".to_owned(),
    };
    trace.add(0, &[], kubectl(), what);
    let moment = &trace.moments[0];
    assert!(sentence(moment, English).ends_with("refused (409): pods \"web\" already exists"));
    assert!(sentence(moment, Korean).ends_with("거절당했다(409): pods \"web\" already exists"));
}

#[test]
fn the_why_of_a_container_leads_back_to_the_learner() {
    let trace = first_pod();
    let mut chain = Vec::new();
    let mut next = Some(trace.moments.len() - 1);
    while let Some(at) = next {
        chain.push(trace.moments[at].clone());
        next = trace.moments[at].causes.first().map(|cause| *cause as usize);
    }
    let links = links(&chain, English);
    let told: Vec<_> = links.iter().map(|link| (link.position, link.from_outside)).collect();
    // Container, binding stored, scheduler's choice, Pod stored, the learner's request.
    assert_eq!(told, [(9, false), (6, false), (4, false), (1, false), (0, true)]);
}

#[test]
fn a_note_is_told_in_the_language_of_the_learner() {
    let arguments = [("name", "web"), ("saw", "2"), ("wanted", "3")];
    let known = noted("TooFewPods", "web wants 3 Pods and sees 2", &arguments);
    assert_ne!(note(&known, Korean), known.message);
    let unknown = noted("SomethingNew", "A thing happened.", &[]);
    assert_eq!(note(&unknown, Korean), "A thing happened.");
    let incomplete = noted("TooFewPods", "Too few replicas", &[]);
    assert_eq!(note(&incomplete, Korean), "Too few replicas", "no hole in a sentence");
}

#[test]
fn every_status_word_of_a_pod_is_explained() {
    for word in [
        "Pending",
        "ContainerCreating",
        "Running",
        "Completed",
        "Error",
        "CrashLoopBackOff",
        "ErrImagePull",
        "ImagePullBackOff",
        "Terminating",
        "OOMKilled",
        "Evicted",
        "Unknown",
        "Init:0/1",
        "NotReady",
    ] {
        assert!(status(word, Korean).is_some() && status(word, English).is_some(), "{word}");
    }
    assert_eq!(status("NoSuchWord", Korean), None);
}

#[test]
fn names_are_followed_by_their_kind() {
    assert_eq!(object(&reference("Deployment", "web"), Korean), "web 디플로이먼트");
    assert_eq!(object(&reference("Deployment", "web"), English), "Deployment web");
    assert_eq!(object(&reference("Pod", ""), Korean), "파드 목록");
}

#[test]
fn every_transition_has_a_sentence() {
    let message = "manifest unknown".to_owned();
    let transitions = [
        Transition::Pulling,
        Transition::Pulled,
        Transition::PullFailed { reason: "ErrImagePull".to_owned(), message },
        Transition::Created,
        Transition::Started,
        Transition::Ready,
        Transition::NotReady,
        Transition::Stopping,
        Transition::Exited { code: 137, reason: "Error".to_owned() },
        Transition::Removed,
    ];
    let mut trace = Trace::default();
    for transition in transitions {
        trace.container(0, 0, "web", transition);
    }
    let mut all: Vec<_> = trace.moments.iter().map(|it| sentence(it, Korean)).collect();
    all.extend(trace.moments.iter().map(|it| sentence(it, English)));
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "each says something of its own");
}

#[test]
fn actors_are_named_as_people_name_them() {
    let controller = Actor::Controller { name: "deployment-controller".to_owned() };
    assert_eq!(super::actor(&controller, Korean), "디플로이먼트 컨트롤러");
    assert_eq!(super::actor(&controller, English), "the deployment-controller");
    assert_eq!(super::actor(&kubectl(), Korean), "kubectl");
}
