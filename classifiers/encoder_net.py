"""An encoder with heads, in PyTorch: what is trained and then exported.

A post's logits are the mean over its pieces of a linear map of each piece's vector, so that what each piece added is
known exactly.
"""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.utils import logging

from classifiers.model_files import ModelError

__all__ = ["Base", "EncoderNet", "open_base", "settle"]

_KEPT = 2
"""Positions that encoders of RoBERTa's kind keep to themselves."""


class EncoderNet(nn.Module):
    """``encoder`` gives a vector of ``hidden`` numbers for each piece; a head's columns are among ``columns``."""

    def __init__(self, encoder: nn.Module, hidden: int, columns: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.weigh = nn.Linear(hidden, columns)

    def forward(self, pieces: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits (posts × columns) and what each piece adds (posts × pieces × columns, without the bias). ``mask`` is
        one where a piece is, zero where a post has ended; None: all are."""
        vectors = self.encoder(input_ids=pieces, attention_mask=mask).last_hidden_state
        added = self.dropout(vectors) @ self.weigh.weight.T
        if mask is None:
            return added.mean(dim=1) + self.weigh.bias, added
        inside = mask.unsqueeze(-1).to(added.dtype)
        return (added * inside).sum(dim=1) / inside.sum(dim=1) + self.weigh.bias, added


class Base:
    """An encoder to tune, from a folder or the machine's cache; ``net`` loads it anew each time."""

    def __init__(self, name: str, *, download: bool) -> None:
        self.name = Path(name).name if Path(name).exists() else name
        self._source = name
        self._options: dict[str, Any] = {"local_files_only": not download, "trust_remote_code": False}
        self._config = AutoConfig.from_pretrained(name, **self._options)
        tokenizer = AutoTokenizer.from_pretrained(name, use_fast=True, **self._options)
        if not tokenizer.is_fast:
            raise ModelError(f"{name}: has no fast tokenizer (tokenizer.json)")
        self.tokenizer: Tokenizer = tokenizer.backend_tokenizer
        if not hasattr(self._config, "hidden_size"):
            raise ModelError(f"{name}: is no text encoder of a kind that is known")
        self.padding = int(tokenizer.pad_token_id or 0)
        self.longest = int(getattr(self._config, "max_position_embeddings", 512)) - _KEPT

    def net(self, columns: int) -> EncoderNet:
        encoder = AutoModel.from_pretrained(self._source, attn_implementation="eager", **self._options)
        return EncoderNet(encoder.float(), int(self._config.hidden_size), columns)


def open_base(name: str, *, download: bool = False) -> Base:
    """Open a Hugging Face encoder: a folder, or a name in this machine's cache, which ``download`` may fill.

    Raises ModelError where there is none, or it has no fast tokenizer.
    """
    try:
        return Base(name, download=download)
    except (OSError, ValueError, KeyError) as error:
        if isinstance(error, ModelError):
            raise
        hint = "" if download else " on this machine (a folder, or a name that --download may fetch)"
        raise ModelError(f"{name}: no encoder{hint}: {str(error).splitlines()[0]}") from error


def settle(seed: int) -> None:
    """From here on the same steps give the same numbers on one machine."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
