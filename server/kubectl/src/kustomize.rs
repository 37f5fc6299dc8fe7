//! Kustomizations: a folder's `kustomization.yaml` names manifests and other folders, and says what
//! to change in them. What comes out are the objects that `kubectl kustomize` prints.
//! <https://kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization/>

mod fields;
mod generate;
mod merge;
mod patches;
mod references;
mod resource;

use serde_json::Value;

use crate::Files;
use crate::fields::{array, field, text};
use crate::manifest::yaml;
use resource::Resource;

/// Names that the file in a folder may have.
const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Folders within folders.
const DEPTH_MAX: usize = 20;
/// What it may say, and we heed.
const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "bases",
    "resources",
    "components",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "images",
    "replicas",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "sortOptions",
];
/// What it may say, and we do not heed.
const UNHEEDED: &[&str] = &[
    "buildMetadata",
    "configurations",
    "crds",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "openapi",
    "replacements",
    "transformers",
    "validators",
    "vars",
];
/// Fields of old, and those that stand for them.
const DEPRECATED: &[(&str, &str)] = &[
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
];

/// What a kustomization makes.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) objects: Vec<Value>,
    /// Lines for standard error.
    pub(crate) warnings: Vec<String>,
}

/// Builds the kustomization in a folder.
///
/// # Errors
/// What is wrong with it, in kustomize's words.
pub(crate) fn build(files: &dyn Files, folder: &str) -> Result<Built, String> {
    let place = normal(folder).ok_or_else(|| no_folder(folder))?;
    let mut builder = Builder { files, warnings: Vec::new(), open: Vec::new() };
    if !builder.is_folder(&place) {
        return Err(no_folder(folder));
    }
    let wish = builder.read(&place)?;
    let mut resources = builder.folder(&place, &wish, Vec::new())?;
    resources.iter_mut().for_each(Resource::put_hash);
    references::follow(&mut resources);
    if text(field(&wish, "sortOptions"), "order") != "fifo" {
        resources.sort_by_cached_key(Resource::place_in_order);
    }
    let objects = resources.into_iter().map(|resource| resource.object).collect();
    Ok(Built { objects, warnings: builder.warnings })
}

struct Builder<'f> {
    files: &'f dyn Files,
    warnings: Vec<String>,
    /// Folders that are being built: none may lead to itself.
    open: Vec<String>,
}

