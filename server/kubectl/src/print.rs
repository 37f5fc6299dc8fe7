//! The forms in which kubectl prints objects.

pub(crate) mod custom_columns;
pub(crate) mod go_sort;
pub(crate) mod go_template;
pub(crate) mod json;
pub(crate) mod jsonpath;
pub(crate) mod output;
pub(crate) mod table;
pub(crate) mod tabwriter;
pub(crate) mod time;
pub(crate) mod unified;
pub(crate) mod yaml;
