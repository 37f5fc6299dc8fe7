//! Pod Security admission: what a namespace's labels let Pods ask of their node.
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>

use k8s_openapi::api::core::v1::{Container, PodSecurityContext, PodSpec, SecurityContext};

use crate::api::status::Status;
use crate::kinds::{of_ephemeral, quoted};
use crate::object::{Key, Kind, Object};
use crate::store::Objects;

const LABEL: &str = "pod-security.kubernetes.io/";
const DEFAULT_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Refuses a Pod that its namespace does not let in.
///
/// # Errors
/// 403
pub(super) fn enforce(objects: &Objects, key: &Key, spec: &PodSpec) -> Result<(), Status> {
    match violated(objects, key.namespace(), "enforce", spec) {
        Some(why) => Err(Status::forbidden(key, &format!("violates {why}"))),
        None => Ok(()),
    }
}

/// What a namespace warns of in a Pod, or in the template of its Pods.
pub(in crate::api) fn warning(objects: &Objects, object: &Object) -> Option<String> {
    let spec = match object {
        Object::Pod(pod) => pod.spec.as_ref(),
        Object::Deployment(it) => it.spec.as_ref()?.template.spec.as_ref(),
        Object::ReplicaSet(it) => it.spec.as_ref()?.template.as_ref()?.spec.as_ref(),
        Object::StatefulSet(it) => it.spec.as_ref()?.template.spec.as_ref(),
        Object::DaemonSet(it) => it.spec.as_ref()?.template.spec.as_ref(),
        Object::ReplicationController(it) => it.spec.as_ref()?.template.as_ref()?.spec.as_ref(),
        Object::Job(it) => it.spec.as_ref()?.template.spec.as_ref(),
        Object::CronJob(it) => it.spec.job_template.spec.as_ref()?.template.spec.as_ref(),
        _ => None,
    };
    violated(objects, object.namespace(), "warn", spec?).map(|why| format!("would violate {why}"))
}

/// Which standard a Pod breaks that a namespace names for a purpose, and how.
fn violated(objects: &Objects, namespace: &str, purpose: &str, spec: &PodSpec) -> Option<String> {
    let namespace = objects.get(&Key::new(Kind::Namespace, "", namespace))?;
    let labels = namespace.metadata().labels.as_ref()?;
    let level = labels.get(&format!("{LABEL}{purpose}"))?;
    let pod = Asked::of(spec);
    let broken = match level.as_str() {
        "baseline" => pod.baseline(),
        "restricted" => pod.restricted(),
        _ => return None,
    };
    let version = labels.get(&format!("{LABEL}{purpose}-version"));
    let version = version.map_or("latest", String::as_str);
    let broken: Vec<String> =
        broken.into_iter().map(|Broken { what, how }| format!("{what} ({how})")).collect();
    (!broken.is_empty()).then(|| {
        format!("PodSecurity {}: {}", quoted(&format!("{level}:{version}")), broken.join(", "))
    })
}

/// A rule that is broken, and by what.
struct Broken {
    what: &'static str,
    how: String,
}

/// What a Pod asks for.
struct Asked<'a> {
    spec: &'a PodSpec,
    pod: PodSecurityContext,
    containers: Vec<Container>,
}

