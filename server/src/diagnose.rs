//! What is wrong in the files of an editor, and where: from the YAML itself and from what the API
//! server refused, to lines and columns.

mod field;
mod known;
mod nearest;
mod refusal;
mod repair;
mod syntax;
mod tree;

use std::collections::BTreeMap;

use orchestrator::{Kind, World};
use protocol::{Diagnostic, File};

pub(crate) use self::refusal::Refusal;
use self::{
    field::Path,
    known::Known,
    tree::{Document, Place},
};

/// The largest file that is looked at: the API server takes no larger object anyway.
const BYTES_MAX: usize = 1 << 20;
/// Of so many things in one file it is said how the file would be without them.
const REPAIRS_MAX: usize = 8;

/// Finds what is wrong in files that could not be applied. `output` is what kubectl printed, and
/// `refusals` what the API server answered.
pub(crate) fn diagnose(
    world: &World,
    files: &[File],
    output: &str,
    refusals: &[Refusal],
) -> Vec<Diagnostic> {
    files.iter().flat_map(|file| of_file(world, file, output, refusals)).collect()
}

fn of_file(world: &World, file: &File, output: &str, refusals: &[Refusal]) -> Vec<Diagnostic> {
    if file.text.len() > BYTES_MAX {
        let found = Finding::new("too-large", Place::START, "the file is larger than 1 MiB");
        return vec![found.in_file(&file.name)];
    }
    let (found, documents) = match tree::parse(&file.text) {
        Err(trouble) => {
            (vec![syntax::explain(&file.text, &trouble, said_of(file, output))], Vec::new())
        }
        Ok(documents) => (of_documents(world, &documents, output, refusals), documents),
    };
    let mut repairs = 0;
    found
        .into_iter()
        .map(|finding| {
            let repair = (repairs < REPAIRS_MAX)
                .then(|| repair::repair(world, &file.text, &documents, &finding))
                .flatten();
            repairs += usize::from(repair.is_some());
            Diagnostic { repair, ..finding.in_file(&file.name) }
        })
        .collect()
}

/// kubectl's line about a file that it could not read.
fn said_of<'output>(file: &File, output: &'output str) -> Option<&'output str> {
    output.lines().find(|line| line.contains(&file.name) && line.contains("yaml: "))
}

fn of_documents(
    world: &World,
    documents: &[Document],
    output: &str,
    refusals: &[Refusal],
) -> Vec<Finding> {
    documents
        .iter()
        .filter(|document| !document.is_empty())
        .flat_map(|document| {
            let own = before_sending(document, output);
            if own.is_empty() { refused(world, document, refusals) } else { own }
        })
        .collect()
}

/// What kubectl finds before it asks the API server for anything.
fn before_sending(document: &Document, output: &str) -> Vec<Finding> {
    let mut findings: Vec<_> =
        document.duplicates().map(|(key, place)| duplicate(key, place)).collect();
    if let Some(flat) = flat(document) {
        let said = findings.first().map_or(NAMELESS, |finding| finding.message.as_str());
        return vec![Finding { message: said.to_owned(), ..flat }];
    }
    for field in ["apiVersion", "kind"] {
        if document.text(&[field]).is_none() {
            let message = format!("{field} not set");
            let finding = Finding::new("missing-field", document.place(), &message);
            findings.push(finding.with("field", field));
        }
    }
    findings.extend(unknown_kind(document, output));
    if findings.is_empty() && document.text(&["metadata", "name"]).is_none() {
        findings.extend(nameless(document));
    }
    findings
}

fn duplicate(key: &str, place: Place) -> Finding {
    let message = format!("key \"{key}\" already set in map");
    Finding::new("duplicate-field", place, &message).with("field", key)
}

fn nameless(document: &Document) -> Option<Finding> {
    if document.text(&["metadata", "generateName"]).is_some() {
        return None;
    }
    let place = document.get(&["metadata"]).map_or(document.place(), |node| node.key);
    Some(Finding::new("missing-field", place, NAMELESS).with("field", "metadata.name"))
}

const NAMELESS: &str = "resource name may not be empty";

/// A manifest whose lines all begin at the left: nothing is in `metadata`, and the name beside it.
fn flat(document: &Document) -> Option<Finding> {
    document.get(&["metadata"]).filter(|metadata| metadata.is_null())?;
    let name = document.get(&["name"])?;
    let finding = Finding::new("lost-indentation", name.key, NAMELESS);
    Some(finding.with("field", "name").with("parent", "metadata"))
}

fn kind_of(document: &Document) -> Option<Kind> {
    kind_named(document.text(&["apiVersion"])?, document.text(&["kind"])?)
}

fn kind_named(version: &str, kind: &str) -> Option<Kind> {
    let mut known = Kind::ALL.iter().copied();
    known.find(|known| known.name() == kind && known.api_version() == version)
}

fn unknown_kind(document: &Document, output: &str) -> Option<Finding> {
    let (version, kind) = (document.text(&["apiVersion"])?, document.text(&["kind"])?);
    if kind_of(document).is_some() {
        return None;
    }
    let message = format!("no matches for kind \"{kind}\" in version \"{version}\"");
    let said = output.lines().find(|line| line.contains(&message));
    // Of groups that are none of the API's own only kubectl knows what is defined in them.
    let group = version.split_once('/').map_or("", |(group, _)| group);
    if said.is_none() && !Kind::ALL.iter().any(|kind| kind.group() == group) {
        return None;
    }
    let said = said.unwrap_or(&message);
    let names = Kind::ALL.iter().map(|kind| kind.name());
    let nearest = nearest::nearest(kind, names).unwrap_or_default();
    let right = Kind::ALL.iter().find(|known| known.name() == nearest);
    let place = match right {
        // The kind is right and its version is not.
        Some(_) if nearest == kind => document.get(&["apiVersion"])?.place,
        _ => document.get(&["kind"])?.place,
    };
    let finding = Finding::new("unknown-kind", place, said).with("kind", kind);
    let version = right.map(|kind| kind.api_version()).unwrap_or_default();
    Some(finding.with("nearest", nearest).with("version", version))
}

fn refused(world: &World, document: &Document, refusals: &[Refusal]) -> Vec<Finding> {
    let known = || Known::of(world, kind_of(document)?);
    let mine = refusals.iter().filter(|refusal| refusal.is_about(document));
    mine.flat_map(|refusal| refusal.findings(document, &known)).collect()
}

/// Something wrong, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    code: &'static str,
    place: Place,
    message: String,
    arguments: BTreeMap<String, String>,
}

impl Finding {
    fn new(code: &'static str, place: Place, message: &str) -> Self {
        Self { code, place, message: message.to_owned(), arguments: BTreeMap::new() }
    }

    /// Names something that the page's sentence is about; nothing is not named.
    fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.arguments.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    fn in_file(self, file: &str) -> Diagnostic {
        Diagnostic {
            file: file.to_owned(),
            line: self.place.line,
            column: self.place.column,
            message: self.message,
            code: self.code.to_owned(),
            arguments: self.arguments,
            repair: None,
        }
    }
}
