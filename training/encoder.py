"""Trains the encoder of questions: low-rank changes that put a question near to the passages that answer it. See README.md."""

import argparse
import json
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import texts
from lowrank import ROOT, change, save, train, vectors
from train import Encoder

BATCH, EPOCHS, RATE = 64, 2, 1e-3
# What scores are divided by before the softmax.
TEMPERATURE = 0.05
# What the loss over a passage's sentences counts for beside the one over the passages.
SENTENCES = 0.5
# Invented councils write about the same things: passages whose titles, or which themselves, are as near as this are no wrong
# answers to one another's questions.
SAME_TITLE, SAME_PASSAGE = 0.6, 0.75
MOST_TOKENS = 128


@dataclass
class Asked:
    """A question, the numbers of the passages that answer it, and of the sentences, where it is known which."""

    text: str
    passages: list[int]
    sentences: list[int]


class Corpus:
    """Passages that are searched together, and what is asked of them. `passages`: (text, texts of the sentences)."""

    def __init__(self, encoder: Encoder, passages: list[tuple[str, list[str]]], asked: list[Asked]):
        # Batches of like lengths.
        wanted = {text for text, _ in passages} | {text for _, sentences in passages for text in sentences}
        encoder.vectors(sorted(wanted, key=len))
        kept = lambda of: torch.from_numpy(encoder.vectors(of))
        self.asked = asked
        self.vectors = kept([text for text, _ in passages])
        self.sentences = kept([text for _, sentences in passages for text in sentences])
        counts = torch.tensor([len(sentences) for _, sentences in passages])
        self.passage_of = torch.repeat_interleave(torch.arange(len(passages)), counts)
        self.same = torch.zeros(len(passages), len(passages), dtype=torch.bool)

    def scores(self, questions: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Of each question and passage what the search takes (`Dense` in crates/retrieval), and the sentences' cosines."""
        cosines = questions @ self.sentences.T
        nearest = torch.zeros(len(questions), len(self.vectors))
        nearest = nearest.scatter_reduce(1, self.passage_of.expand(len(questions), -1), cosines, "amax")
        return (questions @ self.vectors.T + nearest) / 2, cosines


def written_passages(encoder: Encoder, passages: list[dict], further: list[dict]) -> Corpus:
    """Those of `passages`, with the questions about each, answered there or not, and what else is asked of some."""
    plain = lambda title: re.split(r" - | \| ", title)[0]
    shown, asked, sentences = [], [], 0
    for number, passage in enumerate(passages):
        head = f"{plain(passage['title'])}. {passage['heading']}"
        shown.append((f"{head}\n" + "\n".join(passage["sentences"]), [f"{head}. {text}" for text in passage["sentences"]]))
        for each in passage["answered"]:
            text = "\n".join(filter(None, [each["question"], each["earlier"]]))
            asked.append(Asked(text, [number], [sentences + place for place in each["answer"]]))
        asked.extend(Asked(text, [number], []) for text in passage["unanswered"])
        here = [each for each in further if each["id"] == passage["id"]]
        asked.extend(Asked(each["question"], [number], [sentences + place for place in each["answer"]]) for each in here)
        sentences += len(passage["sentences"])
    corpus = Corpus(encoder, shown, asked)
    titles = torch.from_numpy(encoder.vectors([plain(passage["title"]) for passage in passages]))
    corpus.same = (titles @ titles.T > SAME_TITLE) | (corpus.vectors @ corpus.vectors.T > SAME_PASSAGE)
    return corpus


def council(encoder: Encoder, folder: Path) -> Corpus:
    """The pages of an invented council, with its cases that have an answer, and what is asked of its sections."""
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "embedded"
        program = ["cargo", "run", "--release", "--quiet", "--package", "retrieval", "--example", "embedded", "--"]
        subprocess.run([*program, str(folder.resolve()), str(out)], cwd=ROOT, check=True)
        passages = read_lines(out)
    asked = []
    for case in read_lines(folder / "questions.jsonl"):
        if case["expect"] != "answer":
            continue
        right, sentences, number = [], [], 0
        for place, passage in enumerate(passages):
            answer = [number + of for of, words in enumerate(passage["words"]) if meets(case, words)]
            if passage["page"] in case["page_ids"] and answer:
                right.append(place)
                sentences += answer
            number += len(passage["words"])
        earlier = [turn["text"] for turn in reversed(case.get("history", []))]
        if right:
            asked.append(Asked("\n".join([case["question"], *earlier]), right, sentences))
    for each in read_lines(folder / "asked.jsonl"):
        here = lambda passage: passage["page"] == each["page"] and (each["heading"] or None) in passage["headings"]
        right = [place for place, passage in enumerate(passages) if here(passage)]
        if not right:
            raise SystemExit(f"{folder}/asked.jsonl: the page {each['page']} has no section {each['heading']!r}")
        asked.append(Asked(each["question"], right, []))
    return Corpus(encoder, [(passage["text"], passage["sentences"]) for passage in passages], asked)


def meets(case: dict, words: str) -> bool:
    return all(any(re.search(way, words, re.IGNORECASE) for way in ways) for ways in case["must"])


def read_lines(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def loss_of(encoder: Encoder, corpus: Corpus, asked: list[Asked]) -> torch.Tensor:
    scores, cosines = corpus.scores(vectors(encoder, [each.text for each in asked], MOST_TOKENS))
    right = torch.zeros_like(scores, dtype=torch.bool)
    for row, each in enumerate(asked):
        right[row, each.passages] = True
    # What is about the same thing is left out, but for what is right.
    same = torch.stack([corpus.same[each.passages].any(0) for each in asked])
    likely = F.log_softmax(scores.masked_fill(same & ~right, -9.0) / TEMPERATURE, 1)
    loss = -likely.masked_fill(~right, -1e4).logsumexp(1).mean()
    chosen = []
    for row, each in enumerate(asked):
        if each.sentences:
            those = torch.isin(corpus.passage_of, torch.tensor(each.passages)).nonzero()[:, 0]
            likely = F.log_softmax(cosines[row, those] / TEMPERATURE, 0)
            chosen.append(-likely[torch.isin(those, torch.tensor(each.sentences))].logsumexp(0))
    return loss + SENTENCES * torch.stack(chosen).mean() if chosen else loss


@torch.no_grad()
def report(encoder: Encoder, name: str, corpus: Corpus, asked: list[Asked]) -> str:
    places = []
    for first in range(0, len(asked), BATCH):
        some = asked[first : first + BATCH]
        scores, _ = corpus.scores(vectors(encoder, [each.text for each in some], MOST_TOKENS))
        for row, each in zip(scores, some, strict=True):
            places.append((row > row[each.passages].max()).sum().item())
    places = np.array(places)
    shares = ", ".join(f"{np.mean(places < count):.3f} in the first {count}" for count in (1, 4, 8))
    return f"{name}, {len(asked)} questions, a right passage of {len(corpus.vectors)}: {shares}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2, with all its files")
    parser.add_argument("--out", type=Path, required=True, help="the adapter to write, a safetensors file")
    parser.add_argument("--kept-back", nargs="*", default=["brackenford"], help="councils that are only reported on")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    encoder = Encoder(options.encoder)
    folder = Path(__file__).parent
    passages = texts.load(folder / "passages")
    corpora = {"passages": written_passages(encoder, passages, read_lines(folder / "asked.jsonl"))}
    for each in sorted((folder / "councils").iterdir()):
        corpora[each.name] = council(encoder, each)
        print(f"{each.name}: {len(corpora[each.name].asked)} questions", flush=True)
    is_kept = lambda name, each: name in options.kept_back or (
        name == "passages" and texts.held_out(passages[each.passages[0]])
    )
    kept_back = {name: [each for each in corpus.asked if is_kept(name, each)] for name, corpus in corpora.items()}
    trained = {name: [each for each in corpus.asked if not is_kept(name, each)] for name, corpus in corpora.items()}
    tell = lambda: [print(report(encoder, name, corpora[name], kept), flush=True) for name, kept in kept_back.items() if kept]
    tell()
    changes = change(encoder)

    def epoch() -> list[tuple[str, list[Asked]]]:
        """Batches of questions about one corpus each."""
        batches = []
        for name, asked in trained.items():
            order = chance.sample(asked, len(asked))
            batches += [(name, order[first : first + BATCH]) for first in range(0, len(order) - BATCH // 2, BATCH)]
        return chance.sample(batches, len(batches))

    batches = [batch for _ in range(EPOCHS) for batch in epoch()]
    loss = lambda batch: loss_of(encoder, corpora[batch[0]], batch[1])
    train([{"params": changes, "lr": RATE}], batches, loss, lambda: save(encoder, options.out))
    tell()


if __name__ == "__main__":
    main()
