//! `kubectl api-resources` and `kubectl api-versions`.

use std::collections::BTreeSet;

use futures::FutureExt;

use super::Command;
use crate::arguments::Flag;
use crate::context::Context;
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::print::tabwriter::Tabwriter;

pub(super) const RESOURCES: Command = Command {
    name: "api-resources",
    aliases: &[],
    about: "Print the supported API resources on the server.",
    usage: "api-resources [flags] [options]",
    examples: "kubectl api-resources\nkubectl api-resources --namespaced=true\n\
               kubectl api-resources --api-group=apps",
    flags: &[OWN],
    required: &[],
    run: |context| resources(context).boxed_local(),
};

pub(super) const VERSIONS: Command = Command {
    name: "api-versions",
    aliases: &[],
    about: "Print the supported API versions on the server, in the form of \"group/version\".",
    usage: "api-versions",
    examples: "kubectl api-versions",
    flags: &[],
    required: &[],
    run: |context| versions(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("output", "").short('o').about("wide or name"),
    Flag::value("api-group", "").about("Only resources of this group"),
    Flag::switch("namespaced", "Only resources that live in namespaces, or with =false do not")
        .on(),
    Flag::value("verbs", "").about("Only resources that know these verbs"),
    Flag::value("categories", "").about("Only resources of these categories"),
    Flag::value("sort-by", "").about("name or kind"),
    Flag::switch("no-headers", "Leave the header line out"),
    Flag::switch("cached", "Use what was found before"),
];

async fn resources(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    if !arguments.words.is_empty() {
        let words = arguments.words.join(" ");
        return Err(context.usage(format!("unexpected arguments: [{words}]")));
    }
    let output = arguments.get("output");
    if !["", "wide", "name"].contains(&output) {
        return Err(Failure::message(format!("--output {output} is not available")));
    }
    let mut shown: Vec<&Resource> = context
        .discovery()
        .await?
        .resources
        .iter()
        .filter(|resource| is_wanted(context, resource))
        .collect();
    // Each in the version that its group prefers, which is named first.
    let mut known = BTreeSet::new();
    shown.retain(|resource| known.insert((&resource.group, &resource.plural)));
    match arguments.get("sort-by") {
        "name" => shown.sort_by_key(|resource| resource.plural.clone()),
        "kind" => shown.sort_by_key(|resource| resource.kind.clone()),
        _ => shown.sort_by_key(|resource| (resource.group.clone(), resource.plural.clone())),
    }
    if output == "name" {
        shown.iter().for_each(|resource| context.out(&format!("{}\n", resource.qualified())));
        return Ok(());
    }
    let mut writer = Tabwriter::for_tables();
    let wide = output == "wide";
    if !arguments.on("no-headers") {
        let more = if wide { "\tVERBS\tCATEGORIES" } else { "" };
        writer.write(&format!("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND{more}\n"));
    }
    for resource in shown {
        let more = if wide {
            format!("\t{}\t{}", resource.verbs.join(","), resource.categories.join(","))
        } else {
            String::new()
        };
        writer.write(&format!(
            "{}\t{}\t{}\t{}\t{}{more}\n",
            resource.plural,
            resource.short_names.join(","),
            resource.api_version(),
            resource.namespaced,
            resource.kind
        ));
    }
    context.out(&writer.flush());
    Ok(())
}

fn is_wanted(context: &Context<'_>, resource: &Resource) -> bool {
    let arguments = &context.arguments;
    let all_of = |flag: &str, has: &dyn Fn(&str) -> bool| {
        arguments.list(flag).iter().all(|wanted| has(wanted))
    };
    (!arguments.given("api-group") || resource.group == arguments.get("api-group"))
        && (!arguments.given("namespaced") || resource.namespaced == arguments.on("namespaced"))
        && all_of("verbs", &|verb| resource.can(verb))
        && all_of("categories", &|wanted| resource.categories.iter().any(|has| has == wanted))
}

async fn versions(context: &Context<'_>) -> Outcome {
    let mut versions: Vec<String> =
        context.discovery().await?.resources.iter().map(Resource::api_version).collect();
    versions.sort();
    versions.dedup();
    versions.iter().for_each(|version| context.out(&format!("{version}\n")));
    Ok(())
}
