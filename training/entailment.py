"""Trains the adapter that says whether a text says a statement. See README.md."""

import argparse
import json
import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import texts
from model import Model
from train import area_under_curve, save, start_from
from verifier import BLOCKS, EACH_STEP, FIRST, RANK, ROOT, log_odds, prompts

# Most statements about a passage, and of them those that are its own sentences, reworded or as they stand.
MOST, REWORDED, OWN = 14, 3, 2
# Of these councils no page is trained on.
KEPT_BACK = {"thornholme"}
# Over how many passages the progress is reported, and how many the first head is fitted on.
REPORTED, FITTED = 20, 40
# How much the weights of the first head cost.
RIDGE = 3.0
COUNCIL = 'name = "Any Council"\nlanguages = ["en"]\n[contact]\nphone = "01632 960000"\n'
NUMBERS = dict(zip("two three four five six seven eight nine ten".split(), range(2, 11), strict=True))
# Other words for the same. What stands in the second place may be said instead of the first.
SAME = [
    (r"\bYou must not\b", "You are not allowed to"),
    (r"\byou must not\b", "you are not allowed to"),
    (r"\b([Yy])ou must\b(?! not)", r"\1ou have to"),
    (r"\b([Yy])ou need to\b", r"\1ou must"),
    (r"\b([Yy])ou may\b(?! not| be| have| need| get| find)", r"\1ou are allowed to"),
    (r"\b([Yy])ou cannot\b", r"\1ou can't"),
    (r"\b([Yy])ou can\b(?!not| not)", r"\1ou are able to"),
    (r"\bcannot\b", "can not"),
    (r"\b[Ww]e do not\b", "the council doesn't"),
    (r"\b[Ww]e will\b", "the council will"),
    (r"\b[Ww]e cannot\b", "the council is unable to"),
    (r"\b[Ii]t is\b", "it's"),
    (r"\bdo not\b", "don't"),
    (r"\bdoes not\b", "doesn't"),
    (r"\bwill not\b", "won't"),
    (r"£(\d+)\b(?![.,]\d)", r"\1 pounds"),
    (r"\bper (year|month|week|day)\b", r"each \1"),
    (r"\bat least\b", "no less than"),
    (r"\bup to (\d+|" + "|".join(NUMBERS) + r")\b(?! ?[ap]m)", r"at most \1"),
    (r"\bfree of charge\b", "free"),
    (r"\bis free\b", "costs nothing"),
    (r"\bonline\b", "on our website"),
    (r"\b([Rr])ing\b", "phone"),
    (r"\b([Tt])elephone\b", "ring"),
    (r"\bchildren\b", "kids"),
    (r"\bpurchase\b", "buy"),
    (r"\bprovide\b", "give"),
    (r"\binform\b", "tell"),
    (r"\bwithin\b", "in no more than"),
    (r"\bstraight away\b", "at once"),
    (r"\bfor example\b", "such as"),
    (r"\bMonday to Friday\b", "on weekdays"),
    (r"\bnormally\b", "usually"),
    (r"\bonly if\b", "only when"),
    (r"\bunless\b", "except if"),
    (r"\b(" + "|".join(NUMBERS) + r")\b", lambda found: str(NUMBERS[found[1]])),
]


def reworded(sentence: str, chance: random.Random) -> str | None:
    """A true sentence in other words, by changes that keep what it says; none where it has nothing to change."""
    said = sentence
    turned = re.fullmatch(r"(If|When|Once|Unless) ([^,]+), ([^,]+)\.", said)
    if turned and not re.search(r"\b(if|unless|that|only)\b", turned[3]) and chance.random() < 0.6:
        said = f"{turned[3][0].upper()}{turned[3][1:]} {turned[1].lower()} {turned[2]}."
    else:
        turned = re.fullmatch(r"([^,]+) (if|when|unless) ([^,]+)\.", said)
        if turned and "only" not in said and chance.random() < 0.5:
            said = f"{turned[2].capitalize()} {turned[3]}, {turned[1][0].lower()}{turned[1][1:]}."
    changes = [change for change in SAME if re.search(change[0], said)]
    chance.shuffle(changes)
    for pattern, instead in changes[: chance.randint(1, 3)]:
        said = re.sub(pattern, instead, said, count=1)
    return f"{said[0].upper()}{said[1:]}" if said != sentence else None


