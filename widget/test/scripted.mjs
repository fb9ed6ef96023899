/**
 * Conversations that a test directs, with the widget as it is built: what staff and the queue do is done by the test, and
 * lines are cut when it says so. Its events are those of the service: kept ones have a number, others none.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const BASE = "/api/v1/conversations";
const ASSETS = new URL("../../crates/server/assets/", import.meta.url);

/** The policy of the service's own pages. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/** Any page may ask, without cookies. */
const CORS = {
  "access-control-allow-origin": "*", "access-control-allow-methods": "GET, POST, DELETE",
  "access-control-allow-headers": "authorization, content-type, last-event-id", "access-control-max-age": "600",
};

/** A page with this in its body, in this language. */
export const html = (body, lang = "en", head = '<script type="module" src="/widget/reeve-chat.js"></script>') =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Test Council</title>${head}</head><body>${body}</body></html>`;

/** What stands in an element, as in the instructions. */
export const INSIDE = '<a href="/chat">Ask us a question</a> or call <a href="tel:01632960100">01632 960100</a>';

/** Starts it. */
export async function scripted() {
  const script = new Script();
  await new Promise((resolve) => script.server.listen(0, "127.0.0.1", resolve));
  script.address = `http://127.0.0.1:${script.server.address().port}`;
  return script;
}

class Script {
  /** What came: method, route below the conversation, and body. */
  requests = [];
  /** The widget's files that were asked for. */
  scripts = [];
  /** The conversation: its kept events, what passes, and who listens. */
  kept = [];
  passing = [];
  token = undefined;
  /** What a route answers instead of its usual answer: `{status, body}`, or "cut" for a lost line; once each. */
  next = new Map();
  /** The service cannot be used. */
  isDown = false;
  /** A browser sent a cookie. */
  cookies = false;
  /** Waited for before a turn's reply. */
  held = Promise.resolve();
  /** What asking for a person comes to. */
  person = { phase: "waiting", place: 2, estimate_minutes: 5 };
  /** What the assistant replies. */
  /** What the service says of itself. */
  service = {
    council: "Test Council", longest: 2000, call_back_days: 90, conversations_days: 30, notice: null, mode: "on",
    examples: ["How much is garden waste?", "When is my bin day?"], emergency: "If someone is in danger, call 999.",
    contact: { name: "Test Council", phone: "01632 960100", email: "hello@test.example", address: "1 High Street", opening_hours: "Monday to Friday, 9am to 5pm", page: "/pages/contact-us" },
  };
  /** The pages, by path: HTML, or a function that gives it. */
  pages = {
    "/chat": html(`<main><h1>Ask Test Council</h1><reeve-chat position="inline">${INSIDE}</reeve-chat></main>`),
    "/": html(`<main><h1>Test Council</h1><p>Welcome.</p><p><a href="/pages/garden-waste">Garden waste</a></p></main><aside aria-label="Ask us"><reeve-chat>${INSIDE}</reeve-chat></aside>`),
    "/pages/garden-waste": html('<main><h1>Garden waste</h1><h2 id="fees">Fees</h2><p>It costs £52 a year.</p></main>', "en", ""),
  };
  reply = { outcome: "handoff", reason: "missing_knowledge", text: "I could not find the answer.", offers: ["human", "call_back"], sentences: ["I could not find the answer."] };

  #listeners = new Set();
  #turns = 0;

  constructor() {
    this.server = createServer((request, response) => {
      this.#answer(request, response).catch((problem) => response.destroy(problem));
    });
  }

