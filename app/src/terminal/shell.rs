//! The few words of a shell that need no cluster: `clear`, `help`, `history`, `ls`, `cat`.

use protocol::File;

use crate::i18n::Language;

/// What comes of a word that the page itself answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Clear,
    Print(String),
    Complain(String),
    /// Words of the page, in the learner's language.
    Say(String),
}

/// Answers a line, if it is one that needs no cluster. Lines with a pipe or a redirection, and
/// words with options, are the server's.
pub(super) fn own(
    line: &str,
    language: Language,
    files: &[File],
    history: &[String],
) -> Option<Own> {
    if line.contains(['|', '>', '<', ';', '&', '"', '\'', '$']) {
        return None;
    }
    let mut words = line.split_whitespace();
    let word = words.next()?;
    let rest: Vec<&str> = words.collect();
    if rest.iter().any(|word| word.starts_with('-')) {
        return None;
    }
    match (word, rest.as_slice()) {
        ("clear", []) => Some(Own::Clear),
        ("help", []) => Some(Own::Say(language.pick(HELP_KOREAN, HELP_ENGLISH).to_owned())),
        ("history", []) => Some(Own::Print(numbered(history))),
        ("ls", []) => Some(Own::Print(files.iter().map(|f| format!("{}\n", f.name)).collect())),
        ("cat", names) if !names.is_empty() => Some(cat(names, files)),
        _ => None,
    }
}

fn numbered(history: &[String]) -> String {
    history.iter().enumerate().map(|(n, line)| format!("{:>5}  {line}\n", n + 1)).collect()
}

fn cat(names: &[&str], files: &[File]) -> Own {
    let mut text = String::new();
    for name in names {
        let Some(file) = files.iter().find(|file| file.name == name.trim_start_matches("./"))
        else {
            return Own::Complain(format!("{text}cat: {name}: No such file or directory\n"));
        };
        text.push_str(&file.text);
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Own::Print(text)
}

const HELP_ENGLISH: &str = "\
kubectl get pods              what Pods there are
kubectl get all               the most common kinds at once
kubectl describe pod NAME     all about one, with its events
kubectl apply -f FILE         what the editor's button does
kubectl logs NAME             what a container printed
kubectl --help                all of kubectl's commands
curl ADDRESS                  asks from outside of the cluster
ls, cat FILE                  the files of the editor
history, clear                what was typed; an empty screen
Tab completes, ↑ brings earlier lines back, Ctrl-R finds one, Ctrl-C ends what runs.";

const HELP_KOREAN: &str = "\
kubectl get pods              어떤 파드가 있는지
kubectl get all               자주 쓰는 종류를 한꺼번에
kubectl describe pod NAME     하나를 자세히, 이벤트까지
kubectl apply -f FILE         편집기의 버튼이 하는 일
kubectl logs NAME             컨테이너가 출력한 것
kubectl --help                kubectl의 모든 명령
curl 주소                     클러스터 바깥에서 물어본다
ls, cat FILE                  편집기의 파일
history, clear                입력했던 줄, 빈 화면
Tab으로 채우고, ↑로 앞의 줄을 부르고, Ctrl-R로 찾고, Ctrl-C로 도는 명령을 끝낸다.";

#[cfg(test)]
mod tests {
    use super::{Own, own};
    use crate::i18n::Language;

    fn check(line: &str, expected: Option<&str>) {
        let file = |name: &str, text: &str| protocol::File { name: name.into(), text: text.into() };
        let files = [file("pod.yaml", "kind: Pod"), file("web.yaml", "kind: Service\n")];
        let history = ["kubectl get pods".to_owned(), "ls".to_owned()];
        let said = own(line, Language::English, &files, &history).map(|own| match own {
            Own::Clear => "<clear>".to_owned(),
            Own::Print(text) | Own::Complain(text) => text,
            Own::Say(text) => text.lines().next().unwrap_or_default().to_owned(),
        });
        assert_eq!(said.as_deref(), expected, "{line}");
    }

    #[test]
    fn a_few_words_need_no_cluster() {
        check("ls", Some("pod.yaml\nweb.yaml\n"));
        check("cat pod.yaml ./web.yaml", Some("kind: Pod\nkind: Service\n"));
        check("cat nothing", Some("cat: nothing: No such file or directory\n"));
        check("history", Some("    1  kubectl get pods\n    2  ls\n"));
        check("clear", Some("<clear>"));
        check("help", Some("kubectl get pods              what Pods there are"));
    }

    #[test]
    fn the_rest_is_the_servers() {
        for line in ["kubectl get pods", "ls | wc -l", "ls -l", "cat", "echo hi", "help me"] {
            check(line, None);
        }
    }
}
