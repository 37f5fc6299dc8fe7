//! What an embedded page says to the page around it, and what it takes from there: our own
//! messages, and the dialects of H5P and LTI for heights, which many course sites speak already.
//!
//! Ours are `{source: "wheelhouse", v: 1, seq, type, lesson, lang, step, score}`, where `type` is
//! `ready`, `resize` (with `height`), `step`, `goal` (with `goal`), `completed` or `state`. Taken
//! are `{source: "wheelhouse", type}` with `type` `reset`, `getState`, `goto` (with `step`) and
//! `applyYaml` (with `yaml`), and only from the page around, at the origin that it is known by.

mod post;

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, File, Reply};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::MessageEvent;

use super::{
    Embed,
    statement::{About, Score, Verb, statement},
};
use crate::{
    browser,
    editor::Desk,
    i18n::{Language, use_language},
    session::{Link, Place, Session},
};
use post::{Frame, Height};

/// How often a page that speaks H5P's dialect is looked for, every half second.
const HELLOS: u32 = 20;
/// Lines of solutions that are played to reach the step that the address names.
const LINES_MAX: usize = 200;

/// The conversation of one page with the page around it.
#[derive(Clone, Copy)]
struct Talk {
    frame: StoredValue<Frame>,
    place: StoredValue<Place>,
    session: Session,
    desk: Desk,
    language: Signal<Language>,
    title: Signal<String>,
    /// How many the lesson has.
    steps: usize,
    who: StoredValue<String>,
    since: StoredValue<f64>,
    height: StoredValue<Height>,
}

/// Speaks with the page around this one, if there is one, for as long as the component lives.
pub fn speak(
    embed: Embed,
    place: Place,
    session: Session,
    desk: Desk,
    title: Signal<String>,
    steps: usize,
    begin_again: impl Fn() + Copy + Send + Sync + 'static,
) {
    let language = use_language();
    let step = embed.step.clone();
    let talk = Talk {
        frame: StoredValue::new(Frame::default()),
        place: StoredValue::new(place),
        session,
        desk,
        language,
        title,
        steps,
        who: StoredValue::new(String::new()),
        since: StoredValue::new(0.0),
        height: StoredValue::new(Height::default()),
    };
    Effect::new(move |first: Option<()>| {
        if first.is_none() {
            talk.who.set_value(browser::random_id());
            talk.since.set_value(js_sys::Date::now());
            talk.frame.set_value(Frame::around(embed.origin.as_deref()));
            talk.listen(begin_again);
            talk.watch_height();
            talk.greet();
        }
    });
    talk.tell_progress();
    if let Some(step) = step {
        talk.reach_when_open(step);
    }
}

impl Talk {
    fn post(self, message: &Value) {
        self.frame.try_with_value(|frame| frame.post(message));
    }

    /// A message of our own.
    fn say(self, kind: &str, more: &[(&str, Value)]) {
        let state = self.session.lesson().get_untracked();
        let step = state.as_ref().map(|state| state.step.clone());
        let seq = self.frame.try_update_value(Frame::next).unwrap_or_default();
        let mut message = json!({
            "source": "wheelhouse", "v": 1, "seq": seq, "type": kind,
            "lesson": self.place.with_value(Place::slug),
            "lang": self.language.get_untracked().code(),
            "step": step,
            "score": self.score().json(),
        });
        for (name, value) in more {
            message[*name] = value.clone();
        }
        self.post(&message);
    }

    fn score(self) -> Score {
        let given = self
            .session
            .lesson()
            .with_untracked(|state| state.as_ref().map_or(0, |state| state.steps_done.len()));
        Score { given, max: self.steps }
    }

    fn tell_statement(self, verb: Verb) {
        let Some(lesson) = self.place.with_value(Place::slug) else { return };
        let home = browser::origin();
        let title = self.title.get_untracked();
        let who = self.who.get_value();
        let about = About {
            home: &home,
            who: &who,
            lesson: &lesson,
            title: &title,
            language: self.language.get_untracked().code(),
            score: self.score(),
            elapsed_ms: js_sys::Date::now() - self.since.get_value(),
        };
        let statement = statement(verb, &about);
        self.post(&json!({"context": "h5p", "action": "xAPI", "statement": statement}));
    }

    /// Tells what the learner reaches, each once.
    fn tell_progress(self) {
        let (session, lesson) = (self.session, self.session.lesson());
        Effect::new(move |was: Option<bool>| {
            let open = session.link().get() == Link::Open;
            let was = was.unwrap_or_default();
            if open && !was {
                self.say("ready", &[]);
                self.tell_statement(Verb::Attempted);
            }
            open || was
        });
        Effect::new(move |before: Option<Option<Told>>| {
            let now = lesson.with(|state| state.as_ref().map(Told::of));
            if let (Some(Some(before)), Some(now)) = (before, &now) {
                self.tell_news(&before, now);
            }
            now
        });
    }

    fn tell_news(self, before: &Told, now: &Told) {
        for goal in now.met.iter().filter(|goal| !before.met.contains(goal)) {
            self.say("goal", &[("goal", json!(goal))]);
        }
        if before.step != now.step {
            self.say("step", &[]);
        }
        if before.done < now.done {
            self.tell_statement(Verb::Progressed);
        }
        if now.completed && !before.completed {
            self.say("completed", &[]);
            self.tell_statement(Verb::Completed);
        }
    }

