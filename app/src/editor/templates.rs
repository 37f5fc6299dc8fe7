//! What a new file can begin with: files of the site, fetched when somebody chooses them.

use protocol::File;

use crate::browser::{self, Fetched};

/// A file to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// In Korean and in English.
    pub title: (&'static str, &'static str),
    /// `public/templates/NAME`; none for the empty file.
    pub name: Option<&'static str>,
}

const fn template(korean: &'static str, english: &'static str, name: &'static str) -> Template {
    Template { title: (korean, english), name: Some(name) }
}

pub const TEMPLATES: [Template; 18] = [
    template("파드", "Pod", "pod.yaml"),
    template("디플로이먼트(Deployment)", "Deployment", "deployment.yaml"),
    template("서비스", "Service", "service.yaml"),
    template("인그레스(Ingress)", "Ingress", "ingress.yaml"),
    template("컨피그맵(ConfigMap)", "ConfigMap", "configmap.yaml"),
    template("시크릿(Secret)", "Secret", "secret.yaml"),
    template("스테이트풀셋(StatefulSet)", "StatefulSet", "statefulset.yaml"),
    template("데몬셋(DaemonSet)", "DaemonSet", "daemonset.yaml"),
    template("잡(Job)", "Job", "job.yaml"),
    template("크론잡(CronJob)", "CronJob", "cronjob.yaml"),
    template("퍼시스턴트볼륨클레임(PersistentVolumeClaim)", "PersistentVolumeClaim", "claim.yaml"),
    template("Horizontal Pod Autoscaler", "HorizontalPodAutoscaler", "autoscaler.yaml"),
    template("PodDisruptionBudget", "PodDisruptionBudget", "disruption-budget.yaml"),
    template("네트워크폴리시(NetworkPolicy)", "NetworkPolicy", "network-policy.yaml"),
    template("롤과 롤바인딩(Role, RoleBinding)", "Role and RoleBinding", "role.yaml"),
    template("리소스쿼터(ResourceQuota)", "ResourceQuota", "quota.yaml"),
    template("네임스페이스", "Namespace", "namespace.yaml"),
    Template { title: ("빈 파일", "Empty file"), name: None },
];

impl Template {
    /// Its name and text; no text where the server does not answer.
    pub(super) async fn fetch(self) -> File {
        let Some(name) = self.name else {
            return File { name: "manifest.yaml".to_owned(), text: String::new() };
        };
        let text = match browser::get(&format!("/templates/{name}")).await {
            Fetched::Ok(text) => text,
            Fetched::Refused(..) | Fetched::Unreachable => String::new(),
        };
        File { name: name.to_owned(), text }
    }
}

/// What the playground opens with: it is there before anything is fetched.
pub fn first_file() -> File {
    File { name: "pod.yaml".to_owned(), text: POD.to_owned() }
}

const POD: &str = include_str!("../../../public/templates/pod.yaml");
