//! Random but reproducible histories: what tests and the example `simulate` put a world through.
//!
//! From a seed come a cluster and a list of acts: workloads made, scaled, updated and deleted, nodes
//! switched off and on, containers killed, time passed. After each event of the world's queue the
//! invariants must hold.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::input::{ApiRequest, Input};
use crate::object::{Kind, Object};
use crate::scenario::Scenario;
use crate::time::Time;
use crate::world::{Violation, World};

mod control;
mod jobs;
mod network;
mod sets;
mod storage;
mod usage;

/// One act of a history.
#[derive(Clone, Debug)]
pub enum Act {
    Input(Box<Input>),
    /// Let so much model time pass.
    Wait(i64),
}

/// A history in the making: the world so far, and the chance that decides what comes next.
#[derive(Debug)]
pub struct Simulation {
    pub world: World,
    chance: ChaCha8Rng,
    checked: u64,
    /// Events since all invariants were checked, and the revision by then.
    unchecked: u32,
    rev: u64,
}

/// What went wrong, and when.
#[derive(Debug)]
pub struct Failure {
    pub at: Time,
    pub violations: Vec<Violation>,
}

const NAMES: [&str; 4] = ["web", "api", "cache", "worker"];
const IMAGES: [&str; 4] = ["helloworld-app", "my-app:1.0", "my-app:2.0", "my-app:missing"];

impl Simulation {
    /// A cluster of two to five workers.
    pub fn new(seed: u64) -> Simulation {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let workers = 2 + (chance.next_u64() % 4) as u32;
        let members = if chance.next_u64().is_multiple_of(4) { 3 } else { 1 };
        let mut scenario = Scenario::with_control_plane(members, workers);
        if chance.next_u64().is_multiple_of(2) {
            for (index, node) in scenario.nodes.iter_mut().enumerate() {
                node.zone = if index % 2 == 0 { "a".to_owned() } else { "b".to_owned() };
            }
        }
        let world = World::new(seed, &scenario);
        let (checked, rev) = (world.trace().len(), world.store().rev());
        Simulation { world, chance, checked, unchecked: 0, rev }
    }

    fn pick(&mut self, count: usize) -> usize {
        (self.chance.next_u64() % count.max(1) as u64) as usize
    }

    /// Draws the next act.
    pub fn draw(&mut self) -> Act {
        let name = NAMES[self.pick(NAMES.len())];
        match self.pick(43) {
            0..=3 => self.create_deployment(name),
            4 => request("POST", "/api/v1/namespaces/default/services", &service(name)),
            5 => self.create_pod(),
            6..=7 => self.scale(name),
            8..=9 => self.set_image(name),
            10 => request("DELETE", &deployment_path(name), &Value::Null),
            11 => self.delete_pod(),
            12 => self.fault(true),
            13..=14 => self.fault(false),
            15 => self.kill(),
            16 => Act::Wait(310_000),
            17 => Act::Wait(55_000),
            18..=21 => self.act_sets(),
            22..=24 => self.act_storage(),
            25..=27 => self.act_usage(),
            28..=30 => self.act_jobs(),
            31..=33 => self.act_network(),
            34..=39 => self.act_control(),
            _ => Act::Wait(self.pick(20_000) as i64),
        }
    }

    /// Carries an act out, checking the invariants after each event.
    ///
    /// # Errors
    /// An invariant does not hold.
    pub fn carry_out(&mut self, act: &Act) -> Result<(), Failure> {
        match act {
            Act::Input(input) => {
                let served = self.world.serves();
                self.world.submit(input);
                self.check(served)?;
                self.check_all()
            }
            Act::Wait(span) => {
                let until = self.world.now() + *span;
                while self.world.next_event().is_some_and(|due| due <= until) {
                    let served = self.world.serves();
                    self.world.step();
                    self.check(served)?;
                }
                self.world.run_until(until);
                self.check_all()
            }
        }
    }

