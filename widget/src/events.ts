/** Server-sent events (WHATWG HTML, 9.2.6) read from a fetched body; `EventSource` can neither post nor send a token. */
import type { ConversationEvent } from "./types";

/** An event with its number in the conversation. What only passes, such as a stage of the work, has none. */
export type Numbered = ConversationEvent & { readonly id: number | undefined };

/** Cuts a stream of text into events. */
export class EventParser {
  #rest = "";

  /** The events that this piece completes. Those of names that are not known, which a newer service may send, nobody heeds. */
  push(piece: string): Numbered[] {
    const blocks = (this.#rest + piece).split(/\r?\n\r?\n/);
    // What follows the last blank line is not complete yet.
    this.#rest = blocks.pop() ?? "";
    const events: Numbered[] = [];
    for (const block of blocks) {
      const data = field(block, "data");
      if (data !== "") events.push({ id: Number(field(block, "id")) || undefined, name: field(block, "event"), data: JSON.parse(data) } as Numbered);
    }
    return events;
  }
}

/** The lines of a field. One that begins with a colon is a comment that keeps the connection alive, and has no name. */
function field(block: string, name: string): string {
  let value = "";
  for (const line of block.split(/\r?\n/)) if (line.startsWith(`${name}:`)) value += line.slice(name.length + 1).trim();
  return value;
}

/** The events of a response, as they come; `onBytes` is told whenever anything comes, be it only a sign of life. */
export async function* read(response: Response, onBytes?: () => void): AsyncGenerator<Numbered, void, void> {
  if (response.body === null) return;
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes?.();
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Ends the connection when whoever reads has had enough.
    reader.cancel().catch(() => undefined);
  }
}
