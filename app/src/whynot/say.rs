//! The words of questions and findings.

use super::{Fact, Question};
use crate::i18n::Language;
use crate::words::{Particle, with_particle};

/// The question as a heading.
pub(crate) fn question(question: Question, name: &str, language: Language) -> String {
    let (korean, english) = match question {
        Question::NoNode => ("왜 노드가 없나", "Why has it no node?"),
        Question::NotRunning => ("왜 실행되지 않나", "Why does it not run?"),
        Question::NotReady => ("왜 준비되지 않나", "Why is it not ready?"),
        Question::StillThere => ("왜 아직 있나", "Why is it still there?"),
        Question::NoEndpoints => ("왜 엔드포인트가 없나", "Why has it no endpoints?"),
        Question::NoBalancer => ("왜 바깥 주소가 없나", "Why has it no address outside?"),
        Question::RolloutWaits => ("왜 롤아웃이 기다리나", "Why does the rollout wait?"),
        Question::TooFewPods => ("왜 파드가 모자라나", "Why are there too few Pods?"),
        Question::NotBound => ("왜 바인딩되지 않나", "Why is it not bound?"),
        Question::NotServed => ("왜 아무 일도 하지 않나", "Why does it do nothing?"),
    };
    language.pick(format!("{name}: {korean}?"), format!("{name}: {english}"))
}

/// A finding as a sentence. What Kubernetes said stays as it said it.
pub(crate) fn finding(fact: &Fact, language: Language) -> String {
    language.pick(korean(fact), english(fact))
}

fn english(fact: &Fact) -> String {
    match fact {
        Fact::NoNodeFits { nodes: 1 } => "The one node there is would not do.".to_owned(),
        Fact::NoNodeFits { nodes } => format!("The scheduler looked at {nodes} nodes; none would do."),
        Fact::NotLookedAt => "The scheduler has not looked at it yet.".to_owned(),
        Fact::Stopped { program } => format!("{program} does not run: nobody does its work."),
        Fact::Waits { container, reason, message } if message.is_empty() => {
            format!("Container {container} waits: {reason}.")
        }
        Fact::Waits { container, reason, message } => {
            format!("Container {container} waits: {reason} — {message}")
        }
        Fact::Ended { container, reason, code, restarts } => format!(
            "Container {container} ended with {code} ({reason}); it has been restarted {restarts} times."
        ),
        Fact::ProbeFails { container } => {
            format!("Container {container} runs, and its readiness probe has not succeeded.")
        }
        Fact::NodeSilent { node } => format!(
            "Its kubelet on {node} is silent: nobody can confirm that its containers have ended."
        ),
        Fact::Ending => {
            "Its containers got SIGTERM and have until the end of the grace period.".to_owned()
        }
        Fact::Differs { pod, text } => format!("Pod {pod} does not match: {text}"),
        Fact::NoPods => "There are no Pods in its namespace.".to_owned(),
        Fact::NoneOf { deployment, desired: 0 } => {
            format!("Pods of Deployment {deployment} would match, but it wants none (replicas: 0).")
        }
        Fact::NoneOf { deployment, desired } => {
            format!("Pods of Deployment {deployment} would match; it wants {desired} and has none.")
        }
        Fact::NoSelector => "It has no selector: nobody makes endpoints for it.".to_owned(),
        Fact::MatchNotReady { pods } => {
            format!("{pods} Pods match its selector; none is ready, so none gets requests.")
        }
        Fact::KeepsAvailable { least, available } => {
            format!("At least {least} Pods must stay available; {available} are.")
        }
        Fact::AtMost { most, current } => {
            format!("At most {most} Pods may be there at once; {current} are.")
        }
        Fact::PodNotReady { pod, status } => format!("Pod {pod} is not ready: {status}."),
        Fact::Paused => "The rollout is paused.".to_owned(),
        Fact::Said { reason, message } => format!("{reason}: {message}"),
        Fact::WaitsForPod { class } => format!(
            "No error: StorageClass {class} makes a volume when a Pod wants it (WaitForFirstConsumer)."
        ),
        Fact::NoSuchClass { class } if class.is_empty() => {
            "It names no StorageClass, and there is no default one.".to_owned()
        }
        Fact::NoSuchClass { class } => format!("There is no StorageClass {class}."),
        Fact::NobodyServes { what } => match *what {
            "Ingress" => "It is only data: no Ingress controller of this cluster serves its class.",
            "LoadBalancer" => {
                "No controller of load balancers runs here: <pending> is no error, nobody feels responsible."
            }
            _ => "No provisioner of this cluster makes volumes of its class.",
        }
        .to_owned(),
    }
}

