//! The panel for breaking things, and for mending them. Failures are what Kubernetes is for, so they
//! are one press away: the control plane's programs, machines and networks of nodes, containers,
//! the image registry, watches.

mod button;
mod containers;
mod control_plane;
mod nodes;
mod supply;

use leptos::prelude::*;

pub use containers::KillButton;
pub use nodes::PowerButton;

use crate::i18n::say;
use containers::Containers;
use control_plane::ControlPlane;
use nodes::Nodes;
use supply::{RegistryState, Watches};

/// The panel.
#[component]
pub fn Faults() -> impl IntoView {
    view! {
        <section class="faults" aria-label=say("고장 내기", "Break things")>
            <div>
                <h2>{say("컨트롤 플레인", "Control plane")}</h2>
                <ControlPlane/>
            </div>
            <div>
                <h2>{say("노드", "Nodes")}</h2>
                <Nodes/>
            </div>
            <div>
                <h2>{say("도는 컨테이너", "Containers that run")}</h2>
                <Containers/>
            </div>
            <div>
                <h2>{say("이미지 레지스트리", "Image registry")}</h2>
                <RegistryState/>
                <h2>{say("느린 watch", "Slow watches")}</h2>
                <Watches/>
            </div>
        </section>
    }
    .into_any()
}
