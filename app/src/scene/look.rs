//! How a Pod and a node look: a mark that tells the state without colour, a tone, and a word.

use protocol::{NodeView, PodView, Transition};

use crate::player::{Cluster, Object};

/// What stands inside a Pod's hexagon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// Three dots: waits for a node.
    Waiting,
    /// An arrow down: an image is being pulled.
    Pulling,
    /// A triangle: containers are being made and started.
    Starting,
    /// An empty square: runs, and is not ready.
    Running,
    /// A full square: runs, and is ready.
    Ready,
    /// A tick: ended well.
    Done,
    /// A cross: ended badly, or keeps ending.
    Failing,
    /// An arrow down, crossed: the image cannot be had.
    NoImage,
    /// A bar that fades: asked to end.
    Ending,
    /// A question mark: nobody knows.
    Unknown,
}

/// What a colour means; never the only sign of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tone {
    Ok,
    Busy,
    Bad,
    Ending,
    Quiet,
}

impl Tone {
    /// The class that the stylesheet knows.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Ok => "is-ok",
            Tone::Busy => "is-busy",
            Tone::Bad => "is-bad",
            Tone::Ending => "is-ending",
            Tone::Quiet => "is-quiet",
        }
    }
}

/// How a Pod looks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Look {
    pub mark: Mark,
    pub tone: Tone,
    /// kubectl's STATUS word.
    pub word: String,
    /// Each container that is no init container: whether it is ready.
    pub cells: Vec<bool>,
    pub restarts: i32,
}

pub(crate) fn pod(cluster: &Cluster, object: &Object, pod: &PodView) -> Look {
    let (mark, tone) = mark(cluster, object, pod);
    let own = pod.containers.iter().filter(|container| !container.init);
    Look {
        mark,
        tone,
        word: pod.status.clone(),
        cells: own.map(|container| container.ready).collect(),
        restarts: pod.containers.iter().map(|container| container.restarts).sum(),
    }
}

fn mark(cluster: &Cluster, object: &Object, pod: &PodView) -> (Mark, Tone) {
    if object.deleting_ms.is_some() {
        return (Mark::Ending, Tone::Ending);
    }
    match pod.status.trim_start_matches("Init:") {
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
            return (Mark::NoImage, Tone::Bad);
        }
        "CrashLoopBackOff"
        | "Error"
        | "OOMKilled"
        | "CreateContainerConfigError"
        | "RunContainerError"
        | "StartError" => return (Mark::Failing, Tone::Bad),
        "Unknown" => return (Mark::Unknown, Tone::Quiet),
        _ => {}
    }
    match pod.phase.as_str() {
        "Succeeded" => (Mark::Done, Tone::Quiet),
        "Failed" => (Mark::Failing, Tone::Bad),
        "Unknown" => (Mark::Unknown, Tone::Quiet),
        "Running" if pod.ready => (Mark::Ready, Tone::Ok),
        "Running" => (Mark::Running, Tone::Busy),
        _ if pod.node.is_none() => (Mark::Waiting, Tone::Busy),
        _ => match cluster.last_transition(object) {
            Some(Transition::Pulling) => (Mark::Pulling, Tone::Busy),
            _ => (Mark::Starting, Tone::Busy),
        },
    }
}

/// How a node looks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NodeLook {
    pub tone: Tone,
    /// kubectl's STATUS word: what the API server believes.
    pub word: String,
    /// The machine is switched off: what is so.
    pub off: bool,
    pub taints: Vec<String>,
    pub cpu: Share,
    pub memory: Share,
}

/// How much of something is asked for by Pods.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Share {
    pub requested: i64,
    /// Sum of the limits: what they could take, if all took what they may.
    pub limits: i64,
    pub allocatable: i64,
    /// What each Pod asks for, in the order of their names.
    pub parts: Vec<i64>,
}

impl Share {
    /// 0 to 1.
    pub(crate) fn part(&self) -> f64 {
        self.part_of(self.requested)
    }

    pub(crate) fn part_of(&self, amount: i64) -> f64 {
        if self.allocatable <= 0 {
            return 0.0;
        }
        (amount as f64 / self.allocatable as f64).clamp(0.0, 1.0)
    }
}

pub(crate) fn node(cluster: &Cluster, name: &str, node: &NodeView) -> NodeLook {
    // A Pod that has ended holds nothing any more.
    let here = || {
        cluster.pods().map(|(_, pod)| pod).filter(|pod| {
            pod.node.as_deref() == Some(name)
                && !matches!(pod.phase.as_str(), "Succeeded" | "Failed")
        })
    };
    let share = |of: fn(&PodView) -> i64, limit: fn(&PodView) -> i64, allocatable| {
        let parts: Vec<i64> = here().map(of).filter(|amount| *amount > 0).collect();
        let limits = here().map(limit).sum();
        Share { requested: parts.iter().sum(), limits, allocatable, parts }
    };
    NodeLook {
        tone: if node.ready == "True" {
            if node.unschedulable { Tone::Busy } else { Tone::Ok }
        } else {
            Tone::Bad
        },
        word: node.status.clone(),
        off: cluster.off.contains(name),
        taints: node.taints.clone(),
        cpu: share(|pod| pod.cpu_milli, |pod| pod.cpu_limit_milli, node.cpu_milli),
        memory: share(|pod| pod.memory_bytes, |pod| pod.memory_limit_bytes, node.memory_bytes),
    }
}
