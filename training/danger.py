"""Trains the classifier of danger: low-rank changes of the encoder, and a softmax over its vector. See README.md."""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import texts
from lowrank import change, save, train, vectors
from train import Encoder, area_under_curve

NONE = "none"
# As `SignpostKind` names them, and in its order.
KINDS = [
    "life_danger",
    "gas",
    "power_cut",
    "mental_health",
    "domestic_abuse",
    "child_safety",
    "adult_safety",
    "homelessness",
    "council_emergency",
]
CLASSES = [*KINDS, NONE]
# Files in the form of cases, which are never trained on.
KEPT_APART = ("exam", "against", "beside", "unseen", "short", "later")
# Written after the adapter that is shipped, and not trained on until there are harmless messages to go with them.
NOT_YET = ("u",)
# Every so many messages, and as large a share of the questions, are held out.
HELD_OUT = 10
BATCH, EPOCHS, RATE = 64, 3, 1e-3
# How many times the rate of the changes the softmax has.
FASTER = 3
# How many questions that pages answer are shown beside the messages in each round.
ORDINARY = 3000
# The shares of messages that are shown with a question before or behind them, and with typing mistakes.
BESIDE, MISTYPED = 0.3, 0.15
MOST_TOKENS = 256
PENALTY = 1e-5
# What of a message's class is spread over all, so that none is ruled out for good.
SMOOTHING = 0.02
# Batches are of like lengths: so many are sorted together.
SORTED_BATCHES = 8
# The shares of messages without danger at which it is told how much danger is found.
WRONGLY = (0.005, 0.01, 0.02)
SHORT = {"you": "u", "are": "r", "to": "2", "for": "4", "please": "pls", "what": "wot", "because": "cos", "and": "n"}


