//! The writes that a request wants, before they are carried out.

use super::custom;
use super::status::Status;
use crate::object::{Key, Object};
use crate::random::Random;
use crate::scenario::Scenario;
use crate::store::Store;
use crate::time::Clock;
use crate::trace::Actor;

/// A write to come. The object carries its revision already.
#[derive(Debug)]
pub(super) enum Planned {
    Put(Object),
    /// The object's last state.
    Remove(Object),
}

/// On whose behalf fields are written, as `metadata.managedFields` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manager {
    pub(super) name: String,
    /// Whether what it writes is noted.
    pub(super) is_followed: bool,
}

impl Manager {
    /// The program that a component runs in.
    pub(super) fn of_actor(actor: &Actor) -> Manager {
        let name = match actor {
            Actor::Component { name: "default-scheduler", .. } => "kube-scheduler",
            Actor::Component { name, node: Some(_) } => name,
            Actor::Component { .. } => "kube-controller-manager",
            _ => "kube-apiserver",
        };
        Manager { name: name.to_owned(), is_followed: false }
    }
}

/// What a request reads, and the writes that it wants.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) store: &'a Store,
    pub(super) scenario: &'a Scenario,
    pub(super) clock: Clock,
    pub(super) random: &'a mut Random,
    pub(super) manager: Manager,
    /// Decide everything, change nothing.
    pub(super) dry_run: bool,
    changes: Vec<Planned>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        store: &'a Store,
        scenario: &'a Scenario,
        clock: Clock,
        random: &'a mut Random,
        manager: Manager,
    ) -> Draft<'a> {
        Draft { store, scenario, clock, random, manager, dry_run: false, changes: Vec::new() }
    }

    /// # Errors
    /// 404
    pub(super) fn get(&self, key: &Key) -> Result<&'a Object, Status> {
        self.store.objects().get(key).ok_or_else(|| Status::not_found(key))
    }

    /// The revision of the next write.
    fn next_rev(&self) -> u64 {
        self.store.next_rev() + self.changes.len() as u64
    }

    /// Stamps an object with its revision, to be stored.
    pub(super) fn put(&mut self, mut object: Object) -> Object {
        if !self.dry_run {
            object.metadata_mut().resource_version = Some(self.next_rev().to_string());
            let mut put = object.clone();
            custom::stored(&mut put);
            self.changes.push(Planned::Put(put));
        }
        object
    }

    /// Stamps an object's last state with the revision of its removal.
    pub(super) fn remove(&mut self, mut object: Object) -> Object {
        if !self.dry_run {
            object.metadata_mut().resource_version = Some(self.next_rev().to_string());
            self.changes.push(Planned::Remove(object.clone()));
        }
        object
    }

    pub(super) fn changes(&self) -> &[Planned] {
        &self.changes
    }

    /// Wants nothing any more.
    pub(super) fn give_up(&mut self) {
        self.changes.clear();
    }

    pub(super) fn into_changes(self) -> Vec<Planned> {
        self.changes
    }
}
