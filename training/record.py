"""Records what the trained reader says, for the test that the program's own forward pass says the same."""

import argparse
import json
from pathlib import Path

import torch

import texts
from model import Model, Tree
from train import FIRST, HEADS, LAYERS, RANK, start_from


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model = Model(options.model, LAYERS, FIRST, RANK, HEADS)
    start_from(model, options.adapter)
    recorded = []
    passages = [passage for passage in texts.load(Path(__file__).parent / "passages") if texts.held_out(passage)]
    for passage in passages[:12]:
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
    options.out.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in recorded), encoding="utf-8")


if __name__ == "__main__":
    main()
