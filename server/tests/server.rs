//! The server as programs and pages meet it: over HTTP, over the WebSocket, through the real
//! kubectl, and after a crash. One binary, because each one links the whole product.

// A World holds scripts as they were parsed: deep types.
#![recursion_limit = "256"]

#[path = "server/address.rs"]
mod address;
#[path = "server/desk.rs"]
mod desk;
#[path = "server/durability.rs"]
mod durability;
#[path = "server/embedding.rs"]
mod embedding;
#[path = "server/examples.rs"]
mod examples;
#[path = "server/forward.rs"]
mod forward;
#[path = "server/house.rs"]
mod house;
#[path = "server/interactive.rs"]
mod interactive;
#[path = "server/kubernetes.rs"]
mod kubernetes;
#[path = "server/learner.rs"]
mod learner;
#[path = "server/outside.rs"]
mod outside;
#[path = "server/pages.rs"]
mod pages;
#[path = "server/recorded.rs"]
mod recorded;
#[path = "server/rest.rs"]
mod rest;
#[path = "server/rooms.rs"]
mod rooms;
#[path = "server/shares.rs"]
mod shares;
#[path = "server/socket.rs"]
mod socket;
#[path = "server/streams.rs"]
mod streams;
#[path = "server/traffic.rs"]
mod traffic;
