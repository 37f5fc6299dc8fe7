//! The table of kinds: what the API server knows of each beyond its type.
