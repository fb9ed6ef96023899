/**
 * Keeps a reply that is being written until it is sent: while its page is loaded anew, as when a sentence is looked for, and
 * where the line is lost or the session ends meanwhile.
 */

export function keepDraft(conversation: string): void {
  const box = document.getElementById("reply-text");
  if (!(box instanceof HTMLTextAreaElement)) return;
  const key = `reeve-staff-draft-${conversation}`;
  const sending = `${key}-sending`;
  try {
    const isSent = new URLSearchParams(location.search).get("done") === "sent";
    if (isSent && sessionStorage.getItem(sending) === sessionStorage.getItem(key)) sessionStorage.removeItem(key);
    sessionStorage.removeItem(sending);
    // What the service shows again, because it could not be sent, counts, and what was written before this script ran.
    if (box.value === "") box.value = sessionStorage.getItem(key) ?? "";
    else sessionStorage.setItem(key, box.value);
    box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
    box.form?.addEventListener("submit", () => sessionStorage.setItem(sending, box.value));
  } catch {
    // Without a place to keep it, it is lost as on any page.
  }
}
