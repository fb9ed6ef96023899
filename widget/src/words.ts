/** Every word that this script shows. Plain English, for a reading age of 9 to 11. */
import type { CallBackWhy, Stage } from "./types";

export const stages: Record<Stage, string> = {
  waiting: "Other people are asking too. You are in the queue.",
  searching: "Searching the council’s pages…",
  reading: "Reading what was found…",
  writing: "Writing an answer…",
};

/** About questions and answers. */
export const words = {
  you: "You asked",
  assistant: "The assistant answered",
  notice: "An important notice",
  sources: "Where this comes from",
  source: (number: number) => `Source ${number}`,
  quote: "What the page says",
  person: "Talk to a person",
  connecting: "Connecting…",
  reconnecting: "The connection was lost. Trying again…",
  stopped: "You stopped this answer.",
  takenOver: "A member of staff has joined and will answer instead.",
  empty: "Type your question first.",
  tooLong: (longest: number) => `Your question can be up to ${longest} characters. Make it shorter.`,
  left: (count: number) => (count === 1 ? "You have 1 character left." : `You have ${count} characters left.`),
  over: (count: number) => (count === 1 ? "You have 1 character too many." : `You have ${count} characters too many.`),
  lost: "We could not reach the assistant. Check your connection and press Send to try again, or talk to a person.",
  failed: "Something went wrong on our side. Press Send to try again, or talk to a person.",
  busyElsewhere: "Your last question is still being answered. Wait a moment, then press Send again.",
} as const;

/** Whether an answer helped. */
export const ratingWords = {
  question: "Was this helpful?",
  yes: "Yes",
  no: "No",
  thanks: "Thank you for telling us.",
  notHelpful: "Thank you for telling us. You can also talk to a person.",
  saidYes: "You said that this helped.",
  saidNo: "You said that this did not help.",
  failed: "We could not save that. You can try again.",
  comment: "What was wrong or missing? You do not have to say.",
  commentHint: "Do not include personal details.",
  send: "Send comment",
  commentThanks: "Thank you. We have your comment.",
  commentFailed: "We could not save your comment. You can try again.",
  commentEmpty: "Type your comment first.",
} as const;

/** Deleting the conversation. */
export const deleteWords = {
  sure: "Delete this conversation? You cannot get it back.",
  sureOpen: "Delete this conversation? You will leave the queue or the chat. You cannot get it back.",
  yes: "Yes, delete it",
  no: "No, keep it",
  done: "Your conversation is deleted.",
  receipt: (receipt: string, when: string) => `Your conversation was deleted at ${when}. Your receipt is ${receipt}.`,
  callBackStays: "We keep what you gave us for the call back until we have called you.",
  failed: "We could not delete your conversation. Check your connection and try again.",
} as const;

/** The way to a person. */
export const personWords = {
  talk: "Talk to a person",
  callBack: "Ask us to call you back",
  decline: "No thanks",
  asked: "You asked to talk to a person.",
  looking: "Looking for a person…",
  failed: "We could not ask for a person. Try again, or use the contact details on this page.",
  actionFailed: "That did not work. Check your connection and try again.",
  waiting: "You are waiting for a person",
  waitingHelp: "Keep this page open. You can ask the assistant other questions while you wait.",
  queue: (place: number) => (place <= 1 ? "You are next." : `You are number ${place} in the queue.`),
  estimate: (minutes: number) => {
    if (minutes <= 1) return "It should take about a minute.";
    return minutes < 60 ? `It should take about ${minutes} minutes.` : "It may take an hour or more.";
  },
  noEstimate: "We cannot say yet how long it will take.",
  stopWaiting: "Stop waiting",
  callBackInstead: "Ask for a call back instead",
  stoppedWaiting: "You stopped waiting for a person.",
  passedOn: "You are being passed to another team. You are back in the queue.",
  conversationEnded: "This conversation has ended. You can ask the assistant a new question, or ask for a person again.",
  lost: "The connection was lost. We are trying again, and you keep your place.",
} as const;

