// The editor of the page: CodeMirror 6 with YAML. The page calls `wheelhouseEditor.open`; the bundle
// is loaded when a page with an editor is opened, and until then a plain textarea stands there.
import { autocompletion, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, insertTab } from "@codemirror/commands";
import { yaml, yamlLanguage } from "@codemirror/lang-yaml";
import {
  HighlightStyle,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { complete, meaning } from "./complete.js";

// The colours are the page's tokens, so that a change of theme needs nothing from here.
const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "13px", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--brass)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--brass)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--soft)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--raised)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { backgroundColor: "var(--sea-bg)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--sea-bg)",
    color: "var(--text)",
  },
  ".cm-field": { maxWidth: "460px", padding: "8px 12px", fontSize: "13px" },
  ".cm-field p + p": { marginTop: "4px", color: "var(--soft)", whiteSpace: "pre-line" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "360px", color: "var(--soft)", whiteSpace: "pre-line" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad) 1.5px",
    textUnderlineOffset: "3px",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--sea)" },
  { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--brass)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: "var(--soft)" },
]);

function extensions(options) {
  const { hint, onChange, onApply } = options;
  const apply = (view) => {
    onApply();
    return true;
  };
  return [
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: apply }])),
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    indentUnit.of("  "),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ activateOnTyping: true }),
    yaml(),
    yamlLanguage.data.of({ autocomplete: complete }),
    meaning,
    syntaxHighlighting(colours),
    theme,
    EditorState.tabSize.of(2),
    // Read anew at each update: the label follows the page's language.
    EditorView.contentAttributes.of(() => ({
      "aria-label": options.label,
      "aria-describedby": hint,
      tabindex: "0",
    })),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...historyKeymap,
      ...lintKeymap,
      // YAML knows no tabs. Escape, then Tab, leaves the editor.
      { key: "Tab", run: (view) => indent(view), shift: indentLess },
    ]),
  ];
}

function indent(view) {
  const { state } = view;
  if (state.selection.ranges.some((range) => !range.empty)) return insertTab(view);
  view.dispatch(state.replaceSelection("  "), { scrollIntoView: true, userEvent: "input" });
  return true;
}

// Line and column as the server counts them, from 1; the rest of that word is underlined.
function range(doc, { line, column }) {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const from = Math.min(at.from + Math.max(column, 1) - 1, at.to);
  const word = /^[^\s:]+/.exec(doc.sliceString(from, at.to));
  const to = word ? from + word[0].length : at.to;
  return from < to ? { from, to } : { from: at.from, to: at.to };
}

function open(parent, options) {
  const setup = extensions(options);
  const states = new Map();
  let shown = null;
  const view = new EditorView({ parent, state: EditorState.create({ extensions: setup }) });
  return {
    // Shows a file; each keeps its own history of changes and its own cursor.
    show(name, text) {
      const now = view.state.doc.toString();
      if (shown === name && now === text) return;
      if (shown === name) {
        // A repair or another file's text: one change, which can be taken back.
        view.dispatch({ changes: { from: 0, to: now.length, insert: text } });
        return;
      }
      if (shown !== null) states.set(shown, view.state);
      const known = states.get(name);
      shown = name;
      const same = known && known.doc.toString() === text;
      view.setState(same ? known : EditorState.create({ doc: text, extensions: setup }));
    },
    diagnose(diagnostics) {
      const marks = diagnostics.map((one) => ({
        ...range(view.state.doc, one),
        severity: "error",
        message: one.message,
      }));
      view.dispatch(setDiagnostics(view.state, marks));
    },
    setLabel(label) {
      options.label = label;
      view.dispatch({});
    },
    goTo(line, column) {
      const { from } = range(view.state.doc, { line, column });
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
    focus() {
      view.focus();
    },
    close() {
      view.destroy();
    },
  };
}

globalThis.wheelhouseEditor = { open };
