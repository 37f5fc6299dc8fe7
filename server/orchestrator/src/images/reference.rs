//! Names of images, read as containerd reads them.

use std::fmt;

use thiserror::Error;

/// A full name of an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// `docker.io`, with the port if it has one.
    pub domain: String,
    /// `library/nginx`.
    pub path: String,
    /// Empty where there is only a digest.
    pub tag: String,
    /// `sha256:…`, or empty.
    pub digest: String,
}

/// Why a name is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// Letters that no name may have, or parts left empty.
    #[error(
        "Failed to apply default image tag \"{0}\": couldn't parse image name \"{0}\": invalid \
         reference format"
    )]
    Format(String),
    #[error(
        "Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": \
         invalid reference format: repository name ({path}) must be lowercase"
    )]
    UpperCase { image: String, path: String },
}

impl Reference {
    /// Reads a name, adding what is left out: `docker.io`, `library/`, `:latest`.
    ///
    /// # Errors
    /// It is no name of an image.
    pub fn parse(image: &str) -> Result<Reference, ReferenceError> {
        let (named, digest) = image.split_once('@').unwrap_or((image, ""));
        let (domain, rest) = split_domain(named);
        let (path, tag) = split_tag(&rest);
        if path.chars().any(|letter| letter.is_ascii_uppercase()) {
            return Err(ReferenceError::UpperCase {
                image: image.to_owned(),
                path: path.to_owned(),
            });
        }
        let complete = image.contains('@') != digest.is_empty() && tag != Some("");
        if !complete || !is_path(path) || !tag.is_none_or(is_tag) {
            return Err(ReferenceError::Format(image.to_owned()));
        }
        let default = if digest.is_empty() { "latest" } else { "" };
        Ok(Reference {
            domain: domain.to_owned(),
            path: path.to_owned(),
            tag: tag.unwrap_or(default).to_owned(),
            digest: digest.to_owned(),
        })
    }

    /// Domain and path: `docker.io/library/nginx`.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.domain, self.path)
    }

    /// What a registry is asked for.
    pub fn tag_or_digest(&self) -> &str {
        if self.digest.is_empty() { &self.tag } else { &self.digest }
    }

    /// The domain without its port.
    pub fn host(&self) -> &str {
        self.domain.split(':').next().unwrap_or_default()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain, self.path)?;
        if !self.tag.is_empty() {
            write!(f, ":{}", self.tag)?;
        }
        if self.digest.is_empty() { Ok(()) } else { write!(f, "@{}", self.digest) }
    }
}

/// The first part is a domain only if it looks like one: with a dot or a port, or `localhost`.
fn split_domain(named: &str) -> (&str, String) {
    match named.split_once('/') {
        Some((domain, rest)) if domain.contains(['.', ':']) || domain == "localhost" => {
            let domain = if domain == "index.docker.io" { "docker.io" } else { domain };
            (domain, with_library(domain, rest))
        }
        _ => ("docker.io", with_library("docker.io", named)),
    }
}

fn with_library(domain: &str, path: &str) -> String {
    let official = domain == "docker.io" && !path.contains('/');
    if official { format!("library/{path}") } else { path.to_owned() }
}

fn split_tag(rest: &str) -> (&str, Option<&str>) {
    match rest.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (rest, None),
    }
}

fn is_path(path: &str) -> bool {
    let is_edge = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    path.split('/').all(|part| {
        part.starts_with(is_edge)
            && part.ends_with(is_edge)
            && part.chars().all(|letter| is_edge(letter) || ".-_".contains(letter))
    })
}

fn is_tag(tag: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    tag.len() <= 128
        && tag.starts_with(is_word)
        && tag.chars().all(|letter| is_word(letter) || ".-".contains(letter))
}
