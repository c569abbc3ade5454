#!/usr/bin/env python3
"""compare.py OLD NEW

Compares two folders of rows (`accepts-*.tsv` and `keeps-*.tsv` of tests/real.rs, `measured-*.tsv` of measure.py) and prints, with the rules
concerned, what no longer holds in NEW. What NEW has no row for is not compared. Exit 0: nothing; 1: something differs.

Of a measurement the addresses, the models and the number in flight after the change count. The numbers of requests and refusals don't:
they vary with random waiting times.
"""

import pathlib
import sys

LOST = {("takes", "refuses"), ("takes", "unknown")}


def rows(folder, prefix):
    for file in sorted(pathlib.Path(folder).glob(f"{prefix}-*.tsv")):
        for line in file.read_text().splitlines():
            yield line.split("\t")


def main(old, new):
    differs = 0
    accepted = {tuple(row[i] for i in (1, 3, 4)): row for row in rows(old, "accepts")}
    for row in rows(new, "accepts"):
        was = accepted.get(tuple(row[i] for i in (1, 3, 4)))
        if was and (was[6], row[6]) in LOST:
            differs = 1
            print(f"{row[1]} {was[2]} -> {row[2]}: {row[3]} ({row[4]}) was taken, now: {row[6]}; rules: {row[7]}")
    kept = {tuple(row[i] for i in (1, 3, 4)): row for row in rows(old, "keeps")}
    for row in rows(new, "keeps"):
        was = kept.get(tuple(row[i] for i in (1, 3, 4)))
        if was and (was[5], row[5]) == ("kept", "lost"):
            differs = 1
            print(f"{row[1]} {was[2]} -> {row[2]}: {row[3]} ({row[4]}) was kept by its own saving, now lost: {row[7]}")
    measured = {tuple(row[i] for i in (1, 3, 4)): row for row in rows(old, "measured")}
    for row in rows(new, "measured"):
        was = measured.get(tuple(row[i] for i in (1, 3, 4)))
        if not was:
            continue
        what = []
        if int(row[12] or 0) > int(was[12] or 0):
            what.append(f"{row[12]} in flight instead of {was[12]}")
        if row[13] != was[13]:
            what.append(f"asks {row[13] or 'nothing'} instead of {was[13] or 'nothing'}")
        if row[14] != was[14]:
            what.append(f"with {row[14] or 'no model'} instead of {was[14] or 'no model'}")
        if row[7] != was[7]:
            what.append(f"without the change {row[7]} in flight instead of {was[7]}: is the rule still needed?")
        if what:
            differs = 1
            print(f"{row[1]} {was[2]} -> {row[2]}: {row[3]}, {row[4]}: {'; '.join(what)}; rules: {row[15]}")
    return differs


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
