/** Names for turns and messages. */

/** A name that nothing else has. `crypto.randomUUID` is missing where the page does not come over https. */
export function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
