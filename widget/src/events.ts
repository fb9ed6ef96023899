/** Server-sent events (WHATWG HTML, 9.2.6) read from a fetched body; `EventSource` can neither post nor send a token. */
import type { ConversationEvent } from "./types";

/** An event with its number in the conversation. What only passes, such as a stage of the work, has none. */
export type Numbered = ConversationEvent & { readonly id: number | undefined };

/**
 * Cuts a stream of text into events: gives the events that a piece completes. Those of names that are not known, which a
 * newer service may send, nobody heeds.
 */
export function eventParser(): (piece: string) => Numbered[] {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split(/\r?\n\r?\n/);
    // What follows the last blank line is not complete yet.
    rest = blocks.pop()!;
    const events: Numbered[] = [];
    for (const block of blocks) {
      const fields = { id: "", event: "", data: "" };
      // A line that begins with a colon is a comment that keeps the connection alive.
      for (const [, name, value] of block.matchAll(/^(id|event|data):(.*)/gm)) fields[name as keyof typeof fields] += value!.trim();
      const { id, event, data } = fields;
      if (data) events.push({ id: Number(id) || undefined, name: event, data: JSON.parse(data) } as Numbered);
    }
    return events;
  };
}

/** The events of a response, as they come; `onBytes` is told whenever anything comes, be it only a sign of life. */
export async function* read(response: Response, onBytes?: () => void): AsyncGenerator<Numbered, void, void> {
  const parse = eventParser();
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes?.();
      yield* parse(value);
    }
  } finally {
    // Ends the connection when whoever reads has had enough.
    reader.cancel().catch(() => undefined);
  }
}
