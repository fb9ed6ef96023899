/** Keeps a reply that is being written while its page is loaded anew, as when a sentence is looked for. */

export function keepDraft(conversation: string): void {
  const box = document.getElementById("reply-text");
  if (!(box instanceof HTMLTextAreaElement)) return;
  const key = `reeve-staff-draft-${conversation}`;
  try {
    // What the service shows again, because it could not be sent, counts, and what was written before this script ran.
    if (box.value === "") box.value = sessionStorage.getItem(key) ?? "";
    else sessionStorage.setItem(key, box.value);
    box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
    box.form?.addEventListener("submit", () => sessionStorage.removeItem(key));
  } catch {
    // Without a place to keep it, it is lost as on any page.
  }
}
