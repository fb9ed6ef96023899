"""Trains the verifier's head. See README.md."""

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression

import texts
from train import Encoder, area_under_curve

ROOT = Path(__file__).parent.parent
# Blocks of the model that are used.
BLOCKS = 20
# Most questions that are asked of a passage.
MOST_QUESTIONS = 9
# How often an answered question gets its answer as the reply, a wrong reply is the nearest sentence and not the next one,
# and a reply has one more sentence, or two.
RIGHT, NEAREST, ONE_MORE, TWO_MORE = 0.8, 0.75, 0.4, 0.1
MOST_SENTENCES = 3
# The strengths of the pull of the weights towards 0 that are tried, as scikit-learn has them, by cross-validation over
# passages.
STRENGTHS = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
FOLDS = 5


def replies(passage: dict, encoder: Encoder, chance: random.Random) -> tuple[dict, list[bool]] | None:
    """Questions about a variant of a passage with a reply each, as the example `rows` reads them; which replies are right."""
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
        asked.append({"earlier": earlier, "question": question.text, "reply": " ".join(reply)})
        truths.append(right)
    text = "\n".join([shown.heading, *shown.sentences])
    return {"title": shown.title, "text": text, "asked": asked}, truths


def save(weight: np.ndarray, bias: float, file: Path) -> None:
    """The head as Reeve reads it: 16-bit floats."""
    half = lambda values: torch.tensor(values, dtype=torch.float16)
    save_file({"heads.weight": half(weight[None]), "heads.bias": half([bias]), "blocks": half([float(BLOCKS)])}, file)


def rows(model: str, asked: Path, width: int, folder: Path) -> np.ndarray:
    """What the head reads after each question and reply, by Reeve's own arithmetic."""
    # A head of zeros says how many blocks are used.
    save(np.zeros(width), 0.0, folder / "zeros.safetensors")
    program = ["cargo", "run", "--release", "--quiet", "--package", "retrieval", "--example", "rows", "--"]
    files = [model, folder / "zeros.safetensors", asked, folder / "rows"]
    subprocess.run([*program, *map(str, files)], cwd=ROOT, check=True)
    return np.fromfile(folder / "rows", dtype=np.float32).reshape(-1, width)


def fitted(read: np.ndarray, truths: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    """A logistic model over standardised numbers, as weights and bias over the numbers as they are."""
    mean, deviation = read.mean(0), read.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=1000).fit((read - mean) / deviation, truths)
    weight = model.coef_[0] / deviation
    return weight, float(model.intercept_[0] - weight @ mean)


def held_out_odds(read: np.ndarray, truths: np.ndarray, folds: np.ndarray, strength: float) -> np.ndarray:
    odds = np.zeros(len(truths))
    for fold in range(FOLDS):
        weight, bias = fitted(read[folds != fold], truths[folds != fold], strength)
        odds[folds == fold] = read[folds == fold] @ weight + bias
    return odds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="Qwen2.5-Coder-1.5B-Instruct as a GGUF file")
    parser.add_argument("--width", type=int, default=1536, help="numbers of a hidden row of the model")
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2, with all its files")
    parser.add_argument("--out", type=Path, required=True, help="the head to write, a safetensors file")
    parser.add_argument("--passages", type=int, default=10**6, help="most passages that are read")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--asked", type=Path, help="only write what would be read to this file")
    parser.add_argument("--rows", type=Path, help="take the rows from this file, made from what --asked wrote")
    options = parser.parse_args()
    passages = texts.load(Path(__file__).parent / "passages")
    chance = random.Random(options.seed)
    chance.shuffle(passages)
    encoder = Encoder(options.encoder)
    lines, truths, names = [], [], []
    for passage in passages[: options.passages]:
        made = replies(passage, encoder, chance)
        if made is None:
            continue
        lines.append(json.dumps(made[0], ensure_ascii=False) + "\n")
        truths += made[1]
        names += [passage["id"]] * len(made[1])
    print(f"{len(lines)} passages, {len(truths)} replies, {sum(truths)} of them right", flush=True)
    if options.asked:
        options.asked.write_text("".join(lines), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "asked").write_text("".join(lines), encoding="utf-8")
        if options.rows:
            read = np.fromfile(options.rows, dtype=np.float32).reshape(-1, options.width)
        else:
            read = rows(options.model, folder / "asked", options.width, folder)
    # Rows that were made of the first passages only will do.
    truths, names = np.array(truths[: len(read)]), names[: len(read)]
    kept_back = np.array([texts.held_out({"id": name}) for name in names])
    trained, own = read[~kept_back], truths[~kept_back]
    of_passage = {name: place for place, name in enumerate(dict.fromkeys(names))}
    folds = np.array([of_passage[name] % FOLDS for name in names])[~kept_back]
    areas = {s: area_under_curve(list(own), list(held_out_odds(trained, own, folds, s))) for s in STRENGTHS}
    strength = max(areas, key=areas.get)
    weight, bias = fitted(trained, own, strength)
    area = area_under_curve(list(truths[kept_back]), list(read[kept_back] @ weight + bias))
    print("cross-validated AUROC:", ", ".join(f"{s:g}: {area:.3f}" for s, area in areas.items()))
    print(f"trained on {len(own)} replies; on {kept_back.sum()} of passages kept back, AUROC {area:.3f}")
    save(weight, bias, options.out)


if __name__ == "__main__":
    main()
