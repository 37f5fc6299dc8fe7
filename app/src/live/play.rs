//! An example that plays: a sandbox of its own, its picture, and the line that is being played.

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, ClockChange, NewSandbox, Reply, SandboxCreated, Until};

use crate::{
    browser::{self, Fetched},
    i18n::{say, use_language},
    player::Player,
    scene::{Scene, Selection},
    session::{Link, Session},
};

/// The one step of an example's script.
const STEP: &str = "live";
/// How often it is looked whether a line has been told.
const LOOK_MS: u32 = 100;
/// What was told stays for so long before the next line.
const PAUSE_MS: u32 = 900;
/// A line is waited for so many looks at most: two minutes.
const LOOKS_MAX: usize = 1_200;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Opening,
    Playing,
    Done,
    Failed,
}

/// All that a playing example knows.
#[derive(Clone, Copy, Debug)]
struct Run {
    player: Player,
    session: Session,
    stand: RwSignal<Stand>,
    line: RwSignal<String>,
    paused: bool,
}

/// Plays an example from its beginning, once.
#[component]
pub(super) fn Playing(name: String, paused: bool) -> impl IntoView {
    let player = Player::new();
    let session = Session::new(player);
    let (stand, line) = (RwSignal::new(Stand::Opening), RwSignal::new(String::new()));
    provide_context(player);
    provide_context(session);
    provide_context(Selection::new());
    let run = Run { player, session, stand, line, paused };
    let language = use_language();
    Effect::new(move |_| {
        player.run();
        let name = name.clone();
        spawn_local(async move {
            if let Some(id) = sandbox(name).await
                && let Some(language) = language.try_get_untracked()
                && !stand.is_disposed()
            {
                session.open(&id, language);
                let end = run.play().await.unwrap_or(Stand::Failed);
                stand.try_set(end);
            } else {
                stand.try_set(Stand::Failed);
            }
        });
    });
    let said = move || match stand.get() {
        Stand::Opening => {
            say("클러스터를 준비하는 중…", "Getting the cluster ready…").get().to_owned()
        }
        Stand::Playing => format!("$ {}", line.get()),
        Stand::Done => say("여기까지다.", "That is all.").get().to_owned(),
        Stand::Failed => say("지금은 보여 줄 수 없다.", "It cannot be shown now.").get().to_owned(),
    };
    view! {
        <div class="live-stage">
            {view! { <Scene player plain=true/> }.into_any()}
        </div>
        <figcaption class="live-said" class:is-line=move || stand.get() == Stand::Playing>
            <span role="status">{said}</span>
        </figcaption>
    }
    .into_any()
}

/// A new sandbox of the example, whose time stands still.
async fn sandbox(name: String) -> Option<String> {
    let wish = NewSandbox { lesson: Some(name), rate: Some(0.0), ..NewSandbox::default() };
    match browser::post("/sandboxes", &wish).await {
        Fetched::Ok(text) => Some(serde_json::from_str::<SandboxCreated>(&text).ok()?.id),
        Fetched::Refused(..) | Fetched::Unreachable => None,
    }
}

impl Run {
    /// Plays line after line, each told to its end; none where the page was left.
    async fn play(self) -> Option<Stand> {
        let open = move || self.session.link().try_get_untracked() == Some(Link::Open);
        if !self.until(open).await? {
            return Some(Stand::Failed);
        }
        loop {
            let reply = self.session.send(Act::Solve { step: STEP.to_owned() }).await;
            match reply {
                Reply::Solved { line: Some(line), .. } => {
                    self.line.try_set(line);
                    self.stand.try_set(Stand::Playing);
                }
                Reply::Solved { line: None, .. } => return Some(Stand::Done),
                _ => return Some(Stand::Failed),
            }
            if !self.paused {
                let change = ClockChange { until: Some(Until::Quiet), ..ClockChange::default() };
                self.session.send(Act::Clock { change }).await;
            }
            // What came of it is on its way down.
            browser::sleep_ms(LOOK_MS).await;
            self.until(move || self.is_told()).await?;
            browser::sleep_ms(PAUSE_MS).await;
        }
    }

    fn is_told(self) -> bool {
        self.player.is_told()
    }

    /// Waits until something is so; whether it came so in time, none if the page was left.
    async fn until(self, is: impl Fn() -> bool) -> Option<bool> {
        for _ in 0..LOOKS_MAX {
            if self.stand.is_disposed() {
                return None;
            }
            if is() {
                return Some(true);
            }
            browser::sleep_ms(LOOK_MS).await;
        }
        Some(false)
    }
}
