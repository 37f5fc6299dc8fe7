//! The playground: a cluster to do with as one likes.

use leptos::prelude::*;

use crate::{
    header::{Head, TopBar},
    i18n::say,
};

/// `/{lang}/play`
#[component]
pub fn Play() -> impl IntoView {
    let title = say("놀이터", "Playground");
    view! {
        <Head title=Signal::derive(move || title.get().to_owned()) description=String::new()/>
        <TopBar/>
        <main id="main"><h1>{title}</h1></main>
    }
}
