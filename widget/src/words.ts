/**
 * Every word that the widget shows, in plain English for a reading age of 9 to 11. `words-cy.ts` has them in Welsh; a page
 * loads the widget with one or the other. What the service says (answers, notices, contact details) is not here.
 */
import type { Stage } from "./types";

type Text<Value> = Value extends (...given: infer Given) => string ? (...given: Given) => string : Value extends string ? string : Record<Stage, string>;

/** The words of a language. */
export type Words = { readonly [Key in keyof typeof words]: Text<(typeof words)[Key]> };

/** "1 day", "2 days". */
const several = (count: number, what: string) => (count === 1 ? `1 ${what}` : `${count} ${what}s`);
const time = (days: number | null | undefined) => (days ? several(days, "day") : "some time");

export const words = {
  lang: "en",
  // The launcher and the dialog.
  launcher: "Ask us a question",
  newMessage: "New message",
  title: (council: string) => `Ask ${council}`,
  close: "Close",
  hello: (council: string) => `Hello. Ask about the services of ${council}.`,
  automated: "I am an automated assistant, not a person. I answer only from the council’s own web pages, and show you which.",
  examples: "Questions people often ask",
  hint: "Do not include personal or bank details.",
  send: "Send",
  stop: "Stop",
  newTab: "(opens in a new tab)",
  offline: "You are offline. What you type is kept.",
  unreachable: "We cannot reach the assistant at the moment. What you typed is kept, and we keep trying. You can also reach us like this:",
  // Data and transcript.
  data: "What happens to my data",
  dataUse: (council: string) => `What you write goes to ${council}, to answer you. Staff may read it, for example when you ask for a person.`,
  dataKept: (days: number | null | undefined) =>
    `It is deleted ${time(days)} after your last message. You can delete it yourself before that.`,
  dataCookies: "This chat sets no cookies and forgets you when you close the tab.",
  save: "Save this conversation",
  conversationWith: (council: string) => `Conversation with ${council}`,
  fileName: "conversation.txt",
  // Contact details.
  contact: "Other ways to reach us",
  contactPhone: "Phone",
  contactHours: "Phone lines open",
  contactEmail: "Email",
  contactAddress: "Address",
  contactMore: "More",
  contactPage: "All the ways to contact us",
  // Questions and answers.
  stages: {
    waiting: "Other people are asking too. You are in the queue.",
    searching: "Searching the council’s pages…",
    reading: "Reading what was found…",
    writing: "Writing an answer…",
  },
  conversation: "Your conversation",
  question: "Your question",
  you: "You asked",
  assistant: "The assistant answered",
  notice: "An important notice",
  sources: "Where this comes from",
  pages: "Pages that may help",
  source: (number: number) => `Source ${number}`,
  quote: "What the page says",
  connecting: "Connecting…",
  reconnecting: "The connection was lost. Trying again…",
  stopped: "You stopped this answer.",
  takenOver: "A member of staff has joined and will answer instead.",
  emptyQuestion: "Type your question first.",
  longQuestion: (longest: number) => `Your question can be up to ${longest} characters. Make it shorter.`,
  left: (count: number) => `You have ${several(count, "character")} left.`,
  over: (count: number) => `You have ${several(count, "character")} too many.`,
  lost: "We could not reach the assistant. Check your connection and press Send to try again, or talk to a person.",
  failed: "Something went wrong on our side. Press Send to try again, or talk to a person.",
  busyElsewhere: "Your last question is still being answered. Press Send again in a moment.",
  // Whether an answer helped.
  helpful: "Was this helpful?",
  yes: "Yes",
  no: "No",
  thanks: "Thank you for telling us.",
  notHelpful: "Thank you for telling us. You can also talk to a person.",
  saidYes: "You said that this helped.",
  saidNo: "You said that this did not help.",
  comment: "What was wrong or missing? You do not have to say.",
  commentSend: "Send comment",
  commentThanks: "Thank you. We have your comment.",
  commentFailed: "We could not save that. You can try again.",
  commentEmpty: "Type your comment first.",
  // Deleting the conversation.
  delete: "Delete this conversation",
  sureDelete: "Delete this conversation? You cannot get it back.",
  sureDeleteOpen: "Delete this conversation? You will leave the queue or the chat. You cannot get it back.",
  yesDelete: "Yes, delete it",
  noDelete: "No, keep it",
  deleted: "Your conversation is deleted.",
  deletedAt: (receipt: string, when: string) => `Your conversation was deleted at ${when}. Your receipt is ${receipt}.`,
  callBackStays: "We keep your call-back details for as long as you agreed to.",
  deleteFailed: "We could not delete your conversation. Check your connection and try again.",
  // The way to a person.
  person: "Talk to a person",
  callBack: "Ask us to call you back",
  decline: "No thanks",
  asked: "You asked to talk to a person.",
  looking: "Looking for a person…",
  askFailed: "We could not ask for a person. Try again, or use the contact details on this page.",
  actionFailed: "That did not work. Check your connection and try again.",
  waiting: "You are waiting for a person",
  waitingHelp: "Keep this page open. You can ask the assistant other questions while you wait.",
  queue: (place: number) => (place <= 1 ? "You are next." : `You are number ${place} in the queue.`),
  estimate: (minutes: number | null) => {
    if (minutes === null) return "We cannot say yet how long it will take.";
    if (minutes <= 1) return "It should take about a minute.";
    return minutes < 60 ? `It should take about ${minutes} minutes.` : "It may take an hour or more.";
  },
  stopWaiting: "Stop waiting",
  callBackInstead: "Ask for a call back instead",
  stoppedWaiting: "You stopped waiting for a person.",
  passedOn: "You are being passed to another team. You are back in the queue.",
  conversationEnded: "This conversation has ended. You can ask the assistant a new question, or ask for a person again.",
  queueLost: "The connection was lost. We are trying again, and you keep your place.",
  // The chat with a person.
  talkingTo: (name: string, council: string) => `You are now talking to ${name}, ${council}.`,
  somebody: "a member of staff",
  who: (name: string, council: string) => `${name}, ${council}`,
  youWrote: "You wrote",
  message: (name: string) => `Your message to ${name}`,
  emptyMessage: "Type your message first.",
  longMessage: (longest: number) => `Your message can be up to ${longest} characters. Make it shorter.`,
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
  endChat: "End this chat",
  sureEnd: (name: string) => `End the chat with ${name}?`,
  yesEnd: "Yes, end the chat",
  noEnd: "No, go on",
  endedByYou: "You ended the chat.",
  endedByStaff: (name: string) => `${name} ended the chat.`,
  followUp: "We will get back to you.",
  assistantAgain: "The assistant answers your questions again.",
  returned: (name: string) => `${name} has passed you back to the assistant. The assistant answers your questions again.`,
  // Asking for a call-back.
  closed: (opens: string | undefined) =>
    opens === undefined ? "Nobody is available at the moment." : `Our lines are closed now. They open at ${opens}.`,
  nobodyCame: (opens: string | undefined) =>
    `We are sorry. Nobody could come to the chat in time.${opens === undefined ? "" : ` People answer again at ${opens}.`}`,
  callBackOffer: "You can ask us to call you back.",
  name: "Your name",
  reachBy: "Give us a phone number, an email address, or both.",
  phone: "Phone number",
  email: "Email address",
  wish: "What do you want to ask?",
  wishHint: "Do not include bank details or your National Insurance number.",
  time: "When is a good time to call? You do not have to say.",
  timeHint: "For example, weekday mornings, or after 3pm.",
  /** What the resident agrees to; the service notes the same words with the details. */
  use: (days: number | null | undefined) =>
    `The council may use these details to answer this enquiry. They are deleted ${time(days)} after it is closed.`,
  consent: "I agree that the council keeps and uses my details like this.",
  sendForm: "Ask for a call back",
  sendingForm: "Sending your details…",
  closeForm: "Go back without asking",
  problems: "There is a problem",
  error: "Error:",
  noName: "Enter your name",
  noReach: "Enter a phone number or an email address",
  badPhone: "Enter a phone number with its area code, like 01632 960001",
  badEmail: "Enter an email address, like name@example.com",
  noQuestion: "Enter your question",
  noConsent: "Tick the box if you agree that we use your details to call you back",
  sendFailed: "We could not send your details. They are still here. Try again, or use the contact details on this page.",
  callBackDone: (reference: string) => `We have your details. Your reference number is ${reference}.`,
  callBackDue: (when: string) => `We will get back to you by ${when}.`,
  // Times of day, as people say them.
  midnight: "midnight",
  midday: "midday",
  today: (time: string, day: string) => `${time} today, ${day}`,
  tomorrow: (time: string, day: string) => `${time} tomorrow, ${day}`,
  onDay: (time: string, day: string) => `${time} on ${day}`,
};
