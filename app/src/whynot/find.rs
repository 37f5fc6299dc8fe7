//! Finds the answers. Pure: from a cluster and what was said before it.

use protocol::{
    ContainerState, DeploymentView, Detail, Moment, ObjectRef, PodView, Position, ReplicaSetView,
    ServiceView, Verdict, What,
};

use super::{Answer, Fact, Finding, Question};
use crate::player::{Cluster, Object};
use crate::scene::selectors::{Empty, empty};

/// What was said before the moment that is shown.
pub(crate) trait Past {
    /// The latest moment before the playhead that fits.
    fn latest(&self, fits: &dyn Fn(&Moment) -> bool) -> Option<(Position, Moment)>;
}

/// Why an object is not as one would wish; none if nothing is amiss with it.
pub(crate) fn why_not(cluster: &Cluster, past: &dyn Past, about: &ObjectRef) -> Option<Answer> {
    let object = cluster.get(about)?;
    let asked = Asked { cluster, past, object };
    match &object.detail {
        Detail::Pod(pod) => asked.pod(pod),
        Detail::Service(service) => asked.service(service),
        Detail::Deployment(view) => asked.deployment(view),
        Detail::ReplicaSet(view) => asked.replica_set(view),
        Detail::StatefulSet(view) if view.ready < view.desired => asked.set(Question::TooFewPods),
        Detail::DaemonSet(view) if view.ready < view.desired => asked.set(Question::TooFewPods),
        Detail::PersistentVolumeClaim(claim) if claim.phase == "Pending" => {
            asked.claim(claim.class.as_deref().unwrap_or_default())
        }
        Detail::Ingress(view) if view.addresses.is_empty() => {
            let fact = Fact::NobodyServes { what: "Ingress" };
            Some(asked.answer(Question::NotServed, vec![fact.alone()]))
        }
        _ => None,
    }
}

struct Asked<'a> {
    cluster: &'a Cluster,
    past: &'a dyn Past,
    object: &'a Object,
}

impl Fact {
    pub(super) fn alone(self) -> Finding {
        Finding { fact: self, object: None, moment: None }
    }

    fn of(self, object: &Object) -> Finding {
        Finding { fact: self, object: Some(object.object.clone()), moment: None }
    }
}

