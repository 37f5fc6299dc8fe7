//! `kubectl set image`.

use futures::FutureExt;
use serde_json::Value;

use super::super::Command;
use super::{FLAGS, change_specs, containers_named};
use crate::context::Context;
use crate::failure::{Failure, Outcome};

pub(in super::super) const IMAGE: Command = Command {
    name: "set image",
    aliases: &[],
    about: "Update existing container image(s) of resources.",
    usage: "set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... \
            CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]",
    examples: "kubectl set image deployment/web nginx=nginx:1.16.1\n\n\
               # Every container\nkubectl set image deployment web '*=nginx:1.16.1'",
    flags: FLAGS,
    required: &[],
    run: |context| run(context).boxed_local(),
};

async fn run(context: &Context<'_>) -> Outcome {
    let words = &context.arguments.words;
    let (pairs, names): (Vec<String>, Vec<String>) =
        words.iter().cloned().partition(|word| word.contains('='));
    if names.is_empty() && crate::resources::file_names(context).is_empty() {
        return Err(Failure::message(super::super::NOTHING_NAMED));
    }
    if pairs.is_empty() {
        return Err(Failure::message("at least one image update is required"));
    }
    let images: Vec<(&str, &str)> = pairs.iter().filter_map(|pair| pair.split_once('=')).collect();
    if images.len() > 1 && images.iter().any(|(name, _)| *name == "*") {
        return Err(Failure::message(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ));
    }
    change_specs(context, &names, "image", &|_, spec| set_images(spec, &images)).await
}

fn set_images(spec: &mut Value, images: &[(&str, &str)]) -> Outcome {
    for (name, image) in images {
        let mut containers = containers_named(spec, name);
        if containers.is_empty() {
            return Err(Failure::message(format!("unable to find container named {name:?}")));
        }
        for container in &mut containers {
            container["image"] = Value::from(*image);
        }
    }
    Ok(())
}
