//! The description of our own routes, for programs: `/openapi.json`.

pub mod schemas;

use utoipa::OpenApi;

use crate::{problem::Problem, rest};

/// Everything but pages and the sandboxes' Kubernetes APIs, which describe themselves.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Wheelhouse",
        description = "Sandboxes with a Kubernetes cluster inside. Below `/sandboxes/{id}/`, \
            whatever is not described here is the Kubernetes API of that sandbox: \
            `kubectl --server http://…/sandboxes/{id}` works against it, and \
            `/sandboxes/{id}/openapi/v3` describes it. The id is unguessable; who knows it may \
            use the sandbox.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        rest::create,
        rest::find,
        rest::delete,
        rest::log,
        rest::clock,
        rest::change_clock,
        rest::fault,
        rest::traffic,
        rest::trace,
        rest::digest,
        rest::kubeconfig,
        rest::describe,
        rest::healthz,
        rest::readyz,
        crate::socket::connect,
        crate::room::open,
        crate::room::join,
        crate::room::find,
        crate::room::connect,
        crate::oembed::answer,
        crate::picture::serve,
    ),
    components(schemas(
        Problem,
        crate::oembed::Rich,
        schemas::NewSandbox,
        schemas::Nodes,
        schemas::NewNode,
        schemas::NewTaint,
        schemas::SandboxCreated,
        schemas::NewRoom,
        schemas::RoomOpened,
        schemas::JoinRoom,
        schemas::RoomJoined,
        schemas::Log,
        schemas::LogEntry,
        schemas::Clock,
        schemas::ClockChange,
        schemas::Until,
        schemas::Step,
        schemas::Fault,
        schemas::TrafficChange,
        schemas::NewLoad,
        schemas::LoadOrigin,
        schemas::TracePage,
        schemas::Digest,
    ))
)]
pub(crate) struct Document;

impl Document {
    pub(crate) fn json() -> String {
        Self::openapi().to_json().unwrap_or_default()
    }
}
