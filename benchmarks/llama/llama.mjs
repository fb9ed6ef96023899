// llama.cpp as the benchmark's other side: reads one request a line from standard input, as JSON, and answers each with
// one line on standard output. It is started by the program in ../src, which measures its own side between the requests.
//
//     {"op": "load", "path", "threads", "context_tokens"}      → {"library", "system_info", "versions", …}
//     {"op": "prefill", "tokens"}                              → {"ms"}, to the first token, from an empty sequence
//     {"op": "decode", "tokens", "count"}                      → {"ms"}, of `count` tokens after the first
//     {"op": "answer", "way", "start", "prefix", "suffix", "most_tokens"}
//                                                              → {"ms", "first_ms", "tokens", "ended", …}
//
// An answer that failed is {"error"}. The program ends with its standard input. Times are taken in here, so that neither
// the pipe nor JSON counts.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { InputLookupTokenPredictor, LlamaLogLevel, getLlama } from "node-llama-cpp";

const states = process.argv[2];
if (states === undefined) {
    console.error("usage: node llama.mjs FOLDER-FOR-STATES");
    process.exit(2);
}

let llama;
let loaded;

// Loads a model in the place of the one before. Each way of answering has a context of its own with one sequence, since
// more sequences in one context could cost each of them time.
async function load({ path, threads, context_tokens: contextSize }) {
    // Without a limit, the package takes at least 4 threads.
    llama ??= await getLlama({ gpu: false, build: "never", maxThreads: threads, logLevel: LlamaLogLevel.error });
    await loaded?.model.dispose();
    const model = await llama.loadModel({ modelPath: path });
    const context = () => model.createContext({ contextSize, threads: { ideal: threads, min: threads } });
    const predictor = new InputLookupTokenPredictor();
    const [reuse, saved] = [await context(), await context()];
    loaded = {
        model,
        predictor,
        reuse: reuse.getSequence(),
        states: saved.getSequence({ tokenPredictor: predictor }),
    };
    return {
        library: libraryInUse(),
        system_info: llama.systemInfo,
        package: version("node-llama-cpp"),
        llama_cpp: llama.llamaCppRelease.release,
        node: process.version,
        threads: reuse.currentThreads || threads,
        batch_tokens: reuse.batchSize,
        flash_attention: String(reuse.flashAttention),
    };
}

function version(name) {
    const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
    return `${name} ${JSON.parse(readFileSync(file, "utf8")).version}`;
}

// Which of the prebuilt variants for the processor's features llama.cpp chose. Only Linux tells.
function libraryInUse() {
    const maps = "/proc/self/maps";
    const lines = existsSync(maps) ? readFileSync(maps, "utf8").split("\n") : [];
    const names = lines.map((line) => basename(line.split(" ").at(-1)));
    return names.find((name) => name.startsWith("libggml-cpu")) ?? null;
}

// Greedy tokens of a sequence. The generator goes on past the end of a turn when it is asked to.
function generate(sequence, tokens, options = {}) {
    return sequence.evaluate(tokens, { temperature: 0, ...options });
}

async function prefill({ tokens }) {
    const sequence = loaded.reuse;
    await sequence.clearHistory();
    const begun = performance.now();
    const iterator = generate(sequence, tokens, { yieldEogToken: true });
    await iterator.next();
    const ms = performance.now() - begun;
    await iterator.return();
    return { ms };
}

async function decode({ tokens, count }) {
    const sequence = loaded.reuse;
    await sequence.clearHistory();
    const iterator = generate(sequence, tokens, { yieldEogToken: true });
    await iterator.next();
    const begun = performance.now();
    for (let done = 0; done < count; done += 1) {
        await iterator.next();
    }
    const ms = performance.now() - begun;
    await iterator.return();
    return { ms };
}

// One answer. `way` is `reuse` (the sequence keeps what two prompts after one another have in common) or `states` (the
// state of each passage is saved to a file and loaded from it, and the package's lookup predicts tokens from the prompt).
// `start` is
//   cold      nothing is known;
//   warm      the passage was read before: it is in the sequence, or its state is in a file;
//   repeated  the very same prompt was answered just before and is still in the sequence, but for its last token.
async function answer({ way, start, prefix, suffix, most_tokens: most }) {
    const sequence = loaded[way];
    const prompt = [...prefix, ...suffix];
    const file = join(states, createHash("sha256").update(Uint32Array.from(prefix)).digest("hex"));
    let savedMs = null;
    let begun = performance.now();
    let rest = suffix;
    if (start === "cold") {
        await sequence.clearHistory();
        if (way === "states") {
            await sequence.evaluateWithoutGeneratingNewTokens(prefix);
            // A service would save the state after it has answered.
            const before = performance.now();
            await sequence.saveStateToFile(file);
            savedMs = performance.now() - before;
            begun += savedMs;
        } else {
            rest = prompt;
        }
    } else if (start === "repeated") {
        await keep(sequence, prompt.length - 1);
        rest = prompt.slice(-1);
    } else if (way === "states") {
        await sequence.loadStateFromFile(file, { acceptRisk: true });
    } else {
        await keep(sequence, prefix.length);
    }
    if (way === "states") {
        loaded.predictor.updateInputTokens(prompt);
    }
    const tokens = [];
    let firstMs = null;
    const iterator = generate(sequence, rest);
    let ended = false;
    while (tokens.length < most) {
        const { value, done } = await iterator.next();
        if (done) {
            ended = true;
            break;
        }
        firstMs ??= performance.now() - begun;
        tokens.push(value);
    }
    const ms = performance.now() - begun;
    await iterator.return();
    return { ms, first_ms: firstMs ?? ms, tokens, ended, saved_ms: savedMs };
}

// Drops all but the first tokens of a sequence.
async function keep(sequence, count) {
    if (sequence.nextTokenIndex < count) {
        throw new Error(`the sequence holds ${sequence.nextTokenIndex} tokens, and ${count} of them are to be kept`);
    }
    await sequence.eraseContextTokenRanges([{ start: count, end: sequence.nextTokenIndex }]);
}

const operations = { load, prefill, decode, answer };

for await (const line of createInterface({ input: process.stdin })) {
    let told;
    try {
        const request = JSON.parse(line);
        told = await operations[request.op](request);
    } catch (error) {
        told = { error: error.stack ?? String(error) };
    }
    process.stdout.write(`${JSON.stringify(told)}\n`);
}
process.exit(0);
