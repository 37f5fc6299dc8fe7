//! The public images: names, tags and sizes as registries have them, rounded.

use std::collections::BTreeMap;

use crate::images::application::Application;
use crate::images::reference::Reference;
use crate::images::{Image, Userland};

/// A repository and its tags.
struct Repository {
    name: &'static str,
    tags: &'static [&'static str],
    /// What `latest` is.
    version: &'static str,
    /// Compressed sizes in units of 10 kB: of plain tags, of `-slim` and of `-alpine` ones.
    size: (i64, i64, i64),
    userland: Userland,
    entrypoint: &'static [&'static str],
    command: &'static [&'static str],
    application: Application,
}

use Userland::Busybox;

mod bases;
mod cluster;
mod loads;
mod servers;
mod system;

const ENTRYPOINT: &[&str] = &["docker-entrypoint.sh"];

/// Every image of every repository.
pub(super) fn images() -> impl Iterator<Item = Image> {
    let repositories = bases::REPOSITORIES.iter().chain(servers::REPOSITORIES);
    let repositories = repositories.chain(loads::REPOSITORIES).chain(cluster::REPOSITORIES);
    let repositories = repositories.chain(system::REPOSITORIES);
    repositories
        .flat_map(|repository| repository.tags.iter().filter_map(|tag| repository.image(tag)))
}

/// The `PATH` that images set.
pub(super) fn path_environment() -> BTreeMap<String, String> {
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    BTreeMap::from([("PATH".to_owned(), path.to_owned())])
}

impl Repository {
    fn image(&self, tag: &str) -> Option<Image> {
        let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let is_alpine = tag.contains("alpine") && self.name != "alpine";
        let (plain, slim, alpine) = self.size;
        let size = if is_alpine {
            alpine
        } else if tag.contains("slim") {
            slim
        } else {
            plain
        };
        let numbered =
            tag.trim_start_matches('v').starts_with(|letter: char| letter.is_ascii_digit());
        let number = tag.split('-').next().unwrap_or(tag);
        Some(Image {
            name: Reference::parse(&format!("{}:{tag}", self.name)).ok()?,
            size_bytes: size * 10_000 + odd_bytes(self.name, tag),
            version: if numbered { number } else { self.version }.to_owned(),
            entrypoint: strings(self.entrypoint),
            command: strings(self.command),
            environment: path_environment(),
            userland: if is_alpine { Busybox } else { self.userland },
            application: self.application.clone(),
        })
    }
}

/// No image is a round number of bytes, and no two tags are alike.
fn odd_bytes(name: &str, tag: &str) -> i64 {
    let letters = name.bytes().chain(tag.bytes());
    letters.fold(7, |sum, letter| (sum * 31 + i64::from(letter)) % 9973)
}
