//! YAML as a tree in which everything knows its place. Budgets keep bombs out.

use std::collections::BTreeMap;

use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};

/// A place in a file: line and column from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Place {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    pub(super) fn new(line: usize, column: usize) -> Self {
        let fit = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: fit(line), column: fit(column) }
    }
}

/// What keeps a text from being a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) kind: TroubleKind,
    pub(super) place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TroubleKind {
    /// What the parser says.
    Syntax(String),
    TooDeep,
    AliasBomb,
    /// More nodes than any manifest has.
    TooLarge,
}

/// One document of a file.
#[derive(Clone, Debug)]
pub(super) struct Document {
    root: Node,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where its key stands; for what has no key, where it stands itself.
    pub(super) key: Place,
    pub(super) place: Place,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Scalar {
        text: String,
        quoted: bool,
    },
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    /// A reference to something that stands elsewhere.
    Alias,
}

const DEPTH_MAX: usize = 100;
const NODES_MAX: usize = 100_000;

/// Reads all documents of a text.
pub(super) fn parse(text: &str) -> Result<Vec<Document>, Trouble> {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| syntax(&error))?;
        builder.take(event, place(&span))?;
    }
    Ok(builder.documents)
}

fn syntax(error: &ScanError) -> Trouble {
    let marker = error.marker();
    let place = Place::new(marker.line(), marker.col() + 1);
    // Brackets in brackets: the parser gives up before our own limit is reached.
    let message = error.info();
    let kind = match message.as_str() {
        "recursion limit exceeded" => TroubleKind::TooDeep,
        _ => TroubleKind::Syntax(message),
    };
    Trouble { kind, place }
}

fn place(span: &Span) -> Place {
    Place::new(span.start.line(), span.start.col() + 1)
}

/// Puts nodes together from the parser's events, without recursion.
#[derive(Debug, Default)]
struct Builder {
    documents: Vec<Document>,
    open: Vec<Open>,
    nodes: usize,
    /// How many nodes each anchor stands for, itself included.
    anchors: BTreeMap<usize, usize>,
}

/// A map or list that is not closed yet.
#[derive(Debug)]
struct Open {
    place: Place,
    anchor: usize,
    nodes_before: usize,
    filling: Filling,
}

#[derive(Debug)]
enum Filling {
    Map { entries: Vec<(String, Node)>, key: Option<(String, Place)> },
    List(Vec<Node>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Trouble> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                self.count(1, place)?;
                self.anchors.insert(anchor, 1);
                let quoted = style != ScalarStyle::Plain;
                self.put(Node::new(place, Content::Scalar { text: text.into_owned(), quoted }));
                Ok(())
            }
            Event::Alias(anchor) => {
                let stands_for = self.anchors.get(&anchor).copied().unwrap_or(1);
                self.count(stands_for, place)
                    .map_err(|trouble| Trouble { kind: TroubleKind::AliasBomb, ..trouble })?;
                self.put(Node::new(place, Content::Alias));
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                self.begin(place, anchor, Filling::Map { entries: Vec::new(), key: None })
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(place, anchor, Filling::List(Vec::new()))
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.end();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize, place: Place) -> Result<(), Trouble> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES_MAX {
            return Err(Trouble { kind: TroubleKind::TooLarge, place });
        }
        Ok(())
    }

    fn begin(&mut self, place: Place, anchor: usize, filling: Filling) -> Result<(), Trouble> {
        let nodes_before = self.nodes;
        self.count(1, place)?;
        if self.open.len() >= DEPTH_MAX {
            return Err(Trouble { kind: TroubleKind::TooDeep, place });
        }
        self.open.push(Open { place, anchor, nodes_before, filling });
        Ok(())
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.anchors.insert(open.anchor, self.nodes - open.nodes_before);
        let content = match open.filling {
            Filling::Map { entries, .. } => Content::Map(entries),
            Filling::List(items) => Content::List(items),
        };
        self.put(Node::new(open.place, content));
    }

    fn put(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.filling) {
            None => self.documents.push(Document { root: node }),
            Some(Filling::List(items)) => items.push(node),
            Some(Filling::Map { entries, key }) => match key.take() {
                None => *key = Some((node.word(), node.place)),
                Some((name, place)) => entries.push((name, Node { key: place, ..node })),
            },
        }
    }
}

impl Node {
    fn new(place: Place, content: Content) -> Self {
        Self { key: place, place, content }
    }

    /// A scalar's text; of anything else nothing.
    pub(super) fn word(&self) -> String {
        match &self.content {
            Content::Scalar { text, .. } => text.clone(),
            _ => String::new(),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar { text, quoted: false }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    pub(super) fn entries(&self) -> &[(String, Self)] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    fn duplicates<'node>(&'node self, found: &mut Vec<(&'node str, Place)>) {
        let entries = self.entries();
        for (index, (name, node)) in entries.iter().enumerate() {
            if entries[..index].iter().any(|(earlier, _)| earlier == name) {
                found.push((name, node.key));
            }
            node.duplicates(found);
        }
        self.items().iter().for_each(|item| item.duplicates(found));
    }
}

impl Document {
    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    pub(super) fn place(&self) -> Place {
        self.root.place
    }

    pub(super) fn is_empty(&self) -> bool {
        self.root.is_null()
    }

    pub(super) fn get(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(&self.root, |node, key| node.get(key))
    }

    /// The text of a scalar that is not null.
    pub(super) fn text(&self, keys: &[&str]) -> Option<&str> {
        match self.get(keys).filter(|node| !node.is_null()).map(|node| &node.content) {
            Some(Content::Scalar { text, .. }) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Keys that stand twice in one map, at their second place.
    pub(super) fn duplicates(&self) -> impl Iterator<Item = (&str, Place)> {
        let mut found = Vec::new();
        self.root.duplicates(&mut found);
        found.into_iter()
    }
}
