//! The table of components.

use crate::component::ComponentRow;

/// Every component of the cluster. Their order is part of the engine's version.
pub static TABLE: &[&ComponentRow] = &[];
