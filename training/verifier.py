"""Trains the verifier's head and its low-rank changes. See README.md."""

import argparse
import json
import random
import subprocess
import tempfile
import time
from os.path import commonprefix
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import texts
from model import Model, Tree
from train import Encoder, area_under_curve, save, start_from

ROOT = Path(__file__).parent.parent
# Blocks of the model that are used, and the first that is changed.
BLOCKS, FIRST, RANK = 20, 12, 8
# Most questions that are asked of a passage.
MOST_QUESTIONS = 9
# Most replies to questions of a passage that are read together.
MOST_REPLIES = 12
# How often an answered question gets its answer as the reply, a wrong reply is the nearest sentence and not the next one,
# and a reply has one more sentence, or two.
RIGHT, NEAREST, ONE_MORE, TWO_MORE = 0.8, 0.75, 0.4, 0.1
# How often what a follow-up follows has had a reply: the sentence nearest to it that is neither an answer nor the reply.
ANSWERED_BEFORE = 0.5
MOST_SENTENCES = 3
# Passages of a step of the optimiser, and over how many the progress is reported.
EACH_STEP, REPORTED = 2, 40


def replies(passage: dict, encoder: Encoder, chance: random.Random) -> tuple[dict, list[bool]] | None:
    """Questions about a variant of a passage with a reply each, as the example `prompts` reads them; which replies are
    right."""
    shown = texts.variant(passage, chance)
    if shown is None:
        return None
    chance.shuffle(shown.questions)
    vectors = encoder.vectors([f"{shown.title}. {shown.heading}. {text}" for text in shown.sentences])
    asked, truths = [], []
    for question in shown.questions[:MOST_QUESTIONS]:
        nearness = vectors @ encoder.vectors([question.whole()])[0]
        order = [shown.sentences[place] for place in np.argsort(-nearness)]
        wrong = [text for text in order if text not in question.answers]
        right = bool(question.answers) and (not wrong or chance.random() < RIGHT)
        if right:
            reply = list(question.answers)
        else:
            reply = [wrong[0 if len(wrong) < 2 or chance.random() < NEAREST else 1]]
        further = [text for text in wrong if text not in reply]
        count = (chance.random() < ONE_MORE) + (chance.random() < TWO_MORE)
        reply += further[: max(0, min(count, MOST_SENTENCES - len(reply)))]
        earlier = [f"Resident: {question.earlier}"] if question.earlier else []
        said = [text for text in shown.sentences if text not in question.answers + reply]
        if earlier and said and chance.random() < ANSWERED_BEFORE:
            nearness = encoder.vectors(said) @ encoder.vectors([question.earlier])[0]
            earlier.append(f"Council: {said[int(np.argmax(nearness))]}")
        asked.append({"earlier": earlier, "question": question.text, "reply": " ".join(reply)})
        truths.append(right)
    text = "\n".join([shown.heading, *shown.sentences])
    return {"title": shown.title, "text": text, "asked": asked}, truths


def made_before(files: list[Path], chance: random.Random) -> list[tuple[dict, list[bool]]]:
    """What the example `replies` wrote: replies that Reeve could have made, in pieces of a passage's questions."""
    pieces = []
    for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        passage = json.loads(line)
        of_passage = list(zip(passage["asked"], passage["right"], strict=True))
        for first in range(0, len(of_passage), MOST_REPLIES):
            asked, truths = zip(*of_passage[first : first + MOST_REPLIES], strict=True)
            pieces.append(({"title": passage["title"], "text": passage["text"], "asked": list(asked)}, list(truths)))
    chance.shuffle(pieces)
    return pieces


def prompts(model: str, asked: list[dict]) -> list[dict]:
    """The tokens that Reeve would read: `prefix` of each passage, `suffixes` of its questions and replies."""
    with tempfile.TemporaryDirectory() as folder:
        lines, tokens = Path(folder) / "asked", Path(folder) / "tokens"
        lines.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in asked), encoding="utf-8")
        program = ["cargo", "run", "--release", "--quiet", "--package", "retrieval", "--example", "prompts", "--"]
        subprocess.run([*program, model, str(lines), str(tokens)], cwd=ROOT, check=True)
        return [json.loads(line) for line in tokens.read_text(encoding="utf-8").splitlines()]


def log_odds(model: Model, prompt: dict) -> torch.Tensor:
    """What the head says of each reply. What a question and the one before it begin with is computed once."""
    tree = Tree()
    passage = tree.add([], prompt["prefix"])
    ends, before, way = [], [], passage
    for suffix in prompt["suffixes"]:
        alike = min(len(commonprefix([before, suffix])), len(suffix) - 1)
        way = tree.add(way[: len(passage) + alike], suffix[alike:])
        ends.append(way[-1])
        before = suffix
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rows = model.hidden(*tree.tensors())[torch.tensor(ends)]
    return model.heads(rows.float())[:, 0]