fn korean(fact: &Fact) -> String {
    match fact {
        Fact::NoNodeFits { nodes } => {
            format!("스케줄러가 노드 {nodes}개를 살폈지만 맞는 노드가 없다.")
        }
        Fact::NotLookedAt => "스케줄러가 아직 살피지 않았다.".to_owned(),
        Fact::Stopped { program } => {
            format!("{} 멈춰 있어서 그 일을 아무도 하지 않는다.", with_particle(program, Particle::Subject))
        }
        Fact::Waits { container, reason, message } if message.is_empty() => {
            format!("{container} 컨테이너가 기다린다: {reason}.")
        }
        Fact::Waits { container, reason, message } => {
            format!("{container} 컨테이너가 기다린다: {reason} — {message}")
        }
        Fact::Ended { container, reason, code, restarts } => format!(
            "{container} 컨테이너가 종료 코드 {code}({reason})로 끝났고, 지금까지 {restarts}번 다시 시작했다."
        ),
        Fact::ProbeFails { container } => {
            format!("{container} 컨테이너는 실행 중이지만 준비성 프로브가 아직 성공하지 않았다.")
        }
        Fact::NodeSilent { node } => format!(
            "{node} 노드의 kubelet이 조용해서, 컨테이너가 정말 끝났는지 아무도 확인해 줄 수 없다."
        ),
        Fact::Ending => {
            "컨테이너가 SIGTERM을 받았고, 유예 기간이 끝날 때까지 시간이 있다.".to_owned()
        }
        Fact::Differs { pod, text } => format!("{pod} 파드는 맞지 않는다: {text}"),
        Fact::NoPods => "이 네임스페이스에는 파드가 없다.".to_owned(),
        Fact::NoneOf { deployment, desired: 0 } => format!(
            "디플로이먼트 {deployment}의 파드라면 맞겠지만, 파드를 하나도 바라지 않는다(replicas: 0)."
        ),
        Fact::NoneOf { deployment, desired } => format!(
            "디플로이먼트 {deployment}의 파드라면 맞겠지만, {desired}개를 바라는데 하나도 없다."
        ),
        Fact::NoSelector => "셀렉터가 없어서 아무도 엔드포인트를 만들지 않는다.".to_owned(),
        Fact::MatchNotReady { pods } => {
            format!("셀렉터에 맞는 파드 {pods}개 중 준비된 것이 없어서 아무도 요청을 받지 않는다.")
        }
        Fact::KeepsAvailable { least, available } => {
            format!("쓸 수 있는 파드가 적어도 {least}개는 있어야 하는데 지금 {available}개다.")
        }
        Fact::AtMost { most, current } => {
            format!("파드는 한 번에 {most}개까지 있을 수 있는데 지금 {current}개다.")
        }
        Fact::PodNotReady { pod, status } => format!("{pod} 파드가 준비되지 않았다: {status}."),
        Fact::Paused => "롤아웃이 일시 중지되어 있다.".to_owned(),
        Fact::Said { reason, message } => format!("{reason}: {message}"),
        Fact::WaitsForPod { class } => format!(
            "오류가 아니다. {class} 스토리지클래스는 파드가 원할 때 볼륨을 만든다(WaitForFirstConsumer)."
        ),
        Fact::NoSuchClass { class } if class.is_empty() => {
            "스토리지클래스를 적지 않았고 기본 스토리지클래스도 없다.".to_owned()
        }
        Fact::NoSuchClass { class } => format!("{class} 스토리지클래스가 없다."),
        Fact::NobodyServes { what } => match *what {
            "Ingress" => "인그레스는 데이터일 뿐이다. 이 클래스를 맡은 인그레스 컨트롤러가 없다.",
            "LoadBalancer" => {
                "로드 밸런서 컨트롤러가 이 클러스터에 없다. <pending>은 오류가 아니라 맡은 쪽이 없다는 뜻이다."
            }
            _ => "이 클래스의 볼륨을 만드는 프로비저너가 이 클러스터에 없다.",
        }
        .to_owned(),
    }
}
