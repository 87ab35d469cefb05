"""Search terms drawn from the tree's own names, in classes that are hard for different reasons, with their true totals."""

import random
import re
import unicodedata

CLASSES = ["rare", "mid", "common", "no hit", "1-2 characters"]
COMMON = ["1080p", "flac", "img_", "the", "s01e", ".mkv", "web-dl", ".jpg"]
SHORT = ["qz", "ö", "雨", "zx", "a1", "x2", "7f", "th", "e", "19"]


def fold(text):
    """The folding that the server documents: NFKC and full case folding, with one form of sigma."""
    text = unicodedata.normalize("NFKC", text).upper().lower().replace("ς", "σ")
    return unicodedata.normalize("NFKC", text)


class NameList:
    """All folded names, one per line, so that counting runs at the speed of the interpreter's own search."""

    def __init__(self, names):
        self.names = [fold(name).replace("\n", " ") for name in names]
        self.block = "\n" + "\n".join(self.names) + "\n"

    def total(self, term, limit=None):
        """How many names contain every word of the term."""
        words = sorted(fold(term).split(), key=len, reverse=True)
        if len(words) > 1:
            return sum(all(word in line for word in words) for line in self.lines_with(words[0]))
        count = 0
        for _ in self.lines_with(words[0]):
            count += 1
            if limit is not None and count > limit:
                break
        return count

    def lines_with(self, word):
        position = self.block.find(word)
        while position >= 0:
            end = self.block.find("\n", position)
            yield self.block[self.block.rfind("\n", 0, position) + 1 : end]
            position = self.block.find(word, end)


def draw(names, per_class, seed=1):
    """{class: [(term, true total)]}"""
    pick = random.Random(f"{seed}/terms")
    many = max(50, len(names.names) // 500)

    def gather(make, low, high, start=()):
        found = dict.fromkeys(start)
        for _ in range(20_000):
            if len(found) >= per_class:
                break
            term = make(pick.choice(names.names))
            if term and term not in found and re.fullmatch(r"[a-z0-9._ -]+", term) and term == term.strip():
                if low <= names.total(term, limit=high) <= high:
                    found[term] = None
        return list(found)[:per_class]

    def piece(name):
        start = pick.randrange(max(1, len(name) - 10))
        return name[start : start + 10].replace(" ", "")

    def two_words(name):
        words = re.findall(r"[a-z]{3,}", name)
        return " ".join(words[:2]) if len(words) > 1 else None

    def one_word(name):
        words = re.findall(r"[a-z]{4,}", name)
        return words[0] if words else None

    consonants = "bcdfghjklmnpqrstvwxz"
    drawn = {
        "rare": gather(piece, 1, 3),
        "mid": gather(two_words, 20, many),
        "common": gather(one_word, max(1, len(names.names) // 100), len(names.names), COMMON),
        "no hit": ["".join(pick.choice(consonants) for _ in range(8)) for _ in range(per_class)],
        "1-2 characters": SHORT[:per_class],
    }
    return {kind: [(term, names.total(term)) for term in terms] for kind, terms in drawn.items()}
