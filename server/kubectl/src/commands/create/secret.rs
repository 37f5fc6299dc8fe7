//! `kubectl create secret docker-registry` and `tls`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::config_map::{base64, read};
use super::{create, the_name};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::resources;

pub(in super::super) const DOCKER_REGISTRY: Command = Command {
    name: "create secret docker-registry",
    aliases: &[],
    about: "Create a new secret for use with Docker registries.",
    usage: "create secret docker-registry NAME --docker-username=user --docker-password=password \
            --docker-email=email [--docker-server=string] [--from-file=[key=]source] \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create secret docker-registry pull --docker-server=example.com \
               --docker-username=me --docker-password=s3cret",
    flags: kind_flags!(DOCKER),
    required: &[],
    run: |context| docker_registry(context).boxed_local(),
};

pub(in super::super) const TLS: Command = Command {
    name: "create secret tls",
    aliases: &[],
    about: "Create a TLS secret from the given public/private key pair.",
    usage: "create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create secret tls web --cert=tls.crt --key=tls.key",
    flags: kind_flags!(PAIR),
    required: &[],
    run: |context| tls(context).boxed_local(),
};

const DOCKER: &[Flag] = &[
    Flag::value("docker-server", "https://index.docker.io/v1/").about("The registry"),
    Flag::value("docker-username", "").about("The name of the user"),
    Flag::value("docker-password", "").about("The password"),
    Flag::value("docker-email", "").about("The email address"),
    Flag::value("from-file", "").about("A configuration file of Docker, or .dockerconfigjson=FILE"),
];

const PAIR: &[Flag] = &[
    Flag::value("cert", "").about("The file of the certificate"),
    Flag::value("key", "").about("The file of the private key"),
];

async fn docker_registry(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let of = |flag: &str| context.arguments.get(flag).to_owned();
    let (user, password) = (of("docker-username"), of("docker-password"));
    let files = context.arguments.all("from-file");
    let config = if let Some(file) = files.first() {
        let file = file.strip_prefix(".dockerconfigjson=").unwrap_or(file);
        read(context, file)?
    } else if user.is_empty() || password.is_empty() || of("docker-server").is_empty() {
        return Err(Failure::message(
            "either --from-file or the combination of --docker-username, --docker-password and \
             --docker-server is required",
        ));
    } else {
        login(&of("docker-server"), &user, &password, &of("docker-email"))
    };
    let data = json!({".dockerconfigjson": base64(config.as_bytes())});
    secret(context, name, "kubernetes.io/dockerconfigjson", data).await
}

/// What `docker login` would write, its fields in the order in which Go writes them.
fn login(server: &str, user: &str, password: &str, email: &str) -> String {
    let auth = base64(format!("{user}:{password}").as_bytes());
    let mut fields = vec![("username", user), ("password", password)];
    if !email.is_empty() {
        fields.push(("email", email));
    }
    fields.push(("auth", &auth));
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("\"{name}\":{}", json!(value))).collect();
    format!("{{\"auths\":{{{}:{{{}}}}}}}", json!(server), fields.join(","))
}

async fn tls(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let (cert, key) = (context.arguments.get("cert"), context.arguments.get("key"));
    if cert.is_empty() || key.is_empty() {
        return Err(Failure::message("key and cert must be specified"));
    }
    let missing = |file: &str| {
        Failure::message(format!("Cannot read file {file}, open {file}: no such file or directory"))
    };
    let cert = context.files.read(cert).ok_or_else(|| missing(cert))?;
    let key = context.files.read(key).ok_or_else(|| missing(key))?;
    if !cert.contains("-----BEGIN ") {
        return Err(Failure::message("tls: failed to find any PEM data in certificate input"));
    }
    if !key.contains("-----BEGIN ") {
        return Err(Failure::message("tls: failed to find any PEM data in key input"));
    }
    let data = json!({"tls.crt": base64(cert.as_bytes()), "tls.key": base64(key.as_bytes())});
    secret(context, name, "kubernetes.io/tls", data).await
}

async fn secret(context: &Context<'_>, name: &str, kind: &str, data: Value) -> Outcome {
    let object = json!({"apiVersion": "v1", "kind": "Secret", "data": data, "type": kind,
        "metadata": {"creationTimestamp": null, "name": name}});
    let resource = resources::resource(context, "secrets").await?;
    create(context, resource, object, "kubectl-create").await
}
