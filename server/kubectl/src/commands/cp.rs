//! `kubectl cp`: files to and from containers, by the container's own `tar`.

mod paths;

use std::io::Read;

use bytes::Bytes;
use futures::FutureExt;
use serde_json::Value;

use super::Command;
use super::exec::{container, execute};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use paths::{Place, base, clean, folder, join};

pub(super) const COMMAND: Command = Command {
    name: "cp",
    aliases: &[],
    about: "Copy files and directories to and from containers.",
    usage: "cp <file-spec-src> <file-spec-dest> [options]",
    examples: "# A file of the editor into a container\nkubectl cp index.html web:/usr/share/nginx/html/index.html\n\n\
               # A file of a container\nkubectl cp web:/etc/nginx/nginx.conf nginx.conf",
    flags: &[OWN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("container", "").short('c').about("The container; the first if not given"),
    Flag::switch("no-preserve", "Do not keep owners and permissions"),
    Flag::number("retries", "0").about("How often to try again; a model needs none"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let [from, to] = context.arguments.words.as_slice() else {
        return Err(Failure::message("source and destination are required"));
    };
    match (Place::read(from)?, Place::read(to)?) {
        (Place::Remote { .. }, Place::Remote { .. }) => {
            Err(Failure::message("one of src or dest must be a local file specification"))
        }
        (from, to) if from.path().is_empty() || to.path().is_empty() => {
            Err(Failure::message("filepath can not be empty"))
        }
        (Place::Local(_), Place::Local(_)) => {
            Err(Failure::message("one of src or dest must be a remote file specification"))
        }
        (Place::Local(from), Place::Remote { pod, path }) => {
            upload(context, &from, &pod, &path).await
        }
        (Place::Remote { pod, path }, Place::Local(to)) => {
            download(context, &pod, &path, &to).await
        }
    }
}

/// The Pod that `[namespace/]pod` means.
async fn the_pod(context: &Context<'_>, word: &str) -> Result<Value, Failure> {
    let (namespace, name) = word.split_once('/').unwrap_or((context.namespace(), word));
    let path = format!("/api/v1/namespaces/{namespace}/pods/{name}");
    context.client.get(&path, &Query::new()).await
}

/// A local file, and all below it: the rest of each path, and its text.
fn local(context: &Context<'_>, from: &str) -> Vec<(String, String)> {
    if let Some(text) = context.files.read(from) {
        return vec![(String::new(), text)];
    }
    let below = match clean(from).as_str() {
        "." => String::new(),
        folder => format!("{folder}/"),
    };
    let names = context.files.names().into_iter();
    let inside = names.filter_map(|name| {
        let text = context.files.read(&name)?;
        Some((name.strip_prefix(&below)?.to_owned(), text))
    });
    inside.collect()
}

async fn upload(context: &Context<'_>, from: &str, pod: &str, to: &str) -> Outcome {
    let files = local(context, from);
    if files.is_empty() {
        let why = format!("{from} doesn't exist in local filesystem");
        return Err(Failure::message(why));
    }
    let pod = &the_pod(context, pod).await?;
    let container = &container(context, pod, false)?;
    let is_folder = execute(context, pod, container, &["test", "-d", to], None).await?;
    let to = if is_folder.outcome.is_ok() { join(to, base(from)) } else { clean(to) };
    let archive = archive(base(&to), &files)?;
    let own: &[&str] = &["tar", "-xmf", "-"];
    let new: &[&str] = &["tar", "--no-same-permissions", "--no-same-owner", "-xmf", "-"];
    let words = if context.arguments.on("no-preserve") { new } else { own };
    let folder = folder(&to);
    let words = [words, &["-C", &folder]].concat();
    let done = execute(context, pod, container, &words, Some(archive)).await?;
    context.out(&String::from_utf8_lossy(&done.stdout));
    context.err(&String::from_utf8_lossy(&done.stderr));
    done.outcome
}

/// An archive of files below a name.
fn archive(name: &str, files: &[(String, String)]) -> Result<Bytes, Failure> {
    let mut builder = tar::Builder::new(Vec::new());
    for (rest, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let path = if rest.is_empty() { name.to_owned() } else { join(name, rest) };
        let added = builder.append_data(&mut header, path, text.as_bytes());
        added.map_err(|why| Failure::message(why.to_string()))?;
    }
    let bytes = builder.into_inner();
    bytes.map(Bytes::from).map_err(|why| Failure::message(why.to_string()))
}

async fn download(context: &Context<'_>, pod: &str, from: &str, to: &str) -> Outcome {
    let pod: &Value = &the_pod(context, pod).await?;
    let container = &container(context, pod, false)?;
    let done = execute(context, pod, container, &["tar", "cf", "-", from], None).await?;
    // kubectl gives what tar complains of to its own standard output.
    context.out(&String::from_utf8_lossy(&done.stderr));
    done.outcome?;
    let prefix = clean(from);
    let prefix = prefix.trim_start_matches('/');
    let mut archive = tar::Archive::new(done.stdout.as_slice());
    let broken = |why: std::io::Error| Failure::message(why.to_string());
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?.to_string_lossy().into_owned();
        let Some(rest) = path.strip_prefix(prefix) else {
            return Err(Failure::message("tar contents corrupted"));
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(broken)?;
        let name = join(to, rest.trim_matches('/'));
        if name == "." {
            return Err(Failure::message(format!("open {to}: is a directory")));
        }
        if !context.files.write(&name, &String::from_utf8_lossy(&bytes)) {
            return Err(Failure::message(format!("open {name}: read-only file system")));
        }
    }
    Ok(())
}
