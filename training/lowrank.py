"""Low-rank changes of the encoder's matrices (Hu et al. 2021), as Reeve reads them. See README.md."""

import hashlib
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from train import Encoder

ROOT = Path(__file__).parent.parent
RANK, WARM_UP, REPORTED = 16, 20, 50
MATRICES = {
    "attention.self": ("query", "key", "value"),
    "attention.output": ("dense",),
    "intermediate": ("dense",),
    "output": ("dense",),
}


class Changed(nn.Module):
    """A matrix and its low-rank change."""

    def __init__(self, matrix: nn.Linear):
        super().__init__()
        self.matrix = matrix
        self.down = nn.Parameter(torch.randn(RANK, matrix.in_features) / matrix.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(matrix.out_features, RANK))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.matrix(rows) + (rows @ self.down.T) @ self.up.T


def change(encoder: Encoder) -> list[nn.Parameter]:
    """Gives every matrix of the encoder a change, which is nothing at first. What is trained of them."""
    for parameter in encoder.model.parameters():
        parameter.requires_grad = False
    for layer in encoder.model.encoder.layer:
        for part, names in MATRICES.items():
            for name in names:
                module = layer.get_submodule(part)
                setattr(module, name, Changed(getattr(module, name)))
    return [parameter for parameter in encoder.model.parameters() if parameter.requires_grad]


def vectors(encoder: Encoder, given: list[str], most_tokens: int) -> torch.Tensor:
    """Unit vectors of texts, by the encoder as it is changed so far."""
    batch = encoder.tokenizer(given, padding=True, truncation=True, max_length=most_tokens, return_tensors="pt")
    mask = batch["attention_mask"][..., None].float()
    return F.normalize((encoder.model(**batch).last_hidden_state * mask).sum(1) / mask.sum(1))


def train(groups: list[dict], batches: list, loss_of: Callable[[Any], torch.Tensor], keep: Callable[[], None]) -> None:
    """Takes a step of AdamW for each batch, at rates that rise during the first steps and fall to almost nothing at the last.
    `groups` as the optimizer wants them; `keep` is called now and then, and at the end."""
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    slope = lambda step: min((step + 1) / WARM_UP, max(0.02, (len(batches) - step) / len(batches)))
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, slope)
    losses, began = [], time.time()
    for done, batch in enumerate(batches, 1):
        loss = loss_of(batch)
        loss.backward()
        nn.utils.clip_grad_norm_([each for group in groups for each in group["params"]], 1.0)
        optimizer.step()
        rates.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if done % REPORTED == 0 or done == len(batches):
            each = (time.time() - began) / done
            print(f"{done} of {len(batches)} steps, {each:.1f} s each, loss {np.mean(losses[-REPORTED:]):.3f}", flush=True)
            keep()


def save(encoder: Encoder, file: Path, heads: dict[str, torch.Tensor] | None = None, **said: str) -> None:
    """The adapter as Reeve reads it, in 16-bit floats, with the digest of the encoder that it is for."""
    tensors = {name: value for name, value in encoder.model.named_parameters() if value.requires_grad} | (heads or {})
    models = tomllib.loads((ROOT / "models/models.toml").read_text(encoding="utf-8"))["model"]
    files = next(model["file"] for model in models if "encoder" in model["roles"])
    digest = hashlib.sha256("".join(each["sha256"] for each in files).encode()).hexdigest()
    halved = {name: value.detach().to(torch.float16).contiguous() for name, value in tensors.items()}
    save_file(halved, file, {"trained_on": digest, **said})