def by_hand(name: str) -> list[dict]:
    """The hand-written statements about the passages, or about a council's pages."""
    file = Path(__file__).parent / "statements" / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def of_folder(knowledge: Path) -> list[dict]:
    """What the example `statements` says of the passages of a folder."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "made"
        program = ["cargo", "run", "--release", "--quiet", "--package", "evaluate", "--example", "statements", "--"]
        subprocess.run([*program, str(knowledge), str(out)], cwd=ROOT, check=True)
        return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def of_council(folder: Path) -> list[dict]:
    """The same of a council, with the hand-written statements about the sections that stand in one passage each."""
    made = of_folder(folder)
    for passage in made:
        passage |= {"source": folder.name, "said": [], "unsaid": [], "held_out": folder.name in KEPT_BACK}
    for section in by_hand(folder.name):
        own = [passage for passage in made if passage["page_id"] == section["page"]]
        if section["heading"]:
            own = [passage for passage in own if section["heading"] in passage["text"].splitlines()]
        if len(own) == 1 or own and not section["heading"]:
            own[0]["said"] += section["true"]
            own[0]["unsaid"] += section["false"]
    return made


def of_passages() -> list[dict]:
    """The same of the hand-written passages, as pages of one passage each, with their hand-written statements."""
    all_passages = texts.load(Path(__file__).parent / "passages")
    further = {passage["id"]: passage for passage in by_hand("passages")}
    for passage in all_passages:
        for truth in ("true", "false"):
            passage[truth] = passage[truth] + further.get(passage["id"], {}).get(truth, [])
    made = []
    for file in sorted({passage["id"].split("-")[0] for passage in all_passages}):
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder) / "pages"
            pages.mkdir()
            (Path(folder) / "council.toml").write_text(COUNCIL, encoding="utf-8")
            passages = {passage["id"]: passage for passage in all_passages if passage["id"].startswith(f"{file}-")}
            for name, passage in passages.items():
                title, body = passage["title"], "\n\n".join(passage["sentences"])
                page = f"---\nid: {name}\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n# {title}\n\n"
                (pages / f"{name}.md").write_text(f"{page}## {passage['heading']}\n\n{body}\n", encoding="utf-8")
            pages_made = of_folder(Path(folder))
        counts = Counter(page["page_id"] for page in pages_made)
        for page in pages_made:
            passage = passages[page["page_id"]]
            # Of a page in several passages it is not known which one a statement is about.
            alone = counts[page["page_id"]] == 1
            said, unsaid = (passage["true"], passage["false"]) if alone else ([], [])
            page |= {"source": file, "said": said, "unsaid": unsaid, "held_out": texts.held_out(passage)}
            made.append(page)
    return made


def statements(passage: dict, chance: random.Random) -> tuple[dict, list[bool]]:
    """A passage with statements, as the example `prompts` reads them; which of them it says."""
    own, false = list(passage["own"]), list(passage["false"])
    chance.shuffle(own)
    chance.shuffle(false)
    other = [text for text in (reworded(text, chance) for text in own) if text]
    true = passage["said"] + other[:REWORDED] + own[:OWN]
    unsaid = passage["unsaid"]
    said = [(text, True) for text in true] + [(text, False) for text in unsaid + false[: max(0, MOST - len(true) - len(unsaid))]]
    chance.shuffle(said)
    asked = [{"statement": text} for text, _ in said]
    return {"title": passage["title"], "text": passage["text"], "asked": asked}, [truth for _, truth in said]


def fit_head(model: Model, read: list[tuple[dict, list[bool]]]) -> None:
    """Sets the head to a logistic regression over the rows as they are before anything else is learned."""
    rows: list[torch.Tensor] = []
    kept = model.heads.register_forward_hook(lambda _, given, __: rows.append(given[0]))
    with torch.no_grad():
        for prompt, _ in read:
            log_odds(model, prompt)
    kept.remove()
    given, truths = torch.cat(rows), torch.tensor([truth for _, own in read for truth in own]).float()
    spread = given.std(0) + 1e-3
    weights, bias = torch.zeros(given.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        odds = (given / spread) @ weights + bias
        value = F.binary_cross_entropy_with_logits(odds, truths) + RIDGE / len(truths) * weights.pow(2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    with torch.no_grad():
        model.heads.weight.copy_((weights / spread)[None])
        model.heads.bias.copy_(bias)


@torch.no_grad()
def report(model: Model, kept_back: list[tuple[dict, list[bool]]]) -> str:
    truths = [truth for _, truths in kept_back for truth in truths]
    odds = torch.cat([log_odds(model, prompt) for prompt, _ in kept_back])
    loss = F.binary_cross_entropy_with_logits(odds, torch.tensor(truths).float()).item()
    area = area_under_curve(truths, odds.tolist())
    return f"{len(truths)} statements about passages kept back: AUROC {area:.3f}, loss {loss:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="Qwen2.5-Coder-1.5B-Instruct as a GGUF file")
    parser.add_argument("--out", type=Path, required=True, help="the adapter to write, a safetensors file")
    parser.add_argument("--start", type=Path, required=True, help="the verifier's adapter, or one of this kind, to go on from")
    parser.add_argument("--keep-head", action="store_true", help="go on with the head as well")
    parser.add_argument("--by-hand", nargs="+", help="the files and councils of which only passages with hand-written statements count")
    parser.add_argument("--first", type=int, default=0, help="passages that a run with the same seed has seen, put last")
    parser.add_argument("--passages", type=int, default=10**6, help="most passages that are trained on")
    parser.add_argument("--kept-back", type=int, default=40, help="passages that are reported on")
    parser.add_argument("--rate", type=float, default=3e-4, help="learning rate of the changes")
    parser.add_argument("--head-rate", type=float, default=2e-5, help="learning rate of the head")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    made = of_passages()
    for council in sorted((Path(__file__).parent / "councils").iterdir()):
        made += of_council(council)
    made = [passage for passage in made if passage["own"] and passage["false"]]
    if options.by_hand:
        made = [passage for passage in made if passage["held_out"] or passage["source"] in options.by_hand and passage["said"]]
    chance.shuffle(made)
    kept_back = [passage for passage in made if passage["held_out"]][: options.kept_back]
    trained = [passage for passage in made if not passage["held_out"]]
    trained = (trained[options.first :] + trained[: options.first])[: options.passages]
    made = [statements(passage, chance) for passage in trained + kept_back]
    read = list(zip(prompts(options.model, [asked for asked, _ in made]), (truths for _, truths in made), strict=True))
    trained, kept_back = read[: len(trained)], read[len(trained) :]
    count = sum(len(truths) for _, truths in trained)
    print(f"{len(trained)} passages, {count} statements, {sum(sum(truths) for _, truths in trained)} of them true", flush=True)
    model = Model(options.model, BLOCKS, FIRST, RANK, 1, torch.bfloat16)
    start_from(model, options.start)
    fitted = 0 if options.keep_head else FITTED
    if fitted:
        fit_head(model, trained[:fitted])
    print(report(model, kept_back[:10]), flush=True)
    changes = [parameter for name, parameter in model.named_parameters() if not name.startswith("heads")]
    groups = [{"params": changes, "lr": options.rate}, {"params": model.heads.parameters(), "lr": options.head_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    # The rate rises over the first twentieth and then falls in a line.
    steps = max(1, len(trained) // EACH_STEP)
    rising = max(5, steps // 20)
    slope = lambda step: min((step + 1) / rising, max(0.02, (steps - step) / max(1, steps - rising)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, slope)
    # Each statement is seen once, so that what is said of it before the step tells how well unseen ones are told apart. Those
    # that the head was fitted on come last.
    truths, odds, losses, began = [], [], [], time.time()
    for done, (prompt, own) in enumerate(trained[fitted:] + trained[:fitted], 1):
        said = log_odds(model, prompt)
        loss = F.binary_cross_entropy_with_logits(said, torch.tensor(own).float())
        (loss / EACH_STEP).backward()
        truths.append(own)
        odds.append(said.tolist())
        losses.append(loss.item())
        if done % EACH_STEP == 0:
            torch.nn.utils.clip_grad_norm_(changes, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        if done % REPORTED == 0:
            last = [sum(lists[-2 * REPORTED :], []) for lists in (truths, odds)]
            loss, each = np.mean(losses[-2 * REPORTED :]), (time.time() - began) / done
            area = area_under_curve(*last)
            print(f"{done} of {len(trained)} passages, {each:.1f} s each; the last: AUROC {area:.3f}, loss {loss:.3f}", flush=True)
            save(model, options.out)
    save(model, options.out)
    print(report(model, kept_back), flush=True)


if __name__ == "__main__":
    main()
