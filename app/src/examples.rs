//! Applications to begin with. Their manifests are files of the site, fetched when somebody wants
//! them: `public/examples/`.

use protocol::File;

use crate::browser::{self, Fetched};

/// An application of several files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// As in an address: `?example=guestbook`; the name of its folder.
    pub name: &'static str,
    /// In Korean and in English.
    pub title: (&'static str, &'static str),
    pub about: (&'static str, &'static str),
    /// In the order in which they are applied.
    pub files: &'static [&'static str],
}

pub const EXAMPLES: [Example; 3] = [
    Example {
        name: "guestbook",
        title: ("방명록", "A guestbook"),
        about: (
            "웹 서버 셋, Redis 하나와 복제본 둘, 로드 밸런서. (모형의 웹 서버는 대답만 하고 글은 저장하지 않는다.)",
            "Three web servers, a Redis with two followers, a load balancer. (The model's web servers answer, but keep no entries.)",
        ),
        files: &["redis.yaml", "frontend.yaml"],
    },
    Example {
        name: "blog",
        title: ("데이터베이스가 있는 블로그", "A blog with a database"),
        about: (
            "스테이트풀셋(StatefulSet)의 MySQL과 그 볼륨, 시크릿의 비밀번호, 노드 포트로 여는 WordPress.",
            "MySQL in a StatefulSet with a volume, its password in a Secret, WordPress on a node port.",
        ),
        files: &["secret.yaml", "database.yaml", "blog.yaml"],
    },
    Example {
        name: "jobs",
        title: ("작업 큐", "A job queue"),
        about: (
            "일감 열둘을 셋씩 나누어 하는 잡, 그리고 매분 새 일을 시작하는 크론잡(CronJob).",
            "A Job of twelve pieces of work, three at a time, and a CronJob that starts new work each minute.",
        ),
        files: &["queue.yaml", "every-minute.yaml"],
    },
];

impl Example {
    pub fn of(name: &str) -> Option<Example> {
        EXAMPLES.into_iter().find(|example| example.name == name)
    }

    /// Its files; none where the server does not answer.
    pub async fn fetch(self) -> Option<Vec<File>> {
        let mut files = Vec::new();
        for name in self.files {
            match browser::get(&format!("/examples/{}/{name}", self.name)).await {
                Fetched::Ok(text) => files.push(File { name: (*name).to_owned(), text }),
                Fetched::Refused(..) | Fetched::Unreachable => return None,
            }
        }
        Some(files)
    }
}
