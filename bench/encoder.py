"""What an encoder costs to ask: ``python -m bench.encoder [--size 768] [--layers 12]``. One process, one core.

An encoder of that shape is made with weights at random (speed does not depend on them), exported with all heads as
``sunwai train --encoder`` does, in both precisions, and asked about posts of the frozen test set. The vocabulary is
small: a big one costs memory, not time.
"""

import argparse
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from classifiers.corpus import shipped_test, shipped_training
from classifiers.encoder import Encoder
from classifiers.encoder_export import export
from classifiers.encoder_net import open_base
from classifiers.linear import Head, Link
from classifiers.pieces import Cutter
from classifiers.reading import read
from classifiers.sessions import open_session
from tests.classifiers.tiny_encoder import make_tiny_encoder

COLUMNS = 70
LONGEST = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=768)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--posts", type=int, default=200)
    asked = parser.parse_args()
    readings = [read(row.text) for row in shipped_test()[:: len(shipped_test()) // asked.posts]]
    with TemporaryDirectory() as folder:
        shape = {"size": asked.size, "layers": asked.layers, "heads": max(2, asked.size // 64)}
        base = open_base(str(make_tiny_encoder(Path(folder), shipped_training(), vocabulary=8000, **shape)))
        net = base.net(COLUMNS)
        head = Head("all", ("",) * COLUMNS, Link.LOGISTIC, (1.0,) * COLUMNS, (0.0,) * COLUMNS, (0.0,) * COLUMNS)
        cutter = Cutter(base.tokenizer, LONGEST)
        for precision in ("float32", "int8"):
            graph = export(net, precision, LONGEST)
            encoder = Encoder(precision, [head], open_session(graph, precision), cutter)
            encoder.weigh(readings[:10])
            taken = []
            for reading in readings:
                begun = time.process_time()
                encoder.weigh([reading])
                taken.append((time.process_time() - begun) * 1000)
            pieces = statistics.median(len(cutter.cut(reading).ids) for reading in readings)
            print(
                f"{precision}, {asked.layers} layers of {asked.size}: one post (median {pieces:.0f} pieces) "
                f"{statistics.median(taken):.1f} ms, slowest {max(taken):.0f} ms; {1000 / statistics.mean(taken):.0f} "
                f"posts/s of CPU; file {len(graph) / 1e6:.0f} MB"
            )


if __name__ == "__main__":
    main()
