//! Watches that somebody has slowed.

use std::sync::Arc;

use imbl::OrdMap;

use crate::components::TABLE;
use crate::queue::InstanceId;
use crate::time::Millis;

/// How much later than others some instances hear of changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Delays {
    by_row: OrdMap<(usize, Option<Arc<str>>), Millis>,
}

impl Delays {
    /// Those of one instance, or of all of a row.
    pub(super) fn set(&mut self, row: usize, node: Option<&str>, delay_ms: Millis) {
        let place = (row, node.map(Arc::from));
        if delay_ms > 0 {
            self.by_row.insert(place, delay_ms);
        } else {
            self.by_row.remove(&place);
        }
    }

    /// Each row that hears late, the node where it does if not on all, and by how much.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, Option<&Arc<str>>, Millis)> {
        self.by_row.iter().map(|((row, node), delay_ms)| (*row, node.as_ref(), *delay_ms))
    }

    pub(super) fn of(&self, id: &InstanceId) -> Millis {
        if self.by_row.is_empty() {
            return 0;
        }
        let own = self.by_row.get(&(id.row, id.node.clone()));
        own.or_else(|| self.by_row.get(&(id.row, None))).copied().unwrap_or_default()
    }
}

/// The row of a component by its name.
pub(super) fn row_of(component: &str) -> Option<usize> {
    TABLE.iter().position(|row| row.name == component)
}
