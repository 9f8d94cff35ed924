"""What each detector costs: CPU seconds of training, microseconds a line while serving, bytes.

    python -m bench.detector_cost [--detectors LIST] [--orders 3000]

Trained and asked on the synthetic corpus of the detector checks: 10 lines an order, three services. The
size is that of the exported files; what is held while serving is about twice it, and the caches. CPU time,
not wall time, so that other work on the machine does no harm.
"""

import argparse
import tempfile
import time
from pathlib import Path

from burl.detect import Detector
from burl.detect.parts import parts_of, score_parts
from burl.detect.registry import detector_names, detector_type
from burl.testing.synthetic import SyntheticCorpus, synthetic_corpus
from burl.window import Unit


def trained(name: str, unit: Unit, corpus: SyntheticCorpus) -> tuple[Detector, float]:
    """Return a fitted detector and the CPU seconds it took."""
    detector = detector_type(name)(unit)
    detector.bind(corpus.streams)
    began = time.process_time()
    detector.fit(corpus, lambda _stage, _share: None)
    return detector, time.process_time() - began


def row(name: str, unit: Unit, orders: int) -> str:
    """Return the figures of one detector and unit."""
    odd_share = 0.1 if detector_type(name).needs_labels else 0.0
    detector, seconds = trained(name, unit, synthetic_corpus(1, orders=orders, anomalous=odd_share))
    with tempfile.TemporaryDirectory() as folder:
        detector.export(Path(folder))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    judged = synthetic_corpus(2, orders=orders, anomalous=0.01)
    detector.bind(judged.streams)
    parts = parts_of(judged, detector.unit)
    began = time.process_time()
    for _ in score_parts(detector, parts):
        pass
    cost = (time.process_time() - began) * 1e6 / len(judged.lines)
    return f"{name + ':' + unit:26} {seconds:10.1f} {cost:10.2f} {size / 1024:10.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--detectors", default=",".join(detector_names()))
    parser.add_argument("--orders", type=int, default=3_000)
    asked = parser.parse_args()
    print(f"{'detector':26} {'training s':>10} {'us/line':>10} {'KiB':>10}")
    for name in asked.detectors.split(","):
        for unit in detector_type(name).units:
            print(row(name, unit, asked.orders), flush=True)


if __name__ == "__main__":
    main()
