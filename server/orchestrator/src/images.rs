//! The catalogue of images: what a registry has, and what each image does when it runs.
//!
//! [`reference`](mod@reference) reads names as containerd does, `public` lists the images that
//! tutorials and Kubernetes' own documentation use, [`application`] says what their programs do.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use imbl::OrdMap;
use thiserror::Error;

use crate::digest::Digest;
use crate::scenario::{ImageSpec, Scenario};

pub mod application;
mod public;
pub mod reference;

use application::Application;
use reference::{Reference, ReferenceError};

/// All images that can be pulled, by full name.
#[derive(Clone, Debug)]
pub struct Catalogue {
    images: OrdMap<String, Arc<Image>>,
    registry: Registry,
}

/// How the registries are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registry {
    #[default]
    Well,
    /// Pulls take so many times as long.
    Slow { times: u32 },
    /// None answers.
    Down,
}

/// One image, as a registry has it.
#[derive(Clone, Debug)]
pub struct Image {
    /// With domain and tag: `docker.io/library/nginx:1.27`.
    pub name: Reference,
    /// Compressed size in bytes: how long its pull takes, and what the kubelet reports.
    pub size_bytes: i64,
    /// The version that its logs tell.
    pub version: String,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    pub environment: BTreeMap<String, String>,
    pub userland: Userland,
    /// The program that the image is made for.
    pub application: Application,
}

/// Which ordinary commands an image has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Userland {
    /// Nothing but its application: built from scratch, or distroless.
    None,
    /// BusyBox, as in Alpine.
    Busybox,
    /// GNU, as in Debian and Ubuntu.
    Debian,
}

/// Why an image cannot be pulled, in containerd's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PullError {
    /// The name is not one: the kubelet does not even ask.
    #[error(transparent)]
    Name(#[from] ReferenceError),
    #[error(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{0}\": \
         failed to resolve reference \"{0}\": {0}: not found"
    )]
    NotFound(Reference),
    #[error(
        "failed to pull and unpack image \"{0}\": failed to resolve reference \"{0}\": pull access \
         denied, repository does not exist or may require authorization: server message: \
         insufficient_scope: authorization failed"
    )]
    Denied(Reference),
    #[error(
        "failed to pull and unpack image \"{0}\": failed to resolve reference \"{0}\": failed to do \
         request: Head \"https://{domain}/v2/{path}/manifests/{tag}\": dial tcp: lookup {host}: \
         no such host",
        domain = .0.domain, path = .0.path, tag = .0.tag_or_digest(), host = .0.host()
    )]
    NoSuchHost(Reference),
    #[error(
        "failed to pull and unpack image \"{0}\": failed to resolve reference \"{0}\": failed to do \
         request: Head \"https://{host}/v2/{path}/manifests/{tag}\": dial tcp: lookup {host}: i/o \
         timeout",
        path = .0.path, tag = .0.tag_or_digest(), host = .0.host()
    )]
    TimedOut(Reference),
}

static PUBLIC: LazyLock<OrdMap<String, Arc<Image>>> = LazyLock::new(|| {
    public::images().map(|image| (image.name.to_string(), Arc::new(image))).collect()
});

/// Registries that answer; of each we know only what the catalogue lists.
const REGISTRIES: &[&str] = &[
    "docker.io",
    "registry.k8s.io",
    "k8s.gcr.io",
    "gcr.io",
    "quay.io",
    "ghcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "us-docker.pkg.dev",
];

impl Default for Catalogue {
    /// The public images alone.
    fn default() -> Catalogue {
        Catalogue { images: PUBLIC.clone(), registry: Registry::Well }
    }
}

impl Catalogue {
    /// The public images and those of a scenario. A scenario's image with a name that is none is
    /// left out: nothing could ask for it.
    pub fn with(scenario: &Scenario) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for image in scenario.images.iter().filter_map(Image::of_scenario) {
            catalogue.images.insert(image.name.to_string(), Arc::new(image));
        }
        catalogue
    }

    /// An image by any of its names: `nginx`, `docker.io/library/nginx:latest`, …
    pub fn get(&self, image: &str) -> Option<&Arc<Image>> {
        self.images.get(&Reference::parse(image).ok()?.to_string())
    }

    /// Changes how the registries are.
    pub fn set_registry(&mut self, registry: Registry) {
        self.registry = registry;
    }

    pub fn registry(&self) -> Registry {
        self.registry
    }

    /// What a registry answers to a pull.
    ///
    /// # Errors
    /// There is no such image, or its registry is not there.
    pub fn resolve(&self, image: &str) -> Result<&Arc<Image>, PullError> {
        let reference = Reference::parse(image)?;
        if self.registry == Registry::Down {
            return Err(PullError::TimedOut(reference));
        }
        if let Some(found) = self.images.get(&reference.to_string()) {
            return Ok(found);
        }
        if !REGISTRIES.contains(&reference.domain.as_str()) {
            return Err(PullError::NoSuchHost(reference));
        }
        // Docker Hub does not tell whether a repository is missing or private.
        let is_hub = reference.domain == "docker.io";
        let refusal = if is_hub && !self.has_repository(&reference) {
            PullError::Denied
        } else {
            PullError::NotFound
        };
        Err(refusal(reference))
    }

    fn has_repository(&self, reference: &Reference) -> bool {
        let prefix = format!("{}:", reference.repository());
        let next = self.images.range(prefix.clone()..).next();
        next.is_some_and(|(name, _)| name.starts_with(&prefix))
    }
}

/// Whom an image's programs run as (`USER` of its Dockerfile).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageUser {
    pub uid: u32,
    /// Where it is said by name.
    pub name: Option<&'static str>,
}

impl Image {
    /// Whom its programs run as.
    pub fn user(&self) -> ImageUser {
        let nonroot = ImageUser { uid: 65532, name: Some("nonroot") };
        match self.application {
            Application::HelloApp | Application::CoreDns => nonroot,
            Application::HttpEcho => ImageUser { name: None, ..nonroot },
            Application::Pause => ImageUser { uid: 65535, name: None },
            _ => ImageUser::default(),
        }
    }

    /// As the kubelet reports it: `docker.io/library/nginx@sha256:…`.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name.repository(), self.digest())
    }

    /// A digest of its own, made from its name: the model's images have no content.
    pub fn digest(&self) -> String {
        format!("sha256:{}", Digest::of([self.name.to_string().as_bytes()]))
    }

    fn of_scenario(spec: &ImageSpec) -> Option<Image> {
        let name = Reference::parse(&spec.name).ok()?;
        let version = if name.tag == "latest" { "1.0".to_owned() } else { name.tag.clone() };
        let title = name.path.rsplit('/').next().unwrap_or(&name.path).to_owned();
        Some(Image {
            size_bytes: spec.size_bytes,
            version,
            entrypoint: vec![format!("/app/{title}")],
            command: Vec::new(),
            environment: public::path_environment(),
            userland: Userland::Busybox,
            application: Application::Greeter { title, port: spec.port },
            name,
        })
    }
}

#[cfg(test)]
mod tests;
