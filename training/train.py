"""Trains the reader's adapter. See README.md."""

import argparse
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoTokenizer

import texts
from model import MATRICES, Model, Tree

ANSWERABLE, ANSWER = 0, 1
# A third head is kept in the format for statements; nothing trains or asks it yet.
HEADS = 3
# Blocks of the model that are used, and the first that is changed.
LAYERS, FIRST, RANK = 20, 6, 8
# Sentences beside the right one that a question is asked with.
WRONG_SENTENCES = 2


class Encoder:
    """Nearness of question and sentence by the sentence encoder, for choosing wrong sentences that are hard to tell."""

    def __init__(self, folder: str):
        self.tokenizer, self.model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
        self.known: dict[str, np.ndarray] = {}

    @torch.no_grad()
    def vectors(self, wanted: list[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(wanted) if text not in self.known]
        for first in range(0, len(new), 64):
            some = new[first : first + 64]
            batch = self.tokenizer(some, padding=True, truncation=True, max_length=256, return_tensors="pt")
            mask = batch["attention_mask"][..., None].float()
            mean = (self.model(**batch).last_hidden_state * mask).sum(1) / mask.sum(1)
            self.known.update(zip(some, F.normalize(mean).numpy(), strict=True))
        return np.stack([self.known[text] for text in wanted])


def tree(model: Model, encoder: Encoder, shown: texts.Variant, chance: random.Random | None):
    """The tokens of a variant, and what each head is to say where: (token, head, truth, nearness, question)."""
    built, targets = Tree(), []
    body = "\n".join(shown.sentences)
    passage = built.add([], model.encode(f"{shown.title}\n{shown.heading}\n{body}\n"))
    sentence_vectors = encoder.vectors([f"{shown.title}. {shown.heading}. {text}" for text in shown.sentences])
    for number, question in enumerate(shown.questions):
        near = dict(zip(shown.sentences, sentence_vectors @ encoder.vectors([question.whole()])[0], strict=True))
        asked = built.add(passage, model.encode(f"Question: {question.whole()}\n"))
        targets.append((asked[-1], ANSWERABLE, bool(question.answers), 0.0, number))
        others = sorted((text for text in shown.sentences if text not in question.answers), key=lambda text: -near[text])
        wrong = others[:WRONG_SENTENCES]
        if chance and len(others) > WRONG_SENTENCES:
            wrong = [*others[: WRONG_SENTENCES - 1], chance.choice(others[WRONG_SENTENCES - 1 :])]
        right = question.answers[:1] if chance is None else [chance.choice(question.answers)] if question.answers else []
        for text in right + wrong:
            answer = built.add(asked, model.encode(f"Answer: {text}\n"))
            targets.append((answer[-1], ANSWER, text in right, float(near[text]), number))
    return built, targets


def log_odds(model: Model, built: Tree, targets: list) -> torch.Tensor:
    rows = model.hidden(*built.tensors())[torch.tensor([target[0] for target in targets])]
    return model.heads(rows).gather(1, torch.tensor([[target[1]] for target in targets]))[:, 0]


def area_under_curve(truths: list[bool], scores: list[float]) -> float:
    """The chance that a true one scores higher than a false one."""
    true = [score for truth, score in zip(truths, scores, strict=True) if truth]
    false = [score for truth, score in zip(truths, scores, strict=True) if not truth]
    pairs = sum((a > b) + 0.5 * (a == b) for a in true for b in false)
    return pairs / (len(true) * len(false)) if true and false else float("nan")


@torch.no_grad()
def report(model: Model, encoder: Encoder, passages: list[dict]) -> str:
    """How well answered questions are told from unanswered ones, and the right sentence from the others."""
    chance = random.Random(1)
    answerable, best, nearest, picked, picked_nearest = ([], []), ([], []), [], [], []
    for passage in passages:
        shown = texts.variant(passage, chance)
        if shown is None:
            continue
        built, targets = tree(model, encoder, shown, None)
        odds = log_odds(model, built, targets).tolist()
        for number, question in enumerate(shown.questions):
            own = [(target, value) for target, value in zip(targets, odds, strict=True) if target[4] == number]
            sentences = [(value, target[3], target[2]) for target, value in own if target[1] == ANSWER]
            answerable[0].append(bool(question.answers))
            answerable[1].append(own[0][1])
            best[0].append(bool(question.answers))
            best[1].append(max(sentences)[0])
            nearest.append(max(near for _, near, _ in sentences))
            if question.answers:
                picked.append(max(sentences)[2])
                picked_nearest.append(max(sentences, key=lambda sentence: sentence[1])[2])
    return (
        f"held out: answered from unanswered, AUROC {area_under_curve(*answerable):.3f} by the passage, "
        f"{area_under_curve(*best):.3f} by the best sentence ({area_under_curve(best[0], nearest):.3f} by nearness); "
        f"right sentence first {np.mean(picked):.3f} ({np.mean(picked_nearest):.3f} by nearness)"
    )


def save(model: Model, file: Path) -> None:
    """The adapter as Reeve reads it: 16-bit floats, the scale folded into one factor."""
    tensors = {"heads.weight": model.heads.weight, "heads.bias": model.heads.bias}
    for layer, block in enumerate(model.blocks):
        for name in MATRICES:
            if block[name].rank:
                tensors[f"blk.{layer}.{name}.down"] = block[name].down * block[name].scale
                tensors[f"blk.{layer}.{name}.up"] = block[name].up
    save_file({name: tensor.detach().to(torch.float16).contiguous() for name, tensor in tensors.items()}, file)


def start_from(model: Model, file: Path) -> None:
    tensors = {name: tensor.float() for name, tensor in load_file(file).items()}
    with torch.no_grad():
        model.heads.weight.copy_(tensors["heads.weight"])
        model.heads.bias.copy_(tensors["heads.bias"])
        for layer, block in enumerate(model.blocks):
            for name in MATRICES:
                if block[name].rank and f"blk.{layer}.{name}.up" in tensors:
                    block[name].down.copy_(tensors[f"blk.{layer}.{name}.down"] / block[name].scale)
                    block[name].up.copy_(tensors[f"blk.{layer}.{name}.up"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="SmolLM2-135M-Instruct as a GGUF file")
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2, with tokenizer.json and config.json")
    parser.add_argument("--out", type=Path, required=True, help="the adapter to write, a safetensors file")
    parser.add_argument("--start", type=Path, help="an adapter to go on from")
    parser.add_argument("--files", default="", help="train on the passages of these files only: their letters, such as jkl")
    parser.add_argument("--passages", type=int, default=10**6, help="most passages of an epoch")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=5e-4, help="learning rate of the changes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bfloat16", action="store_true", help="multiply in 16 bits: 1.5 times as fast with AVX-512 BF16")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    passages = texts.load(Path(__file__).parent / "passages")
    kept_back = [passage for passage in passages if texts.held_out(passage)]
    wanted = [passage for passage in passages if passage["id"][0] in (options.files or passage["id"])]
    trained = [passage for passage in wanted if not texts.held_out(passage)]
    random.Random(options.seed).shuffle(trained)
    trained = trained[: options.passages]
    model, encoder = Model(options.model, LAYERS, FIRST, RANK, HEADS), Encoder(options.encoder)
    if options.start:
        start_from(model, options.start)
    changes = [parameter for name, parameter in model.named_parameters() if not name.startswith("heads")]
    groups = [{"params": changes, "lr": options.rate}, {"params": model.heads.parameters(), "lr": 2e-3}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    # Two passages a step; the rate rises over the first twentieth and then falls in a line.
    steps = len(trained) * options.epochs // 2
    rising = max(5, steps // 20)
    slope = lambda step: min((step + 1) / rising, max(0.05, (steps - step) / max(1, steps - rising)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, slope)
    done, losses = 0, []
    for epoch in range(options.epochs):
        chance = random.Random(options.seed * 1000 + epoch)
        chance.shuffle(trained)
        for passage in trained:
            shown = texts.variant(passage, chance)
            if shown is None:
                continue
            built, targets = tree(model, encoder, shown, chance)
            truths = torch.tensor([float(target[2]) for target in targets])
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bfloat16):
                odds = log_odds(model, built, targets).float()
            loss = F.binary_cross_entropy_with_logits(odds, truths)
            (loss / 2).backward()
            losses.append(loss.item())
            done += 1
            if done % 2 == 0:
                torch.nn.utils.clip_grad_norm_(changes, 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
            if done % 20 == 0:
                print(f"{done} of {len(trained) * options.epochs} passages, loss {np.mean(losses[-40:]):.4f}", flush=True)
            if done % 200 == 0:
                save(model, options.out)
                print(report(model, encoder, kept_back[:40]), flush=True)
    save(model, options.out)
    print(report(model, encoder, kept_back), flush=True)


if __name__ == "__main__":
    main()
