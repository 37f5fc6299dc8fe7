//! A container's probes, with Kubernetes' defaults and its named ports looked up.

use k8s_openapi::api::core::v1::{Container, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::machine::{ProbeAction, ProbeConfig, ProbeKind};

pub(super) fn of(container: &Container) -> Vec<ProbeConfig> {
    let probes = [
        (ProbeKind::Startup, &container.startup_probe),
        (ProbeKind::Readiness, &container.readiness_probe),
        (ProbeKind::Liveness, &container.liveness_probe),
    ];
    let known = probes.into_iter().filter_map(|(kind, probe)| Some((kind, probe.as_ref()?)));
    known.map(|(kind, probe)| config(container, kind, probe)).collect()
}

fn config(container: &Container, kind: ProbeKind, probe: &Probe) -> ProbeConfig {
    let seconds =
        |value: Option<i32>, default: i32| i64::from(value.unwrap_or(default).max(0)) * 1000;
    let times = |value: Option<i32>, default: u32| {
        value.and_then(|value| u32::try_from(value).ok()).unwrap_or(default).max(1)
    };
    ProbeConfig {
        kind,
        action: action(container, probe),
        initial_delay_ms: seconds(probe.initial_delay_seconds, 0),
        period_ms: seconds(probe.period_seconds, 10).max(1000),
        success_threshold: times(probe.success_threshold, 1),
        failure_threshold: times(probe.failure_threshold, 3),
    }
}

fn action(container: &Container, probe: &Probe) -> ProbeAction {
    if let Some(get) = &probe.http_get {
        let path = get.path.clone().unwrap_or_else(|| "/".to_owned());
        return ProbeAction::HttpGet { port: port(container, &get.port), path };
    }
    if let Some(socket) = &probe.tcp_socket {
        return ProbeAction::TcpSocket { port: port(container, &socket.port) };
    }
    if let Some(grpc) = &probe.grpc {
        let port = u16::try_from(grpc.port).unwrap_or_default();
        return ProbeAction::Grpc { port };
    }
    match &probe.exec {
        Some(exec) => ProbeAction::Exec { command: exec.command.clone().unwrap_or_default() },
        None => ProbeAction::Unknown,
    }
}

/// A port by number or name. 0, where nothing listens, if there is none of the name.
pub(super) fn port(container: &Container, port: &IntOrString) -> u16 {
    let number = match port {
        IntOrString::Int(number) => Some(*number),
        IntOrString::String(name) => {
            let ports = container.ports.iter().flatten();
            let named = ports.into_iter().find(|port| port.name.as_ref() == Some(name));
            named.map(|port| port.container_port).or_else(|| name.parse().ok())
        }
    };
    number.and_then(|number| u16::try_from(number).ok()).unwrap_or_default()
}
