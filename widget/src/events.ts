/** Server-sent events (WHATWG HTML, 9.2.6) read from a fetched body; `EventSource` can neither post nor send a token. */
import type { ConversationEvent } from "./types";

/** An event with its number in the conversation. What only passes, such as a stage of the work, has none. */
export type Numbered = ConversationEvent & { readonly id: number | undefined };

const NAMES: ReadonlySet<string> = new Set<ConversationEvent["name"]>([
  "question", "status", "sentence", "reply", "error", "state", "message", "feedback", "queue", "typing", "presence",
]);

/** Cuts a stream of text into events. */
export class EventParser {
  #rest = "";

  /** The events that this piece completes. Events of other names, which a newer service may send, are left out. */
  push(piece: string): Numbered[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    // What follows the last blank line is not complete yet.
    const blank = lines.lastIndexOf("", lines.length - 2);
    this.#rest = lines.slice(blank + 1).join("\n");
    const events: Numbered[] = [];
    let block: string[] = [];
    for (const line of lines.slice(0, blank + 1)) {
      if (line !== "") {
        block.push(line);
        continue;
      }
      const event = parse(block);
      if (event !== undefined) events.push(event);
      block = [];
    }
    return events;
  }
}

function parse(lines: readonly string[]): Numbered | undefined {
  let id: number | undefined;
  let name = "";
  const data: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    // A line that begins with a colon is a comment that keeps the connection alive.
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") id = Number(value);
    else if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }
  if (!NAMES.has(name)) return undefined;
  return { id, name, data: JSON.parse(data.join("\n")) } as Numbered;
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
