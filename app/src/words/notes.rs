//! Sentences for the notes that components attach to their decisions.

use protocol::Note;

use super::argument;
use crate::i18n::Language;

/// A sentence for a note; the note's own English where no other is known.
pub fn note(note: &Note, language: Language) -> String {
    let text = language.pick(korean(&note.reason), english(&note.reason));
    text.and_then(|text| fill(text, note)).unwrap_or_else(|| note.message.clone())
}

/// Puts the note's arguments in the places that name them; none if one is missing.
fn fill(template: &str, note: &Note) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(argument(note, name)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn korean(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "ScaleUp" => "{name} 레플리카셋의 레플리카 수를 {from}에서 {to}(으)로 늘린다.",
        "ScaleDown" => "{name} 레플리카셋의 레플리카 수를 {from}에서 {to}(으)로 줄인다.",
        "NewReplicaSet" => {
            "이 파드 템플릿을 가진 레플리카셋이 아직 없어서 {name}을(를) 레플리카 {replicas}개로 만든다."
        }
        "OldReplicaSetAgain" => {
            "{name} 레플리카셋이 이미 같은 파드 템플릿을 가지고 있어서 그것을 다시 쓴다(리비전 {revision})."
        }
        "WaitsForOldPods" => "새 파드를 만들기 전에 옛 파드 {remaining}개가 끝나기를 기다린다.",
        "WaitsForAvailable" => {
            "쓸 수 있는 파드가 {total}개이고 적어도 {least}개는 있어야 하므로, 새 파드가 준비되기를 기다린다."
        }
        "TooFewPods" => {
            "{name} 레플리카셋은 파드 {wanted}개를 원하는데 {saw}개가 있다. 모자란 만큼 만든다."
        }
        "TooManyPods" => {
            "{name} 레플리카셋은 파드 {wanted}개를 원하는데 {saw}개가 있다. 남는 만큼 지운다."
        }
        "Endpoints" => {
            "{name} 서비스의 엔드포인트는 {endpoints}개이고 그중 {ready}개가 준비되었다."
        }
        "OwnerGone" => "소유자 {owner}이(가) 없어져서 {kind} {name}도 지운다.",
        "OwnerGoes" | "OwnerDeleting" => {
            "소유자 {owner}이(가) 지워지는 중이라 {kind} {name}부터 지운다."
        }
        "NamespaceContent" => {
            "{namespace} 네임스페이스에 오브젝트 {left}개가 남아 있어서 먼저 지운다."
        }
        "Tolerates" => {
            "{pod} 파드는 테인트(taint) {taint}을(를) 당분간 견딘다. 시간이 다 되면 축출된다."
        }
        "Evict" => "{pod} 파드가 테인트(taint) {taint}을(를) 더는 견디지 못해서 축출한다.",
        "NodeSilent" => {
            "{node} 노드의 하트비트가 {silent_s}초 동안 오지 않아서 상태를 Unknown으로 적는다."
        }
        "Taint" => "{node} 노드의 테인트를 상태에 맞춘다: {taints}.",
        "PodsNotReady" => "{node} 노드의 파드 {pods}개를 준비 안 됨으로 적는다.",
        _ => return None,
    })
}

fn english(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "ScaleUp" => "ReplicaSet {name} shall have {to} replicas instead of {from}.",
        "ScaleDown" => "ReplicaSet {name} shall have only {to} replicas instead of {from}.",
        "NewReplicaSet" => {
            "No ReplicaSet has this Pod template yet, so it makes {name} with {replicas} replicas."
        }
        "OldReplicaSetAgain" => {
            "ReplicaSet {name} has this Pod template already and is used again (revision {revision})."
        }
        "WaitsForOldPods" => "Before it makes new Pods it waits for {remaining} old ones to end.",
        "WaitsForAvailable" => {
            "{total} Pods are available and at least {least} must be, so it waits for new ones to be ready."
        }
        "TooFewPods" => {
            "ReplicaSet {name} wants {wanted} Pods and sees {saw}: it makes what is missing."
        }
        "TooManyPods" => {
            "ReplicaSet {name} wants {wanted} Pods and sees {saw}: it deletes what is too much."
        }
        "Endpoints" => "Service {name} has {endpoints} endpoints, {ready} of them ready.",
        "OwnerGone" => "{kind} {name} belonged to {owner}, which is gone: it goes too.",
        "OwnerGoes" | "OwnerDeleting" => {
            "{kind} {name} belongs to {owner}, which is being deleted: it goes first."
        }
        "NamespaceContent" => "{left} objects are left in namespace {namespace}: they go first.",
        "Tolerates" => {
            "Pod {pod} tolerates the taint {taint} for now; when its time is up it is evicted."
        }
        "Evict" => "Pod {pod} tolerates the taint {taint} no longer: it is evicted.",
        "NodeSilent" => {
            "Node {node} has sent no heartbeat for {silent_s} s: its conditions become Unknown."
        }
        "Taint" => "The taints of node {node} follow its conditions: {taints}.",
        "PodsNotReady" => "{pods} Pods of node {node} count as not ready.",
        _ => return None,
    })
}
