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
var words = {
	you: "You asked",
	assistant: "The assistant answered",
	sources: "Where this comes from",
	source: (number) => `Source ${number}`,
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
	tooLong: (longest) => `Your question can be up to ${longest} characters. Make it shorter.`,
	left: (count) => count === 1 ? "You have 1 character left." : `You have ${count} characters left.`,
	over: (count) => count === 1 ? "You have 1 character too many." : `You have ${count} characters too many.`,
	lost: "We could not reach the assistant. Check your connection and press Send to try again, or talk to a person.",
	failed: "Something went wrong on our side. Press Send to try again, or talk to a person.",
	busyElsewhere: "Your last question is still being answered. Wait a moment, then press Send again."
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
	#number = ++answers;
	#shown = [];
	constructor(actions) {
		this.actions = actions;
		const heading = element("h3", "unseen", words.assistant);
		this.article = element("article", "message answer", heading, this.#body);
		this.article.hidden = true;
	}
	/** Shows one more sentence. */
	add(sentence) {
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
		else for (const sentence of sentences.slice(this.#shown.length)) this.add(sentence);
		if (reply.citations.length > 0 && reply.outcome !== "clarify") this.article.append(this.#sources(reply.citations));
		if (reply.offers.length > 0) this.article.append(this.#person());
		if (reply.outcome === "answer") this.article.append(this.#rating(reply.turn));
		this.article.hidden = false;
	}
	/** Shows a fixed text instead of an answer. */
	notice(text, withPerson) {
		this.article.classList.add("notice");
		this.article.append(element("p", void 0, text));
		if (withPerson) this.article.append(this.#person());
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
		return `answer-${this.#number}-source-${number}`;
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
	#person() {
		return element("div", "section", element("h4", void 0, words.person), this.actions.contact());
	}
	#rating(turn) {
		const question = element("p", void 0, words.helpful);
		question.id = `answer-${this.#number}-helpful`;
		const group = element("div", "section rating", question);
		group.setAttribute("role", "group");
		group.setAttribute("aria-labelledby", question.id);
		const rate = (helpful) => {
			this.actions.rate(turn, helpful).then(() => {
				for (const choice of group.querySelectorAll("button")) choice.remove();
				question.textContent = helpful ? words.thanks : words.notHelpful;
				question.tabIndex = -1;
				question.focus();
				if (!helpful) group.append(this.actions.contact());
			}, () => {
				question.textContent = words.feedbackFailed;
			});
		};
		group.append(button(words.yes, "button plain", () => rate(true)), button(words.no, "button plain", () => rate(false)));
		return group;
	}
};
// src/events.ts
var NAMES = /* @__PURE__ */ new Set([
	"question",
	"status",
	"sentence",
	"reply",
	"error"
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
	let id = 0;
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
/** The events of a response, as they come. */
async function* read(response) {
	if (response.body === null) return;
	const parser = new EventParser();
	const decoder = new TextDecoder();
	const reader = response.body.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
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
	constructor(status, code) {
		super(`${status} ${code}`);
		this.status = status;
		this.code = code;
	}
	/** Whether the conversation is not there any more, or takes no more turns: a new one is needed. */
	get endsConversation() {
		return this.status === 401 || this.status === 404 || this.code === "conversation_full";
	}
	/** Whether it may go away by itself. */
	get isPassing() {
		return this.status >= 500 || this.status === 408 || this.status === 429;
	}
};
async function createConversation(signal) {
	return await (await send(BASE, {
		method: "POST",
		signal
	})).json();
}
/** The events of a turn, from its first. The same name is the same turn, however often it is sent. */
async function sendTurn(session, clientTurnId, text, signal) {
	return read(await post(session, "turns", {
		client_turn_id: clientTurnId,
		text
	}, signal));
}
/** What happened in the conversation so far. */
async function eventsSoFar(session) {
	return read(await send(`${BASE}/${session.id}/events?follow=false`, { headers: bearer(session) }));
}
async function cancelTurn(session, clientTurnId) {
	await post(session, "cancel", { client_turn_id: clientTurnId });
}
async function sendFeedback(session, turn, helpful) {
	await post(session, "feedback", {
		turn,
		helpful
	});
}
async function deleteConversation(session) {
	await send(`${BASE}/${session.id}`, {
		method: "DELETE",
		headers: bearer(session)
	});
}
function post(session, route, body, signal) {
	return send(`${BASE}/${session.id}/${route}`, {
		method: "POST",
		headers: {
			...bearer(session),
			"Content-Type": "application/json"
		},
		body: JSON.stringify(body),
		...signal === void 0 ? {} : { signal }
	});
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
	const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : "unknown";
	throw new Refusal(response.status, code);
}
// src/composer.ts
/** The box in which a question is typed, its limit, and the buttons beside it. */
var Composer = class {
	longest;
	#form = byId("form", HTMLFormElement);
	#box = byId("question", HTMLTextAreaElement);
	#count = byId("count", HTMLElement);
	#problem = byId("problem", HTMLElement);
	#send = byId("send", HTMLButtonElement);
	#stop = byId("stop", HTMLButtonElement);
	#busy = false;
	constructor(longest, onAsk, onStop) {
		this.longest = longest;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			const question = this.#take();
			if (question !== void 0) onAsk(question);
		});
		this.#box.addEventListener("keydown", (event) => {
			if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
			event.preventDefault();
			if (!this.#busy) this.#form.requestSubmit();
		});
		this.#box.addEventListener("input", () => this.#showCount());
		this.#stop.addEventListener("click", onStop);
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
			this.complain(question === "" ? words.empty : words.tooLong(this.longest));
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
// src/turn.ts
/**
* One question from sending to its end, over lost connections and restarts of the service. A lost stream is taken up again
* under the same name, so that nothing is computed twice; events that were shown already are skipped by their numbers.
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
/** A name that no other turn has. `crypto.randomUUID` is missing where the page does not come over https. */
function newTurnId() {
	const bytes = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
/** A question on its way. */
var Turn = class {
	text;
	view;
	signal;
	#clientTurnId;
	#session;
	#lastEvent = 0;
	#failures = 0;
	/** A turn that the service gave up, or a conversation that it lost, is begun anew once and not for ever. */
	#renewed = false;
	constructor(text, view, signal, clientTurnId = newTurnId()) {
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
	/** Runs the turn to its end. Never rejects. */
	async run() {
		for (;;) {
			try {
				const end = await this.#attempt();
				if (end !== void 0) return end;
			} catch (problem) {
				if (this.signal.aborted) return { kind: "stopped" };
				const end = this.#judge(problem);
				if (end !== void 0) return end;
			}
			const delay = DELAYS_MS[this.#failures];
			if (delay === void 0) return {
				kind: "failed",
				lost: true
			};
			this.#failures += 1;
			this.view.connection("lost");
			await this.#pause(delay);
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
		for await (const event of await sendTurn(this.#session, this.#clientTurnId, this.text, this.signal)) {
			if (event.id <= this.#lastEvent) continue;
			this.#lastEvent = event.id;
			this.#failures = 0;
			switch (event.name) {
				case "question": break;
				case "status":
					this.view.stage(event.data.stage);
					break;
				case "sentence":
					this.view.sentence(event.data);
					break;
				case "reply": return {
					kind: "reply",
					reply: event.data
				};
				case "error": return this.#ended(event.data.code);
			}
		}
	}
	#ended(code) {
		if (code === "cancelled") return { kind: "stopped" };
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
		if (problem.endsConversation && !this.#renewed) {
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
		this.#clientTurnId = newTurnId();
		this.#lastEvent = 0;
		this.view.restart();
	}
	#pause(delayMs) {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, delayMs);
			this.signal.addEventListener("abort", () => {
				clearTimeout(timer);
				resolve();
			}, { once: true });
		});
	}
};
// src/main.ts
/** The page on which a resident asks: ties the box, the log and the service together. */
/** The service's own limit, should the page not name it. */
var LONGEST_QUESTION = 2e3;
var Page = class {
	#root = byId("reeve", HTMLElement);
	#log = byId("log", HTMLElement);
	#status = byId("status", HTMLElement);
	#clear = byId("clear", HTMLButtonElement);
	#details = byId("contact-details", HTMLElement);
	#examples = document.getElementById("examples");
	#composer;
	#running;
	constructor() {
		const longest = Number(this.#root.dataset["longest"]) || LONGEST_QUESTION;
		this.#composer = new Composer(longest, (question) => this.ask(question), () => this.#stop());
		this.#clear.addEventListener("click", () => void this.#delete());
		for (const example of this.#examples?.querySelectorAll("button") ?? []) example.addEventListener("click", () => this.ask(example.textContent ?? ""));
		this.#root.hidden = false;
	}
	/** Sends a question, unless another is being answered. */
	ask(question) {
		if (this.#running === void 0) this.#run(question);
	}
	async rate(turn, helpful) {
		const open = load();
		if (open === void 0) throw new Error("there is no conversation");
		await sendFeedback(open, turn, helpful);
	}
	contact() {
		const copy = element("div");
		copy.append(...Array.from(this.#details.childNodes, (node) => node.cloneNode(true)));
		return copy;
	}
	/** Shows the conversation again that this tab was in before the page was loaded anew. */
	async restore() {
		const open = load();
		if (open === void 0) return;
		const pending = /* @__PURE__ */ new Map();
		try {
			for await (const event of await eventsSoFar(open)) {
				const id = event.data.client_turn_id;
				if (id === void 0) continue;
				const shown = pending.get(id);
				if (event.name === "question") pending.set(id, {
					question: event.data.text,
					answer: this.#show(event.data.text)
				});
				else if (event.name === "reply") {
					shown?.answer.finish(event.data);
					pending.delete(id);
				} else if (event.name === "error") {
					shown?.answer.notice(event.data.code === "cancelled" ? words.stopped : words.failed, false);
					pending.delete(id);
				}
			}
		} catch {}
		for (const [id, { question, answer }] of pending) await this.#run(question, answer, id);
	}
	async #run(question, answer = this.#show(question), clientTurnId) {
		const abort = new AbortController();
		const turn = new Turn(question, {
			stage: (stage) => this.#say(stages[stage]),
			connection: (state) => this.#say(state === "lost" ? words.reconnecting : words.connecting),
			sentence: (sentence) => answer.add(sentence),
			restart: () => answer.restart()
		}, abort.signal, clientTurnId);
		this.#running = {
			turn,
			abort
		};
		this.#composer.calm();
		this.#composer.setBusy(true);
		this.#say(words.connecting);
		answer.article.previousElementSibling?.scrollIntoView({ block: "start" });
		const end = await turn.run();
		if (this.#running?.turn !== turn) return;
		this.#running = void 0;
		this.#say("");
		this.#finish(question, answer, end);
		this.#composer.setBusy(false);
	}
	#finish(question, answer, end) {
		switch (end.kind) {
			case "reply":
				answer.finish(end.reply);
				break;
			case "stopped":
				answer.restart();
				answer.notice(words.stopped, false);
				this.#composer.restore(question);
				break;
			case "busy":
				this.#fail(question, answer, words.busyElsewhere);
				break;
			case "failed": this.#fail(question, answer, end.lost ? words.lost : words.failed);
		}
	}
	#fail(question, answer, problem) {
		answer.restart();
		answer.notice(problem, true);
		this.#composer.restore(question);
		this.#composer.complain(problem);
	}
	#stop() {
		if (this.#running === void 0) return;
		const { turn, abort } = this.#running;
		const names = turn.names;
		abort.abort();
		if (names !== void 0) cancelTurn(names.session, names.clientTurnId).catch(() => void 0);
	}
	async #delete() {
		const open = load();
		const running = this.#running;
		this.#running = void 0;
		running?.abort.abort();
		forget();
		this.#log.replaceChildren();
		if (this.#examples !== null) this.#examples.hidden = false;
		this.#clear.hidden = true;
		this.#composer.setBusy(false);
		this.#composer.calm();
		this.#composer.focus();
		if (open !== void 0) await deleteConversation(open).catch(() => void 0);
		this.#say(words.deleted);
	}
	/** Puts a question into the log, and an empty place for its answer. */
	#show(question) {
		if (this.#examples !== null) this.#examples.hidden = true;
		this.#clear.hidden = false;
		const asked = element("article", "message question", element("h3", "unseen", words.you), element("p", void 0, question));
		const answer = new Answer(this);
		this.#log.append(asked, answer.article);
		return answer;
	}
	#say(status) {
		this.#status.textContent = status;
	}
};
new Page().restore();
