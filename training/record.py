"""Records what the trained reader, or verifier, says, for the test that the program's own forward pass says the same."""

import argparse
import json
from pathlib import Path

import torch

import texts
import verifier
from model import Model, Tree
from train import FIRST, HEADS, LAYERS, RANK, start_from


def read(model: Model, passages: list[dict]) -> list[dict]:
    """What the reader says of each sentence of some passages."""
    recorded = []
    for passage in passages:
        tree = Tree()
        head = f"{passage['title']}\n{passage['heading']}\n"
        root = tree.add([], model.encode(head + "\n".join(passage["sentences"]) + "\n"))
        question = passage["answered"][0]["question"]
        asked = tree.add(root, model.encode(f"Question: {question}\n"))
        ends = [tree.add(asked, model.encode(f"Answer: {text}\n"))[-1] for text in passage["sentences"]]
        odds = model.heads(model.hidden(*tree.tensors()))
        shown = {key: passage[key] for key in ("title", "heading", "sentences")}
        answers = [round(odds[end, 1].item(), 4) for end in ends]
        recorded.append(shown | {"question": question, "answerable": round(odds[asked[-1], 0].item(), 4), "answers": answers})
    return recorded


def verified(model: Model, path: str, passages: list[dict]) -> list[dict]:
    """What the verifier says of each answer, right or of another question, to the questions about some passages."""
    asked = []
    for passage in passages:
        answers = [" ".join(passage["sentences"][number] for number in each["answer"]) for each in passage["answered"]]
        questions = [(each["question"], each["earlier"]) for each in passage["answered"]]
        replies = [
            {"earlier": [f"Resident: {earlier}"] if earlier else [], "question": question, "reply": reply}
            for number, (question, earlier) in enumerate(questions)
            for reply in (answers[number], answers[number - 1])
        ]
        text = "\n".join([passage["heading"], *passage["sentences"]])
        asked.append({"title": passage["title"], "text": text, "asked": replies})
    odds = lambda prompt: [round(value, 4) for value in verifier.log_odds(model, prompt).tolist()]
    return [prompt | {"odds": odds(prompt)} for prompt in verifier.prompts(path, asked)]


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--verifier", action="store_true", help="the adapter is the verifier's")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    passages = [passage for passage in texts.load(Path(__file__).parent / "passages") if texts.held_out(passage)]
    if options.verifier:
        model = Model(options.model, verifier.BLOCKS, verifier.FIRST, verifier.RANK, 1, torch.bfloat16)
        start_from(model, options.adapter)
        recorded = verified(model, options.model, passages[:3])
    else:
        model = Model(options.model, LAYERS, FIRST, RANK, HEADS)
        start_from(model, options.adapter)
        recorded = read(model, passages[:12])
    options.out.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in recorded), encoding="utf-8")


if __name__ == "__main__":
    main()
