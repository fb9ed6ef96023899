// src/staff/draft.ts
/**
* Keeps a reply that is being written until it is sent: while its page is loaded anew, as when a sentence is looked for, and
* where the line is lost or the session ends meanwhile.
*/
function keepDraft(conversation) {
	const box = document.getElementById("reply-text");
	if (!(box instanceof HTMLTextAreaElement)) return;
	const key = `reeve-staff-draft-${conversation}`;
	const sending = `${key}-sending`;
	try {
		if (new URLSearchParams(location.search).get("done") === "sent" && sessionStorage.getItem(sending) === sessionStorage.getItem(key)) sessionStorage.removeItem(key);
		sessionStorage.removeItem(sending);
		if (box.value === "") box.value = sessionStorage.getItem(key) ?? "";
		else sessionStorage.setItem(key, box.value);
		box.addEventListener("input", () => sessionStorage.setItem(key, box.value));
		box.form?.addEventListener("submit", () => sessionStorage.setItem(sending, box.value));
	} catch {}
}
// src/staff/form.ts
/** Sending a form of the session from the script. */
/** Sends fields; gives whether they were taken. A session that has ended leads to the page to sign in. */
async function post(address, csrf, fields) {
	try {
		const body = new URLSearchParams({
			...fields,
			csrf
		});
		const response = await fetch(address, {
			method: "POST",
			body,
			headers: { "X-Reeve-Background": "1" }
		});
		if (response.redirected) return "signed_out";
		return response.ok ? "done" : "failed";
	} catch {
		return "failed";
	}
}
// src/staff/news.ts
/** The line in which a page tells what happened while it was open; screen readers read it out. */
function tell(text, link) {
	const line = document.getElementById("news");
	if (line === null) return;
	line.hidden = false;
	line.textContent = text;
	if (link !== void 0) {
		const anchor = document.createElement("a");
		anchor.href = link.address;
		anchor.textContent = link.name;
		line.append(" ", anchor);
	}
}
// src/staff/heartbeat.ts
/** Says that the page is open, so that its member of staff counts as there, and whether somebody uses it. */
/** Who is not heard of for two minutes is not there. */
var INTERVAL_MS = 3e4;
var Heartbeat = class {
	#csrf;
	#active = true;
	#timer;
	constructor(csrf) {
		this.#csrf = csrf;
	}
	start() {
		for (const name of [
			"pointerdown",
			"keydown",
			"input"
		]) document.addEventListener(name, () => {
			this.#active = true;
		}, { passive: true });
		document.addEventListener("visibilitychange", () => {
			if (!document.hidden) this.#beat();
		});
		this.#timer = window.setInterval(() => void this.#beat(), INTERVAL_MS);
		this.#beat();
	}
	async #beat() {
		const active = this.#active;
		this.#active = false;
		const sent = await post("/staff/heartbeat", this.#csrf, { active: active ? "yes" : "no" });
		if (sent === "failed") this.#active ||= active;
		if (sent !== "signed_out") return;
		window.clearInterval(this.#timer);
		tell("You have been signed out.", {
			name: "Sign in again",
			address: "/staff/sign-in"
		});
	}
};
// src/staff/live.ts
/**
* Keeps the live parts of a page as the service has them. The service says that something changed; the page is read again
* and its parts with `data-live` take the place of the old ones. The service has escaped whatever residents wrote, and a
* parsed document runs no scripts.
*/
/** Changes that come together are read together. */
var GATHER_MS = 150;
/** A line that is back so soon was hardly lost. */
var LOST_MS = 3e3;
/** How often the page is read again all the same: waits grow, and residents come and go. */
var LOOK_MS = 3e4;
var Live = class {
	#conversation;
	#told;
	#known;
	#timer;
	#reading = false;
	#again = false;
	#lostTimer;
	/** It was told that the line is lost. */
	#lost = false;
	/** Who waits may have changed. */
	#queued = false;
	constructor(conversation, told) {
		this.#conversation = conversation;
		this.#told = told;
		this.#known = requests(document);
	}
	start() {
		const query = this.#conversation === void 0 ? "" : `?conversation=${encodeURIComponent(this.#conversation)}`;
		const source = new EventSource(`/staff/live${query}`);
		source.addEventListener("begun", () => {
			this.#isBack();
			this.#queued = true;
			this.#soon();
		});
		window.setInterval(() => {
			if (!document.hidden) this.#soon();
		}, LOOK_MS);
		source.addEventListener("changed", () => this.#soon());
		source.addEventListener("queue", () => {
			this.#queued = true;
			this.#soon();
		});
		source.addEventListener("typing", (event) => this.#told.typing(from(event.data)));
		source.addEventListener("signed_out", () => {
			source.close();
			tell("You have been signed out.", {
				name: "Sign in again",
				address: "/staff/sign-in"
			});
		});
		source.addEventListener("error", () => {
			if (source.readyState !== EventSource.CLOSED) return this.#isGone();
			this.#isBack();
			tell("This page is not told of changes any more.", {
				name: "Load it again",
				address: location.href
			});
		});
	}
	#isGone() {
		this.#lostTimer ??= window.setTimeout(() => {
			this.#lost = true;
			tell("The connection is lost. This page may be out of date.");
		}, LOST_MS);
	}
	#isBack() {
		window.clearTimeout(this.#lostTimer);
		this.#lostTimer = void 0;
		if (this.#lost) tell("The connection is back.");
		this.#lost = false;
	}
	#soon() {
		this.#timer ??= window.setTimeout(() => {
			this.#timer = void 0;
			this.#read();
		}, GATHER_MS);
	}
	async #read() {
		if (this.#reading) {
			this.#again = true;
			return;
		}
		this.#reading = true;
		try {
			if (this.#queued) await this.#look();
			this.#queued = false;
			this.#place(await parsed(location.href));
			this.#isBack();
		} catch (problem) {
			if (problem instanceof TypeError) this.#isGone();
		} finally {
			this.#reading = false;
		}
		if (this.#again) {
			this.#again = false;
			this.#soon();
		}
	}
	/** On other pages than the inbox, looks there for those who are new. Not everybody has an inbox. */
	async #look() {
		if (document.getElementById("waiting") !== null) return;
		if (document.querySelector(".staff-places a[href='/staff']") === null) return;
		const inbox = await parsed("/staff");
		this.#hear(requests(inbox), true);
	}
	#place(fresh) {
		const owner = document.body.hasAttribute("data-mine");
		if (fresh.body.hasAttribute("data-mine") !== owner && !isWriting()) {
			location.reload();
			return;
		}
		for (const part of document.querySelectorAll("[data-live][id]")) {
			const changed = fresh.getElementById(part.id);
			if (changed === null || changed.innerHTML === part.innerHTML) continue;
			if (part.id === "transcript") append(part, changed);
			else if (!part.contains(document.activeElement)) part.replaceWith(document.adoptNode(changed));
			else swap(part, changed);
		}
		if (document.getElementById("waiting") !== null) this.#hear(requests(document), false);
		this.#told.changed();
	}
	#hear(now, elsewhere) {
		if (now === void 0) return;
		const before = this.#known;
		this.#known = now;
		const fresh = before === void 0 ? [] : [...now].filter((id) => !before.has(id));
		if (fresh.length === 0) return;
		this.#told.waiting();
		const link = elsewhere ? {
			name: "Go to the inbox",
			address: "/staff"
		} : void 0;
		tell(fresh.length === 1 ? "Someone new is waiting." : `${fresh.length} people are newly waiting.`, link);
	}
};
/** The page at an address as it is now. */
async function parsed(address) {
	const response = await fetch(address, { headers: {
		Accept: "text/html",
		"X-Reeve-Background": "1"
	} });
	if (!response.ok || response.redirected) throw new Error("the page could not be read");
	return new DOMParser().parseFromString(await response.text(), "text/html");
}
/** Those who wait, by their conversations; none where the page does not show them. */
function requests(page) {
	if (page.getElementById("waiting") === null) return void 0;
	const rows = page.querySelectorAll("[data-request]");
	return new Set(Array.from(rows, (row) => row.dataset["request"] ?? ""));
}
/** Adds what is new at the end, so that what is open or has the focus stays. What was said before changes by feedback. */
function append(list, fresh) {
	for (const entry of Array.from(fresh.children)) {
		const old = document.getElementById(entry.id);
		if (old === null) list.append(document.adoptNode(entry));
		else if (old.innerHTML !== entry.innerHTML && old.querySelector("details[open], :focus") === null) old.replaceWith(document.adoptNode(entry));
	}
}
/** Puts new content in place of the old and the focus back on what had it. */
function swap(part, fresh) {
	const focused = document.activeElement;
	const key = focused instanceof HTMLElement ? nameOf(focused) : void 0;
	part.replaceChildren(...Array.from(document.adoptNode(fresh).childNodes));
	(key === void 0 ? void 0 : Array.from(part.querySelectorAll("a, button")).find((one) => nameOf(one) === key))?.focus();
}
function nameOf(one) {
	const form = one.closest("form");
	return one instanceof HTMLAnchorElement ? one.href : form?.action ?? one.id;
}
function isWriting() {
	return Array.from(document.querySelectorAll("textarea")).some((box) => box.value.trim() !== "");
}
function from(data) {
	try {
		const told = JSON.parse(String(data));
		return typeof told === "object" && told !== null && "from" in told ? String(told.from) : "";
	} catch {
		return "";
	}
}
// src/staff/sound.ts
/** A sound for someone new who waits. Off until the member of staff switches it on, here and in each browser. */
var KEPT = "reeve-staff-sound";
var TONES_HZ = [660, 880];
var TONE_SECONDS = .18;
var Sound = class {
	#button = document.getElementById("sound");
	#context;
	#on = false;
	constructor() {
		this.#on = read();
		const choice = document.getElementById("sound-choice");
		if (choice !== null) choice.hidden = false;
		this.#show();
		this.#button?.addEventListener("click", () => {
			this.#on = !this.#on;
			keep(this.#on);
			this.#show();
			if (this.#on) this.play();
		});
		document.addEventListener("pointerdown", () => {
			if (this.#on) this.#audio()?.resume();
		}, { passive: true });
	}
	play() {
		const context = this.#on ? this.#audio() : void 0;
		if (context === void 0) return;
		context.resume();
		TONES_HZ.forEach((frequency, place) => {
			const start = context.currentTime + place * TONE_SECONDS;
			const tone = context.createOscillator();
			const loudness = context.createGain();
			tone.frequency.value = frequency;
			loudness.gain.setValueAtTime(1e-4, start);
			loudness.gain.exponentialRampToValueAtTime(.2, start + .02);
			loudness.gain.exponentialRampToValueAtTime(1e-4, start + TONE_SECONDS);
			tone.connect(loudness).connect(context.destination);
			tone.start(start);
			tone.stop(start + TONE_SECONDS);
		});
	}
	#audio() {
		if (this.#context === void 0 && "AudioContext" in window) this.#context = new AudioContext();
		return this.#context;
	}
	#show() {
		this.#button?.setAttribute("aria-pressed", String(this.#on));
	}
};
function read() {
	try {
		return localStorage.getItem(KEPT) === "on";
	} catch {
		return false;
	}
}
function keep(on) {
	try {
		localStorage.setItem(KEPT, on ? "on" : "off");
	} catch {}
}
// src/staff/typing.ts
/** Who writes: tells the resident while the reply is being written, and shows when the resident does. */
/** How often the resident is told again while the member of staff writes. */
var TELL_MS = 3e3;
/** How long a resident who said no more counts as writing. */
var SHOW_MS = 6e3;
var Typing = class {
	#told = 0;
	#timer;
	constructor(conversation, csrf) {
		const address = `/staff/conversations/${encodeURIComponent(conversation)}/typing`;
		document.getElementById("reply-text")?.addEventListener("input", () => {
			const now = Date.now();
			if (now - this.#told < TELL_MS) return;
			this.#told = now;
			post(address, csrf, {});
		});
	}
	show(from) {
		const line = document.getElementById("typing");
		if (from !== "resident" || line === null) return;
		line.hidden = false;
		window.clearTimeout(this.#timer);
		this.#timer = window.setTimeout(() => this.hide(), SHOW_MS);
	}
	hide() {
		const line = document.getElementById("typing");
		if (line !== null) line.hidden = true;
	}
};
// src/staff/main.ts
/**
* What the staff console's pages do beyond forms: they read themselves again when something changed, sound when someone
* new waits, tell who writes, and say that they are open.
*/
document.querySelector("[data-focus]")?.focus();
var csrf = document.body.dataset["csrf"];
if (csrf !== void 0) {
	const sound = new Sound();
	const conversation = document.body.dataset["conversation"];
	const typing = conversation === void 0 ? void 0 : new Typing(conversation, csrf);
	if (conversation !== void 0) keepDraft(conversation);
	new Live(conversation, {
		waiting: () => sound.play(),
		typing: (from) => typing?.show(from),
		changed: () => typing?.hide()
	}).start();
	new Heartbeat(csrf).start();
}
