//! What a sandbox begins with.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

mod check;

/// 2026-01-05 09:00 in Seoul: a calm Monday morning.
pub(crate) const EPOCH_S: i64 = 1_767_571_200;

/// The start of a sandbox, part of its log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    pub name: String,
    pub nodes: Vec<NodeSpec>,
    /// Images that the registry has beyond the catalogue's.
    pub images: Vec<ImageSpec>,
    /// Calendar time of the start, in seconds since 1970.
    pub epoch_s: i64,
    /// Where the addresses of Services come from: `10.96.0.0/12`.
    #[serde(default = "service_range", skip_serializing_if = "is_usual_range")]
    pub service_range: String,
    /// Who makes requests.
    #[serde(default, skip_serializing_if = "User::is_usual")]
    pub user: User,
    /// Components that do not run: `scheduler`, `controller-manager`, `kubelet`, `kube-proxy`,
    /// `coredns`, `metrics-server`, or a row of the table of components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<String>,
    /// Whether somebody else runs the control plane: its programs are no Pods of the cluster.
    #[serde(default, skip_serializing_if = "is_false")]
    pub managed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Who makes requests where nobody else is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub name: String,
    /// What tells users of the same name apart; a certificate says none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub uid: String,
    pub groups: Vec<String>,
}

impl Default for User {
    /// As kubeadm's `admin.conf` has it.
    fn default() -> User {
        let groups = ["kubeadm:cluster-admins", "system:authenticated"];
        User {
            name: "kubernetes-admin".to_owned(),
            uid: String::new(),
            groups: groups.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl User {
    fn is_usual(&self) -> bool {
        *self == User::default()
    }
}

const SERVICE_RANGE: &str = "10.96.0.0/12";

fn service_range() -> String {
    SERVICE_RANGE.to_owned()
}

fn is_usual_range(range: &str) -> bool {
    range == SERVICE_RANGE
}

/// A range of IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: u32,
    last: u32,
}

impl Range {
    /// Reads `10.96.0.0/12`; None if it is no such range.
    pub fn read(text: &str) -> Option<Range> {
        let (address, bits) = text.split_once('/')?;
        let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
        let bits: u32 = bits.parse().ok().filter(|bits| (1..=30).contains(bits))?;
        let hosts = u32::MAX >> bits;
        (address & hosts == 0).then_some(Range { first: address, last: address | hosts })
    }

    pub fn contains(self, ip: u32) -> bool {
        (self.first..=self.last).contains(&ip)
    }

    /// The first address that is one: the API server's own.
    pub fn first(self) -> Ipv4Addr {
        Ipv4Addr::from(self.first + 1)
    }

    /// What is given out, in order. The lower part, of 16 to 256 addresses, comes last: it is left
    /// to those who choose their own.
    /// <https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/>
    pub fn addresses(self) -> impl Iterator<Item = Ipv4Addr> {
        let size = self.last - self.first + 1;
        let lower = if size < 16 { 0 } else { (size / 16).clamp(16, 256) };
        let dynamic = self.first + lower.max(1);
        (dynamic..self.last).chain(self.first + 1..dynamic).map(Ipv4Addr::from)
    }
}

/// A node of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSpec {
    pub name: String,
    pub control_plane: bool,
    pub cpu_milli: i64,
    pub memory_bytes: i64,
    pub pods_max: i64,
    /// Beside those that every node has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<TaintSpec>,
    /// `topology.kubernetes.io/zone`, if not empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zone: String,
    /// `topology.kubernetes.io/region`, if not empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
}

/// A taint that a node has from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaintSpec {
    pub key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`
    pub effect: String,
}

/// An image that a scenario adds: an HTTP server that answers with its own name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSpec {
    /// `my-app:1.0`; without a tag, `latest`.
    pub name: String,
    /// The port it listens on.
    pub port: i32,
    /// Compressed size in bytes.
    pub size_bytes: i64,
}

const GIB: i64 = 1 << 30;
const MIB: i64 = 1 << 20;

impl Scenario {
    /// One control-plane node and so many workers of 2 CPUs and 4 GiB, with the applications that
    /// the course deploys.
    pub fn playground(workers: u32) -> Scenario {
        Scenario::with_control_plane(1, workers)
    }

    /// The same with so many control-plane nodes: an odd number, for the sake of etcd.
    pub fn with_control_plane(members: u32, workers: u32) -> Scenario {
        let control_plane = |number| NodeSpec {
            control_plane: true,
            ..NodeSpec::worker(&format!("control-plane-{number}"))
        };
        let worker = |number| NodeSpec::worker(&format!("node-{number}"));
        Scenario {
            name: "playground".to_owned(),
            nodes: (1..=members).map(control_plane).chain((1..=workers).map(worker)).collect(),
            images: course_images(),
            epoch_s: EPOCH_S,
            service_range: service_range(),
            user: User::default(),
            off: Vec::new(),
            managed: false,
        }
    }

    /// The nodes on which the control plane runs.
    pub fn control_plane(&self) -> impl Iterator<Item = &NodeSpec> {
        self.nodes.iter().filter(|node| node.control_plane && !self.managed)
    }

    /// Whether somebody measures what containers use: metrics-server does, by asking the kubelets.
    pub fn has_metrics(&self) -> bool {
        !self.leaves_off("metrics-server") && !self.leaves_off("kubelet")
    }

    /// Whether a component is left off, by its own name or by that of the program it is part of.
    pub fn leaves_off(&self, component: &str) -> bool {
        let bare = |name: &str| name.strip_prefix("kube-").unwrap_or(name).to_owned();
        self.off.iter().any(|off| bare(off) == bare(component))
    }
}

impl NodeSpec {
    /// A node of 2 CPUs and 4 GiB.
    pub fn worker(name: &str) -> NodeSpec {
        NodeSpec {
            name: name.to_owned(),
            control_plane: false,
            cpu_milli: 2000,
            memory_bytes: 4 * GIB,
            pods_max: 110,
            labels: BTreeMap::new(),
            taints: Vec::new(),
            zone: String::new(),
            region: String::new(),
        }
    }
}

/// The applications of the course: `my-app` and `helloworld-app`, in the versions that it rolls.
fn course_images() -> Vec<ImageSpec> {
    let names = [
        "my-app:1.0",
        "my-app:1.1",
        "my-app:2.0",
        "helloworld-app",
        "helloworld-app:1.0",
        "helloworld-app:1.1",
        "helloworld-app:2.0",
    ];
    let image = |name: &str| ImageSpec { name: name.to_owned(), port: 8080, size_bytes: 24 * MIB };
    names.into_iter().map(image).collect()
}
