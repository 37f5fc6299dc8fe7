//! The page: Leptos, server-rendered, then hydrated.

pub mod player;
pub mod scene;
pub mod timeline;
pub mod why;
