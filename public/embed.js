// <wheelhouse-lesson lesson="first-pod" lang="ko"></wheelhouse-lesson>: a lesson in somebody's page, as
// high as it needs to be. Attributes: lesson (or "play"), lang, theme, panels, step, speed.
// What happens in it arrives as events of the element: "wheelhouse:step", "wheelhouse:completed", …,
// with the message in `detail`.
(() => {
  const home = new URL(document.currentScript.src).origin;
  const options = ["lang", "theme", "panels", "step", "speed"];

  class WheelhouseLesson extends HTMLElement {
    static observedAttributes = ["lesson", ...options];
    #frame;
    #hear = ({ source, origin, data }) => {
      if (origin !== home || source !== this.#frame?.contentWindow) return;
      if (data?.source !== "wheelhouse") return;
      if (data.type === "resize") this.#frame.style.height = `${data.height}px`;
      this.dispatchEvent(new CustomEvent(`wheelhouse:${data.type}`, { bubbles: true, detail: data }));
    };

    connectedCallback() {
      addEventListener("message", this.#hear);
      this.#frame = document.createElement("iframe");
      this.#frame.title = this.getAttribute("title") ?? "Wheelhouse";
      this.#frame.loading = "lazy";
      this.#frame.allow = "clipboard-write; fullscreen";
      this.#frame.style.cssText = "display: block; width: 100%; height: 700px; border: 0";
      this.#frame.src = this.#address();
      this.replaceChildren(this.#frame);
    }

    disconnectedCallback() {
      removeEventListener("message", this.#hear);
    }

    attributeChangedCallback() {
      if (this.#frame && this.#frame.src !== this.#address()) this.#frame.src = this.#address();
    }

    /** Says something to the lesson: {type: "reset"}, {type: "applyYaml", yaml: "…"}, … */
    send(message) {
      this.#frame?.contentWindow.postMessage({ source: "wheelhouse", ...message }, home);
    }

    #address() {
      const address = new URL(`/embed/${this.getAttribute("lesson") ?? "play"}`, home);
      for (const option of options) {
        if (this.hasAttribute(option)) address.searchParams.set(option, this.getAttribute(option));
      }
      address.searchParams.set("origin", location.origin);
      return address.href;
    }
  }

  if (!customElements.get("wheelhouse-lesson")) {
    customElements.define("wheelhouse-lesson", WheelhouseLesson);
  }
})();
