//! Ports of the machine that kubectl runs on: what [`Api::listen`](crate::Api::listen) is asked for,
//! and what it returns.

use std::fmt;

use futures::stream::LocalBoxStream;
use regex::Regex;

/// What is to be reached through a port of this machine.
#[derive(Debug, Clone)]
pub struct Forward {
    /// The port to listen on; 0 is any that is free.
    pub local: u16,
    /// Who answers there.
    pub behind: Behind,
}

/// Who answers on a port.
#[derive(Debug, Clone)]
pub enum Behind {
    /// A port of a Pod: `kubectl port-forward`.
    Pod {
        /// Where the Pod is.
        namespace: String,
        /// Its name.
        pod: String,
        /// The port of the Pod.
        port: u16,
    },
    /// The API server, in the name of who runs kubectl: `kubectl proxy`.
    Server(Gate),
}

/// Which requests `kubectl proxy` hands on.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Paths below it are handed on without it; it ends with a slash.
    pub prefix: String,
    /// A path has to match one of these …
    pub accepted_paths: Vec<Regex>,
    /// … and the host too …
    pub accepted_hosts: Vec<Regex>,
    /// … and none of these …
    pub rejected_paths: Vec<Regex>,
    /// … nor the method one of these.
    pub rejected_methods: Vec<Regex>,
}

impl Gate {
    /// The path and query to ask the API server for.
    ///
    /// # Errors
    /// The status code of the refusal, and its text.
    pub fn pass(
        &self,
        method: &str,
        host: &str,
        target: &str,
    ) -> Result<String, (u16, &'static str)> {
        let inner = target.strip_prefix(&self.prefix).ok_or((404, "404 page not found\n"))?;
        let target = format!("/{inner}");
        let path = target.split('?').next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let any = |patterns: &[Regex], text: &str| patterns.iter().any(|one| one.is_match(text));
        let is_rejected = any(&self.rejected_paths, path) || any(&self.rejected_methods, method);
        let is_accepted = any(&self.accepted_hosts, host) && any(&self.accepted_paths, path);
        if is_rejected || !is_accepted {
            return Err((403, "Forbidden\n"));
        }
        Ok(target)
    }
}

/// What happens on a port while it is forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// Somebody has connected.
    Connected,
    /// The Pod did not take what was sent, in the kubelet's words.
    Failed(String),
}

/// A port that is listened on. Dropping it closes it.
pub struct Listening {
    /// The port.
    pub local: u16,
    /// What happens on it, until it is closed.
    pub happened: LocalBoxStream<'static, Happened>,
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").field("local", &self.local).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_hands_on_what_it_accepts() {
        let all = |patterns: &[&str]| {
            let read = patterns.iter().map(|pattern| Regex::new(pattern).expect("a pattern"));
            read.collect::<Vec<_>>()
        };
        let gate = Gate {
            prefix: "/k8s/".to_owned(),
            accepted_paths: all(&["^.*"]),
            accepted_hosts: all(&["^localhost$"]),
            rejected_paths: all(&["^/api/.*/pods/.*/exec"]),
            rejected_methods: all(&["^DELETE$"]),
        };
        let here = "localhost:8001";
        let pods = Ok("/api/v1/pods?limit=5".to_owned());
        assert_eq!(gate.pass("GET", here, "/k8s/api/v1/pods?limit=5"), pods);
        assert_eq!(gate.pass("GET", here, "/api/v1/pods"), Err((404, "404 page not found\n")));
        let forbidden = Err((403, "Forbidden\n"));
        assert_eq!(gate.pass("GET", "evil.example:8001", "/k8s/api"), forbidden);
        assert_eq!(gate.pass("DELETE", here, "/k8s/api/v1/pods"), forbidden);
        let exec = "/k8s/api/v1/namespaces/default/pods/web/exec?command=sh";
        assert_eq!(gate.pass("POST", here, exec), forbidden);
    }
}