impl<'a> Asked<'a> {
    fn of(spec: &'a PodSpec) -> Asked<'a> {
        let first = spec.init_containers.iter().flatten().chain(&spec.containers).cloned();
        let ephemeral = spec.ephemeral_containers.iter().flatten().map(of_ephemeral);
        Asked {
            spec,
            pod: spec.security_context.clone().unwrap_or_default(),
            containers: first.chain(ephemeral).collect(),
        }
    }

    /// Each container's own word.
    fn each(&self) -> impl Iterator<Item = (&str, SecurityContext)> {
        self.containers.iter().map(|container| {
            (container.name.as_str(), container.security_context.clone().unwrap_or_default())
        })
    }

    fn that(&self, fits: impl Fn(&SecurityContext) -> bool) -> Vec<&str> {
        let found = self.each().filter(|(_, own)| fits(own));
        found.map(|(name, _)| name).collect()
    }

    fn baseline(&self) -> Vec<Broken> {
        let rules = [
            self.default_capabilities(),
            self.host_namespaces(),
            self.host_paths(),
            self.host_ports(),
            self.privileged(),
            self.no_unconfined(),
        ];
        rules.into_iter().flatten().collect()
    }

    fn restricted(&self) -> Vec<Broken> {
        let rules = [
            self.host_namespaces(),
            self.host_ports(),
            self.privileged(),
            self.escalation(),
            self.no_capabilities(),
            self.volume_types(),
            self.non_root(),
            self.not_user_0(),
            self.seccomp(),
        ];
        rules.into_iter().flatten().collect()
    }

    fn host_namespaces(&self) -> Option<Broken> {
        let asked = [
            ("hostNetwork", self.spec.host_network),
            ("hostPID", self.spec.host_pid),
            ("hostIPC", self.spec.host_ipc),
        ];
        let asked = asked.iter().filter(|(_, on)| *on == Some(true));
        let asked: Vec<String> = asked.map(|(name, _)| format!("{name}=true")).collect();
        broken("host namespaces", (!asked.is_empty()).then(|| asked.join(", ")))
    }

    fn host_paths(&self) -> Option<Broken> {
        let volumes = self.spec.volumes.iter().flatten().filter(|one| one.host_path.is_some());
        let names: Vec<&str> = volumes.map(|volume| volume.name.as_str()).collect();
        broken("hostPath volumes", (!names.is_empty()).then(|| several("volume", &names)))
    }

    fn host_ports(&self) -> Option<Broken> {
        let ports = |container: &Container| -> Vec<String> {
            let ports = container.ports.iter().flatten().filter_map(|port| port.host_port);
            ports.filter(|port| *port != 0).map(|port| port.to_string()).collect()
        };
        let all: Vec<(&str, Vec<String>)> =
            self.containers.iter().map(|one| (one.name.as_str(), ports(one))).collect();
        let names: Vec<&str> =
            all.iter().filter(|(_, ports)| !ports.is_empty()).map(|(name, _)| *name).collect();
        let mut ports: Vec<String> = all.iter().flat_map(|(_, ports)| ports.clone()).collect();
        ports.sort();
        ports.dedup();
        let (uses, ending) = if names.len() > 1 { ("use", "s") } else { ("uses", "") };
        let ending = if ports.len() > 1 { "s" } else { ending };
        broken(
            "hostPort",
            (!names.is_empty()).then(|| {
                format!(
                    "{} {uses} hostPort{ending} {}",
                    several("container", &names),
                    ports.join(", ")
                )
            }),
        )
    }

    fn privileged(&self) -> Option<Broken> {
        let names = self.that(|own| own.privileged == Some(true));
        must("privileged", &names, "must not set securityContext.privileged=true")
    }

    fn escalation(&self) -> Option<Broken> {
        let names = self.that(|own| own.allow_privilege_escalation != Some(false));
        let rule = "must set securityContext.allowPrivilegeEscalation=false";
        must("allowPrivilegeEscalation != false", &names, rule)
    }

    fn default_capabilities(&self) -> Option<Broken> {
        let (names, added) = self.added(&DEFAULT_CAPABILITIES);
        broken("non-default capabilities", not_added(&names, &added))
    }

    fn no_capabilities(&self) -> Option<Broken> {
        let drops_all = |own: &SecurityContext| {
            let dropped = own.capabilities.as_ref().and_then(|all| all.drop.as_ref());
            dropped.is_some_and(|dropped| dropped.iter().any(|one| one == "ALL"))
        };
        let keep = self.that(|own| !drops_all(own));
        let drop = (!keep.is_empty()).then(|| {
            let rule = "must set securityContext.capabilities.drop=[\"ALL\"]";
            format!("{} {rule}", several("container", &keep))
        });
        let (names, added) = self.added(&["NET_BIND_SERVICE"]);
        let both: Vec<String> = drop.into_iter().chain(not_added(&names, &added)).collect();
        broken("unrestricted capabilities", (!both.is_empty()).then(|| both.join("; ")))
    }

    /// Who adds capabilities beyond those that may be, and which.
    fn added(&self, may: &[&str]) -> (Vec<&str>, Vec<String>) {
        let (mut names, mut added) = (Vec::new(), Vec::new());
        for (name, own) in self.each() {
            let own = own.capabilities.and_then(|all| all.add).unwrap_or_default();
            let own: Vec<String> =
                own.into_iter().filter(|one| !may.contains(&one.as_str())).collect();
            if !own.is_empty() {
                names.push(name);
                added.extend(own);
            }
        }
        added.sort();
        added.dedup();
        (names, added)
    }

    fn volume_types(&self) -> Option<Broken> {
        let allowed = [
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "name",
            "persistentVolumeClaim",
            "projected",
            "secret",
        ];
        let kind = |volume| {
            let fields = serde_json::to_value(volume).unwrap_or_default();
            let fields = fields.as_object().cloned().unwrap_or_default();
            fields.keys().find(|field| !allowed.contains(&field.as_str())).cloned()
        };
        let volumes = self.spec.volumes.iter().flatten();
        let bad: Vec<(&str, String)> =
            volumes.filter_map(|volume| Some((volume.name.as_str(), kind(volume)?))).collect();
        let names: Vec<&str> = bad.iter().map(|(name, _)| *name).collect();
        let mut kinds: Vec<String> = bad.iter().map(|(_, kind)| quoted(kind)).collect();
        kinds.sort();
        kinds.dedup();
        let uses = if names.len() > 1 { "use" } else { "uses" };
        let ending = if kinds.len() > 1 { "s" } else { "" };
        broken(
            "restricted volume types",
            (!names.is_empty()).then(|| {
                let volumes = several("volume", &names);
                format!("{volumes} {uses} restricted volume type{ending} {}", kinds.join(", "))
            }),
        )
    }

    fn non_root(&self) -> Option<Broken> {
        let rule = "securityContext.runAsNonRoot";
        let mut how = Vec::new();
        if self.pod.run_as_non_root == Some(false) {
            how.push(format!("pod must not set {rule}=false"));
        }
        let denied = self.that(|own| own.run_as_non_root == Some(false));
        if !denied.is_empty() {
            how.push(format!("{} must not set {rule}=false", several("container", &denied)));
        }
        if self.pod.run_as_non_root.is_none() {
            let silent = self.that(|own| own.run_as_non_root.is_none());
            if !silent.is_empty() {
                how.push(format!("pod or {} must set {rule}=true", several("container", &silent)));
            }
        }
        broken("runAsNonRoot != true", (!how.is_empty()).then(|| how.join("; ")))
    }

    fn not_user_0(&self) -> Option<Broken> {
        let names = self.that(|own| own.run_as_user == Some(0));
        let pod = (self.pod.run_as_user == Some(0)).then(|| "pod".to_owned());
        let containers = (!names.is_empty()).then(|| several("container", &names));
        let who: Vec<String> = pod.into_iter().chain(containers).collect();
        let how =
            (!who.is_empty()).then(|| format!("{} must not set runAsUser=0", who.join(" and ")));
        broken("runAsUser=0", how)
    }

    fn no_unconfined(&self) -> Option<Broken> {
        let rule = "must not set securityContext.seccompProfile.type to \"Unconfined\"";
        let is = |profile: Option<&str>| profile == Some("Unconfined");
        let names =
            self.that(|own| is(own.seccomp_profile.as_ref().map(|profile| profile.type_.as_str())));
        let pod = is(self.pod.seccomp_profile.as_ref().map(|profile| profile.type_.as_str()));
        let containers = (!names.is_empty()).then(|| several("container", &names));
        let who: Vec<String> =
            pod.then(|| "pod".to_owned()).into_iter().chain(containers).collect();
        broken("seccompProfile", (!who.is_empty()).then(|| format!("{} {rule}", who.join(" and "))))
    }

    fn seccomp(&self) -> Option<Broken> {
        let good = |profile: &str| matches!(profile, "RuntimeDefault" | "Localhost");
        let by_pod = self.pod.seccomp_profile.as_ref().is_some_and(|one| good(&one.type_));
        let names = self.that(|own| match &own.seccomp_profile {
            Some(own) => !good(&own.type_),
            None => !by_pod,
        });
        let rule =
            "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";
        let how = format!("pod or {} {rule}", several("container", &names));
        broken("seccompProfile", (!names.is_empty()).then_some(how))
    }
}

fn broken(what: &'static str, how: Option<String>) -> Option<Broken> {
    how.map(|how| Broken { what, how })
}

fn must(what: &'static str, names: &[&str], rule: &str) -> Option<Broken> {
    let how = format!("{} {rule}", several("container", names));
    broken(what, (!names.is_empty()).then_some(how))
}

fn not_added(names: &[&str], added: &[String]) -> Option<String> {
    let added: Vec<String> = added.iter().map(|one| quoted(one)).collect();
    (!names.is_empty()).then(|| {
        let who = several("container", names);
        format!("{who} must not include {} in securityContext.capabilities.add", added.join(", "))
    })
}

/// `container "a"`, `containers "a", "b"`
fn several(noun: &str, names: &[&str]) -> String {
    let ending = if names.len() > 1 { "s" } else { "" };
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("{noun}{ending} {}", names.join(", "))
}
