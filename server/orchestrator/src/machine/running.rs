//! Doing something inside a container: its programs run with its Pod's volumes and the node's files
//! at hand, and what they say goes where it belongs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::Node;
use super::inside::Inside;
use super::process::Table;
use super::user::User;
use super::{Container, ContainerConfig, Happened, Machine, PodRuntime, Surroundings};
use imbl::OrdMap;

use crate::images::Image;
use crate::network::{DialResult, Dialling};
use crate::time::Time;

impl Machine {
    /// Does something inside a container. None if there is no such container.
    pub(super) fn within<T>(
        &mut self,
        uid: &str,
        name: &str,
        around: &mut Surroundings<'_>,
        some: impl FnOnce(&mut Container, &mut Inside<'_>) -> T,
    ) -> Option<(T, Happened)> {
        let node = Arc::clone(&self.node);
        let pod = Arc::make_mut(self.pods.get_mut(uid)?);
        let ip = pod.ip().unwrap_or_default().to_owned();
        let now = around.clock.now;
        around.disks.host(&node, now);
        let super::Disks { hosts, volumes: disks } = &mut *around.disks;
        let ports_taken = ports_of_others(&pod.containers, name);
        let container = pod.containers.get_mut(name)?;
        let hostname = container.config.space.names.hostname.clone();
        let mut inside = Inside {
            clock: around.clock,
            hostname: &hostname,
            uid: Arc::clone(&pod.uid),
            ip: &ip,
            volumes: &mut pod.volumes,
            host: hosts.get_mut(&node)?,
            disks,
            log: Vec::new(),
            said: Vec::new(),
            dials: Vec::new(),
            draws: 0,
            ports_taken,
        };
        let result = some(container, &mut inside);
        let mut happened = Happened { said: inside.said, ..Happened::default() };
        let attempt = container.attempt;
        happened.dials.extend(inside.dials.into_iter().map(|(token, dial)| Dialling {
            uid: Arc::clone(&pod.uid),
            container: name.to_owned(),
            attempt,
            token,
            dial,
        }));
        container.log.write(now, inside.log);
        Some((result, happened))
    }

    /// An answer of the network has come.
    pub(super) fn dialled(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        (token, result): (u64, &DialResult),
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        self.pod_of(uid, name, attempt)?;
        let (turn, happened) = self.within(uid, name, around, |container, inside| {
            container.process.answer(token, result.clone());
            container.process.run(inside)
        })?;
        let turned = self.turned(uid, name, attempt, turn, around)?;
        Some(happened.and(turned))
    }
}

/// The containers of a Pod share its network: where the others listen.
fn ports_of_others(containers: &OrdMap<String, Container>, name: &str) -> Vec<u16> {
    if containers.len() < 2 {
        return Vec::new();
    }
    let others =
        containers.iter().filter(|(other, container)| *other != name && container.is_alive());
    others.flat_map(|(_, container)| container.process.ports()).collect()
}

/// `/etc/hosts` as the kubelet writes it.
fn hosts(pod: &PodRuntime, names: &super::Names) -> String {
    let ip = pod.ip().unwrap_or_default();
    let name = match &names.full {
        Some(full) => format!("{full}\t{}", full.split('.').next().unwrap_or_default()),
        None => names.hostname.clone(),
    };
    let whose = if pod.on_host { " (host network)" } else { "" };
    let mut text = format!(
        "# Kubernetes-managed hosts file{whose}.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost \
         ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\n\
         fe00::2\tip6-allrouters\n{ip}\t{name}\n"
    );
    if !names.aliases.is_empty() {
        text.push_str("\n# Entries added by HostAliases.\n");
    }
    for (ip, names) in &names.aliases {
        text.push_str(&format!("{ip}\t{}\n", names.join("\t")));
    }
    text
}

/// The processes of a new container, before the first one: with the files that the kubelet and the
/// runtime put there.
pub(super) fn table(
    pod: &PodRuntime,
    config: &ContainerConfig,
    image: Arc<Image>,
    environment: BTreeMap<String, String>,
    now: Time,
) -> Table {
    let mut table = Table::new(image, environment.into_iter().collect());
    let names = &config.space.names;
    let files = [
        ("/etc/hostname", format!("{}\n", names.hostname)),
        ("/etc/hosts", hosts(pod, names)),
        ("/etc/resolv.conf", names.resolv_conf.clone()),
    ];
    for (path, text) in files {
        table.root.plant(path, Node::file(text, now));
    }
    if !config.message_path.is_empty() {
        table.root.plant(&config.message_path, Node::file("", now).with_mode(0o666));
    }
    let names = table.names();
    table.user = User::of(&config.space.run_as, table.image.user(), &names);
    let home = names.user(table.user.uid).map_or("/", |known| known.home.as_str());
    table.environment.entry("HOME".to_owned()).or_insert_with(|| home.to_owned());
    table.read_only_root = config.space.read_only_root;
    table.stdin_once = config.space.stdin_once;
    if !config.space.folder.is_empty() {
        table.root.plant(&config.space.folder, Node::folder(now));
        table.folder.clone_from(&config.space.folder);
    }
    table
}
