"""Sums JUnit XML reports (files, or folders of them) into one line; fails when a test did or none ran."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main(places: list[str]) -> int:
    passed = failed = skipped = 0
    for place in map(Path, places):
        for report in sorted(place.glob("TEST-*.xml")) if place.is_dir() else [place]:
            if not report.exists():
                continue
            for case in ElementTree.parse(report).iter("testcase"):
                if case.find("failure") is not None or case.find("error") is not None:
                    failed += 1
                elif case.find("skipped") is not None:
                    skipped += 1
                else:
                    passed += 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
