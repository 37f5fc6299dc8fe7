//! The page: Leptos, server-rendered, then hydrated.
