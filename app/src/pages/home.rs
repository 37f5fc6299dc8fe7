//! The first page: what this is, where to begin, and the course.

mod glance;

use leptos::prelude::*;
use protocol::LessonSummary;

use super::course::Course;
use crate::{
    backend,
    header::{Head, TopBar},
    i18n::{say, use_language},
    icons::{Icon, icon},
    learned,
};
use glance::Glance;

/// The lessons, once they are there.
type Lessons = Resource<Result<Vec<LessonSummary>, ServerFnError>>;

/// `/{lang}`
#[component]
pub fn Home() -> impl IntoView {
    let language = use_language();
    let course: Lessons = Resource::new(move || language.get(), backend::course);
    let description = say(
        "눈으로 보고, 멈추고, 되감고, 까닭을 물을 수 있는 클러스터로 쿠버네티스를 배운다.",
        "Learn Kubernetes on a cluster that you can see, stop, rewind and question.",
    );
    let lessons = move || course.get().and_then(Result::ok);
    view! {
        <Head title=String::new() description=Signal::derive(move || description.get().to_owned())/>
        <TopBar/>
        <main id="main" class="page home">
            <section class="hero">
                <div class="hero-text">
                    <h1>{say("쿠버네티스를 직접 몰아 보자", "Take the wheel of Kubernetes")}</h1>
                    <p class="lead">{description}</p>
                    <Transition>
                        {move || lessons().map(|lessons| view! { <Starts lessons/> })}
                    </Transition>
                    <p class="soft small">
                        {say(
                            "계정도 설치도 필요 없다. 브라우저 안의 터미널에서도, 내 kubectl로도 다룰 수 있다.",
                            "No account, nothing to install. Steer it from the terminal in the page, or with your own kubectl.",
                        )}
                    </p>
                </div>
                <Glance/>
            </section>
            <section class="how" aria-labelledby="how-title">
                <h2 id="how-title">{say("여기서 할 수 있는 것", "What you can do here")}</h2>
                <ul>
                    <Can icon=Icon::SEARCH
                        title=say("보기", "See")
                        text=say(
                            "요청이 API 서버에 닿고, 저장되고, watch로 퍼지고, 노드에서 실행되는 걸음마다 그림이 된다.",
                            "A request reaches the API server, is stored, is told to watchers, and runs on a node: each hop is drawn.",
                        )/>
                    <Can icon=Icon::ROTATE_CCW
                        title=say("멈추고 되감기", "Stop and rewind")
                        text=say(
                            "한 걸음씩 나아가고, 5분의 기다림을 건너뛰고, 지나간 순간으로 돌아간다.",
                            "Go one step at a time, skip a wait of five minutes, go back to a moment that has passed.",
                        )/>
                    <Can icon=Icon::CIRCLE_HELP
                        title=say("까닭 묻기", "Ask why")
                        text=say(
                            "어느 파드에게든 왜 여기 있는지 물으면, 원인을 하나씩 거슬러 올라가며 답한다.",
                            "Ask any Pod why it is there, and the chain of causes answers, link by link.",
                        )/>
                    <Can icon=Icon::ZAP
                        title=say("고장 내기", "Break it")
                        text=say(
                            "노드의 전원을 끄고 컨테이너를 죽여 본다. 쿠버네티스가 무엇을 고치고 무엇을 못 고치는지 본다.",
                            "Power off a node, kill a container, and see what Kubernetes repairs and what it cannot.",
                        )/>
                </ul>
            </section>
            <CourseSection course/>
        </main>
    }
    .into_any()
}

/// The course, and the other ways into it.
#[component]
fn CourseSection(course: Lessons) -> impl IntoView {
    let language = use_language();
    let lessons = move || course.get().and_then(Result::ok);
    view! {
        <section class="course-section" aria-labelledby="course-title">
            <h2 id="course-title">{say("과정", "The course")}</h2>
            <p class="course-ways">
                <a href=move || format!("/{}/reference", language.get().code())>
                    {say("찾아보기", "Reference")}
                </a>
                <a href=move || format!("/{}/progress", language.get().code())>
                    {say("내 진도: 다른 기기에서 이어 하기, 증명", "My progress: on another device, proof")}
                </a>
                <a href=move || format!("/{}/data", language.get().code())>
                    {say("내 자료: 보기, 받기, 지우기", "My data: see it, take it, delete it")}
                </a>
                <a href=move || format!("/{}/join", language.get().code())>
                    {say("스터디 잼에 들어가기", "Join a study jam")}
                </a>
                <a href=move || format!("/{}/rooms/new", language.get().code())>
                    {say("스터디 잼 열기", "Open a study jam")}
                </a>
            </p>
            <Transition>
                {move || lessons().map(|lessons| view! { <Course lessons/> })}
            </Transition>
        </section>
    }
    .into_any()
}

/// The two ways to begin.
#[component]
fn Starts(lessons: Vec<LessonSummary>) -> impl IntoView {
    let language = use_language();
    let begun = RwSignal::new(None::<LessonSummary>);
    let known = RwSignal::new(false);
    let all = lessons.clone();
    Effect::new(move |_| {
        known.set(all.iter().any(|lesson| learned::done(&lesson.slug).is_some_and(|(_, all)| all)));
        let any = all.iter().any(|lesson| learned::done(&lesson.slug).is_some());
        begun.set(any.then(|| learned::next(&all)).flatten());
    });
    let first = lessons.into_iter().min_by_key(|lesson| lesson.number);
    let first = Signal::derive(move || begun.get().or_else(|| first.clone()));
    let label = move || match begun.get() {
        Some(next) => {
            let go_on = language.get().pick("이어서 하기", "Go on");
            format!("{go_on}: {}. {}", next.number, next.title)
        }
        None => language.get().pick("첫 레슨 시작", "Start the first lesson").to_owned(),
    };
    view! {
        <p class="starts">
            {first.with_untracked(Option::is_some).then(|| view! {
                <a
                    class="button primary large"
                    href=move || {
                        let slug = first.with(|first| first.as_ref().map(|it| it.slug.clone()));
                        let slug = slug.unwrap_or_default();
                        format!("/{}/lessons/{slug}", language.get().code())
                    }
                >
                    {label}
                    {icon(Icon::ARROW_RIGHT)}
                </a>
            })}
            <Show when=move || known.get()>
                <a class="button large" href=move || format!("/{}/review", language.get().code())>
                    {say("복습", "Review")}
                </a>
            </Show>
            <a class="button large" href=move || format!("/{}/play", language.get().code())>
                {say("놀이터 열기", "Open the playground")}
            </a>
        </p>
    }
    .into_any()
}

#[component]
fn Can(icon: Icon, title: Signal<&'static str>, text: Signal<&'static str>) -> impl IntoView {
    view! {
        <li>
            {crate::icons::icon(icon)}
            <h3>{title}</h3>
            <p>{text}</p>
        </li>
    }
    .into_any()
}