  async stop() {
    this.cut();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Keeps an event and tells those who listen. */
  tell(name, data) {
    const event = { id: this.kept.length + 1, name, data };
    this.kept.push(event);
    for (const listener of this.#listeners) write(listener, event);
    return event;
  }

  /** Tells those who listen, and those who come back, something that is not kept. */
  pass(name, data) {
    const event = { name, data };
    this.passing = [...this.passing.filter((each) => each.name !== name || name === "sentence"), event];
    for (const listener of this.#listeners) write(listener, event);
  }

  /** A member of staff writes. */
  staffSays(text, page = null) {
    this.tell("message", { message_id: this.kept.length + 1, client_message_id: `s${this.kept.length}`, from: "staff", name: "Sam", text, page });
  }

  /** Loses every line. */
  cut() {
    for (const listener of this.#listeners) listener.destroy();
    this.#listeners.clear();
  }

  get listeners() {
    return this.#listeners.size;
  }

  /** The lines that are open. */
  get open() {
    return [...this.#listeners];
  }

  /** Gives a sign of life, as the service does every 10 seconds. */
  live() {
    for (const listener of this.#listeners) listener.write(":\n\n");
  }

  bodies(route) {
    return this.requests.filter((request) => request.route === route && request.method === "POST").map((request) => request.body);
  }

  async #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, "http://test");
    if (!pathname.startsWith("/api/")) {
      await this.#page(pathname, response);
      return;
    }
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    if (request.method === "OPTIONS") {
      response.writeHead(204).end();
      return;
    }
    this.cookies ||= request.headers.cookie !== undefined;
    if (this.isDown) {
      json(response, 503, { code: "unavailable", detail: "" });
      return;
    }
    if (pathname === "/api/v1/service") {
      json(response, 200, this.service);
      return;
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    const route = pathname.split("/")[5] ?? "";
    this.requests.push({ method: request.method, route, body, last: request.headers["last-event-id"] });
    const instead = this.next.get(`${request.method} ${route}`);
    this.next.delete(`${request.method} ${route}`);
    if (instead === "cut") response.destroy();
    else if (instead !== undefined) json(response, instead.status, instead.body);
    else if (request.method === "POST" && pathname === BASE) {
      Object.assign(this, { token: "secret", kept: [], passing: [] });
      json(response, 201, { id: "one", token: this.token });
    } else if (request.headers.authorization !== `Bearer ${this.token}`) json(response, 401, { code: "unauthorized", detail: "" });
    else this.#route(request, response, route, body, searchParams);
  }

  #route(request, response, route, body, searchParams) {
    switch (`${request.method} ${route}`) {
      case "GET events": {
        stream(response);
        const last = Number(request.headers["last-event-id"] ?? 0);
        for (const event of this.kept.filter(({ id }) => id > last)) write(response, event);
        for (const event of this.passing) write(response, event);
        if (searchParams.get("follow") === "false") response.end();
        else this.#listen(response);
        break;
      }
      case "POST turns":
        void this.#turn(response, body);
        break;
      case "POST handoff":
        this.tell("state", { phase: "requested", reason: "asked_for_person" });
        this.tell("state", { phase: this.person.phase, why: this.person.why, reopens: this.person.reopens });
        if (this.person.place) this.pass("queue", { place: this.person.place, estimate_minutes: this.person.estimate_minutes });
        json(response, 200, { ...this.person, contact: {} });
        break;
      case "DELETE handoff": {
        const { phase } = this.kept.findLast(({ name }) => name === "state")?.data ?? {};
        this.tell("state", phase === "with_person" ? { phase: "closed", by: "user", follow_up: false } : { phase: "with_assistant" });
        response.writeHead(204).end();
        break;
      }
      case "POST messages":
        if (!this.kept.some(({ data }) => data.client_message_id === body.client_message_id)) {
          this.tell("message", { message_id: this.kept.length + 1, ...body, from: "user", name: null, page: null });
        }
        json(response, 201, { message_id: this.kept.length });
        break;
      case "POST call_backs":
        this.tell("state", { phase: "with_assistant", reference: "CB-1234" });
        json(response, 201, { reference: "CB-1234", due: "2026-11-27T12:00:00Z" });
        break;
      case "POST feedback":
        this.tell("feedback", { turn: body.turn, helpful: body.helpful });
        response.writeHead(204).end();
        break;
      case "DELETE ":
        this.token = undefined;
        this.cut();
        json(response, 200, { receipt: "R-1", erased_at: "2026-11-25T15:05:00Z" });
        break;
      default:
        response.writeHead(204).end();
    }
  }

  /** Answers a turn, sentence by sentence, once nothing holds it. */
  async #turn(response, { client_turn_id, text }) {
    const names = { turn: `turn-${++this.#turns}`, client_turn_id };
    const { sentences, ...reply } = this.reply;
    const cited = (reply.citations ?? []).map(({ n }) => n);
    stream(response);
    this.tell("question", { ...names, text });
    const told = sentences.map((sentence, index) => ({ name: "sentence", data: { ...names, index, text: sentence, citations: cited } }));
    write(response, { name: "status", data: { ...names, stage: "searching" } });
    await this.held;
    for (const event of [...told, ...told]) write(response, event);
    for (const { name, data } of told) this.pass(name, data);
    this.passing = [];
    const kept = { sentences: sentences.map((sentence) => ({ text: sentence, citations: cited })), citations: [], ...reply, ...names };
    write(response, this.tell("reply", kept));
    response.end();
  }

  #listen(response) {
    this.#listeners.add(response);
    response.on("close", () => this.#listeners.delete(response));
  }

  async #page(path, response) {
    const page = this.pages[path];
    const script = /^\/widget\/(reeve-chat(?:-en|-cy)?)(?:-[0-9a-f]{16})?\.js$/.exec(path);
    if (page !== undefined) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY });
      response.end(typeof page === "function" ? page() : page);
    } else if (script !== null && !this.isDown) {
      this.scripts.push(script[1]);
      const body = await readFile(new URL(`${script[1]}.js`, ASSETS));
      response.writeHead(200, { ...CORS, "content-type": "text/javascript; charset=utf-8", "cross-origin-resource-policy": "cross-origin" }).end(body);
    } else {
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  }
}

function stream(response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": alive\n\n");
}

function write(response, { id, name, data }) {
  response.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

function json(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