impl Asked<'_> {
    fn answer(&self, question: Question, findings: Vec<Finding>) -> Answer {
        let about = self.object.object.clone();
        Answer { question, about, findings, verdicts: Vec::new(), decided: None }
    }

    fn pod(&self, pod: &PodView) -> Option<Answer> {
        if self.object.deleting_ms.is_some() {
            return Some(self.answer(Question::StillThere, vec![self.ending(pod)]));
        }
        match (&pod.node, pod.phase.as_str()) {
            (None, "Pending") => Some(self.without_node()),
            (Some(_), "Pending") | (_, "Failed") => {
                Some(self.answer(Question::NotRunning, self.containers(pod)))
            }
            (_, "Running") if !pod.ready => {
                Some(self.answer(Question::NotReady, self.containers(pod)))
            }
            _ => None,
        }
    }

    fn ending(&self, pod: &PodView) -> Finding {
        let node = pod.node.clone().unwrap_or_default();
        let mut nodes = self.cluster.nodes();
        let silent =
            nodes.find(|(object, view)| object.object.name == node && view.ready != "True");
        if silent.is_some() || self.cluster.off.contains(&node) {
            return Fact::NodeSilent { node }.alone();
        }
        Fact::Ending.alone()
    }

    /// The scheduler's last table for it.
    fn without_node(&self) -> Answer {
        let own = &self.object.object;
        let decided = self.past.latest(&|moment| match &moment.what {
            What::Decision { object, verdicts, .. } => {
                !verdicts.is_empty()
                    && (&object.namespace, &object.name) == (&own.namespace, &own.name)
            }
            _ => false,
        });
        let mut findings = Vec::new();
        if self.cluster.is_stopped("kube-scheduler") {
            findings.push(Fact::Stopped { program: "kube-scheduler".to_owned() }.alone());
        }
        let table = decided.map(|(position, moment)| (position, verdicts(moment)));
        match &table {
            Some((position, verdicts)) => findings.push(Finding {
                fact: Fact::NoNodeFits { nodes: verdicts.len() },
                object: None,
                moment: Some(*position),
            }),
            None if findings.is_empty() => findings.push(Fact::NotLookedAt.alone()),
            None => {}
        }
        let Detail::Pod(pod) = &self.object.detail else {
            return self.answer(Question::NoNode, findings);
        };
        findings.extend(
            pod.message.clone().map(|message| {
                Fact::Said { reason: "FailedScheduling".to_owned(), message }.alone()
            }),
        );
        let (decided, verdicts) = table.map_or((None, Vec::new()), |(at, all)| (Some(at), all));
        Answer { verdicts, decided, ..self.answer(Question::NoNode, findings) }
    }

    fn containers(&self, pod: &PodView) -> Vec<Finding> {
        let mut findings = Vec::new();
        for container in &pod.containers {
            let name = container.name.clone();
            if let Some((reason, code)) = &container.last
                && container.restarts > 0
            {
                findings.push(Finding {
                    fact: Fact::Ended {
                        container: name.clone(),
                        reason: reason.clone(),
                        code: *code,
                        restarts: container.restarts,
                    },
                    object: None,
                    moment: self.container_moment(&name),
                });
            }
            match &container.state {
                ContainerState::Waiting { reason, message } if !reason.is_empty() => {
                    findings.push(Finding {
                        fact: Fact::Waits {
                            container: name.clone(),
                            reason: reason.clone(),
                            message: message.clone(),
                        },
                        object: None,
                        moment: self.container_moment(&name),
                    });
                }
                ContainerState::Terminated { reason, exit_code } if *exit_code != 0 => {
                    findings.push(
                        Fact::Ended {
                            container: name,
                            reason: reason.clone(),
                            code: *exit_code,
                            restarts: container.restarts,
                        }
                        .alone(),
                    );
                }
                ContainerState::Running { .. } if !container.ready && !container.init => {
                    findings.push(Fact::ProbeFails { container: name }.alone());
                }
                _ => {}
            }
        }
        findings
    }

    fn container_moment(&self, name: &str) -> Option<Position> {
        let uid = &self.object.object.uid;
        let found = self.past.latest(&|moment| match &moment.what {
            What::Container { pod, container, .. } => pod.uid == *uid && container == name,
            _ => false,
        });
        found.map(|(position, _)| position)
    }

    fn service(&self, service: &ServiceView) -> Option<Answer> {
        if let Some(findings) = self.no_endpoints() {
            return Some(self.answer(Question::NoEndpoints, findings));
        }
        let pending = service.service_type == "LoadBalancer" && service.external.is_empty();
        pending.then(|| {
            let fact = Fact::NobodyServes { what: "LoadBalancer" };
            self.answer(Question::NoBalancer, vec![fact.alone()])
        })
    }

    fn no_endpoints(&self) -> Option<Vec<Finding>> {
        Some(match empty(self.cluster, self.object)? {
            Empty::NoSelector if self.object.object.name == "kubernetes" => return None,
            Empty::NoSelector => vec![Fact::NoSelector.alone()],
            Empty::NoPods => vec![Fact::NoPods.alone()],
            Empty::NoneOf(deployment, desired) => {
                let name = deployment.object.name.clone();
                vec![Fact::NoneOf { deployment: name, desired }.of(&deployment)]
            }
            Empty::Differs(near) => near
                .iter()
                .flat_map(|(pod, all)| {
                    all.iter().map(|it| {
                        let name = pod.object.name.clone();
                        Fact::Differs { pod: name, text: it.text() }.of(pod)
                    })
                })
                .collect(),
            Empty::NotReady(pods) => {
                let mut findings = vec![Fact::MatchNotReady { pods: pods.len() }.alone()];
                findings.extend(pods.iter().take(4).map(not_ready));
                findings
            }
        })
    }

    fn deployment(&self, view: &DeploymentView) -> Option<Answer> {
        let done = view.updated >= view.desired
            && view.available >= view.desired
            && view.current <= view.desired;
        if done && view.trouble.is_none() {
            return None;
        }
        let mut findings = Vec::new();
        if view.paused {
            findings.push(Fact::Paused.alone());
        }
        findings.extend(
            view.trouble
                .clone()
                .map(|it| Fact::Said { reason: it.reason, message: it.message }.of(self.object)),
        );
        let rolls = view.updated < view.desired || view.current > view.desired;
        if rolls && !view.paused {
            let least = (view.desired - view.max_unavailable).max(0);
            findings.push(self.kept(Fact::KeepsAvailable { least, available: view.available }));
            let most = view.desired + view.max_surge;
            findings.push(Fact::AtMost { most, current: view.current }.alone());
        }
        let sets =
            self.cluster.owned_by(&self.object.object).filter(|it| it.object.kind == "ReplicaSet");
        for set in sets {
            findings.extend(Self::refused(set));
            findings.extend(self.pods_not_ready(&set.object));
        }
        findings.truncate(8);
        (!findings.is_empty()).then(|| self.answer(Question::RolloutWaits, findings))
    }

    /// The controller's own last word about waiting, if it said one.
    fn kept(&self, fact: Fact) -> Finding {
        let own = &self.object.object;
        let said = self.past.latest(&|moment| match &moment.what {
            What::Decision { object, notes, .. } => {
                object.kind == own.kind
                    && (&object.namespace, &object.name) == (&own.namespace, &own.name)
                    && notes.iter().any(|note| note.reason.starts_with("WaitsFor"))
            }
            _ => false,
        });
        Finding { fact, object: None, moment: said.map(|(position, _)| position) }
    }

    fn replica_set(&self, view: &ReplicaSetView) -> Option<Answer> {
        if view.ready >= view.desired {
            return None;
        }
        let mut findings: Vec<Finding> = Self::refused(self.object).into_iter().collect();
        findings.extend(self.pods_not_ready(&self.object.object));
        Some(self.answer(Question::TooFewPods, findings))
    }

    /// What the API server said to its controller when it would have made a Pod.
    fn refused(set: &Object) -> Option<Finding> {
        let Detail::ReplicaSet(view) = &set.detail else { return None };
        let trouble = view.trouble.clone()?;
        Some(Fact::Said { reason: trouble.reason, message: trouble.message }.of(set))
    }

    fn set(&self, question: Question) -> Option<Answer> {
        let own = &self.object.object;
        let mut findings = self.pods_not_ready(own);
        let warned = self.cluster.events().into_iter().find(|(_, event)| {
            event.event_type == "Warning"
                && (&event.regarding.kind, &event.regarding.name) == (&own.kind, &own.name)
        });
        findings.extend(warned.map(|(_, event)| {
            let (reason, message) = (event.reason.clone(), event.message.clone());
            Fact::Said { reason, message }.alone()
        }));
        Some(self.answer(question, findings))
    }

    fn pods_not_ready(&self, owner: &ObjectRef) -> Vec<Finding> {
        let pods = self.cluster.owned_by(owner).filter(|pod| {
            matches!(&pod.detail, Detail::Pod(view) if !view.ready && view.phase != "Succeeded")
        });
        pods.take(4).map(not_ready).collect()
    }

    fn claim(&self, class: &str) -> Option<Answer> {
        let found = self.cluster.of_kind("StorageClass").find(|it| it.object.name == class);
        let class = class.to_owned();
        let fact = match found.map(|object| &object.detail) {
            Some(Detail::StorageClass(view)) if view.waits_for_pod => Fact::WaitsForPod { class },
            Some(_) => Fact::NobodyServes { what: "StorageClass" },
            None => Fact::NoSuchClass { class },
        };
        Some(self.answer(Question::NotBound, vec![fact.alone()]))
    }
}

fn not_ready(pod: &Object) -> Finding {
    let status = match &pod.detail {
        Detail::Pod(view) => view.status.clone(),
        _ => String::new(),
    };
    Fact::PodNotReady { pod: pod.object.name.clone(), status }.of(pod)
}

fn verdicts(moment: Moment) -> Vec<Verdict> {
    match moment.what {
        What::Decision { verdicts, .. } => verdicts,
        _ => Vec::new(),
    }
}
