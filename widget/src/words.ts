/** Every word that this script shows. Plain English, for a reading age of 9 to 11. */
import type { Stage } from "./types";

export const stages: Record<Stage, string> = {
  waiting: "Other people are asking too. You are in the queue.",
  searching: "Searching the council’s pages…",
  reading: "Reading what was found…",
  writing: "Writing an answer…",
};

export const words = {
  you: "You asked",
  assistant: "The assistant answered",
  sources: "Where this comes from",
  source: (number: number) => `Source ${number}`,
  quote: "What the page says",
  person: "Talk to a person",
  helpful: "Was this helpful?",
  yes: "Yes",
  no: "No",
  thanks: "Thank you for telling us.",
  notHelpful: "Thank you for telling us. You can also talk to a person.",
  feedbackFailed: "We could not save that. You can try again.",
  connecting: "Connecting…",
  reconnecting: "The connection was lost. Trying again…",
  stopped: "You stopped this answer.",
  deleted: "The conversation was deleted.",
  empty: "Type your question first.",
  tooLong: (longest: number) => `Your question can be up to ${longest} characters. Make it shorter.`,
  left: (count: number) => (count === 1 ? "You have 1 character left." : `You have ${count} characters left.`),
  over: (count: number) => (count === 1 ? "You have 1 character too many." : `You have ${count} characters too many.`),
  lost: "We could not reach the assistant. Check your connection and press Send to try again, or talk to a person.",
  failed: "Something went wrong on our side. Press Send to try again, or talk to a person.",
  busyElsewhere: "Your last question is still being answered. Wait a moment, then press Send again.",
} as const;
