/** Names for turns and messages. */

/** A name that nothing else has. `crypto.randomUUID` is missing where the page does not come over https. */
export function newName(): string {
  let name = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) name += byte.toString(16).padStart(2, "0");
  return name;
}