    /// What an event has written must be right; now and then all that there is.
    fn check(&mut self, served: bool) -> Result<(), Failure> {
        let mut violations = self.world.trace_violations(self.checked);
        self.checked = self.world.trace().len();
        let rev = self.world.store().rev();
        if rev != self.rev && !served && !self.world.serves() {
            violations.push(Violation::WrittenWhileAway);
        }
        self.rev = rev;
        self.unchecked += 1;
        if self.unchecked >= CHECK_ALL_EVERY {
            self.check_all()?;
        }
        fail(&self.world, violations)
    }

    fn check_all(&mut self) -> Result<(), Failure> {
        self.unchecked = 0;
        fail(&self.world, self.world.violations())
    }
}

/// After so many events all invariants are checked, not only those of what was written.
const CHECK_ALL_EVERY: u32 = 100;

fn fail(world: &World, violations: Vec<Violation>) -> Result<(), Failure> {
    if violations.is_empty() {
        return Ok(());
    }
    Err(Failure { at: world.now(), violations })
}

impl Simulation {
    fn create_deployment(&mut self, name: &str) -> Act {
        let (replicas, image) = (self.pick(6), IMAGES[self.pick(IMAGES.len())]);
        let cpu = format!("{}m", 50 * (1 + self.pick(12)));
        let body = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name}},
                    "spec": {"containers": [{
                        "name": "app", "image": image, "resources": {"requests": {"cpu": cpu}},
                    }]},
                },
            },
        });
        request("POST", "/apis/apps/v1/namespaces/default/deployments", &body)
    }

    fn create_pod(&mut self) -> Act {
        let name = format!("bare-{}", self.pick(5));
        let body = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"containers": [{"name": "app", "image": IMAGES[self.pick(IMAGES.len())]}]},
        });
        request("POST", "/api/v1/namespaces/default/pods", &body)
    }

    fn scale(&mut self, name: &str) -> Act {
        let patch = json!({"spec": {"replicas": self.pick(8)}});
        request("PATCH", &deployment_path(name), &patch)
    }

    fn set_image(&mut self, name: &str) -> Act {
        let image = IMAGES[self.pick(IMAGES.len())];
        let containers = json!([{"name": "app", "image": image}]);
        let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        request("PATCH", &deployment_path(name), &patch)
    }

    fn delete_pod(&mut self) -> Act {
        let objects = self.world.store().objects();
        let names: Vec<String> =
            objects.in_namespace(Kind::Pod, "default").map(|pod| pod.name().to_owned()).collect();
        let pick = self.pick(names.len());
        let name = names.get(pick).map_or("none", String::as_str);
        request("DELETE", &format!("/api/v1/namespaces/default/pods/{name}"), &Value::Null)
    }

    fn fault(&mut self, off: bool) -> Act {
        let nodes: Vec<String> =
            self.world.machines().map(|machine| machine.node.to_string()).collect();
        // The control-plane node stays on.
        let node = nodes[1 + self.pick(nodes.len() - 1)].clone();
        let fault = if off { Fault::NodeOff { node } } else { Fault::NodeOn { node } };
        Act::Input(Box::new(Input::Fault(fault)))
    }

    fn kill(&mut self) -> Act {
        let objects = self.world.store().objects();
        let pods: Vec<&Object> = objects.of_kind(Kind::Pod).collect();
        let names: Vec<String> = pods.iter().map(|pod| pod.name().to_owned()).collect();
        let pick = self.pick(names.len());
        let pod = names.get(pick).cloned().unwrap_or_default();
        let (namespace, container) = ("default".to_owned(), "app".to_owned());
        Act::Input(Box::new(Input::Fault(Fault::ContainerKill { namespace, pod, container })))
    }
}

fn deployment_path(name: &str) -> String {
    format!("/apis/apps/v1/namespaces/default/deployments/{name}")
}

fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]},
    })
}

fn request(method: &str, uri: &str, body: &Value) -> Act {
    let content_type = if method == "PATCH" {
        "application/strategic-merge-patch+json"
    } else {
        "application/json"
    };
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = ApiRequest::new(method, uri, content_type, body);
    Act::Input(Box::new(Input::Request(request)))
}
