"""The language model with low-rank changes, over trees of tokens, so that what is shared is computed once."""

import math

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import nn

MATRICES = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]


class LowRank(nn.Module):
    """A frozen matrix, with its bias where it has one, and a trained change of low rank (Hu et al. 2021)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, rank: int):
        super().__init__()
        self.weight, self.bias = weight, bias
        if rank:
            self.down = nn.Parameter(torch.randn(rank, weight.shape[1]) / math.sqrt(weight.shape[1]))
            self.up = nn.Parameter(torch.zeros(weight.shape[0], rank))
        self.scale = 2.0
        self.rank = rank

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        product = F.linear(rows, self.weight, self.bias)
        if self.rank:
            product = product + F.linear(F.linear(rows, self.down) * self.scale, self.up)
        return product


class Model(nn.Module):
    """The first `layers` blocks of a GGUF file of the `llama` or `qwen2` architecture, changed from block `first` on, and the
    heads. `kept_as` is the type of the frozen matrices."""

    def __init__(self, path: str, layers: int, first: int, rank: int, heads: int, kept_as: torch.dtype = torch.float32):
        super().__init__()
        reader = gguf.GGUFReader(path)
        fields = {key: field.contents() for key, field in reader.fields.items()}
        used = lambda name: not name.startswith("blk.") or int(name.split(".")[1]) < layers
        weights = {
            tensor.name: torch.from_numpy(np.array(gguf.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32))
            for tensor in reader.tensors
            if used(tensor.name)
        }
        self.architecture = fields["general.architecture"]
        of = lambda key: fields[f"{self.architecture}.{key}"]
        self.width, self.heads_count = of("embedding_length"), of("attention.head_count")
        self.kv_heads, self.head_width = of("attention.head_count_kv"), self.width // self.heads_count
        self.epsilon, self.base = float(of("attention.layer_norm_rms_epsilon")), float(of("rope.freq_base"))
        self.embedding = weights["token_embd.weight"].reshape(-1, self.width)
        self.norm = weights["output_norm.weight"]
        self.first = first
        self.blocks = nn.ModuleList()
        for layer in range(layers):
            block = nn.ModuleDict()
            for name in MATRICES:
                weight, bias = (weights.get(f"blk.{layer}.{name}.{part}") for part in ("weight", "bias"))
                bias = None if bias is None else bias.to(kept_as)
                block[name] = LowRank(weight.to(kept_as), bias, rank if layer >= first else 0)
            block.attention_norm = weights[f"blk.{layer}.attn_norm.weight"]
            block.feed_forward_norm = weights[f"blk.{layer}.ffn_norm.weight"]
            self.blocks.append(block)
        self.heads = nn.Linear(self.width, heads)
        nn.init.normal_(self.heads.weight, std=0.01)
        nn.init.zeros_(self.heads.bias)
        self.tokenizer = tokenizer(fields) if fields["tokenizer.ggml.pre"] == "smollm" else None

    def encode(self, text: str) -> list[int]:
        if self.tokenizer is None:
            raise SystemExit("only files with the tokeniser of SmolLM are read as text here")
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def hidden(self, ids: torch.Tensor, positions: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        """The normed rows after the last block: tokens × width. `visible` says which token sees which."""
        with torch.no_grad():
            rows = self.embedding[ids]
            for block in self.blocks[: self.first]:
                rows = self.block(block, rows, positions, visible)
        for block in self.blocks[self.first :]:
            rows = self.block(block, rows, positions, visible)
        return self.rms(rows, self.norm)

    def rms(self, rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return rows * torch.rsqrt(rows.pow(2).mean(-1, keepdim=True) + self.epsilon) * weight

    def rotate(self, rows: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        exponents = torch.arange(0, self.head_width, 2, dtype=torch.float32) / self.head_width
        angles = positions[:, None].float() / self.base**exponents[None]
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        if self.architecture == "llama":
            left, right = rows[..., 0::2], rows[..., 1::2]
            return torch.stack([left * cos - right * sin, left * sin + right * cos], -1).flatten(-2)
        left, right = rows.chunk(2, -1)
        return torch.cat([left * cos - right * sin, left * sin + right * cos], -1)

    def block(self, block: nn.ModuleDict, rows: torch.Tensor, positions: torch.Tensor, visible: torch.Tensor):
        count, group = rows.shape[0], self.heads_count // self.kv_heads
        normed = self.rms(rows, block.attention_norm)
        split = lambda name, heads: block[name](normed).view(count, heads, self.head_width)
        queries = self.rotate(split("attn_q", self.heads_count), positions).transpose(0, 1)
        keys = self.rotate(split("attn_k", self.kv_heads), positions).transpose(0, 1).repeat_interleave(group, 0)
        values = split("attn_v", self.kv_heads).transpose(0, 1).repeat_interleave(group, 0)
        mixed = F.scaled_dot_product_attention(queries[None], keys[None], values[None], attn_mask=visible[None, None])
        rows = rows + block["attn_output"](mixed[0].transpose(0, 1).reshape(count, -1))
        normed = self.rms(rows, block.feed_forward_norm)
        return rows + block["ffn_down"](F.silu(block["ffn_gate"](normed)) * block["ffn_up"](normed))


class Tree:
    """Tokens of which each sees those on its own way to the root."""

    def __init__(self):
        self.ids, self.positions, self.branches = [], [], []

    def add(self, parent: list[int], tokens: list[int]) -> list[int]:
        """Adds a branch behind `parent`; the way from the root to its end."""
        start = len(self.ids)
        own = list(range(start, start + len(tokens)))
        self.ids += tokens
        self.positions += range(len(parent), len(parent) + len(tokens))
        self.branches.append((parent, own))
        return parent + own

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        count = len(self.ids)
        visible = torch.zeros(count, count, dtype=torch.bool)
        for parent, own in self.branches:
            rows = torch.tensor(own)
            if parent:
                visible[rows[:, None], torch.tensor(parent)[None]] = True
            visible[rows[:, None], rows[None]] = torch.tril(torch.ones(len(own), len(own), dtype=torch.bool))
        return torch.tensor(self.ids), torch.tensor(self.positions), visible


def tokenizer(fields: dict) -> Tokenizer:
    """The file's byte-level BPE, words split as `smollm` does."""
    vocabulary = {token: number for number, token in enumerate(fields["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ", 1)) for merge in fields["tokenizer.ggml.merges"]]
    built = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    digits, bytes_ = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    built.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_])
    return built
