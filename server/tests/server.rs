//! The server as programs and pages meet it: over HTTP, over the WebSocket, through the real
//! kubectl, and after a crash. One binary, because each one links the whole product.

#[path = "server/durability.rs"]
mod durability;
#[path = "server/house.rs"]
mod house;
#[path = "server/kubernetes.rs"]
mod kubernetes;
#[path = "server/outside.rs"]
mod outside;
#[path = "server/pages.rs"]
mod pages;
#[path = "server/rest.rs"]
mod rest;
#[path = "server/socket.rs"]
mod socket;
#[path = "server/streams.rs"]
mod streams;
