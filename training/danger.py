"""Trains the classifier of danger: a softmax over the encoder's vectors. See README.md."""

import argparse
import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import texts
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
KEPT_APART = ("exam", "against", "beside")
FOLDS = 5
PENALTIES = (1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
# The shares of messages without danger at which it is told how much danger is found.
WRONGLY = (0.005, 0.01, 0.02)


def load(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def fit(vectors: np.ndarray, classes: np.ndarray, penalty: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (classes × width) and biases of the softmax, by L-BFGS."""
    vectors, classes = torch.from_numpy(vectors), torch.from_numpy(classes)
    weights = torch.zeros(len(CLASSES), vectors.shape[1], requires_grad=True)
    biases = torch.zeros(len(CLASSES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, biases], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(vectors @ weights.T + biases, classes) + penalty * weights.pow(2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights.detach(), biases.detach()


def probabilities(vectors: np.ndarray, model: tuple[torch.Tensor, torch.Tensor]) -> np.ndarray:
    return F.softmax(torch.from_numpy(vectors) @ model[0].T + model[1], 1).numpy()


def report(classes: np.ndarray, said: np.ndarray) -> str:
    danger, odds = classes != CLASSES.index(NONE), 1 - said[:, CLASSES.index(NONE)]
    found = []
    for share in WRONGLY:
        least = np.sort(odds[~danger])[::-1][int(share * (~danger).sum())]
        found.append(f"{(odds[danger] > least).mean():.3f} at {share:.1%} (from {least:.3f})")
    right = (said[danger][:, : len(KINDS)].argmax(1) == classes[danger]).mean()
    area = area_under_curve(danger.tolist(), odds.tolist())
    return f"AUROC {area:.3f}; found {', '.join(found)} of the others wrongly; of danger, the right kind first {right:.3f}"


def encoder_digest() -> str:
    """What Reeve knows the encoder by: a digest of those of its files."""
    listed = tomllib.loads((Path(__file__).parent.parent / "models/models.toml").read_text(encoding="utf-8"))
    encoder = next(model for model in listed["model"] if model["name"] == "all-minilm-l6-v2")
    return hashlib.sha256("".join(file["sha256"] for file in encoder["file"]).encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2, with all its files")
    parser.add_argument("--out", type=Path, required=True, help="the classifier to write, a JSON file")
    options = parser.parse_args()
    folder, encoder = Path(__file__).parent, Encoder(options.encoder)
    files = sorted((folder / "dangers").glob("*.jsonl"))
    trained = [each for file in files if file.stem not in KEPT_APART for each in load(file)]
    exam = load(folder / "dangers" / "exam.jsonl")
    # Whoever asks what a page answers is in no danger.
    asked = [question for passage in texts.load(folder / "passages") for question in passage["answered"]]
    ordinary = [question["question"] for question in asked if not question["earlier"]]
    cases = [case for file in sorted((folder / "councils").glob("*/questions.jsonl")) for case in load(file)]
    ordinary += [case["question"] for case in cases if "history" not in case and case["expect"] != "signpost"]
    vectors = lambda wanted: np.stack(encoder.vectors(wanted)).astype(np.float32)
    of_trained, of_ordinary = vectors([each["text"] for each in trained]), vectors(ordinary)
    of_exam = vectors([each["question"] for each in exam])
    classes = np.array([CLASSES.index(each["kind"]) for each in trained])
    none = np.full(len(ordinary), CLASSES.index(NONE))
    together, truths = np.concatenate([of_trained, of_ordinary]), np.concatenate([classes, none])
    fold = np.arange(len(together)) % FOLDS
    best = (0.0, PENALTIES[0])
    for penalty in PENALTIES:
        said = np.zeros((len(together), len(CLASSES)), np.float32)
        for number in range(FOLDS):
            said[fold == number] = probabilities(together[fold == number], fit(together[fold != number], truths[fold != number], penalty))
        own = said[: len(trained)]
        area = area_under_curve((classes != CLASSES.index(NONE)).tolist(), (1 - own[:, -1]).tolist())
        best = max(best, (area, penalty))
        most = np.sort(1 - said[len(trained) :, -1])[::-1][[0, len(ordinary) // 1000]]
        print(f"penalty {penalty}: {report(classes, own)}; the most of ordinary questions {most[0]:.3f}, of 99.9% {most[1]:.3f}")
    model = fit(together, truths, best[1])
    print(f"penalty {best[1]}, {len(trained)} messages and {len(ordinary)} questions; the exam's {len(exam)}:")
    print(report(np.array([CLASSES.index(each["kind"]) for each in exam]), probabilities(of_exam, model)))
    rounded = [[float(f"{value:.5g}") for value in row] for row in [*model[0].tolist(), model[1].tolist()]]
    rows = ",\n".join(json.dumps(row) for row in rounded[:-1])
    about = f'"encoder": "{encoder_digest()}",\n"classes": {json.dumps(CLASSES)},\n"biases": {json.dumps(rounded[-1])}'
    options.out.write_text(f'{{\n{about},\n"weights": [\n{rows}\n]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
