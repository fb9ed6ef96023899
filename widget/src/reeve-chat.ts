/**
 * What stands at the stable address: the element `<reeve-chat>`. It loads the widget in the language of the element, so
 * that a page carries the words of one language; what the widget is, is in `element.ts`.
 */

/** What the names of the two files beside this one end in; the build puts it here. */
declare const ENGLISH: string;
declare const WELSH: string;

/** The element that is in use; another one on the page shows only what stands inside it. */
let used: HTMLElement | undefined;

class ReeveChat extends HTMLElement {
  connectedCallback(): void {
    if (used !== this && used?.isConnected) {
      console.warn("reeve-chat: another is in use");
      return;
    }
    used = this;
    // Where it cannot be loaded, and in a browser that cannot do it, what stands inside the element stays.
    import(/* @vite-ignore */ `./reeve-chat-${/^cy\b/i.test(this.lang) ? WELSH : ENGLISH}.js`)
      .then(({ start }: typeof import("./element")) => start(this))
      .catch((problem: unknown) => console.warn("reeve-chat:", problem));
  }
}

// A second copy of this file does nothing.
if (!customElements.get("reeve-chat")) customElements.define("reeve-chat", ReeveChat);
