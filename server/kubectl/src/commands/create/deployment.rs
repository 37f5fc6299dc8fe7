//! `kubectl create deployment`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::{create, the_name};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::resources;

pub(in super::super) const DEPLOYMENT: Command = Command {
    name: "create deployment",
    aliases: &["create deploy", "create dep"],
    about: "Create a deployment with the specified name.",
    usage: "create deployment NAME --image=image -- [COMMAND] [args...] [options]",
    examples: "# Three Pods of nginx\nkubectl create deployment web --image=nginx --replicas=3\n\n\
               # The manifest of it, without creating anything\n\
               kubectl create deployment web --image=nginx --dry-run=client -o yaml",
    flags: kind_flags!(OWN),
    required: &["image"],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("image", "").about("The image of a container; repeat it for several containers"),
    Flag::number("replicas", "1").short('r').about("How many Pods"),
    Flag::number("port", "-1").about("The port that the container listens on"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let images = arguments.list("image");
    let command = &arguments.words[arguments.dash.unwrap_or(arguments.words.len())..];
    if images.len() > 1 && !command.is_empty() {
        return Err(Failure::message("cannot specify multiple --image options and command"));
    }
    if arguments.number("replicas") < 0 {
        return Err(Failure::message("--replicas must be greater than or equal to 0"));
    }
    let mut containers: Vec<Value> = images.iter().map(|image| container(image)).collect();
    if !command.is_empty() {
        containers[0]["command"] = json!(command);
    }
    if arguments.given("port") && arguments.number("port") >= 0 {
        containers[0]["ports"] = json!([{"containerPort": arguments.number("port")}]);
    }
    let labels = json!({"app": name});
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"creationTimestamp": null, "labels": labels, "name": name},
        "spec": {
            "replicas": arguments.number("replicas"),
            "selector": {"matchLabels": labels},
            "strategy": {},
            "template": {
                "metadata": {"creationTimestamp": null, "labels": labels},
                "spec": {"containers": containers},
            },
        },
        "status": {},
    });
    let resource = resources::resource(context, "deployments.apps").await?;
    create(context, resource, object, "kubectl-create").await
}

fn container(image: &str) -> Value {
    json!({"image": image, "name": container_name(image), "resources": {}})
}

/// The last part of an image's name, without tag and digest, in letters that names may have.
fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or_default();
    let plain = last.split([':', '@']).next().unwrap_or_default().to_lowercase();
    plain.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_named_after_images() {
        for (image, expect) in [
            ("nginx", "nginx"),
            ("nginx:1.14.2", "nginx"),
            ("registry.k8s.io/e2e-test-images/agnhost:2.39", "agnhost"),
            ("localhost:5000/My_App@sha256:abc", "my-app"),
        ] {
            assert_eq!(container_name(image), expect);
        }
    }
}
