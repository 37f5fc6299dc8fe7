//! Opening the page's sandbox, and another when the address names another (a fork) or the server has
//! forgotten it. The address always names the sandbox that is open.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};
use protocol::File;

use crate::{
    browser,
    editor::Desk,
    embed::{Embed, use_embed},
    examples::Example,
    i18n::{Language, use_language},
    session::{Link, Opened, Place, Session, Wish, settle},
};

const RETRY_MS: u32 = 3_000;

/// What there is to say about opening a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The server did not know the old sandbox; this one is new.
    Replaced,
    /// What was shared is not there any more; this one is new.
    Unshared,
    /// The server made no sandbox, and says why.
    Refused(String),
    /// The server does not answer; it is asked again.
    Unreachable,
}

/// A handle of the page's sandbox as a thing to open.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    place: StoredValue<Place>,
    embed: StoredValue<Option<Embed>>,
    files: StoredValue<Vec<File>>,
    /// What the next new sandbox shall be.
    wish: StoredValue<Wish>,
    session: Session,
    desk: Desk,
    language: Signal<Language>,
    notice: RwSignal<Option<Notice>>,
    /// What the address shall name.
    opened: RwSignal<Option<String>>,
}

impl Opening {
    pub(super) fn new(place: Place, session: Session, desk: Desk, files: Vec<File>) -> Opening {
        let opening = Opening {
            place: StoredValue::new(place),
            embed: StoredValue::new(use_embed()),
            files: StoredValue::new(files),
            wish: StoredValue::new(wished()),
            session,
            desk,
            language: use_language(),
            notice: RwSignal::new(None),
            opened: RwSignal::new(None),
        };
        opening.follow_address();
        opening.keep_address();
        Effect::new(move |_| {
            if session.link().get() == Link::Gone {
                opening.open(session.sandbox().get_untracked());
            }
        });
        opening
    }

    pub(super) fn notice(self) -> RwSignal<Option<Notice>> {
        self.notice
    }

    /// A new sandbox and the files as at the beginning, or those of an example.
    pub fn begin_again(self, wish: Wish) {
        self.embed.with_value(|embed| self.place.with_value(|place| place.forget(embed.as_ref())));
        self.desk.reset(self.files.get_value());
        self.wish.set_value(wish);
        self.open(None);
    }

    /// Opens what the address names, at first and whenever that changes.
    fn follow_address(self) {
        let query = use_query_map();
        let named = Memo::new(move |_| query.with(|query| query.get("sandbox")));
        Effect::new(move |before: Option<()>| {
            let named = named.get();
            let open = self.session.sandbox().get_untracked();
            if before.is_none() || (named.is_some() && named != open) {
                self.open(named);
            }
        });
    }

    /// Keeps `?sandbox=` to what is open. Inside another page the address stays what that page
    /// made it.
    fn keep_address(self) {
        if self.embed.with_value(Option::is_some) {
            return;
        }
        let navigate = use_navigate();
        let location = use_location();
        let query = use_query_map();
        Effect::new(move |_| {
            let Some(id) = self.opened.get() else { return };
            if query.with_untracked(|query| query.get("sandbox")) == Some(id.clone()) {
                return;
            }
            let path = location.pathname.get_untracked();
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&format!("{path}?sandbox={id}"), options);
        });
    }

    fn open(self, wanted: Option<String>) {
        let (place, embed) = (self.place.get_value(), self.embed.get_value());
        let wish = self.wish.get_value();
        spawn_local(async move {
            let opened = settle(&place, embed.as_ref(), wanted.clone(), &wish).await;
            if self.notice.is_disposed() {
                return;
            }
            match opened {
                Opened::Ready { id } => self.ready(&place, id, None),
                Opened::Replaced { id } => self.ready(&place, id, Some(Notice::Replaced)),
                Opened::Unshared { id } => self.ready(&place, id, Some(Notice::Unshared)),
                Opened::Refused { message } => self.notice.set(Some(Notice::Refused(message))),
                Opened::Unreachable => {
                    self.notice.set(Some(Notice::Unreachable));
                    browser::sleep_ms(RETRY_MS).await;
                    if self.notice.try_get_untracked().flatten() == Some(Notice::Unreachable) {
                        self.open(wanted);
                    }
                }
            }
        });
    }

    fn ready(self, place: &Place, id: String, notice: Option<Notice>) {
        self.notice.set(notice);
        self.embed.with_value(|embed| place.remember(embed.as_ref(), &id));
        self.session.open(&id, self.language.get_untracked());
        self.opened.set(Some(id));
        let wish = self.wish.try_update_value(std::mem::take).unwrap_or_default();
        if let Some(example) = wish.example {
            self.begin_with(&example);
        }
    }

    /// Puts an example's files into the editor and applies them.
    fn begin_with(self, example: &str) {
        let Some(example) = Example::of(example) else { return };
        spawn_local(async move {
            if let Some(files) = example.fetch().await {
                self.desk.reset(files);
                self.desk.apply_all();
            }
        });
    }
}

/// What the address wishes for.
fn wished() -> Wish {
    use_query_map().with_untracked(|query| Wish::read(|name| query.get(name)))
}
