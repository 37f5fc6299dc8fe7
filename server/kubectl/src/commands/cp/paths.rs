//! The two ends of a copy, and paths as kubectl reckons with them.

use crate::failure::Failure;

/// One end of a copy.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Local(String),
    Remote { pod: String, path: String },
}

impl Place {
    /// Reads `[[namespace/]pod:]file/path`.
    pub(super) fn read(text: &str) -> Result<Place, Failure> {
        let wrong = || {
            Failure::message(
                "filespec must match the canonical format: [[namespace/]pod:]file/path",
            )
        };
        match text.split_once(':') {
            None => Ok(Place::Local(text.to_owned())),
            Some(("", _)) => Err(wrong()),
            Some((pod, _)) if pod.matches('/').count() > 1 => Err(wrong()),
            Some((pod, path)) => Ok(Place::Remote { pod: pod.to_owned(), path: path.to_owned() }),
        }
    }

    pub(super) fn path(&self) -> &str {
        match self {
            Place::Local(path) | Place::Remote { path, .. } => path,
        }
    }
}

/// A path without `.`, `..` and double slashes, as Go's `path.Clean` has it.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, rest) => format!("/{rest}"),
        (false, rest) if rest.is_empty() => ".".to_owned(),
        (false, rest) => rest,
    }
}

pub(super) fn join(folder: &str, name: &str) -> String {
    clean(&format!("{folder}/{name}"))
}

/// The last name of a path.
pub(super) fn base(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path.
pub(super) fn folder(path: &str) -> String {
    match clean(path).rsplit_once('/') {
        None => ".".to_owned(),
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let remote = |pod: &str, path: &str| Place::Remote { pod: pod.into(), path: path.into() };
        assert_eq!(Place::read("web:/tmp/x").unwrap(), remote("web", "/tmp/x"));
        assert_eq!(Place::read("a/web:x").unwrap(), remote("a/web", "x"));
        assert_eq!(Place::read("./x").unwrap(), Place::Local("./x".to_owned()));
        assert!(Place::read(":x").is_err() && Place::read("a/b/c:x").is_err());
    }

    #[test]
    fn paths() {
        for (path, expected) in
            [("/a//b/../c/.", "/a/c"), ("./x", "x"), ("", "."), ("../x", "../x"), ("/../x", "/x")]
        {
            assert_eq!(clean(path), expected, "{path}");
        }
        assert_eq!(
            (folder("/x"), folder("/a/b"), folder("x")),
            ("/".into(), "/a".into(), ".".into())
        );
        assert_eq!((base("a/b/"), base("x")), ("b", "x"));
    }
}