@torch.no_grad()
def report(model: Model, kept_back: list[tuple[dict, list[bool]]]) -> str:
    truths = [truth for _, truths in kept_back for truth in truths]
    odds = torch.cat([log_odds(model, prompt) for prompt, _ in kept_back])
    loss = F.binary_cross_entropy_with_logits(odds, torch.tensor(truths).float()).item()
    area = area_under_curve(truths, odds.tolist())
    return f"{len(truths)} replies to passages kept back: AUROC {area:.3f}, loss {loss:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="Qwen2.5-Coder-1.5B-Instruct as a GGUF file")
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2, with all its files")
    parser.add_argument("--out", type=Path, required=True, help="the adapter to write, a safetensors file")
    parser.add_argument("--replies", type=Path, nargs="+", help="what the example `replies` wrote, instead of the passages")
    parser.add_argument("--replies-kept-back", type=Path, nargs="*", default=[], help="the same, only reported on")
    parser.add_argument("--start", type=Path, help="an adapter, or only its head, to go on from")
    parser.add_argument("--first", type=int, default=0, help="passages that a run with the same seed has seen, put last")
    parser.add_argument("--passages", type=int, default=10**6, help="most passages that are trained on")
    parser.add_argument("--kept-back", type=int, default=40, help="passages that are reported on at the end")
    parser.add_argument("--rate", type=float, default=3e-4, help="learning rate of the changes")
    parser.add_argument("--head-rate", type=float, default=2e-5, help="learning rate of the head")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    if options.replies:
        trained = made_before(options.replies, chance)[: options.passages]
        kept_back = made_before(options.replies_kept_back, chance)[: options.kept_back]
    else:
        passages = texts.load(Path(__file__).parent / "passages")
        chance.shuffle(passages)
        encoder = Encoder(options.encoder)
        made = lambda passages: filter(None, (replies(passage, encoder, chance) for passage in passages))
        kept_back = [passage for passage in passages if texts.held_out(passage)][: options.kept_back]
        trained = [passage for passage in passages if not texts.held_out(passage)]
        trained = (trained[options.first :] + trained[: options.first])[: options.passages]
        trained, kept_back = list(made(trained)), list(made(kept_back))
    read = iter(prompts(options.model, [asked for asked, _ in trained + kept_back]))
    trained = [(next(read), truths) for _, truths in trained]
    kept_back = [(next(read), truths) for _, truths in kept_back]
    count = sum(len(truths) for _, truths in trained)
    print(f"{len(trained)} passages, {count} replies, {sum(sum(truths) for _, truths in trained)} of them right", flush=True)
    model = Model(options.model, BLOCKS, FIRST, RANK, 1, torch.bfloat16)
    if options.start:
        start_from(model, options.start)
    changes = [parameter for name, parameter in model.named_parameters() if not name.startswith("heads")]
    groups = [{"params": changes, "lr": options.rate}, {"params": model.heads.parameters(), "lr": options.head_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    # The rate rises over the first twentieth and then falls in a line.
    steps = max(1, len(trained) // EACH_STEP)
    rising = max(5, steps // 20)
    slope = lambda step: min((step + 1) / rising, max(0.02, (steps - step) / max(1, steps - rising)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, slope)
    # Each reply is seen once, so that what is said of it before the step tells how well unseen ones are told apart.
    truths, odds, losses, began = [], [], [], time.time()
    for done, (prompt, own) in enumerate(trained, 1):
        said = log_odds(model, prompt)
        loss = F.binary_cross_entropy_with_logits(said, torch.tensor(own).float())
        (loss / EACH_STEP).backward()
        truths += own
        odds += said.tolist()
        losses.append(loss.item())
        if done % EACH_STEP == 0:
            torch.nn.utils.clip_grad_norm_(changes, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        if done % REPORTED == 0:
            last = REPORTED * MOST_QUESTIONS * 2
            area, each = area_under_curve(truths[-last:], odds[-last:]), (time.time() - began) / done
            loss = np.mean(losses[-2 * REPORTED :])
            print(f"{done} of {len(trained)} passages, {each:.1f} s each; the last: AUROC {area:.3f}, loss {loss:.3f}", flush=True)
            save(model, options.out)
    save(model, options.out)
    if kept_back:
        print(report(model, kept_back), flush=True)


if __name__ == "__main__":
    main()