    /// Looks for a page around that speaks H5P's dialect.
    fn greet(self) {
        spawn_local(async move {
            for _ in 0..HELLOS {
                let answered = self.height.try_with_value(|height| height.dialect);
                if answered != Some(false) {
                    return;
                }
                self.post(&json!({"context": "h5p", "action": "hello"}));
                browser::sleep_ms(500).await;
            }
        });
    }

    fn listen(self, begin_again: impl Fn() + Copy + Send + Sync + 'static) {
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let trusted = self.frame.try_with_value(|frame| frame.sent(&event));
            let Some((true, known)) = trusted else { return };
            let Some(message) = post::read(&event) else { return };
            if message["context"] == "h5p" {
                self.hear_h5p(message["action"].as_str().unwrap_or_default());
            } else if known && message["source"] == "wheelhouse" {
                self.obey(&message, begin_again);
            }
        });
        let listener = heard.as_ref().unchecked_ref::<js_sys::Function>().clone();
        window().add_event_listener_with_callback("message", &listener).unwrap_or_default();
        let heard = send_wrapper::SendWrapper::new((heard, listener));
        on_cleanup(move || {
            let (_heard, listener) = heard.take();
            window().remove_event_listener_with_callback("message", &listener).unwrap_or_default();
        });
    }

    /// See <https://h5p.org/documentation/for-developers/embedding>: the frame says how high it
    /// would be, the page around makes room, the frame says how high it is.
    fn hear_h5p(self, action: &str) {
        match action {
            "ready" => self.post(&json!({"context": "h5p", "action": "hello"})),
            "hello" | "resize" => {
                self.height.update_value(|height| height.dialect = true);
                self.tell_height(true);
            }
            "resizePrepared" => {
                let height = self.height.with_value(|height| height.px);
                let message = json!({"context": "h5p", "action": "resize", "scrollHeight": height});
                self.post(&message);
            }
            _ => {}
        }
    }

    fn obey(self, message: &Value, begin_again: impl Fn()) {
        match message["type"].as_str().unwrap_or_default() {
            "reset" => begin_again(),
            "getState" => self.say("state", &[]),
            "goto" => {
                if let Some(step) = message["step"].as_str() {
                    self.session.tell(Act::GoTo { step: step.to_owned() });
                }
            }
            "applyYaml" => {
                if let Some(yaml) = message["yaml"].as_str() {
                    self.desk.put(File { name: "course.yaml".to_owned(), text: yaml.to_owned() });
                    self.desk.apply(false);
                }
            }
            _ => {}
        }
    }

    fn watch_height(self) {
        post::on_height(move |px| {
            let changed = self.height.try_update_value(|height| height.take(px));
            if changed == Some(true) {
                self.tell_height(false);
            }
        });
    }

    /// Tells the height in all dialects; in H5P's the page around must be asked first.
    fn tell_height(self, asked: bool) {
        let Some((px, dialect)) = self.height.try_with_value(|height| (height.px, height.dialect))
        else {
            return;
        };
        if px == 0 {
            return;
        }
        if dialect {
            self.post(&json!({
                "context": "h5p", "action": "prepareResize",
                "scrollHeight": px, "clientHeight": post::frame_height(),
            }));
        }
        if !asked {
            let lti = json!({"subject": "lti.frameResize", "height": px});
            // Older platforms read text alone.
            self.frame.with_value(|frame| frame.post_text(&lti.to_string()));
            self.post(&lti);
            self.say("resize", &[("height", json!(px))]);
        }
    }

    /// Solves what comes before the step that the address names, once there is a lesson. A learner
    /// who has been here before is left where they are.
    fn reach_when_open(self, wanted: String) {
        let begun = StoredValue::new(false);
        Effect::new(move |_| {
            let fresh = self.session.lesson().with(|state| {
                state.as_ref().map(|state| state.steps_done.is_empty() && state.step != wanted)
            });
            if fresh.is_none() || begun.get_value() {
                return;
            }
            begun.set_value(true);
            if fresh == Some(true) {
                let wanted = wanted.clone();
                spawn_local(async move { self.reach(&wanted).await });
            }
        });
    }

    async fn reach(self, wanted: &str) {
        for _ in 0..LINES_MAX {
            let state = self.session.lesson().try_get_untracked().flatten();
            let Some(state) = state.filter(|state| state.step != wanted && !state.completed) else {
                break;
            };
            match self.session.send(Act::Solve { step: state.step.clone() }).await {
                Reply::Solved { line: Some(_), file, .. } => {
                    if let Some(file) = file {
                        self.desk.put(file);
                    }
                }
                Reply::Solved { line: None, .. } => browser::sleep_ms(200).await,
                _ => break,
            }
        }
        self.session.player().return_to_now();
    }
}

/// What the page around was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    step: String,
    done: usize,
    met: Vec<String>,
    completed: bool,
}

impl Told {
    fn of(state: &protocol::LessonState) -> Told {
        let met = state.goals.iter().filter(|goal| goal.met);
        Told {
            step: state.step.clone(),
            done: state.steps_done.len(),
            met: met.map(|goal| format!("{}/{}", state.step, goal.id)).collect(),
            completed: state.completed,
        }
    }
}
