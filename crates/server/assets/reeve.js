// src/events.ts
var NAMES = /* @__PURE__ */ new Set([
	"question",
	"status",
	"sentence",
	"reply",
	"error",
	"state",
	"message",
	"feedback",
	"queue",
	"typing",
	"presence"
]);
/** Cuts a stream of text into events. */
var EventParser = class {
	#rest = "";
	/** The events that this piece completes. Events of other names, which a newer service may send, are left out. */
	push(piece) {
		const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
		const blank = lines.lastIndexOf("", lines.length - 2);
		this.#rest = lines.slice(blank + 1).join("\n");
		const events = [];
		let block = [];
		for (const line of lines.slice(0, blank + 1)) {
			if (line !== "") {
				block.push(line);
				continue;
			}
			const event = parse(block);
			if (event !== void 0) events.push(event);
			block = [];
		}
		return events;
	}
};
function parse(lines) {
	let id;
	let name = "";
	const data = [];
	for (const line of lines) {
		const colon = line.indexOf(":");
		if (colon === 0) continue;
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
		if (field === "id") id = Number(value);
		else if (field === "event") name = value;
		else if (field === "data") data.push(value);
	}
	if (!NAMES.has(name)) return void 0;
	return {
		id,
		name,
		data: JSON.parse(data.join("\n"))
	};
}
/** The events of a response, as they come; `onBytes` is told whenever anything comes, be it only a sign of life. */
async function* read$1(response, onBytes) {
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
		reader.cancel().catch(() => void 0);
	}
}
// src/api.ts
/** The service's routes. Tokens travel in a header, never in an address. */
var BASE = "/api/v1/conversations";
/** A refusal of the service. */
var Refusal = class extends Error {
	status;
	code;
	detail;
	constructor(status, code, detail) {
		super(`${status} ${code}`);
		this.status = status;
		this.code = code;
		this.detail = detail;
	}
	/** Whether the conversation is not there any more. */
	get isGone() {
		return this.status === 401 || this.status === 404;
	}
	/** Whether it may go away by itself. */
	get isPassing() {
		return this.status >= 500 || this.status === 408 || this.status === 429;
	}
};
async function createConversation(signal) {
	return await (await send(BASE, {
		method: "POST",
		...heeding(signal)
	})).json();
}
/** The events of a turn, from its first. The same name is the same turn, however often it is sent. */
async function sendTurn(session, clientTurnId, text, signal) {
	return read$1(await post(session, "turns", {
		client_turn_id: clientTurnId,
		text
	}, signal));
}
/** What happened in the conversation so far. */
async function eventsSoFar(session) {
	return read$1(await send(`${BASE}/${session.id}/events?follow=false`, { headers: bearer(session) }));
}
/** What happens in the conversation after an event; `onBytes` is told of every sign of life. */
async function followEvents(session, after, signal, onBytes) {
	const headers = {
		...bearer(session),
		"Last-Event-ID": String(after)
	};
	return read$1(await send(`${BASE}/${session.id}/events`, {
		headers,
		signal
	}), onBytes);
}
async function cancelTurn(session, clientTurnId) {
	await post(session, "cancel", { client_turn_id: clientTurnId });
}
async function sendFeedback(session, turn, helpful, comment) {
	await post(session, "feedback", {
		turn,
		helpful,
		...comment === void 0 ? {} : { comment }
	});
}
async function askForPerson(session) {
	return await (await post(session, "handoff", {})).json();
}
/** No person, or none any more: declines, stops waiting or leaves, whichever applies. */
async function leavePerson(session) {
	await send(`${BASE}/${session.id}/handoff`, {
		method: "DELETE",
		headers: bearer(session)
	});
}
/** A message to the person. The same name is the same message, however often it is sent. */
async function sendMessage(session, clientMessageId, text, signal) {
	await post(session, "messages", {
		client_message_id: clientMessageId,
		text
	}, signal);
}
async function tellTyping(session) {
	await post(session, "typing", {});
}
async function requestCallBack(session, request) {
	return await (await post(session, "call_backs", request)).json();
}
/** Erases the conversation; gives the receipt where the service sends one. */
async function deleteConversation(session) {
	const response = await send(`${BASE}/${session.id}`, {
		method: "DELETE",
		headers: bearer(session)
	});
	return response.status === 204 ? void 0 : await response.json();
}
function post(session, route, body, signal) {
	return send(`${BASE}/${session.id}/${route}`, {
		method: "POST",
		headers: {
			...bearer(session),
			"Content-Type": "application/json"
		},
		body: JSON.stringify(body),
		...heeding(signal)
	});
}
function heeding(signal) {
	return signal === void 0 ? {} : { signal };
}
function bearer(session) {
	return { Authorization: `Bearer ${session.token}` };
}
async function send(address, request) {
	const response = await fetch(address, {
		...request,
		cache: "no-store",
		credentials: "omit"
	});
	if (response.ok) return response;
	const body = await response.json().catch(() => void 0);
	const told = typeof body === "object" && body !== null ? body : {};
	const code = "code" in told ? String(told.code) : "unknown";
	throw new Refusal(response.status, code, "detail" in told ? String(told.detail) : "");
}
// src/dom.ts
/** An element with a class, if any, and children. */
function element(tag, className, ...children) {
	const made = document.createElement(tag);
	if (className !== void 0 && className !== "") made.className = className;
	made.append(...children);
	return made;
}
/** A button that does something on this page. */
function button(label, className, onClick) {
	const made = element("button", className, label);
	made.type = "button";
	made.addEventListener("click", onClick);
	return made;
}
/** The element of this id, which the page's template has. */
function byId(id, kind) {
	const found = document.getElementById(id);
	if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
	return found;
}
// src/words.ts
var stages = {
	waiting: "Other people are asking too. You are in the queue.",
	searching: "Searching the council’s pages…",
	reading: "Reading what was found…",
	writing: "Writing an answer…"
};
/** About questions and answers. */
var words = {
	you: "You asked",
	assistant: "The assistant answered",
	notice: "An important notice",
	sources: "Where this comes from",
	source: (number) => `Source ${number}`,
	quote: "What the page says",
	person: "Talk to a person",
	connecting: "Connecting…",
	reconnecting: "The connection was lost. Trying again…",
	stopped: "You stopped this answer.",
	takenOver: "A member of staff has joined and will answer instead.",
	empty: "Type your question first.",
	tooLong: (longest) => `Your question can be up to ${longest} characters. Make it shorter.`,
	left: (count) => count === 1 ? "You have 1 character left." : `You have ${count} characters left.`,
	over: (count) => count === 1 ? "You have 1 character too many." : `You have ${count} characters too many.`,
	lost: "We could not reach the assistant. Check your connection and press Send to try again, or talk to a person.",
	failed: "Something went wrong on our side. Press Send to try again, or talk to a person.",
	busyElsewhere: "Your last question is still being answered. Wait a moment, then press Send again."
};
/** Whether an answer helped. */
var ratingWords = {
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
	commentEmpty: "Type your comment first."
};
/** Deleting the conversation. */
var deleteWords = {
	sure: "Delete this conversation? You cannot get it back.",
	sureOpen: "Delete this conversation? You will leave the queue or the chat. You cannot get it back.",
	yes: "Yes, delete it",
	no: "No, keep it",
	done: "Your conversation is deleted.",
	receipt: (receipt, when) => `Your conversation was deleted at ${when}. Your receipt is ${receipt}.`,
	callBackStays: "We keep what you gave us for the call back until we have called you.",
	failed: "We could not delete your conversation. Check your connection and try again."
};
/** The way to a person. */
var personWords = {
	talk: "Talk to a person",
	callBack: "Ask us to call you back",
	decline: "No thanks",
	asked: "You asked to talk to a person.",
	looking: "Looking for a person…",
	failed: "We could not ask for a person. Try again, or use the contact details on this page.",
	actionFailed: "That did not work. Check your connection and try again.",
	waiting: "You are waiting for a person",
	waitingHelp: "Keep this page open. You can ask the assistant other questions while you wait.",
	queue: (place) => place <= 1 ? "You are next." : `You are number ${place} in the queue.`,
	estimate: (minutes) => {
		if (minutes <= 1) return "It should take about a minute.";
		return minutes < 60 ? `It should take about ${minutes} minutes.` : "It may take an hour or more.";
	},
	noEstimate: "We cannot say yet how long it will take.",
	stopWaiting: "Stop waiting",
	callBackInstead: "Ask for a call back instead",
	stoppedWaiting: "You stopped waiting for a person.",
	passedOn: "You are being passed to another team. You are back in the queue.",
	conversationEnded: "This conversation has ended. You can ask the assistant a new question, or ask for a person again.",
	lost: "The connection was lost. We are trying again, and you keep your place."
};
/** The chat with a person. */
var chatWords = {
	talkingTo: (name, council) => `You are now talking to ${name}, ${council}.`,
	somebody: "a member of staff",
	who: (name, council) => `${name}, ${council}`,
	you: "You wrote",
	label: (name) => `Your message to ${name}`,
	question: "Your question",
	empty: "Type your message first.",
	tooLong: (longest) => `Your message can be up to ${longest} characters. Make it shorter.`,
	sending: "Sending…",
	sent: "Sent",
	notSent: "Not sent.",
	notSentEnded: "Not sent. The chat has ended.",
	notSentAnnounced: "Your message was not sent.",
	retry: "Try again",
	retryName: (text) => `Try again to send: ${text}`,
	typing: (name) => `${name} is typing…`,
	away: (name) => `${name} may have stepped away. Your messages are kept.`,
	page: "Page:",
	end: "End this chat",
	sure: (name) => `End the chat with ${name}?`,
	yes: "Yes, end the chat",
	no: "No, go on",
	endedByYou: "You ended the chat.",
	endedByStaff: (name) => `${name} ended the chat.`,
	followUp: "We will get back to you.",
	assistantAgain: "The assistant answers your questions again.",
	returned: (name) => `${name} has passed you back to the assistant. The assistant answers your questions again.`
};
/** Asking for a call-back. */
var callBackWords = {
	heading: "Ask us to call you back",
	why: (why, opens) => {
		if (why === "nobody_came") {
			const sorry = "We are sorry. Nobody could come to the chat in time.";
			return opens === void 0 ? sorry : `${sorry} People answer again at ${opens}.`;
		}
		return opens === void 0 ? "Nobody is available to talk to you at the moment." : `Our lines are closed now. They open at ${opens}.`;
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
	use: (keptDays) => {
		return `The council may use these details to answer this enquiry. They are deleted ${keptDays === void 0 ? "some time" : keptDays === 1 ? "1 day" : `${keptDays} days`} after it is closed.`;
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
	tooLong: (what, longest) => `${what}: use ${longest} characters or fewer`,
	noConsent: "Tick the box if you agree that we use your details to call you back",
	failed: "We could not send your details. They are still here. Try again, or use the contact details on this page.",
	done: (reference) => `We have your details. Your reference number is ${reference}.`,
	due: (when) => `We will get back to you by ${when}.`
};
/** Times of day, as people say them. */
var timeWords = {
	midnight: "midnight",
	midday: "midday",
	today: (time, day) => `${time} today, ${day}`,
	tomorrow: (time, day) => `${time} tomorrow, ${day}`,
	onDay: (time, day) => `${time} on ${day}`
};
// src/composer.ts
/** The box in which a question or a message is typed, its limit, and the buttons beside it. */
var Composer = class {
	longest;
	#form = byId("form", HTMLFormElement);
	#box = byId("question", HTMLTextAreaElement);
	#label = byId("question-label", HTMLElement);
	#count = byId("count", HTMLElement);
	#problem = byId("problem", HTMLElement);
	#send = byId("send", HTMLButtonElement);
	#stop = byId("stop", HTMLButtonElement);
	#busy = false;
	/** The person to whom messages go; none while the assistant answers. */
	#person;
	constructor(longest, actions) {
		this.longest = longest;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			const question = this.#take();
			if (question !== void 0) actions.send(question);
		});
		this.#box.addEventListener("keydown", (event) => {
			if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
			event.preventDefault();
			if (!this.#busy) this.#form.requestSubmit();
		});
		this.#box.addEventListener("input", () => {
			this.#showCount();
			if (this.#person !== void 0 && this.#box.value.trim() !== "") actions.typing();
		});
		this.#stop.addEventListener("click", () => actions.stop());
	}
	/** Says whom the text goes to. */
	address(person) {
		this.#person = person;
		this.#label.textContent = person === void 0 ? chatWords.question : chatWords.label(person);
	}
	/** Shows Stop while an answer is on its way, and keeps the keyboard's focus on something that is there. */
	setBusy(busy) {
		const focused = document.activeElement;
		this.#busy = busy;
		this.#stop.hidden = !busy;
		this.#send.hidden = busy;
		if (busy && (focused === this.#send || focused === null || focused === document.body)) this.#stop.focus({ preventScroll: true });
		if (!busy && focused === this.#stop) this.#box.focus({ preventScroll: true });
	}
	/** Says what is wrong and what to do. */
	complain(problem) {
		this.#problem.textContent = problem;
		this.#box.setAttribute("aria-invalid", "true");
		this.#box.setAttribute("aria-describedby", "problem hint count");
	}
	/** Puts a question back that could not be answered, unless another is being typed. */
	restore(question) {
		if (this.#box.value.trim() === "") this.#box.value = question;
		this.#showCount();
	}
	focus() {
		this.#box.focus({ preventScroll: true });
	}
	get hasFocus() {
		return document.activeElement === this.#box;
	}
	/** Keeps the box in view while what is above it grows. */
	stayInView() {
		this.#form.scrollIntoView({ block: "nearest" });
	}
	/** Takes complaints back. */
	calm() {
		this.#problem.textContent = "";
		this.#box.removeAttribute("aria-invalid");
		this.#box.setAttribute("aria-describedby", "hint count");
	}
	#take() {
		if (this.#busy) return void 0;
		const question = this.#box.value.trim();
		if (question === "" || length(question) > this.longest) {
			const { empty, tooLong } = this.#person === void 0 ? words : chatWords;
			this.complain(question === "" ? empty : tooLong(this.longest));
			this.#box.focus();
			return;
		}
		this.#box.value = "";
		this.#showCount();
		return question;
	}
	#showCount() {
		const left = this.longest - length(this.#box.value.trim());
		if (left >= this.longest * .09999999999999998) this.#count.textContent = "";
		else this.#count.textContent = left >= 0 ? words.left(left) : words.over(-left);
		this.#count.classList.toggle("problem", left < 0);
		if (left >= 0) this.calm();
	}
};
/** Characters as the service counts them. */
function length(text) {
	return [...text].length;
}
// src/confirm.ts
/** Asking once more before something that cannot be taken back. */
var questions = 0;
/**
* Shows the question in the place of the button that was pressed. The focus goes to the question and not to an answer, so
* that a key that is held down does not answer it; Escape is a no.
*/
function askOnceMore(trigger, sure, onYes) {
	const question = element("p", void 0, sure.question);
	question.id = `sure-${++questions}`;
	question.tabIndex = -1;
	const close = () => {
		group.remove();
		trigger.hidden = false;
	};
	const no = () => {
		close();
		trigger.focus({ preventScroll: true });
	};
	const group = element("div", "sure", question, element("div", "buttons", button(sure.yes, "button alarm", () => {
		close();
		onYes();
	}), button(sure.no, "button plain", no)));
	group.setAttribute("role", "group");
	group.setAttribute("aria-labelledby", question.id);
	group.addEventListener("keydown", (event) => {
		if (event.key === "Escape") no();
	});
	trigger.hidden = true;
	trigger.after(group);
	question.focus();
}
// src/backoff.ts
/** How long to wait before a new try, and waiting. */
var FIRST_MS = 1e3;
var LONGEST_MS = 3e4;
/** A part of each delay is left to chance, so that the pages that a restart cut off do not all come back at once. */
var JITTER = .5;
/** The delay before the next try after so many failures in a row; `chance` is from 0 to 1. */
function delayMs(failures, chance = Math.random()) {
	return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10) * (1 + JITTER * chance));
}
/** Waits, or less when the signal comes. */
function pause(ms, signal) {
	return new Promise((resolve) => {
		if (signal.aborted) {
			resolve();
			return;
		}
		const done = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", done);
			resolve();
		};
		const timer = setTimeout(done, ms);
		signal.addEventListener("abort", done);
	});
}
// src/follow.ts
/**
* Listens to everything that happens in a conversation, for as long as the page is open. A lost line is taken up again
* after the last event that came; what only passes, such as the place in the queue, is told again by then.
*/
/** The service says every 10 seconds that it is alive; a line that is silent for longer is dead. */
var SILENT_MS = 35e3;
/** A connection that lasted so long did not fail: the next wait is short again. */
var GOOD_MS$1 = 1e4;
/** A page that was hidden for so long gives its connection back, unless a person is expected. */
var HIDDEN_MS = 3e5;
/** Follows one conversation. */
var Follower = class {
	session;
	view;
	last;
	#stopped = new AbortController();
	/** Ends the present connection, or the present wait. */
	#attempt = new AbortController();
	#resting = false;
	#restTimer;
	/** After the event `last`, 0 for all. */
	constructor(session, view, last = 0) {
		this.session = session;
		this.view = view;
		this.last = last;
	}
	/** The number of the last event that came. */
	get lastEvent() {
		return this.last;
	}
	start() {
		const signal = this.#stopped.signal;
		document.addEventListener("visibilitychange", () => this.#lookedAt(), { signal });
		window.addEventListener("online", () => this.#attempt.abort(), { signal });
		if (document.hidden) this.#lookedAt();
		this.#run();
	}
	stop() {
		clearTimeout(this.#restTimer);
		this.#stopped.abort();
		this.#attempt.abort();
	}
	async #run() {
		let failures = 0;
		while (!this.#stopped.signal.aborted) {
			this.#attempt = new AbortController();
			if (this.#resting) {
				await pause(HIDDEN_MS, this.#attempt.signal);
				continue;
			}
			const began = Date.now();
			try {
				await this.#listen(this.#attempt);
			} catch (problem) {
				if (this.#stopped.signal.aborted) return;
				if (problem instanceof Refusal && problem.isGone) {
					this.stop();
					this.view.gone();
					return;
				}
			}
			if (this.#stopped.signal.aborted) return;
			if (this.#resting) continue;
			this.view.connection("lost");
			failures = Date.now() - began >= GOOD_MS$1 ? 0 : failures + 1;
			this.#attempt = new AbortController();
			await pause(delayMs(Math.max(0, failures - 1)), this.#attempt.signal);
		}
	}
	/** One connection, to its end. */
	async #listen(attempt) {
		let watchdog = setTimeout(() => attempt.abort(), SILENT_MS);
		const alive = () => {
			clearTimeout(watchdog);
			watchdog = setTimeout(() => attempt.abort(), SILENT_MS);
		};
		try {
			const events = await followEvents(this.session, this.last, attempt.signal, alive);
			this.view.connection("open");
			for await (const event of events) {
				if (this.#stopped.signal.aborted) return;
				if (event.id !== void 0) {
					if (event.id <= this.last) continue;
					this.last = event.id;
				}
				this.view.event(event);
			}
		} finally {
			clearTimeout(watchdog);
		}
	}
	/** The page was hidden, or is looked at again. */
	#lookedAt() {
		clearTimeout(this.#restTimer);
		if (document.hidden) this.#restTimer = setTimeout(() => this.#rest(), HIDDEN_MS);
		else if (this.#resting) {
			this.#resting = false;
			this.#attempt.abort();
		}
	}
	#rest() {
		if (this.view.mayRest()) {
			this.#resting = true;
			this.#attempt.abort();
		} else this.#restTimer = setTimeout(() => this.#rest(), HIDDEN_MS);
	}
};
// src/names.ts
/** Names for turns and messages. */
/** A name that nothing else has. `crypto.randomUUID` is missing where the page does not come over https. */
function newName() {
	const bytes = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
// src/session.ts
var KEY = "reeve";
var inMemory;
function load() {
	if (inMemory !== void 0) return inMemory;
	try {
		const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
		if (isSession(kept)) inMemory = kept;
	} catch {}
	return inMemory;
}
function save(session) {
	inMemory = session;
	try {
		sessionStorage.setItem(KEY, JSON.stringify(session));
	} catch {}
}
function forget() {
	inMemory = void 0;
	try {
		sessionStorage.removeItem(KEY);
	} catch {}
}
function isSession(value) {
	return typeof value === "object" && value !== null && "id" in value && "token" in value && typeof value.id === "string" && typeof value.token === "string";
}
// src/chat.ts
/** Messages between the resident and the person: shown at once, sent in their order, and tried again under the same name. */
/** How often a message is tried before the resident is asked. Together some 30 seconds, which a restart takes. */
var MOST_TRIES = 6;
/** How often the person is told that the resident is typing, at most. */
var TYPING_EVERY_MS = 3e3;
/** A message of the resident's. */
var Sending = class {
	clientMessageId;
	text;
	retry;
	article;
	#state = element("div", "delivery");
	#delivery = "sending";
	constructor(clientMessageId, text, retry) {
		this.clientMessageId = clientMessageId;
		this.text = text;
		this.retry = retry;
		this.#state.setAttribute("aria-live", "off");
		this.article = element("article", "message mine", element("h3", "unseen", chatWords.you), element("p", void 0, text), this.#state);
		this.set("sending");
	}
	get isSent() {
		return this.#delivery === "sent";
	}
	set(delivery) {
		const focused = this.#state.contains(document.activeElement);
		this.#delivery = delivery;
		const told = {
			sending: chatWords.sending,
			sent: chatWords.sent,
			not_sent: chatWords.notSent,
			ended: chatWords.notSentEnded
		}[delivery];
		const line = element("span", void 0, told);
		this.#state.replaceChildren(line);
		this.#state.classList.toggle("problem", delivery === "not_sent" || delivery === "ended");
		if (delivery === "not_sent") {
			const again = button(chatWords.retry, "link", () => this.retry(this));
			again.setAttribute("aria-label", chatWords.retryName(this.text));
			this.#state.append(" ", again);
		}
		if (focused) {
			line.tabIndex = -1;
			line.focus({ preventScroll: true });
		}
	}
};
/** The chat of one conversation. */
var Chat = class {
	council;
	view;
	#mine = /* @__PURE__ */ new Map();
	#theirs = /* @__PURE__ */ new Set();
	#last = Promise.resolve();
	#typingToldMs = 0;
	#stopped = new AbortController();
	constructor(council, view) {
		this.council = council;
		this.view = view;
	}
	/** Forgets all messages, and sends none any more. */
	clear() {
		this.#stopped.abort();
		this.#stopped = new AbortController();
		this.#mine.clear();
		this.#theirs.clear();
		this.#last = Promise.resolve();
	}
	/** Shows what the resident wrote and sends it after what they wrote before. */
	send(text) {
		const message = new Sending(newName(), text, (again) => this.#queue(again));
		this.#mine.set(message.clientMessageId, message);
		this.view.show(message.article);
		this.#queue(message);
	}
	/** Shows a message that the service has. It may be one of ours. */
	receive(message) {
		if (message.from === "user") {
			const known = this.#mine.get(message.client_message_id);
			if (known !== void 0) {
				known.set("sent");
				return;
			}
			const restored = new Sending(message.client_message_id, message.text, (again) => this.#queue(again));
			restored.set("sent");
			this.#mine.set(message.client_message_id, restored);
			this.view.show(restored.article);
			return;
		}
		if (this.#theirs.has(message.message_id)) return;
		this.#theirs.add(message.message_id);
		this.view.show(staffMessage(message, this.council));
	}
	/** The resident is typing. */
	typing() {
		const open = load();
		const nowMs = Date.now();
		if (open === void 0 || nowMs - this.#typingToldMs < TYPING_EVERY_MS) return;
		this.#typingToldMs = nowMs;
		tellTyping(open).catch(() => void 0);
	}
	#queue(message) {
		const signal = this.#stopped.signal;
		message.set("sending");
		this.#last = this.#last.then(() => this.#deliver(message, signal));
	}
	async #deliver(message, signal) {
		for (let tries = 0; tries < MOST_TRIES && !message.isSent && !signal.aborted; tries += 1) {
			const open = load();
			if (open === void 0) break;
			try {
				await sendMessage(open, message.clientMessageId, message.text, signal);
				message.set("sent");
				return;
			} catch (problem) {
				if (problem instanceof Refusal && !problem.isPassing) {
					message.set(problem.code === "no_person" || problem.isGone ? "ended" : "not_sent");
					this.view.announce(chatWords.notSentAnnounced);
					return;
				}
			}
			if (tries + 1 < MOST_TRIES) await pause(delayMs(tries), signal);
		}
		if (message.isSent || signal.aborted) return;
		message.set("not_sent");
		this.view.announce(chatWords.notSentAnnounced);
	}
};
function staffMessage(message, council) {
	const article = element("article", "message theirs", element("h3", "who", chatWords.who(message.name ?? chatWords.somebody, council)));
	for (const line of message.text.split("\n").filter((each) => each.trim() !== "")) article.append(element("p", void 0, line));
	if (message.page) {
		const link = element("a", void 0, message.page.title);
		link.href = message.page.href;
		article.append(element("p", "cited", `${chatWords.page} `, link));
	}
	return article;
}
// src/call-back-check.ts
/** The most characters that a field takes. The service has the same limits and the last word. */
var LONGEST = {
	name: 200,
	phone: 200,
	email: 200,
	question: 2e3,
	preferred_time: 200
};
/** As few digits as the shortest phone number in use has. */
var FEWEST_DIGITS = 6;
var EMAIL = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/u;
/** The problems, in the order of the fields. */
function check(typed) {
	const problems = [];
	const add = (field, text) => problems.push({
		field,
		text
	});
	const fits = (field, label, value) => {
		if ([...value].length > LONGEST[field]) add(field, callBackWords.tooLong(label, LONGEST[field]));
	};
	if (typed.name.trim() === "") add("name", callBackWords.noName);
	else fits("name", callBackWords.name, typed.name.trim());
	const [phone, email] = [typed.phone.trim(), typed.email.trim()];
	if (phone === "" && email === "") add("phone", callBackWords.noReach);
	if (phone !== "" && phone.replace(/\D/gu, "").length < FEWEST_DIGITS) add("phone", callBackWords.badPhone);
	else fits("phone", callBackWords.phone, phone);
	if (email !== "" && !EMAIL.test(email)) add("email", callBackWords.badEmail);
	else fits("email", callBackWords.email, email);
	if (typed.question.trim() === "") add("question", callBackWords.noQuestion);
	else fits("question", callBackWords.question, typed.question.trim());
	fits("preferred_time", callBackWords.time, typed.preferredTime.trim());
	if (!typed.consent) add("consent", callBackWords.noConsent);
	return problems;
}
/** What is sent of what was typed, once there is nothing wrong with it. */
function request(typed) {
	const [phone, email, time] = [
		typed.phone.trim(),
		typed.email.trim(),
		typed.preferredTime.trim()
	];
	return {
		name: typed.name.trim(),
		...phone === "" ? {} : { phone },
		...email === "" ? {} : { email },
		question: typed.question.trim(),
		...time === "" ? {} : { preferred_time: time },
		consent: true
	};
}
// src/call-back-form.ts
/** The form for a call-back. What was typed stays typed until it has been sent. */
var id = (field) => `call-back-${field.replace("_", "-")}`;
/** The form. */
var CallBackForm = class {
	actions;
	form = element("form", "call-back");
	#summary = element("div", "summary");
	#rows;
	#send = element("button", "button", callBackWords.send);
	#close;
	#busy = false;
	constructor(keptDays, actions) {
		this.actions = actions;
		const name = this.#text("name", callBackWords.name, element("input"), {
			type: "text",
			autocomplete: "name"
		});
		const phone = this.#text("phone", callBackWords.phone, element("input"), {
			type: "tel",
			autocomplete: "tel"
		});
		const email = this.#text("email", callBackWords.email, element("input"), {
			type: "email",
			autocomplete: "email",
			spellcheck: "false"
		});
		const question = this.#text("question", callBackWords.question, element("textarea"), { rows: "3" }, callBackWords.questionHint);
		const time = this.#text("preferred_time", callBackWords.time, element("input"), {
			type: "text",
			autocomplete: "off"
		}, callBackWords.timeHint);
		const consent = this.#consent(keptDays);
		this.#rows = /* @__PURE__ */ new Map([
			["name", name],
			["phone", phone],
			["email", email],
			["question", question],
			["preferred_time", time],
			["consent", consent]
		]);
		this.#summary.tabIndex = -1;
		this.#summary.hidden = true;
		this.#summary.setAttribute("role", "alert");
		this.#close = button(callBackWords.close, "link", () => this.actions.close());
		const reach = element("fieldset", "reach", element("legend", void 0, callBackWords.reach), phone.row, email.row);
		this.form.noValidate = true;
		this.form.append(this.#summary, name.row, reach, question.row, time.row, consent.row, element("div", "buttons", this.#send, this.#close));
		this.form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
	}
	/** Puts a question in, unless one is there. */
	prefill(question) {
		const box = this.#control("question");
		if (question !== void 0 && box.value.trim() === "") box.value = question;
	}
	/** What the button that closes the form says. */
	closeLabel(label) {
		this.#close.textContent = label;
	}
	/** Forgets what was typed. */
	clear() {
		this.form.reset();
		this.#show([]);
	}
	async #submit() {
		if (this.#busy) return;
		const typed = this.#typed();
		const problems = check(typed);
		this.#show(problems);
		if (problems.length > 0) return;
		this.#setBusy(true);
		try {
			await this.actions.send(request(typed));
			this.clear();
		} catch (problem) {
			this.#showSummary([element("p", void 0, problem instanceof Error ? problem.message : callBackWords.failed)]);
		} finally {
			this.#setBusy(false);
		}
	}
	/** The button keeps the focus while it waits, so it is not disabled but says that it is. */
	#setBusy(busy) {
		this.#busy = busy;
		this.#send.setAttribute("aria-disabled", String(busy));
		this.#send.textContent = busy ? callBackWords.sending : callBackWords.send;
	}
	#typed() {
		const value = (field) => this.#control(field).value;
		const consent = this.#control("consent");
		return {
			name: value("name"),
			phone: value("phone"),
			email: value("email"),
			question: value("question"),
			preferredTime: value("preferred_time"),
			consent: consent instanceof HTMLInputElement && consent.checked
		};
	}
	#control(field) {
		const row = this.#rows.get(field);
		if (row === void 0) throw new Error(`the form has no ${field}`);
		return row.control;
	}
	#show(problems) {
		for (const [field, { control, problem, describedBy }] of this.#rows) {
			const wrong = problems.find((each) => each.field === field);
			problem.replaceChildren(...wrong === void 0 ? [] : [element("span", "unseen", `${callBackWords.problem} `), wrong.text]);
			control.toggleAttribute("aria-invalid", false);
			if (wrong !== void 0) control.setAttribute("aria-invalid", "true");
			const described = [describedBy, wrong === void 0 ? "" : problem.id].filter((each) => each !== "").join(" ");
			if (described === "") control.removeAttribute("aria-describedby");
			else control.setAttribute("aria-describedby", described);
		}
		if (problems.length === 0) {
			this.#summary.hidden = true;
			this.#summary.replaceChildren();
			return;
		}
		const list = element("ul");
		for (const { field, text } of problems) {
			const link = element("a", void 0, text);
			link.href = `#${id(field)}`;
			link.addEventListener("click", (event) => {
				event.preventDefault();
				this.#control(field).focus();
			});
			list.append(element("li", void 0, link));
		}
		this.#showSummary([list]);
	}
	#showSummary(content) {
		this.#summary.replaceChildren(element("h3", void 0, callBackWords.problems), ...content);
		this.#summary.hidden = false;
		this.#summary.focus();
	}
	#text(field, label, control, attributes, hintText) {
		for (const [attribute, value] of Object.entries(attributes)) control.setAttribute(attribute, value);
		control.id = id(field);
		control.name = field;
		const labelled = element("label", void 0, label);
		labelled.htmlFor = control.id;
		const problem = element("p", "problem");
		problem.id = `${control.id}-problem`;
		const row = element("div", "field", labelled);
		let describedBy = "";
		if (hintText !== void 0) {
			const hint = element("p", "hint", hintText);
			hint.id = `${control.id}-hint`;
			describedBy = hint.id;
			control.setAttribute("aria-describedby", describedBy);
			row.append(hint);
		}
		row.append(problem, control);
		return {
			control,
			problem,
			describedBy,
			row
		};
	}
	#consent(keptDays) {
		const control = element("input");
		control.type = "checkbox";
		control.id = id("consent");
		control.name = "consent";
		const use = element("p", "hint", callBackWords.use(keptDays));
		use.id = `${control.id}-hint`;
		control.setAttribute("aria-describedby", use.id);
		const label = element("label", void 0, callBackWords.consent);
		label.htmlFor = control.id;
		const problem = element("p", "problem");
		problem.id = `${control.id}-problem`;
		const row = element("div", "field", use, problem, element("div", "check", control, label));
		return {
			control,
			problem,
			describedBy: use.id,
			row
		};
	}
};
// src/times.ts
/** Times in words, by the clock of the council and not of the reader's computer. */
var PARTS = new Intl.DateTimeFormat("en-GB", {
	timeZone: "Europe/London",
	weekday: "long",
	day: "numeric",
	month: "long",
	year: "numeric",
	hour: "numeric",
	minute: "2-digit",
	hourCycle: "h23"
});
var DAY_MS = 864e5;
/** "8:30am on Thursday 26 November", "8:30am today, Thursday 26 November"; nothing for what is no time. */
function inWords(rfc3339, now = /* @__PURE__ */ new Date()) {
	const at = read(rfc3339);
	if (at === void 0) return void 0;
	const [then, today] = [local(at), local(now)];
	const tomorrow = local(new Date(startOfDayMs(now) + 1.5 * DAY_MS));
	const same = (one, other) => one.day === other.day && one.year === other.year;
	if (same(then, today)) return timeWords.today(then.time, then.day);
	if (same(then, tomorrow)) return timeWords.tomorrow(then.time, then.day);
	return timeWords.onDay(then.time, then.year === today.year ? then.day : `${then.day} ${then.year}`);
}
/** With the date and the year always, as a receipt needs it. */
function inWordsWithDate(rfc3339) {
	const at = read(rfc3339);
	if (at === void 0) return void 0;
	const { time, day, year } = local(at);
	return timeWords.onDay(time, `${day} ${year}`);
}
function read(rfc3339) {
	const at = new Date(rfc3339);
	return Number.isNaN(at.getTime()) ? void 0 : at;
}
function local(at) {
	const found = parts(at);
	const [hour, minute] = [Number(found.get("hour")), found.get("minute") ?? "00"];
	const day = `${found.get("weekday")} ${found.get("day")} ${found.get("month")}`;
	return {
		time: clock(hour, minute),
		day,
		year: found.get("year") ?? ""
	};
}
function clock(hour, minute) {
	if (minute === "00" && hour === 0) return timeWords.midnight;
	if (minute === "00" && hour === 12) return timeWords.midday;
	return `${hour % 12 === 0 ? 12 : hour % 12}${minute === "00" ? "" : `:${minute}`}${hour < 12 ? "am" : "pm"}`;
}
/** About when the day began; an hour off on the days on which the clock changes. */
function startOfDayMs(at) {
	const found = parts(at);
	return at.getTime() - (Number(found.get("hour")) * 60 + Number(found.get("minute"))) * 6e4;
}
function parts(at) {
	return new Map(PARTS.formatToParts(at).map((part) => [part.type, part.value]));
}
// src/panel.ts
/** Between the log and the box: where the hand-off stands, and what the resident can do about it. */
/** The panel. */
var Panel = class {
	council;
	actions;
	#place = byId("handoff", HTMLElement);
	#heading = element("h3");
	#form;
	#key = "";
	constructor(council, callBackDays, actions) {
		this.council = council;
		this.actions = actions;
		this.#heading.tabIndex = -1;
		this.#heading.id = "handoff-heading";
		this.#place.setAttribute("aria-labelledby", this.#heading.id);
		this.#form = new CallBackForm(callBackDays, {
			send: (request) => actions.sendCallBack(request),
			close: () => actions.closeCallBack()
		});
	}
	/** Shows where the conversation stands; `form` says that the resident opened the form for a call-back. */
	show(standing, form) {
		const shown = shownOf(standing, form);
		const key = [
			shown,
			standing.staff,
			standing.why,
			standing.reopens
		].join("\n");
		if (key === this.#key) return;
		const active = document.activeElement;
		const focused = this.#place.contains(active);
		this.#key = key;
		this.#place.hidden = shown === "nothing";
		this.#place.replaceChildren(...this.#content(shown, standing));
		if (!focused) return;
		if (active instanceof HTMLElement && this.#place.contains(active)) active.focus({ preventScroll: true });
		else if (shown === "nothing") this.actions.focusElsewhere();
		else this.focus();
	}
	/** Puts the focus at the beginning of the panel. */
	focus() {
		if (this.#place.hidden) return;
		this.#heading.focus({ preventScroll: true });
		this.#place.scrollIntoView({ block: "nearest" });
	}
	/** Forgets what was typed for a call-back. */
	clear() {
		this.#form.clear();
	}
	#content(shown, standing) {
		switch (shown) {
			case "nothing": return [];
			case "waiting":
				this.#heading.textContent = personWords.waiting;
				return [
					this.#heading,
					element("p", void 0, personWords.waitingHelp),
					element("div", "buttons", button(personWords.callBackInstead, "button plain", () => this.actions.callBack()), button(personWords.stopWaiting, "button plain", () => this.actions.leave()))
				];
			case "with_person": {
				const name = standing.staff ?? chatWords.somebody;
				this.#heading.textContent = chatWords.talkingTo(name, this.council);
				const end = button(chatWords.end, "button plain", () => {
					askOnceMore(end, {
						question: chatWords.sure(name),
						yes: chatWords.yes,
						no: chatWords.no
					}, () => this.actions.leave());
				});
				return [this.#heading, element("div", "buttons", end)];
			}
			case "call_back_offered": {
				this.#heading.textContent = callBackWords.heading;
				this.#openForm(callBackWords.decline);
				const opens = standing.reopens === void 0 ? void 0 : inWords(standing.reopens);
				return [
					this.#heading,
					element("p", void 0, callBackWords.why(standing.why, opens)),
					this.#form.form
				];
			}
			case "form":
				this.#heading.textContent = callBackWords.heading;
				this.#openForm(callBackWords.close);
				return [this.#heading, this.#form.form];
		}
	}
	#openForm(closeLabel) {
		this.#form.closeLabel(closeLabel);
		this.#form.prefill(this.actions.lastQuestion());
	}
};
function shownOf({ phase }, form) {
	switch (phase) {
		case "with_person":
		case "call_back_offered": return phase;
		case "requested":
		case "waiting": return form ? "form" : "waiting";
		case "with_assistant":
		case "offered":
		case "closed": return form ? "form" : "nothing";
	}
}
// src/standing.ts
var START = { phase: "with_assistant" };
/** After the event `state`. */
function afterState(before, change) {
	return {
		phase: change.phase,
		staff: change.staff ?? before.staff,
		why: change.why ?? void 0,
		reopens: change.reopens ?? void 0,
		queue: change.phase === "waiting" && before.phase === "waiting" ? before.queue : void 0
	};
}
/** After a reply. A request stands, whatever is asked and answered meanwhile. */
function afterReply(before, reply) {
	if (isOpen(before)) return before;
	return {
		phase: reply.offers.includes("human") && typeof reply.reason === "string" ? "offered" : "with_assistant",
		staff: before.staff
	};
}
/** After the event `queue`, which tells nothing to those who do not wait. */
function afterQueue(before, queue) {
	return before.phase === "waiting" || before.phase === "requested" ? {
		...before,
		queue
	} : before;
}
/** After the answer to asking for a person. */
function afterAsking(before, asked) {
	if (asked.phase === void 0 || asked.phase === "unavailable") return before;
	const after = afterState(before, {
		phase: asked.phase,
		why: asked.why ?? null,
		reopens: asked.reopens ?? null
	});
	return typeof asked.place === "number" ? afterQueue(after, {
		place: asked.place,
		estimate_minutes: asked.estimate_minutes ?? null
	}) : after;
}
/** Whether someone or something is owed to the resident: this page has to go on listening. */
function isOpen({ phase }) {
	return phase === "requested" || phase === "waiting" || phase === "with_person" || phase === "call_back_offered";
}
/** Whether the resident can ask for a person. */
function canAsk({ phase }) {
	return phase === "with_assistant" || phase === "offered" || phase === "closed";
}
// src/handoff.ts
/** The way to a person, as the resident sees it: where it stands, what can be done, and the chat. */
/** How long a notice that someone is typing counts. */
var TYPING_MS = 6e3;
/** The hand-off of the page. */
var Handoff = class {
	page;
	chat;
	#panel;
	#actions = byId("person-actions", HTMLElement);
	/** Where the conversation stands by its events. */
	#told = START;
	/** Where it stands by the answers to what the resident did, should their events be late. */
	#standing = START;
	/** The resident opened the form for a call-back. */
	#form = false;
	#busy = false;
	#hasCallBack = false;
	#typing;
	constructor(page) {
		this.page = page;
		this.chat = new Chat(page.council, {
			show: (article) => page.log.show(article),
			announce: (text) => page.status.say("done", text)
		});
		this.#panel = new Panel(page.council, page.callBackDays, {
			leave: () => void this.leave(),
			callBack: () => this.callBack(),
			sendCallBack: (request) => this.#sendCallBack(request),
			closeCallBack: () => this.#closeCallBack(),
			lastQuestion: () => page.log.lastQuestion,
			focusElsewhere: () => page.composer.focus()
		});
		byId("ask-person", HTMLButtonElement).addEventListener("click", () => void this.ask());
		byId("ask-call-back", HTMLButtonElement).addEventListener("click", () => this.callBack());
		this.#show();
	}
	/** Whether messages go to a person. */
	get isWithPerson() {
		return this.#standing.phase === "with_person";
	}
	/** Whether a person is expected or there, or a call-back is on offer. */
	get isOpen() {
		return isOpen(this.#standing);
	}
	/** Whether details for a call-back were given in this conversation. */
	get hasCallBack() {
		return this.#hasCallBack;
	}
	/** The conversation is another, or none. */
	reset() {
		this.#told = START;
		this.#standing = START;
		this.#form = false;
		this.#hasCallBack = false;
		this.#stopTyping();
		this.chat.clear();
		this.page.log.endOffer();
		this.#show();
	}
	/** Shows anew where things stand. */
	refresh() {
		this.#show();
	}
	/** Forgets what was typed as well. */
	clear() {
		this.reset();
		this.#panel.clear();
	}
	state(change) {
		const before = this.#told;
		this.#told = afterState(before, change);
		if (change.phase !== "with_person") this.#stopTyping();
		if (change.phase === "with_person" || change.phase === "call_back_offered") this.#form = false;
		this.page.log.endOffer();
		this.#notice(before, this.#told, change);
		this.#settle(this.#told);
	}
	reply(reply) {
		this.#told = afterReply(this.#told, reply);
		this.#settle(this.#told);
	}
	queue(queue) {
		this.#told = afterQueue(this.#told, queue);
		this.#settle(this.#told);
	}
	message(message) {
		if (message.from === "staff") this.#stopTyping();
		this.chat.receive(message);
		this.page.began();
	}
	/** The person is typing. */
	typing(name) {
		if (!this.isWithPerson) return;
		clearTimeout(this.#typing);
		this.page.status.say("typing", chatWords.typing(name));
		this.#typing = setTimeout(() => this.#stopTyping(), TYPING_MS);
	}
	/** The person has the conversation open, or not. */
	presence(name, here) {
		this.page.status.say("presence", here || !this.isWithPerson ? "" : chatWords.away(name));
	}
	/** Asks for a person. */
	async ask() {
		if (this.#busy || !canAsk(this.#standing)) return;
		this.#form = false;
		this.page.status.say("queue", personWords.looking);
		await this.#do(async () => {
			const told = this.#told;
			const asked = await this.page.inConversation(askForPerson);
			if (asked.phase === "unavailable") throw new Error("the wish was not kept");
			this.page.began();
			this.page.log.endOffer();
			this.#settle(this.#told === told ? afterAsking(told, asked) : this.#told);
			this.#panel.focus();
		}, personWords.failed);
	}
	/** Declines, stops waiting or leaves. */
	async leave() {
		const open = load();
		if (this.#busy || open === void 0) return;
		await this.#do(async () => {
			const told = this.#told;
			await leavePerson(open);
			this.#form = false;
			this.page.log.endOffer();
			const phase = this.#standing.phase === "with_person" ? "closed" : "with_assistant";
			this.#settle(this.#told === told ? {
				phase,
				staff: told.staff
			} : this.#told);
			this.page.composer.focus();
		}, personWords.actionFailed);
	}
	/** Shows the form for a call-back. */
	callBack() {
		this.#form = true;
		this.#show();
		this.#panel.focus();
	}
	/** Something that the resident wants and that can fail; one at a time. */
	async #do(action, failed) {
		this.#busy = true;
		this.page.status.say("done", "");
		try {
			await action();
		} catch {
			this.page.status.say("done", failed);
			this.page.status.stayInView();
		} finally {
			this.#busy = false;
			this.#show();
		}
	}
	async #sendCallBack(request) {
		let arranged;
		const told = this.#told;
		try {
			arranged = await this.page.inConversation((open) => requestCallBack(open, request));
		} catch (problem) {
			const isTold = problem instanceof Refusal && problem.detail !== "" && (problem.status === 422 || problem.status === 413);
			throw new Error(isTold ? problem.detail : callBackWords.failed);
		}
		this.page.began();
		this.page.log.endOffer();
		this.#form = false;
		const notice = this.#callBackNotice(arranged);
		this.#settle(this.#told === told ? {
			phase: "with_assistant",
			staff: told.staff
		} : this.#told);
		notice.tabIndex = -1;
		notice.focus();
	}
	#closeCallBack() {
		if (this.#standing.phase === "call_back_offered") this.leave();
		else {
			this.#form = false;
			this.#show();
		}
	}
	/** The event names the reference, and the answer to the resident also the time: the second to come replaces the first. */
	#callBackNotice({ reference, due }) {
		this.#hasCallBack = true;
		const by = due ? inWords(due) : void 0;
		const lines = [callBackWords.done(reference), ...by === void 0 ? [] : [callBackWords.due(by)]];
		return this.page.log.notice(lines, `call-back ${reference}`, by !== void 0);
	}
	#notice(before, after, change) {
		const name = after.staff ?? chatWords.somebody;
		const say = (...lines) => this.page.log.notice(lines);
		this.page.began();
		switch (change.phase) {
			case "requested":
				say(personWords.asked);
				break;
			case "waiting":
				if (before.phase === "with_person") say(personWords.passedOn);
				break;
			case "with_person":
				say(chatWords.talkingTo(name, this.page.council));
				break;
			case "call_back_offered": {
				const opens = after.reopens === void 0 ? void 0 : inWords(after.reopens);
				say(callBackWords.why(after.why, opens), callBackWords.offer);
				break;
			}
			case "closed":
				say(change.by === "user" ? chatWords.endedByYou : chatWords.endedByStaff(name), ...change.follow_up === true ? [chatWords.followUp] : [], chatWords.assistantAgain);
				break;
			case "with_assistant": if (change.reference) this.#callBackNotice({ reference: change.reference });
			else if (change.returned === true) say(chatWords.returned(name));
			else if (before.phase === "waiting" || before.phase === "requested") say(personWords.stoppedWaiting);
		}
	}
	#settle(standing) {
		this.#standing = standing;
		this.#show();
	}
	#show() {
		const standing = this.#standing;
		this.page.composer.address(this.isWithPerson ? standing.staff ?? chatWords.somebody : void 0);
		this.#panel.show(standing, this.#form);
		const open = canAsk(standing) && !this.#form;
		this.page.log.showOffer(open, standing.phase === "offered");
		this.#actions.hidden = !open;
		this.page.status.say("queue", queueWords(standing));
		if (!this.isWithPerson) this.page.status.say("presence", "");
	}
	#stopTyping() {
		clearTimeout(this.#typing);
		this.page.status.say("typing", "");
	}
};
function queueWords({ phase, queue }) {
	if (phase !== "waiting" && phase !== "requested") return "";
	if (queue === void 0) return personWords.looking;
	const estimate = queue.estimate_minutes === null ? personWords.noEstimate : personWords.estimate(queue.estimate_minutes);
	return `${personWords.queue(queue.place)} ${estimate}`;
}
// src/blocks.ts
var ITEM = /^\s*[-•*]\s+(.+)$/u;
var STEP = /^\s*(\d{1,3})[.)]\s+(.+)$/u;
/** The lines of a text, empty ones left out. */
function pieces(text) {
	return text.split("\n").filter((line) => line.trim() !== "").map(piece);
}
function piece(line) {
	const item = ITEM.exec(line);
	if (item?.[1] !== void 0) return {
		kind: "item",
		text: item[1].trim()
	};
	const step = STEP.exec(line);
	if (step?.[1] !== void 0 && step[2] !== void 0) return {
		kind: "step",
		text: step[2].trim(),
		number: Number(step[1])
	};
	return {
		kind: "text",
		text: line.trim()
	};
}
// src/rating.ts
/** Whether an answer helped: Yes or No, and after No what was wrong, if the resident wants to say. */
/** As many characters as the service keeps of a comment. */
var LONGEST_COMMENT = 2e3;
/** The rating of one answer. */
var Rating = class {
	id;
	turn;
	actions;
	group = element("div", "section rating");
	#question = element("p", void 0, ratingWords.question);
	#rated = false;
	constructor(id, turn, actions) {
		this.id = id;
		this.turn = turn;
		this.actions = actions;
		this.#question.id = `${id}-helpful`;
		this.group.setAttribute("role", "group");
		this.group.setAttribute("aria-labelledby", this.#question.id);
		this.group.append(this.#question, button(ratingWords.yes, "button plain", () => void this.#rate(true)), button(ratingWords.no, "button plain", () => void this.#rate(false)));
	}
	/** Shows what was said before the page was loaded anew, or in another tab. */
	restore(helpful) {
		if (!this.#rated) this.#close(helpful ? ratingWords.saidYes : ratingWords.saidNo);
	}
	async #rate(helpful) {
		try {
			await this.actions.rate(this.turn, helpful);
		} catch {
			this.#question.textContent = ratingWords.failed;
			return;
		}
		this.#close(helpful ? ratingWords.thanks : ratingWords.notHelpful);
		this.#question.tabIndex = -1;
		this.#question.focus();
		if (!helpful) this.group.append(this.actions.contact(), this.#commentForm());
	}
	#close(said) {
		this.#rated = true;
		for (const choice of this.group.querySelectorAll("button")) choice.remove();
		this.#question.textContent = said;
	}
	#commentForm() {
		const box = element("textarea");
		box.id = `${this.id}-comment`;
		box.rows = 2;
		box.maxLength = LONGEST_COMMENT;
		const label = element("label", void 0, ratingWords.comment);
		label.htmlFor = box.id;
		const hint = element("p", "hint", ratingWords.commentHint);
		hint.id = `${this.id}-comment-hint`;
		box.setAttribute("aria-describedby", hint.id);
		const told = element("p", "problem");
		told.setAttribute("role", "alert");
		const form = element("form", "comment", label, hint, told, box);
		form.noValidate = true;
		const send = element("button", "button plain", ratingWords.send);
		form.append(element("div", "buttons", send));
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			const comment = box.value.trim();
			if (comment === "") {
				told.textContent = ratingWords.commentEmpty;
				box.focus();
				return;
			}
			this.actions.rate(this.turn, false, comment).then(() => {
				const thanks = element("p", void 0, ratingWords.commentThanks);
				thanks.tabIndex = -1;
				form.replaceWith(thanks);
				thanks.focus();
			}, () => {
				told.textContent = ratingWords.commentFailed;
			});
		});
		return form;
	}
};
// src/answer.ts
/** One answer on the page: its sentences as they come, then its sources, the way to a person, and whether it helped. */
/** Ends as a sentence of running text does. */
var WHOLE = /[.!?…:]["'”’)]*\s*$/u;
var answers = 0;
/** An answer that grows. */
var Answer = class {
	actions;
	article;
	#body = element("div", "text");
	#id = `answer-${++answers}`;
	#shown = [];
	#rating;
	#offer;
	/** A reply that nobody asked the assistant for is a notice of the service. */
	constructor(actions, isAsked = true) {
		this.actions = actions;
		const heading = element("h3", "unseen", isAsked ? words.assistant : words.notice);
		this.article = element("article", "message answer", heading, this.#body);
		this.article.hidden = true;
	}
	/** Shows the sentence of this number, from 0. After a lost line they come again from the first. */
	add(index, sentence) {
		if (index !== this.#shown.length) return;
		this.#shown.push(sentence);
		this.#append(sentence);
		this.article.hidden = false;
	}
	/** Takes away what was shown. */
	restart() {
		this.#shown = [];
		this.#body.replaceChildren();
		this.article.hidden = true;
	}
	/** Shows what the reply adds to the sentences already there. A screen reader reads only what is new. */
	finish(reply) {
		const sentences = reply.sentences.length > 0 ? reply.sentences : [{
			text: reply.text,
			citations: []
		}];
		if (!this.#shown.every((sentence, index) => sentence.text === sentences[index]?.text) || reply.outcome === "clarify") this.restart();
		this.article.classList.add(reply.outcome);
		if (reply.outcome === "clarify") this.#choices(sentences, reply.choices ?? []);
		else for (const [index, sentence] of sentences.entries()) this.add(index, sentence);
		if (reply.citations.length > 0 && reply.outcome !== "clarify") this.article.append(this.#sources(reply.citations));
		if (reply.offers.length > 0) this.article.append(this.#person(reply.offers));
		if (reply.outcome === "answer") {
			this.#rating = new Rating(this.#id, reply.turn, this.actions);
			this.article.append(this.#rating.group);
		}
		this.article.hidden = false;
	}
	/** Shows the buttons to take up what the reply offered, and the one to decline it; or none once that is over. */
	showOffer(open, canDecline) {
		if (this.#offer === void 0) return;
		this.#offer.hidden = !open;
		const decline = this.#offer.querySelector("[data-decline]");
		if (decline !== null) decline.hidden = !canDecline;
	}
	/** Shows how the answer was rated before. */
	rated(helpful) {
		this.#rating?.restore(helpful);
	}
	/** Shows a fixed text instead of an answer. */
	notice(text, withPerson) {
		this.article.classList.add("notice");
		this.article.append(element("p", void 0, text));
		if (withPerson) this.article.append(this.#person([]));
		this.article.hidden = false;
	}
	#append(sentence) {
		const lines = pieces(sentence.text);
		const before = this.#shown.at(-2);
		const flows = WHOLE.test(sentence.text) && (before === void 0 || WHOLE.test(before.text));
		lines.forEach((line, index) => {
			const place = this.#place(line, flows && index === 0);
			if (place.childNodes.length > 0) place.append(" ");
			place.append(line.text);
			if (index === lines.length - 1) place.append(...sentence.citations.map((number) => this.#mark(number)));
		});
	}
	/** Where a line goes: sentences flow into one paragraph, items and steps into one list. */
	#place(line, flows) {
		const last = this.#body.lastElementChild;
		if (line.kind === "text") {
			if (flows && last instanceof HTMLParagraphElement) return last;
			return this.#body.appendChild(element("p"));
		}
		const item = element("li");
		if (line.kind === "item") return (last instanceof HTMLUListElement ? last : this.#body.appendChild(element("ul"))).appendChild(item);
		item.value = line.number;
		return (last instanceof HTMLOListElement ? last : this.#body.appendChild(element("ol"))).appendChild(item);
	}
	#sourceId(number) {
		return `${this.#id}-source-${number}`;
	}
	#mark(number) {
		const link = element("a", "mark", String(number));
		link.href = `#${this.#sourceId(number)}`;
		link.setAttribute("aria-label", words.source(number));
		return element("sup", void 0, link);
	}
	#sources(citations) {
		const list = element("ol", "sources");
		for (const citation of citations) {
			const link = element("a", void 0, citation.heading === citation.title || citation.heading === "" ? citation.title : `${citation.title} › ${citation.heading}`);
			link.href = citation.href;
			const item = element("li", void 0, link, element("details", void 0, element("summary", void 0, words.quote), element("blockquote", void 0, citation.quote_text)));
			item.id = this.#sourceId(citation.n);
			item.value = citation.n;
			list.append(item);
		}
		return element("div", "section", element("h4", void 0, words.sources), list);
	}
	/** The question back, and each reading as a button that asks it; readings that the text lists count as well. */
	#choices(sentences, named) {
		const lines = sentences.flatMap((sentence) => pieces(sentence.text));
		const listed = lines.filter((line) => line.kind !== "text").map((line) => line.text);
		const choices = named.length > 0 ? named : listed;
		for (const line of lines.filter((each) => each.kind === "text")) this.#body.append(element("p", void 0, line.text));
		const list = element("ul", "choices");
		for (const choice of choices) list.append(element("li", void 0, button(choice, "choice", () => this.actions.ask(choice))));
		if (choices.length > 0) this.#body.append(list);
	}
	#person(offers) {
		const section = element("div", "section", element("h4", void 0, words.person), this.actions.contact());
		const offer = element("div", "buttons offer");
		if (offers.includes("human")) offer.append(button(personWords.talk, "button", () => this.actions.person()));
		if (offers.includes("call_back")) offer.append(button(personWords.callBack, "button plain", () => this.actions.callBack()));
		if (offers.length > 0) {
			const decline = button(personWords.decline, "link", () => this.actions.decline());
			decline.dataset["decline"] = "";
			offer.append(decline);
			offer.hidden = true;
			this.#offer = offer;
			section.append(offer);
		}
		return section;
	}
};
// src/log.ts
/**
* The conversation as it is shown: questions with their answers, and notices between them. An event may come twice, by the
* turn's own stream and by the conversation's; the second time it changes nothing.
*/
/** The log of the page. */
var ConversationLog = class {
	place;
	actions;
	onGrow;
	#entries = /* @__PURE__ */ new Map();
	#answers = /* @__PURE__ */ new Map();
	#notices = /* @__PURE__ */ new Map();
	#offering;
	#lastQuestion;
	constructor(place, actions, onGrow) {
		this.place = place;
		this.actions = actions;
		this.onGrow = onGrow;
	}
	get lastQuestion() {
		return this.#lastQuestion;
	}
	/** The questions without an end, by the names of their turns. */
	get pending() {
		return [...this.#entries].filter(([, entry]) => !entry.ended);
	}
	entry(clientTurnId) {
		return clientTurnId === void 0 ? void 0 : this.#entries.get(clientTurnId);
	}
	/** Shows a question, unless it is there, and makes an empty place for its answer. */
	question(clientTurnId, question) {
		const known = this.#entries.get(clientTurnId);
		if (known !== void 0) return known;
		const asked = element("article", "message question", element("h3", "unseen", words.you), element("p", void 0, question));
		const answer = new Answer(this.actions);
		const entry = {
			question,
			asked,
			answer,
			ended: false
		};
		this.#entries.set(clientTurnId, entry);
		this.#lastQuestion = question;
		this.place.append(asked, answer.article);
		return entry;
	}
	/** The turn of this question goes by another name from now on. */
	rename(entry, clientTurnId) {
		for (const [name, each] of this.#entries) if (each === entry) this.#entries.delete(name);
		this.#entries.set(clientTurnId, entry);
	}
	/** Takes a question back that was not one. */
	withdraw(entry) {
		for (const [name, each] of this.#entries) if (each === entry) this.#entries.delete(name);
		entry.asked.remove();
		entry.answer.article.remove();
	}
	sentence(clientTurnId, index, sentence) {
		const entry = this.entry(clientTurnId);
		if (entry !== void 0 && !entry.ended) entry.answer.add(index, sentence);
	}
	/** Shows a reply; says whether it is new. One without a question is a notice of the service. */
	reply(clientTurnId, reply) {
		if (this.#answers.has(reply.turn)) return false;
		const entry = this.entry(clientTurnId);
		if (entry?.ended === true) return false;
		const answer = entry?.answer ?? new Answer(this.actions, false);
		if (entry === void 0) this.place.append(answer.article);
		else entry.ended = true;
		this.#answers.set(reply.turn, answer);
		answer.finish(reply);
		this.#offering?.showOffer(false, false);
		this.#offering = reply.offers.length > 0 ? answer : void 0;
		return true;
	}
	/** Ends a question without a reply. */
	fail(entry, notice, withPerson) {
		if (entry.ended) return;
		entry.ended = true;
		entry.answer.restart();
		entry.answer.notice(notice, withPerson);
	}
	rated(turn, helpful) {
		this.#answers.get(turn)?.rated(helpful);
	}
	/** Shows or hides the buttons of the last reply's offer. */
	showOffer(open, canDecline) {
		this.#offering?.showOffer(open, canDecline);
	}
	/** What was offered has been taken up, or declined. */
	endOffer() {
		this.#offering?.showOffer(false, false);
		this.#offering = void 0;
	}
	/** Adds a message or another article. */
	show(article) {
		this.place.append(article);
		this.onGrow();
	}
	/** Adds lines that say what happened. With a name they are shown once, unless they are better than those before. */
	notice(lines, name, better = false) {
		const known = name === void 0 ? void 0 : this.#notices.get(name);
		if (known !== void 0 && !better) return known;
		const notice = element("div", "event", ...lines.map((line) => element("p", void 0, line)));
		if (known === void 0) this.place.append(notice);
		else known.replaceWith(notice);
		if (name !== void 0) this.#notices.set(name, notice);
		this.onGrow();
		return notice;
	}
	clear() {
		this.#entries.clear();
		this.#answers.clear();
		this.#notices.clear();
		this.#offering = void 0;
		this.#lastQuestion = void 0;
		this.place.replaceChildren();
	}
};
// src/status.ts
/** The one line that says what is going on, read out politely. What matters most is shown; the rest waits behind it. */
/** What the line can be about, the most important first. */
var ORDER = [
	"connection",
	"turn",
	"typing",
	"presence",
	"queue",
	"done"
];
var StatusLine = class {
	#place = byId("status", HTMLElement);
	#said = /* @__PURE__ */ new Map();
	/** Says something about a concern; an empty text takes back what was said. */
	say(concern, text) {
		if (text === "") this.#said.delete(concern);
		else this.#said.set(concern, text);
		const first = ORDER.find((each) => this.#said.has(each));
		const shown = first === void 0 ? "" : this.#said.get(first) ?? "";
		if (this.#place.textContent !== shown) this.#place.textContent = shown;
		this.#place.classList.toggle("still", first === "done");
	}
	/** Brings the line into view, where what it says is about something far from it. */
	stayInView() {
		this.#place.scrollIntoView({ block: "nearest" });
	}
	clear() {
		for (const concern of ORDER) this.say(concern, "");
	}
};
// src/turn.ts
/**
* One question from sending to its end, over lost connections and restarts of the service. A lost stream is taken up again
* under the same name, so that nothing is computed twice; its sentences then come again from the first, with their numbers.
*/
/** How long to wait before each new try. Together some 30 seconds, which a restart of the service takes. */
var DELAYS_MS = [
	500,
	1e3,
	2e3,
	4e3,
	8e3,
	15e3
];
/** A connection that lasted so long did not fail: the tries are counted anew. */
var GOOD_MS = 1e4;
/** A question on its way. */
var Turn = class {
	text;
	view;
	signal;
	#clientTurnId;
	#session;
	#failures = 0;
	/** A turn that the service gave up, or a conversation that it lost, is begun anew once and not for ever. */
	#renewed = false;
	constructor(text, view, signal, clientTurnId = newName()) {
		this.text = text;
		this.view = view;
		this.signal = signal;
		this.#clientTurnId = clientTurnId;
	}
	/** What it takes to cancel the turn; nothing while there is no conversation yet. */
	get names() {
		return this.#session && {
			session: this.#session,
			clientTurnId: this.#clientTurnId
		};
	}
	/** The turn's name by now. */
	get clientTurnId() {
		return this.#clientTurnId;
	}
	/** Runs the turn to its end. Never rejects. */
	async run() {
		for (;;) {
			const began = Date.now();
			try {
				const end = await this.#attempt();
				if (end !== void 0) return end;
			} catch (problem) {
				if (this.signal.aborted) return { kind: "stopped" };
				const end = this.#judge(problem);
				if (end !== void 0) return end;
			}
			if (Date.now() - began >= GOOD_MS) this.#failures = 0;
			const delay = DELAYS_MS[this.#failures];
			if (delay === void 0) return {
				kind: "failed",
				lost: true
			};
			this.#failures += 1;
			this.view.connection("lost");
			await pause(delay, this.signal);
			if (this.signal.aborted) return { kind: "stopped" };
		}
	}
	/** One connection: the turn's end, or nothing when the stream broke off. */
	async #attempt() {
		this.#session = load();
		if (this.#session === void 0) {
			this.#session = await createConversation(this.signal);
			save(this.#session);
		}
		this.view.conversation(this.#session);
		for await (const event of await sendTurn(this.#session, this.#clientTurnId, this.text, this.signal)) switch (event.name) {
			case "question":
			case "state":
			case "message":
			case "feedback":
			case "queue":
			case "typing":
			case "presence": break;
			case "status":
				this.view.stage(event.data.stage);
				break;
			case "sentence":
				this.view.sentence(event.data.index, event.data);
				break;
			case "reply": return {
				kind: "reply",
				reply: event.data
			};
			case "error": return this.#ended(event.data.code);
		}
	}
	#ended(code) {
		if (code === "cancelled") return { kind: "stopped" };
		if (code === "taken_over") return {
			kind: "with_person",
			sent: true
		};
		if (code === "shutting_down") return void 0;
		if (code === "abandoned" && !this.#renewed) {
			this.#renew();
			return;
		}
		return {
			kind: "failed",
			lost: false
		};
	}
	/** What a failed connection means; nothing when it is worth another try. */
	#judge(problem) {
		if (!(problem instanceof Refusal)) return void 0;
		if (problem.isPassing) return void 0;
		if (problem.code === "turn_in_progress") return { kind: "busy" };
		if (problem.code === "with_person") return {
			kind: "with_person",
			sent: false
		};
		if ((problem.isGone || problem.code === "conversation_full" && this.view.mayBeginAnew()) && !this.#renewed) {
			forget();
			this.#renew();
			return;
		}
		return {
			kind: "failed",
			lost: false
		};
	}
	#renew() {
		this.#renewed = true;
		this.#clientTurnId = newName();
		this.view.restart(this.#clientTurnId);
	}
};
// src/page.ts
/** The service's own limit, should the page not name it. */
var LONGEST_QUESTION = 2e3;
/** A line that is back so soon was hardly lost. */
var LOST_MS = 2e3;
/** The page. */
var Page = class {
	log;
	status = new StatusLine();
	composer;
	council;
	callBackDays;
	#root = byId("reeve", HTMLElement);
	#clear = byId("clear", HTMLButtonElement);
	#details = byId("contact-details", HTMLElement);
	#examples = document.getElementById("examples");
	#handoff;
	#running;
	#follower;
	#lost;
	#restoring = false;
	#deleting = false;
	constructor() {
		const { longest, council, callBackDays } = this.#root.dataset;
		this.council = council ?? "";
		this.callBackDays = Number(callBackDays) || void 0;
		this.log = new ConversationLog(byId("log", HTMLElement), this, () => {
			if (!this.#restoring && this.composer.hasFocus) this.composer.stayInView();
		});
		this.composer = new Composer(Number(longest) || LONGEST_QUESTION, {
			send: (text) => this.ask(text),
			stop: () => this.#stop(),
			typing: () => this.#handoff.chat.typing()
		});
		this.#handoff = new Handoff(this);
		this.#clear.addEventListener("click", () => this.#askToDelete());
		for (const example of this.#examples?.querySelectorAll("button") ?? []) example.addEventListener("click", () => this.ask(example.textContent ?? ""));
		this.#root.hidden = false;
	}
	/** Sends a question, unless another is being answered; or a message, where a person has the conversation. */
	ask(text) {
		this.status.say("done", "");
		if (this.#deleting) this.composer.restore(text);
		else if (this.#handoff.isWithPerson) this.#handoff.chat.send(text);
		else if (this.#running === void 0) this.#run(text);
	}
	async rate(turn, helpful, comment) {
		const open = load();
		if (open === void 0) throw new Error("there is no conversation");
		await sendFeedback(open, turn, helpful, comment);
	}
	contact() {
		const copy = element("div");
		copy.append(...Array.from(this.#details.childNodes, (node) => node.cloneNode(true)));
		return copy;
	}
	person() {
		this.#handoff.ask();
	}
	callBack() {
		this.#handoff.callBack();
	}
	decline() {
		this.#handoff.leave();
	}
	/** What is done in a conversation that has ended is done once more in a new one. */
	async inConversation(action) {
		const open = load();
		if (open !== void 0) try {
			this.#follow(open);
			return await action(open);
		} catch (problem) {
			if (!(problem instanceof Refusal && problem.isGone)) throw problem;
			if (load()?.id === open.id) forget();
		}
		const begun = await createConversation();
		save(begun);
		this.#follow(begun);
		return action(begun);
	}
	began() {
		if (this.#examples !== null) this.#examples.hidden = true;
		this.#clear.hidden = false;
	}
	/** Shows the conversation again that this tab was in before the page was loaded anew. */
	async restore() {
		const open = load();
		if (open === void 0) return;
		let last = 0;
		this.#restoring = true;
		try {
			for await (const event of await eventsSoFar(open)) {
				this.#apply(event);
				last = event.id ?? last;
			}
		} catch (problem) {
			if (problem instanceof Refusal && problem.isGone) {
				forget();
				return;
			}
		} finally {
			this.#restoring = false;
		}
		this.#follow(open, last);
		for (const [name, entry] of this.log.pending) await this.#run(entry.question, entry, name);
	}
	/** Listens to a conversation from now on. */
	#follow(open, last = 0) {
		if (this.#follower?.session.id === open.id) return;
		const isAnother = this.#follower !== void 0;
		this.#follower?.stop();
		if (isAnother) this.#handoff.reset();
		this.#follower = new Follower(open, {
			event: (event) => this.#apply(event),
			connection: (state) => this.#connection(state),
			gone: () => this.#gone(open),
			mayRest: () => !this.#handoff.isOpen && this.#running === void 0
		}, last);
		this.#follower.start();
	}
	#apply(event) {
		switch (event.name) {
			case "question":
				if (event.data.client_turn_id === void 0) break;
				this.log.question(event.data.client_turn_id, event.data.text);
				this.began();
				break;
			case "status":
				if (this.#isRunning(event.data.client_turn_id)) this.status.say("turn", stages[event.data.stage]);
				break;
			case "sentence":
				this.log.sentence(event.data.client_turn_id, event.data.index, event.data);
				break;
			case "reply":
				if (this.log.reply(event.data.client_turn_id, event.data)) this.#handoff.reply(event.data);
				if (this.#running?.entry.ended === true) this.#running.abort.abort();
				break;
			case "error":
				this.#failed(event.data.client_turn_id, event.data.code);
				break;
			case "state":
				this.#handoff.state(event.data);
				break;
			case "message":
				this.#handoff.message(event.data);
				break;
			case "feedback":
				this.log.rated(event.data.turn, event.data.helpful);
				break;
			case "queue":
				this.#handoff.queue(event.data);
				break;
			case "typing":
				if (event.data.from === "staff") this.#handoff.typing(event.data.name);
				break;
			case "presence": if (event.data.from === "staff") this.#handoff.presence(event.data.name, event.data.here);
		}
	}
	#isRunning(clientTurnId) {
		return this.#running !== void 0 && this.log.entry(clientTurnId) === this.#running.entry;
	}
	/** A turn ended without a reply. One that this page runs hears it itself and may begin anew. */
	#failed(clientTurnId, code) {
		const entry = this.log.entry(clientTurnId);
		if (entry === void 0 || this.#isRunning(clientTurnId) || code === "shutting_down") return;
		const notice = {
			cancelled: words.stopped,
			taken_over: words.takenOver
		}[code] ?? words.failed;
		this.log.fail(entry, notice, false);
	}
	#connection(state) {
		if (state === "open") this.#calm();
		else this.#lost ??= setTimeout(() => {
			if (this.#handoff.isOpen) this.status.say("connection", this.#handoff.isWithPerson ? words.reconnecting : personWords.lost);
		}, LOST_MS);
	}
	/** The line is there again, or none is needed. */
	#calm() {
		clearTimeout(this.#lost);
		this.#lost = void 0;
		this.status.say("connection", "");
	}
	#gone(open) {
		this.#calm();
		this.#follower = void 0;
		if (load()?.id === open.id) forget();
		if (this.#handoff.isOpen) this.log.notice([personWords.conversationEnded]);
		this.#handoff.reset();
	}
	async #run(question, shown, clientTurnId = newName()) {
		const entry = shown ?? this.log.question(clientTurnId, question);
		const abort = new AbortController();
		const turn = new Turn(question, {
			stage: (stage) => this.status.say("turn", stages[stage]),
			connection: (state) => this.status.say("turn", state === "lost" ? words.reconnecting : words.connecting),
			conversation: (open) => this.#follow(open),
			mayBeginAnew: () => !this.#handoff.isOpen,
			sentence: (index, sentence) => {
				if (!entry.ended) entry.answer.add(index, sentence);
			},
			restart: (name) => {
				if (entry.ended) return;
				entry.answer.restart();
				this.log.rename(entry, name);
			}
		}, abort.signal, clientTurnId);
		this.#running = {
			turn,
			abort,
			entry
		};
		this.began();
		this.composer.calm();
		this.composer.setBusy(true);
		this.status.say("turn", words.connecting);
		entry.asked.scrollIntoView({ block: "start" });
		const end = await turn.run();
		if (this.#running?.turn !== turn) return;
		this.#running = void 0;
		this.status.say("turn", "");
		if (!entry.ended) this.#finish(question, entry, end, turn);
		this.composer.setBusy(false);
	}
	#finish(question, entry, end, turn) {
		switch (end.kind) {
			case "reply":
				if (this.log.reply(turn.clientTurnId, end.reply)) this.#handoff.reply(end.reply);
				break;
			case "stopped":
				this.log.fail(entry, words.stopped, false);
				this.composer.restore(question);
				break;
			case "with_person":
				if (end.sent) this.log.fail(entry, words.takenOver, false);
				else {
					this.log.withdraw(entry);
					this.#handoff.chat.send(question);
				}
				break;
			case "busy":
				this.#fail(question, entry, words.busyElsewhere);
				break;
			case "failed": this.#fail(question, entry, end.lost ? words.lost : words.failed);
		}
	}
	#fail(question, entry, problem) {
		this.log.fail(entry, problem, true);
		this.composer.restore(question);
		this.composer.complain(problem);
	}
	#stop() {
		if (this.#running === void 0) return;
		const { turn, abort } = this.#running;
		const names = turn.names;
		abort.abort();
		if (names !== void 0) cancelTurn(names.session, names.clientTurnId).catch(() => void 0);
	}
	#askToDelete() {
		const question = this.#handoff.isOpen ? deleteWords.sureOpen : deleteWords.sure;
		askOnceMore(this.#clear, {
			question,
			yes: deleteWords.yes,
			no: deleteWords.no
		}, () => void this.#delete());
	}
	async #delete() {
		const open = load();
		const running = this.#running;
		this.#running = void 0;
		running?.abort.abort();
		const last = this.#follower?.lastEvent;
		this.#follower?.stop();
		this.#follower = void 0;
		this.#calm();
		this.status.clear();
		this.composer.setBusy(false);
		this.composer.calm();
		let receipt;
		this.#deleting = true;
		try {
			receipt = open === void 0 ? void 0 : await deleteConversation(open);
		} catch (problem) {
			if (open !== void 0 && !(problem instanceof Refusal && problem.isGone)) {
				if (running !== void 0) this.log.fail(running.entry, words.stopped, false);
				this.#follow(open, last);
				this.status.say("done", deleteWords.failed);
				this.#handoff.refresh();
				this.#clear.focus();
				return;
			}
		} finally {
			this.#deleting = false;
		}
		this.#forget(receipt);
	}
	#forget(receipt) {
		const keepsCallBack = this.#handoff.hasCallBack;
		forget();
		this.log.clear();
		this.#handoff.clear();
		if (this.#examples !== null) this.#examples.hidden = false;
		this.#clear.hidden = true;
		const when = receipt === void 0 ? void 0 : inWordsWithDate(receipt.erased_at);
		const told = receipt === void 0 || when === void 0 ? deleteWords.done : deleteWords.receipt(receipt.receipt, when);
		const notice = this.log.notice([told, ...keepsCallBack ? [deleteWords.callBackStays] : []]);
		notice.tabIndex = -1;
		notice.focus();
	}
};
// src/main.ts
/** Starts the page on which a resident asks. */
new Page().restore();