def load(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def fit(of: torch.Tensor, classes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (classes × width) and biases of a softmax over vectors that stay as they are, by L-BFGS."""
    weights = torch.zeros(len(CLASSES), of.shape[1], requires_grad=True)
    biases = torch.zeros(len(CLASSES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, biases], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(of @ weights.T + biases, classes) + PENALTY * weights.pow(2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights.detach(), biases.detach()


def report(classes: np.ndarray, said: np.ndarray) -> str:
    danger, odds = classes != CLASSES.index(NONE), 1 - said[:, CLASSES.index(NONE)]
    found = []
    for share in WRONGLY:
        least = np.sort(odds[~danger])[::-1][int(share * (~danger).sum())]
        found.append(f"{(odds[danger] > least).mean():.3f} at {share:.1%} (from {least:.3f})")
    right = (said[danger][:, : len(KINDS)].argmax(1) == classes[danger]).mean()
    area = area_under_curve(danger.tolist(), odds.tolist())
    return f"AUROC {area:.3f}; found {', '.join(found)} of the others wrongly; of danger, the right kind first {right:.3f}"


def mistyped(text: str, chance: random.Random) -> str:
    """The text as somebody in a hurry types it: short forms, no apostrophes, and letters that are missing or change places."""
    words = []
    for word in text.replace("'", "").replace("’", "").split():
        word = SHORT.get(word.lower(), word) if chance.random() < 0.5 else word
        at = chance.randrange(1, len(word)) if len(word) > 3 and chance.random() < 0.3 else 0
        if at and chance.random() < 0.7:
            word = word[:at] + word[at + 1 :]
        elif at:
            word = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        words.append(word)
    return " ".join(words) if chance.random() < 0.5 else " ".join(words).lower().rstrip(".?!")


def ended(text: str, chance: random.Random) -> str:
    return text if text[-1] in ".?!" else text + chance.choice([".", "?", ",", " -", ""])


class Classifier:
    """The encoder as it is changed so far, and the softmax."""

    def __init__(self, encoder: Encoder, weights: torch.Tensor, biases: torch.Tensor):
        self.encoder, self.changes = encoder, change(encoder)
        self.weights, self.biases = nn.Parameter(weights.clone()), nn.Parameter(biases.clone())

    def scores(self, messages: list[str]) -> torch.Tensor:
        return vectors(self.encoder, messages, MOST_TOKENS) @ self.weights.T + self.biases

    @torch.no_grad()
    def probabilities(self, messages: list[str]) -> np.ndarray:
        said = torch.zeros(len(messages), len(CLASSES))
        order = sorted(range(len(messages)), key=lambda number: len(messages[number]))
        for first in range(0, len(order), BATCH):
            some = order[first : first + BATCH]
            said[some] = F.softmax(self.scores([messages[number] for number in some]), 1)
        return said.numpy()

    def save(self, file: Path) -> None:
        save(self.encoder, file, {"heads.weight": self.weights, "heads.bias": self.biases}, classes=" ".join(CLASSES))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2, with all its files")
    parser.add_argument("--out", type=Path, required=True, help="the adapter to write, a safetensors file")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    folder, encoder = Path(__file__).parent, Encoder(options.encoder)
    none = CLASSES.index(NONE)
    written = {file.stem: load(file) for file in sorted((folder / "dangers").glob("*.jsonl"))}
    messages = [each for name, file in written.items() if name not in KEPT_APART + NOT_YET for each in file]
    messages = [(each["text"], CLASSES.index(each["kind"])) for each in messages]
    # Whoever asks what a page answers is in no danger.
    passages = [question for passage in texts.load(folder / "passages") for question in passage["answered"]]
    councils = [case for file in sorted((folder / "councils").glob("*/questions.jsonl")) for case in load(file)]
    ordinary = [question["question"] for question in passages if not question["earlier"]]
    ordinary += [case["question"] for case in councils if "history" not in case and case["expect"] != "signpost"]
    ordinary += [each["question"] for file in sorted((folder / "councils").glob("*/asked.jsonl")) for each in load(file)]
    chance.shuffle(messages)
    chance.shuffle(ordinary)
    exams = {name: [(each["question"], CLASSES.index(each["kind"])) for each in written[name]] for name in KEPT_APART}
    exams["held out"] = messages[::HELD_OUT] + [(text, none) for text in ordinary[::HELD_OUT]]
    del messages[::HELD_OUT], ordinary[::HELD_OUT]
    print(f"{len(messages)} messages and {len(ordinary)} questions", flush=True)

    shown = messages + [(text, none) for text in ordinary[:ORDINARY]]
    kept = torch.from_numpy(encoder.vectors([text for text, _ in shown]))
    classifier = Classifier(encoder, *fit(kept, torch.tensor([kind for _, kind in shown])))

    def varied(text: str) -> str:
        if chance.random() < BESIDE:
            both = [text, chance.choice(ordinary)]
            chance.shuffle(both)
            text = f"{ended(both[0], chance)} {both[1]}"
        return mistyped(text, chance) if chance.random() < MISTYPED else text

    def epoch() -> list[list[tuple[str, int]]]:
        shown = [*messages, *((text, none) for text in chance.sample(ordinary, ORDINARY))]
        shown = [(varied(text), kind) for text, kind in chance.sample(shown, len(shown))]
        batches = []
        for first in range(0, len(shown), BATCH * SORTED_BATCHES):
            some = sorted(shown[first : first + BATCH * SORTED_BATCHES], key=lambda each: len(each[0]))
            batches += [some[start : start + BATCH] for start in range(0, len(some), BATCH)]
        return chance.sample(batches, len(batches))

    def tell() -> None:
        for name, exam in exams.items():
            said = classifier.probabilities([text for text, _ in exam])
            print(f"{name}, {len(exam)}: {report(np.array([kind for _, kind in exam]), said)}", flush=True)

    tell()
    batches = [batch for _ in range(EPOCHS) for batch in epoch()]
    softmax = [classifier.weights, classifier.biases]
    groups = [{"params": classifier.changes, "lr": RATE}, {"params": softmax, "lr": RATE * FASTER}]

    def loss_of(batch: list[tuple[str, int]]) -> torch.Tensor:
        kinds = torch.tensor([kind for _, kind in batch])
        return F.cross_entropy(classifier.scores([text for text, _ in batch]), kinds, label_smoothing=SMOOTHING)

    train(groups, batches, loss_of, lambda: classifier.save(options.out))
    tell()


if __name__ == "__main__":
    main()
