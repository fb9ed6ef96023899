/** Names for turns and messages. */

/** A name that nothing else has. `crypto.randomUUID` is missing where the page does not come over https. */
export const newName = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");
