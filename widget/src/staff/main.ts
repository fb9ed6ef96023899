/**
 * What the staff console's pages do beyond forms: they read themselves again when something changed, sound when someone
 * new waits, tell who writes, and say that they are open.
 */
import { keepDraft } from "./draft";
import { Heartbeat } from "./heartbeat";
import { Live } from "./live";
import { Sound } from "./sound";
import { Typing } from "./typing";

document.querySelector<HTMLElement>("[data-focus]")?.focus();

// A page without it is one on which nobody is signed in.
const csrf = document.body.dataset["csrf"];
if (csrf !== undefined) {
  const sound = new Sound();
  const conversation = document.body.dataset["conversation"];
  const typing = conversation === undefined ? undefined : new Typing(conversation, csrf);
  if (conversation !== undefined) keepDraft(conversation);
  new Live(conversation, { waiting: () => sound.play(), typing: (from) => typing?.show(from), changed: () => typing?.hide() }).start();
  new Heartbeat(csrf).start();
}
