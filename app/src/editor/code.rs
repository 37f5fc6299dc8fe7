//! CodeMirror, as far as the page knows it: `app/editor/editor.js` puts `wheelhouseEditor` on the
//! window. It gets an empty element and is spoken to from effects alone.

use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::Element;

use super::{Desk, diagnostics::sentence};
use crate::i18n::{Language, use_language};

const BUNDLE: &str = "/vendor/editor.js";

#[wasm_bindgen]
extern "C" {
    /// What `wheelhouseEditor.open` returned.
    #[derive(Clone)]
    type Handle;

    #[wasm_bindgen(js_namespace = wheelhouseEditor, catch)]
    fn open(parent: &Element, options: &JsValue) -> Result<Handle, JsValue>;
    #[wasm_bindgen(method)]
    fn show(this: &Handle, name: &str, text: &str);
    #[wasm_bindgen(method)]
    fn diagnose(this: &Handle, diagnostics: &JsValue);
    #[wasm_bindgen(method, js_name = setLabel)]
    fn set_label(this: &Handle, label: &str);
    #[wasm_bindgen(method, js_name = goTo)]
    fn go_to(this: &Handle, line: u32, column: u32);
    #[wasm_bindgen(method)]
    fn close(this: &Handle);
}

/// An open editor and what it calls back; letting go of it closes it.
struct Editor {
    handle: Handle,
    _on_change: Closure<dyn FnMut(String)>,
    _on_apply: Closure<dyn FnMut()>,
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// The state of CodeMirror on this page.
#[derive(Clone, Copy)]
pub(super) struct Code {
    editor: StoredValue<Option<SendWrapper<Editor>>>,
    ready: RwSignal<bool>,
}

impl Code {
    /// Loads CodeMirror into `parent`, and keeps it and the desk the same from then on.
    pub(super) fn load(parent: NodeRef<html::Div>, desk: Desk) -> Code {
        let code = Code { editor: StoredValue::new(None), ready: RwSignal::new(false) };
        let language = use_language();
        Effect::new(move |loading: Option<bool>| {
            let Some(element) = parent.get() else { return false };
            if loading != Some(true) {
                let language = language.get_untracked();
                load_bundle(move || code.open(&element, desk, language));
            }
            true
        });
        Effect::new(move |_| {
            desk.replaced();
            desk.shown();
            if code.ready.get() {
                code.show(desk);
            }
        });
        Effect::new(move |_| {
            if code.ready.get() {
                let marks = marks(desk, language.get());
                code.with(|handle| handle.diagnose(&marks));
            }
        });
        Effect::new(move |_| {
            if code.ready.get() {
                let label = label(language.get());
                code.with(|handle| handle.set_label(label));
            }
        });
        Effect::new(move |_| {
            if let Some((line, column)) = desk.jump() {
                code.with(|handle| handle.go_to(line, column));
            }
        });
        code
    }

    pub(super) fn is_ready(self) -> bool {
        self.ready.get()
    }

    fn with(self, speak: impl FnOnce(&Handle)) {
        self.editor.try_with_value(|editor| {
            if let Some(editor) = editor {
                speak(&editor.handle);
            }
        });
    }

    fn show(self, desk: Desk) {
        let (name, text) = untrack(move || (desk.shown_name(), desk.shown_text()));
        self.with(|handle| handle.show(&name, &text));
    }

    fn open(self, parent: &Element, desk: Desk, language: Language) {
        if self.ready.is_disposed() {
            return;
        }
        let on_change = Closure::<dyn FnMut(String)>::new(move |text| desk.write(text));
        let on_apply = Closure::<dyn FnMut()>::new(move || desk.apply(false));
        let options = js_sys::Object::new();
        let entries: [(&str, &JsValue); 4] = [
            ("label", &label(language).into()),
            ("hint", &"editor-hint".into()),
            ("onChange", on_change.as_ref()),
            ("onApply", on_apply.as_ref()),
        ];
        for (name, value) in entries {
            js_sys::Reflect::set(&options, &name.into(), value).unwrap_or_default();
        }
        // A bundle that is there but does not work leaves the learner the textarea.
        let Ok(handle) = open(parent, &options) else { return };
        let editor = Editor { handle, _on_change: on_change, _on_apply: on_apply };
        self.editor.set_value(Some(SendWrapper::new(editor)));
        self.ready.set(true);
    }
}

/// What the editor is called.
fn label(language: Language) -> &'static str {
    language.pick("매니페스트", "Manifest")
}

/// Line, column and text of what is wrong in the file that is shown.
fn marks(desk: Desk, language: Language) -> JsValue {
    let marks = js_sys::Array::new();
    for diagnostic in desk.diagnostics_shown() {
        let mark = js_sys::Object::new();
        let message = match sentence(&diagnostic, language) {
            Some(sentence) => format!("{sentence}\n{}", diagnostic.message),
            None => diagnostic.message,
        };
        let entries: [(&str, JsValue); 3] = [
            ("line", diagnostic.line.into()),
            ("column", diagnostic.column.into()),
            ("message", message.into()),
        ];
        for (name, value) in entries {
            js_sys::Reflect::set(&mark, &name.into(), &value).unwrap_or_default();
        }
        marks.push(&mark);
    }
    marks.into()
}

/// Loads the bundle once a page; calls `ready` when it is there.
fn load_bundle(ready: impl FnOnce() + 'static) {
    if js_sys::Reflect::has(&window(), &"wheelhouseEditor".into()).unwrap_or(false) {
        return ready();
    }
    let Ok(script) = document().create_element("script") else { return };
    script.set_attribute("type", "module").unwrap_or_default();
    script.set_attribute("src", BUNDLE).unwrap_or_default();
    // Called once by the browser, which then lets go of it.
    let ready = Closure::once_into_js(ready);
    script
        .add_event_listener_with_callback("load", ready.unchecked_ref())
        .and_then(|()| {
            document().head().map_or(Ok(()), |head| head.append_child(&script).map(drop))
        })
        .unwrap_or_default();
}
