//! A small browser on the learner's own machine, there while a terminal's `kubectl port-forward`
//! listens. What it shows is a stranger's page: it has an origin of its own, and no scripts.

use leptos::{html, prelude::*};

use super::Consoles;
use crate::{
    i18n::say,
    icons::{Icon, icon},
    session::use_session,
};

/// Where the browser is: a port of this machine, and what stands after it.
type Place = (u16, String);

/// The bar with the address, and the page once it was opened. Nothing is asked before: each request
/// is told in the terminal that forwards it.
#[component]
pub(super) fn Forwarded(consoles: Consoles) -> impl IntoView {
    let ports = Memo::new(move |_| consoles.forwarded());
    let address = RwSignal::new(String::new());
    let place = RwSignal::new(None::<Place>);
    let frame = NodeRef::<html::Iframe>::new();
    Effect::new(move |before: Option<Vec<u16>>| {
        let now = ports.get();
        let new = now.iter().find(|port| before.as_ref().is_none_or(|all| !all.contains(port)));
        if let Some(port) = new {
            address.set(format!("localhost:{port}/"));
        }
        if now.is_empty() {
            place.set(None);
        }
        now
    });
    visit(place, frame);
    let open = move || {
        let ports = ports.get_untracked();
        place.set(read(&address.get_untracked(), place.get_untracked(), &ports));
    };
    view! {
        <section
            class="forwarded"
            aria-label=say("전달된 포트의 브라우저", "Browser for forwarded ports")
            hidden=move || ports.with(Vec::is_empty)
        >
            <form
                class="address"
                on:submit=move |event| {
                    event.prevent_default();
                    open();
                }
            >
                <label class="visually-hidden" for="forwarded-address">{say("주소", "Address")}</label>
                <input
                    id="forwarded-address"
                    class="mono"
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    enterkeyhint="go"
                    prop:value=move || address.get()
                    on:input=move |event| address.set(event_target_value(&event))
                />
                <button type="submit" class="button small">{say("열기", "Open")}</button>
                <button
                    type="button"
                    class="icon-button small"
                    aria-label=say("다시 불러오기", "Reload")
                    title=say("다시 불러오기", "Reload")
                    disabled=move || place.with(Option::is_none)
                    on:click=move |_| place.update(|_| {})
                >
                    {icon(Icon::REFRESH_CW)}
                </button>
            </form>
            <Show when=move || place.with(Option::is_some)>
                <iframe
                    node_ref=frame
                    sandbox="allow-forms"
                    title=say("전달된 포트의 페이지", "The page behind the forwarded port")
                ></iframe>
            </Show>
        </section>
    }
    .into_any()
}

/// Goes where the browser is to be, again each time that it is said.
fn visit(place: RwSignal<Option<Place>>, frame: NodeRef<html::Iframe>) {
    let session = use_session();
    Effect::new(move |_| {
        let (Some(frame), Some(place)) = (frame.get(), place.get()) else { return };
        let (port, rest) = place;
        let sandbox = session.sandbox().get_untracked().unwrap_or_default();
        frame.set_src(&format!("/sandboxes/{sandbox}/outside/127.0.0.1:{port}{rest}"));
    });
}

/// Reads an address: `localhost:8080/path`, with or without a scheme, or a path where it is already.
fn read(text: &str, here: Option<Place>, ports: &[u16]) -> Option<Place> {
    let text = text.trim();
    let text = text.strip_prefix("http://").unwrap_or(text);
    let end = text.find(['/', '?']).unwrap_or(text.len());
    let (authority, rest) = text.split_at(end);
    let slash = if rest.starts_with('/') { "" } else { "/" };
    let rest = format!("{slash}{rest}");
    if authority.is_empty() {
        let port = here.map(|(port, _)| port).or_else(|| ports.first().copied())?;
        return Some((port, rest));
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let is_here = ["", "localhost", "127.0.0.1"].contains(&host);
    port.parse().ok().filter(|_| is_here).map(|port| (port, rest))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn an_address_is_a_port_of_this_machine() {
        let here = Some((9000, "/a".to_owned()));
        let check = |text: &str, expected: Option<(u16, &str)>| {
            let expected = expected.map(|(port, rest)| (port, rest.to_owned()));
            assert_eq!(read(text, here.clone(), &[8080]), expected, "{text}");
        };
        check("localhost:8080", Some((8080, "/")));
        check(" http://127.0.0.1:8080/x?y=1", Some((8080, "/x?y=1")));
        check("localhost", Some((80, "/")));
        check("/b", Some((9000, "/b")));
        check(":8081/b", Some((8081, "/b")));
        check("example.com:80", None);
        check("localhost:many", None);
        assert_eq!(read("/b", None, &[8080]), Some((8080, "/b".to_owned())));
    }
}
