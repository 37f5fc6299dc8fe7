//! What stands where there is no page.

use leptos::prelude::*;

use crate::{
    header::{Head, TopBar},
    i18n::{say, use_language},
};

/// Says kindly that there is nothing here, with status 404, and where to go instead.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let language = use_language();
    let title = say("여기에는 아무것도 없다", "There is nothing here");
    let text = say(
        "주소가 바뀌었거나 잘못 적힌 것 같다.",
        "The address may have changed, or may be mistyped.",
    );
    view! {
        <Head title=Signal::derive(move || title.get().to_owned())
            description=Signal::derive(move || text.get().to_owned())/>
        <TopBar/>
        <main id="main" class="page not-found">
            <h1>{title}</h1>
            <p>{text}</p>
            <p>
                <a class="button primary" href=move || format!("/{}", language.get().code())>
                    {say("과정 보기", "See the course")}
                </a>
            </p>
        </main>
    }
    .into_any()
}