impl Builder<'_> {
    fn is_folder(&self, place: &str) -> bool {
        let inside = format!("{place}/");
        place.is_empty() || self.files.names().iter().any(|name| plain(name).starts_with(&inside))
    }

    /// The kustomization of a folder, checked.
    fn read(&mut self, place: &str) -> Result<Value, String> {
        let found = NAMES
            .iter()
            .find_map(|name| self.files.read(&below(place, name)).map(|text| (name, text)));
        let Some((name, content)) = found else {
            return Err(format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or \
                 'Kustomization' in directory '/{place}'"
            ));
        };
        let wish = yaml(&content).map_err(|why| format!("invalid Kustomization: yaml: {why}"))?;
        let Some(said) = wish.as_object().filter(|said| !said.is_empty()) else {
            return Err(format!("{name} is empty"));
        };
        check(&wish, place)?;
        for (field, instead) in DEPRECATED.iter().filter(|(old, _)| said.contains_key(*old)) {
            let warning = format!(
                "# Warning: '{field}' is deprecated. Please use '{instead}' instead. Run \
                 'kustomize edit fix' to update your Kustomization automatically."
            );
            self.warnings.push(warning);
        }
        Ok(wish)
    }

    /// What the kustomization of a folder makes: of what it names, or, if it is a component, of
    /// what is there `already`.
    fn folder(
        &mut self,
        place: &str,
        wish: &Value,
        already: Vec<Resource>,
    ) -> Result<Vec<Resource>, String> {
        if self.open.len() == DEPTH_MAX || self.open.iter().any(|open| open == place) {
            let last = self.open.last().map(String::as_str).unwrap_or_default();
            return Err(format!(
                "cycle detected: candidate root '/{place}' contains visited root '/{last}'"
            ));
        }
        self.open.push(place.to_owned());
        let mut all = already;
        for path in ["resources", "bases"].into_iter().flat_map(|name| words(wish, name)) {
            for resource in self.named(place, path)? {
                resource::add(&mut all, resource).map_err(|why| {
                    format!(
                        "accumulating resources: accumulation err='merging resources from \
                         '{path}': {why}': must build at directory: '/{}': file is not directory",
                        below(place, path)
                    )
                })?;
            }
        }
        for path in words(wish, "components") {
            let inside = normal(&below(place, path)).ok_or_else(|| no_folder(path))?;
            let component = self.read(&inside)?;
            all = self.folder(&inside, &component, all)?;
        }
        generate::run(self.files, place, wish, &mut all)?;
        self.change(place, wish, &mut all)?;
        self.open.pop();
        Ok(all)
    }

    /// The objects that one line of `resources` names: a manifest's, or another folder's.
    fn named(&mut self, place: &str, path: &str) -> Result<Vec<Resource>, String> {
        let complain = |why: String| {
            format!(
                "accumulating resources: accumulation err='accumulating resources from '{path}': \
                 {why}"
            )
        };
        if path.contains("://") {
            return Err(complain("this terminal has no way out to the network'".to_owned()));
        }
        let inside = normal(&below(place, path));
        let Some(inside) = inside else { return Err(no_folder(path)) };
        if let Some(content) = self.files.read(&inside) {
            let is_inside = place.is_empty() || inside.starts_with(&format!("{place}/"));
            let why = match is_inside {
                true => resource::of_manifest(&content),
                false => Err(format!("security; file '/{inside}' is not in or below '/{place}'")),
            };
            return why.map_err(|why| {
                let end = format!("must build at directory: '/{inside}': file is not directory");
                complain(format!("{why}': {end}"))
            });
        }
        if !self.is_folder(&inside) {
            let why = no_such(&inside);
            return Err(complain(format!(
                "{why}': must build at directory: not a valid directory: {why}"
            )));
        }
        let wish = self.read(&inside).map_err(|why| {
            complain(format!(
                "'/{inside}' must resolve to a file': couldn't make target for path '/{inside}': {why}"
            ))
        })?;
        self.folder(&inside, &wish, Vec::new()).map_err(|why| {
            complain(format!(
                "'/{inside}' must resolve to a file': recursed accumulation of path '/{inside}': {why}"
            ))
        })
    }

    /// Changes what is there, in kustomize's order.
    fn change(&self, place: &str, wish: &Value, all: &mut Vec<Resource>) -> Result<(), String> {
        let read = |path: &str| {
            let inside = normal(&below(place, path)).unwrap_or_default();
            self.files.read(&inside).ok_or_else(|| no_such(&inside))
        };
        for said in array(wish, "patchesStrategicMerge").iter().filter_map(Value::as_str) {
            let patch = if said.contains('\n') { said.to_owned() } else { read(said)? };
            patches::strategic(&patch, all)?;
        }
        for said in array(wish, "patches") {
            patches::either(said, &read, all)?;
        }
        fields::namespace(text(wish, "namespace"), all);
        fields::affixes(text(wish, "namePrefix"), text(wish, "nameSuffix"), all);
        references::follow(all);
        fields::labels(wish, all);
        fields::annotations(field(wish, "commonAnnotations"), all);
        for said in array(wish, "patchesJson6902") {
            patches::either(said, &read, all)?;
        }
        fields::replicas(array(wish, "replicas"), all)?;
        fields::images(array(wish, "images"), all);
        Ok(())
    }
}

/// Whether a kustomization says only what can be heeded.
fn check(wish: &Value, place: &str) -> Result<(), String> {
    let said = wish.as_object().into_iter().flatten();
    for (name, value) in said {
        if UNHEEDED.contains(&name.as_str()) {
            let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !is_empty {
                return Err(format!("{name} of a kustomization is not modelled in this terminal"));
            }
        } else if !FIELDS.contains(&name.as_str()) {
            return Err(format!("invalid Kustomization: json: unknown field {name:?}"));
        }
    }
    let kind = text(wish, "kind");
    let version = match kind {
        "Component" => "kustomize.config.k8s.io/v1alpha1",
        _ => "kustomize.config.k8s.io/v1beta1",
    };
    let mut mistakes = Vec::new();
    if !["", "Kustomization", "Component"].contains(&kind) {
        mistakes.push("kind should be Kustomization or Component".to_owned());
    }
    if !["", version].contains(&text(wish, "apiVersion")) {
        let kind = if kind.is_empty() { "Kustomization" } else { kind };
        mistakes.push(format!("apiVersion for {kind} should be {version}"));
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(format!("Failed to read kustomization file under /{place}:\n{}", mistakes.join("\n")))
}

fn words<'w>(wish: &'w Value, name: &str) -> impl Iterator<Item = &'w str> {
    array(wish, name).iter().filter_map(Value::as_str)
}

fn no_such(path: &str) -> String {
    format!("evalsymlink failure on '/{path}' : lstat /{path}: no such file or directory")
}

fn no_folder(path: &str) -> String {
    let path = path.trim_end_matches('/');
    format!(
        "must build at directory: not a valid directory: evalsymlink failure on '{path}' : lstat \
         /{path}: no such file or directory"
    )
}

fn plain(name: &str) -> &str {
    name.trim_start_matches("./").trim_start_matches('/')
}

fn below(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// A path without `.` and `..`; none if it leads out of everything.
fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
