//! kubectl against a world of the model, against canned answers, and beside the real one. One
//! binary, because each one links the model.

// A World holds scripts as they were parsed: deep types.
#![recursion_limit = "256"]

#[path = "suite/differential.rs"]
mod differential;
#[path = "suite/edit.rs"]
mod edit;
#[path = "suite/requests.rs"]
mod requests;
#[path = "suite/stage.rs"]
mod stage;
#[path = "suite/transcripts.rs"]
mod transcripts;
