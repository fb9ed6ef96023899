"""Training texts: passages with questions, and the variants of them that a reader learns from."""

import json
import random
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Asked:
    """A question about a variant of a passage, with the sentences of the variant that answer it: none, if none does."""

    text: str
    answers: list[str]
    earlier: str = ""

    def whole(self) -> str:
        """With what it follows."""
        return f"{self.earlier} {self.text}".strip()


@dataclass
class Variant:
    """A passage as a reader sees it."""

    title: str
    heading: str
    sentences: list[str]
    questions: list[Asked]


def load(folder: Path) -> list[dict]:
    """All passages, in the order of the files."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]


def held_out(passage: dict) -> bool:
    """Every tenth passage of a file is never trained on."""
    return int(passage["id"].split("-")[1]) % 10 == 0


def variant(passage: dict, random_numbers: random.Random) -> Variant | None:
    """Leaves out some answers and puts others in, so that each question is answered about half of the time.

    The same question stands in both classes, and so nothing can be learned from how a question is worded: only from
    whether its answer is there.
    """
    sentences = passage["sentences"]
    kept = set(range(len(sentences)))
    for question in passage["answered"]:
        if random_numbers.random() < 0.5:
            kept -= set(question["answer"])
    shown = [sentences[number] for number in sorted(kept)]
    near_misses = list(zip(passage["unanswered"], passage["would_answer"], strict=False))
    put_in = [answer for _, answer in near_misses if answer and random_numbers.random() < 0.5]
    random_numbers.shuffle(put_in)
    for answer in put_in[:4]:
        shown.insert(random_numbers.randint(0, len(shown)), answer)
    questions = []
    for question in passage["answered"]:
        answers = [sentences[number] for number in question["answer"]]
        there = [answer for answer in answers if answer in shown]
        # With a part of its answers left out, a question is neither answered nor unanswered.
        if len(there) in (0, len(answers)):
            questions.append(Asked(question["question"], there, question["earlier"]))
    for near_miss, answer in near_misses:
        if answer:
            questions.append(Asked(near_miss, [answer] if answer in shown else []))
    if len(shown) < 2 or not questions:
        return None
    return Variant(passage["title"], passage["heading"], shown, questions)
