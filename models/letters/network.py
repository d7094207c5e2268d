"""The network of letters in torch, to be fitted; sipforge.engines.hearing.whisper.letters has it in numpy."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

LETTERS = tuple("aeioubcdfghjkmnprstvwyz") + tuple("sh ny cy jy nt nk mp ts pf nts".split())
WIDTH, LAYERS, FRAMES, DROPPED = 256, 3, 5, 0.15
_BATCH_FRAMES = 6000
_FRAMES_A_LETTER = 10
_MASKS, _LONGEST_MASK = 2, 12
Example = tuple[np.ndarray, tuple[int, ...]]
"""States (frames, width of the encoder) and numbers of symbols: 0 blank, 1 space, from 2 on letters."""


class Convolution(torch.nn.Module):
    """A layer in the middle: normalised, seen over a few frames, curved, added."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = torch.nn.LayerNorm(WIDTH)
        self.inner = torch.nn.Conv1d(WIDTH, WIDTH, FRAMES, padding=FRAMES // 2)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """From (batch, frames, WIDTH) to the same."""
        found = self.inner(self.norm(seen).transpose(1, 2)).transpose(1, 2)
        curved = functional.gelu(found, approximate="tanh")
        return seen + functional.dropout(curved, DROPPED, self.training)


class Network(torch.nn.Module):
    """Batches of states (batch, frames, width) to log probabilities of symbols."""

    def __init__(self, width: int, layers: int = LAYERS) -> None:
        super().__init__()
        self.norm_in, self.inner = torch.nn.LayerNorm(width), torch.nn.Linear(width, WIDTH)
        self.middle = torch.nn.ModuleList(Convolution() for _ in range(layers))
        self.norm_out, self.outer = torch.nn.LayerNorm(WIDTH), torch.nn.Linear(WIDTH, len(LETTERS) + 2)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """From (batch, frames, width of the encoder) to (batch, frames, symbols)."""
        seen = functional.dropout(self.inner(self.norm_in(states)), DROPPED, self.training)
        for layer in self.middle:
            seen = layer(seen)
        return torch.log_softmax(self.outer(self.norm_out(seen)), -1)


def fit(
    examples: Callable[[np.random.Generator], Sequence[Example]], rounds: int, layers: int = LAYERS
) -> Network:
    """A network fitted by connectionist temporal classification.

    Args:
        examples: gives those of a round.
        rounds: how often all is seen.
        layers: in the middle.
    """
    torch.manual_seed(0)
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    first = examples(np.random.default_rng(0))
    network = Network(first[0][0].shape[1], layers)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    steps = math.ceil(1.1 * rounds * sum(len(states) for states, _ in first) / _BATCH_FRAMES) + 200
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps, pct_start=0.15)
    loss = torch.nn.CTCLoss(reduction="none", zero_infinity=True)
    for done in range(rounds):
        begun, total = time.monotonic(), 0.0
        found = examples(random)
        batches = _batches(found, random)
        for batch in batches:
            states = [torch.from_numpy(found[place][0].astype(np.float32)) for place in batch]
            padded = _masked(torch.nn.utils.rnn.pad_sequence(states, batch_first=True), random)
            spelt = [torch.tensor(found[place][1], dtype=torch.long) for place in batch]
            heard = network(padded).transpose(0, 1)
            lengths = [torch.tensor([len(one) for one in part]) for part in (states, spelt)]
            # A mean over the letters; of what has none, over its frames.
            each = torch.maximum(lengths[1], lengths[0] / _FRAMES_A_LETTER)
            value = (loss(heard, torch.cat(spelt), *lengths) / each).mean()
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            if rate.last_epoch < steps - 1:
                rate.step()
            total += float(value.detach())
        spent = time.monotonic() - begun
        print(f"round {done + 1} of {rounds}: {total / len(batches):.3f}, {spent:.0f} s", flush=True)
    return network.eval()


def _batches(found: Sequence[Example], random: np.random.Generator) -> list[list[int]]:
    """Places of examples of about one length, so many together as fill a batch."""
    lengths = np.array([len(states) for states, _ in found])
    batches: list[list[int]] = [[]]
    for place in np.argsort(lengths + random.uniform(-60, 60, len(lengths))):
        longest = max(lengths[place], *(lengths[other] for other in batches[-1]), 0)
        if batches[-1] and (len(batches[-1]) + 1) * longest > _BATCH_FRAMES:
            batches.append([])
        batches[-1].append(int(place))
    return [batches[place] for place in random.permutation(len(batches))]


def _masked(states: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Short stretches of each utterance are not heard, so that its neighbours must tell."""
    for row in states:
        for _ in range(_MASKS):
            length = int(random.integers(_LONGEST_MASK))
            start = int(random.integers(max(1, len(row) - length)))
            row[start : start + length] = 0.0
    return states


def save(network: Network, path: Path) -> None:
    """Write the file that the package reads."""
    arrays = {"letters": np.array(LETTERS)}
    plain = {
        "in": (network.norm_in, network.inner.weight.T, network.inner.bias),
        "out": (network.norm_out, network.outer.weight.T, network.outer.bias),
    }
    for number, layer in enumerate(network.middle):
        weight = layer.inner.weight.permute(2, 1, 0).reshape(-1, WIDTH)
        plain[f"layer{number}"] = (layer.norm, weight, layer.inner.bias)
    for name, (norm, weight, bias) in plain.items():
        parts = {"scale": norm.weight, "shift": norm.bias, "weight": weight, "bias": bias}
        for part, values in parts.items():
            arrays[f"{name}.{part}"] = values.detach().numpy().astype(np.float16)
    np.savez(path, **arrays)
