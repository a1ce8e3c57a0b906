"""An encoder of a few thousand weights with a vocabulary from our corpus, in the files that Hugging Face's are in."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import BertProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from classifiers.corpus import Row
from classifiers.pieces import words_of
from classifiers.reading import read

__all__ = ["make_tiny_encoder"]

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make_tiny_encoder(
    folder: Path, rows: Sequence[Row], *, size: int = 16, layers: int = 1, heads: int = 2, vocabulary: int = 600
) -> Path:
    """``size`` is the length of its vectors, ``heads`` the attention's. Bigger, it is the shape of a real one."""
    pieces = _pieces(rows, vocabulary)
    tokenizer = Tokenizer(WordPiece({piece: place for place, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = BertProcessing(("[SEP]", MARKS.index("[SEP]")), ("[CLS]", MARKS.index("[CLS]")))
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    saved = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)  # type: ignore[no-untyped-call]
    saved.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=size,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * size,
        max_position_embeddings=130,
    )
    BertModel(config).save_pretrained(folder)  # type: ignore[no-untyped-call]
    return folder


def _pieces(rows: Sequence[Row], size: int) -> list[str]:
    """The most frequent letters, and the most frequent words in what is left of ``size``. The library's own trainer
    breaks ties by chance, and with so few pieces that makes a better or a worse encoder from run to run."""
    words = Counter(word for row in rows for word in words_of(read(row.text)))
    letters: Counter[str] = Counter()
    for word, times in words.items():
        letters.update(dict.fromkeys(word, times))
    usual = [letter for letter, _ in _most(letters)[: size // 6]]
    pieces = [*MARKS, *usual, *(f"##{letter}" for letter in usual), *(word for word, _ in _most(words))]
    return [*dict.fromkeys(pieces)][:size]


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
