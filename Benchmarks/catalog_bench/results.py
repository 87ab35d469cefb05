"""Numbers of a run: samples by round, quotients inside a round, medians over the rounds."""

import statistics


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Results:
    """Collects, for each goal, one quotient a round, and tables of absolute figures for whoever wants to look closer."""

    def __init__(self):
        self.quotients = {}
        self.tables = []
        self.remarks = []

    def add(self, key, ours, peer):
        self.quotients.setdefault(key, []).append(ours / peer)

    def quotient(self, key):
        rounds = self.quotients.get(key)
        return statistics.median(rounds) if rounds else None

    def spread(self, key):
        rounds = self.quotients.get(key)
        return f"{min(rounds):.2f} – {max(rounds):.2f}" if rounds else "–"

    def table(self, title, header, rows):
        self.tables.append((title, header, rows))

    def remark(self, text):
        self.remarks.append(text)
