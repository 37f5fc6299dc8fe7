//! Starts Wheelhouse.

fn main() {}
