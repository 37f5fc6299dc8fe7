//! What the word under kubectl's STATUS means.

use crate::i18n::Language;

/// A sentence for a STATUS word of a Pod or a node; none for a word that is not known.
pub fn status(word: &str, language: Language) -> Option<&'static str> {
    let (korean, english) = match word {
        "Pending" => (
            "저장되었지만 컨테이너가 아직 돌지 않는다. 노드를 기다리거나 준비 중이다.",
            "It is stored, but no container runs yet: it waits for a node, or is being prepared.",
        ),
        "ContainerCreating" => (
            "노드가 정해졌고, kubelet이 이미지를 받아 컨테이너를 만드는 중이다.",
            "It has a node, and the kubelet there pulls its images and creates its containers.",
        ),
        "PodInitializing" => (
            "init 컨테이너가 끝났고, 본 컨테이너가 시작하려는 참이다.",
            "Its init containers are done and its own containers are about to start.",
        ),
        "Running" => (
            "컨테이너가 돌고 있다. 트래픽을 받을 준비가 되었는지는 READY 열이 말한다.",
            "Its containers run. Whether it is ready for traffic is said by READY.",
        ),
        "Completed" | "Succeeded" => (
            "모든 컨테이너가 0으로 끝났고 다시 시작하지 않는다.",
            "All its containers ended with 0 and will not be started again.",
        ),
        "Error" | "Failed" => {
            ("컨테이너가 0이 아닌 값으로 끝났다.", "A container ended with something other than 0.")
        }
        "CrashLoopBackOff" => (
            "컨테이너가 자꾸 끝나서, 다시 시작하기 전에 점점 더 오래 기다린다(최대 5분).",
            "A container keeps ending, so each restart waits longer than the last, up to 5 minutes.",
        ),
        "ErrImagePull" => ("이미지를 받지 못했다.", "An image could not be pulled."),
        "ImagePullBackOff" => (
            "이미지를 받지 못해서, 다시 받기 전에 기다린다.",
            "An image could not be pulled; the next attempt waits.",
        ),
        "InvalidImageName" => {
            ("이미지 이름이 올바르지 않다.", "The name of an image is not valid.")
        }
        "CreateContainerConfigError" => (
            "컨테이너가 쓰려는 설정(ConfigMap이나 Secret)이 없다.",
            "A ConfigMap or Secret that a container needs is missing.",
        ),
        "OOMKilled" => (
            "컨테이너가 메모리 한도를 넘어 강제로 끝났다.",
            "A container used more memory than its limit and was killed.",
        ),
        "Terminating" => (
            "삭제를 요청받아 끝나는 중이다. 컨테이너에는 정리할 시간이 있다.",
            "Its deletion was asked for; its containers have a grace period to end in.",
        ),
        "Evicted" => ("노드에서 축출되었다.", "It was evicted from its node."),
        "Unknown" => (
            "노드가 소식을 전하지 않아 상태를 알 수 없다.",
            "Its node does not report, so nobody knows.",
        ),
        "Ready" => (
            "kubelet이 제때 소식을 전하고, 파드를 받을 수 있다.",
            "Its kubelet reports in time, and it takes Pods.",
        ),
        "NotReady" => (
            "kubelet의 소식이 끊겼거나, kubelet이 준비되지 않았다고 말한다.",
            "Its kubelet has gone silent, or says that it is not ready.",
        ),
        "Ready,SchedulingDisabled" => (
            "멀쩡하지만, 새 파드를 받지 않도록 막혀 있다(cordon).",
            "It is well, but closed to new Pods (cordoned).",
        ),
        _ => return init(word, language),
    };
    Some(language.pick(korean, english))
}

/// `Init:0/1`, `Init:Error`, `Init:CrashLoopBackOff`.
fn init(word: &str, language: Language) -> Option<&'static str> {
    word.starts_with("Init:").then(|| {
        language.pick(
            "init 컨테이너가 먼저 끝나야 본 컨테이너가 시작한다.",
            "Its init containers must end before its own containers start.",
        )
    })
}

/// A STATUS word that fits under a Pod of the picture.
pub fn status_short(word: &str) -> &str {
    match word {
        "ContainerCreating" => "Creating",
        "CrashLoopBackOff" => "CrashLoop",
        "ImagePullBackOff" => "PullBackOff",
        "CreateContainerConfigError" => "ConfigError",
        "InvalidImageName" => "BadImage",
        other => other,
    }
}