/** The chat with a person. */
export const chatWords = {
  talkingTo: (name: string, council: string) => `You are now talking to ${name}, ${council}.`,
  somebody: "a member of staff",
  who: (name: string, council: string) => `${name}, ${council}`,
  you: "You wrote",
  label: (name: string) => `Your message to ${name}`,
  question: "Your question",
  empty: "Type your message first.",
  tooLong: (longest: number) => `Your message can be up to ${longest} characters. Make it shorter.`,
  sending: "Sending…",
  sent: "Sent",
  notSent: "Not sent.",
  notSentEnded: "Not sent. The chat has ended.",
  notSentAnnounced: "Your message was not sent.",
  retry: "Try again",
  retryName: (text: string) => `Try again to send: ${text}`,
  typing: (name: string) => `${name} is typing…`,
  away: (name: string) => `${name} may have stepped away. Your messages are kept.`,
  page: "Page:",
  end: "End this chat",
  sure: (name: string) => `End the chat with ${name}?`,
  yes: "Yes, end the chat",
  no: "No, go on",
  endedByYou: "You ended the chat.",
  endedByStaff: (name: string) => `${name} ended the chat.`,
  followUp: "We will get back to you.",
  assistantAgain: "The assistant answers your questions again.",
  returned: (name: string) => `${name} has passed you back to the assistant. The assistant answers your questions again.`,
} as const;

/** Asking for a call-back. */
export const callBackWords = {
  heading: "Ask us to call you back",
  why: (why: CallBackWhy | undefined, opens: string | undefined) => {
    if (why === "nobody_came") {
      const sorry = "We are sorry. Nobody could come to the chat in time.";
      return opens === undefined ? sorry : `${sorry} People answer again at ${opens}.`;
    }
    return opens === undefined
      ? "Nobody is available to talk to you at the moment."
      : `Our lines are closed now. They open at ${opens}.`;
  },
  offer: "You can ask us to call you back.",
  name: "Your name",
  reach: "Give us a phone number, an e-mail address, or both.",
  phone: "Phone number",
  email: "E-mail address",
  question: "What do you want to ask?",
  questionHint: "Do not include bank details or your National Insurance number.",
  time: "When is a good time to call? You do not have to say.",
  timeHint: "For example, weekday mornings, or after 3pm.",
  /** What the resident agrees to; the service notes the same words with the details. */
  use: (keptDays: number | undefined) => {
    const kept = keptDays === undefined ? "some time" : keptDays === 1 ? "1 day" : `${keptDays} days`;
    return `The council may use these details to answer this enquiry. They are deleted ${kept} after it is closed.`;
  },
  consent: "I agree that the council keeps and uses my details like this.",
  send: "Ask for a call back",
  sending: "Sending your details…",
  close: "Go back without asking",
  decline: "No thanks",
  problems: "There is a problem",
  problem: "Error:",
  noName: "Enter your name",
  noReach: "Enter a phone number or an e-mail address",
  badPhone: "Enter a phone number with its area code, like 01632 960001",
  badEmail: "Enter an e-mail address, like name@example.com",
  noQuestion: "Enter your question",
  tooLong: (what: string, longest: number) => `${what}: use ${longest} characters or fewer`,
  noConsent: "Tick the box if you agree that we use your details to call you back",
  failed: "We could not send your details. They are still here. Try again, or use the contact details on this page.",
  done: (reference: string) => `We have your details. Your reference number is ${reference}.`,
  due: (when: string) => `We will get back to you by ${when}.`,
} as const;

/** Times of day, as people say them. */
export const timeWords = {
  midnight: "midnight",
  midday: "midday",
  today: (time: string, day: string) => `${time} today, ${day}`,
  tomorrow: (time: string, day: string) => `${time} tomorrow, ${day}`,
  onDay: (time: string, day: string) => `${time} on ${day}`,
} as const;
