"""A storage root made from a seed: the names, sizes and times of a big media library, with a truth that is known."""

import functools
import itertools
import json
import os
import random
import unicodedata
from collections import Counter

# Raised when the same arguments would give another tree, so that an old one on disk is not taken for it.
VERSION = 1
SHELF_ROWS = 100
# Planted in file names, and nowhere else: what a search for them must find is known before anything is scanned.
PLANTED = {"quagganeedle": 1, "axolotline": 100}

NOUNS = """harbour lantern orchard glacier meadow compass furnace violin cathedral raven canyon prism ember willow anchor
mirror saffron tundra beacon carousel drift echo falcon garnet hollow island juniper kestrel ledger monsoon nectar oracle
pebble quarry ribbon sparrow thistle umbrella valley wharf yonder zephyr amber bramble cinder dune estuary fable""".split()
QUALITIES = """silent crimson northern hidden broken electric velvet distant golden restless paper hollow frozen burning last
second wild marble midnight forgotten copper endless pale scarlet quiet iron salt blue lost ancient""".split()
FOREIGN = ["Тихий океан", "Белые ночи", "風の電話", "雨月物語", "花火", "살인의 기억", "밀양", "Über den Dächern", "Straße nach Süden",
           "L'Été à Nîmes", "Señales de humo", "Gökyüzü İstasyonu", "ليل المدينة", "אור ראשון", "Noční vlak", "Źródło", "Ljósið",
           "सुबह की धूप", "Kärnan & Ölet", "Café ★ Lumière", "Night 🌙 Ferry", "Θάλασσα", "ทะเลหมอก", "ﬁnal ½ Cut"]
PEOPLE = ["Ines Carvalho", "Tom Becker", "Aoi Tanaka", "Petra Nováková", "Luis Ibáñez", "Maja Søndergaard", "Olu Adeyemi",
          "Vera Ilyina", "Hugh Mercer", "Claire Dubois", "Goran Petrović", "Nadia Rahman"]
CREWS = ["ORCA", "TIDE", "BRNT", "KITE", "mule"]


class Names:
    """Titles as libraries have them: mostly plain English, some in other scripts, some decomposed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def title(self, words=(2, 4)):
        pick = self.random
        if pick.random() < 0.09:
            text = pick.choice(FOREIGN)
            return unicodedata.normalize("NFD", text) if pick.random() < 0.3 else text
        count = pick.randint(*words)
        chosen = [pick.choice(QUALITIES)] + [pick.choice(NOUNS) for _ in range(count - 1)]
        return ("The " if pick.random() < 0.2 else "") + " ".join(word.capitalize() for word in chosen)

    def release(self, base):
        pick = self.random
        quality = pick.choice(["720p", "1080p", "1080p", "2160p"])
        return f"{base.replace(' ', '.')}.{quality}.{pick.choice(['BluRay', 'WEB-DL'])}.x264-{pick.choice(CREWS)}"


def movies(names):
    pick = names.random
    while True:
        title, year = names.title(), pick.randint(1950, 2024)
        # Two libraries: updatedb holds a descriptor for each sibling folder and gives up on too many of them.
        folder = f"{pick.choice(['movies', 'films'])}/{title} ({year})"
        base = names.release(f"{title} {year}") if pick.random() < 0.5 else f"{title} ({year})"
        yield folder, f"{base}.{pick.choice(['mkv', 'mkv', 'mp4', 'avi'])}"
        for language in pick.sample(["en", "de", "fr", "es", "ja"], pick.choice([0, 0, 1, 2])):
            yield folder, f"{base}.{language}.srt"
        if pick.random() < 0.6:
            yield folder, f"{base}.nfo"
        if pick.random() < 0.6:
            yield folder, "poster.jpg"
        if pick.random() < 0.1:
            yield f"{folder}/Extras", f"Making of {title}.mp4"


def series(names):
    pick = names.random
    while True:
        title = names.title((1, 3))
        for season in range(1, pick.choice([2, 2, 3, 4, 6, 9])):
            folder = f"tv/{title}/Season {season:02d}"
            for episode in range(1, pick.randint(7, 25)):
                base = names.release(f"{title} S{season:02d}E{episode:02d}")
                yield folder, f"{base}.mkv"
                if pick.random() < 0.15:
                    yield folder, f"{base}.en.srt"


def music(names):
    pick = names.random
    while True:
        artist = pick.choice(PEOPLE) if pick.random() < 0.2 else names.title((1, 2))
        for _ in range(pick.randint(1, 7)):
            folder = f"music/{artist}/{names.title((1, 3))} ({pick.randint(1960, 2024)})"
            extension = pick.choice(["flac", "flac", "mp3", "mp3", "ogg", "m4a"])
            for track in range(1, pick.randint(8, 17)):
                yield folder, f"{track:02d} - {names.title((1, 4))}.{extension}"
            if pick.random() < 0.7:
                yield folder, pick.choice(["cover.jpg", "folder.jpg", "Cover.png"])


def photos(names):
    pick, number = names.random, 0
    while True:
        year, month, day = pick.randint(2001, 2024), pick.randint(1, 12), pick.randint(1, 28)
        place = f" {names.title((1, 2))}" if pick.random() < 0.5 else ""
        folder = f"photos/{year}/{year}-{month:02d}-{day:02d}{place}"
        extension = pick.choice(["JPG", "jpg", "jpg", "heic", "CR2"])
        for _ in range(pick.choice([5, 20, 40, 80, 160])):
            number += 1
            yield folder, f"IMG_{number % 10_000:04d}.{extension}" if pick.random() < 0.8 else f"{year}{month:02d}{day:02d}_{number:07d}.{extension}"


def books(names):
    pick = names.random
    while True:
        author = f"{pick.choice(PEOPLE)}{pick.choice(['', ' Jr', ' II'])}"
        for _ in range(pick.randint(1, 12)):
            title = names.title((2, 5))
            yield f"books/{author}/{title}", f"{title} - {author}.{pick.choice(['epub', 'epub', 'pdf', 'cbz'])}"


def leftovers(names):
    pick = names.random
    while True:
        depth = pick.choice([1, 1, 2, 3, 6, 12])
        folder = "misc/" + "/".join(f"{pick.choice(NOUNS)}{pick.randint(0, 99)}" for _ in range(depth))
        for _ in range(pick.choice([1, 3, 10, 30, 300])):
            word, kind = pick.choice(NOUNS), pick.random()
            if kind < 0.1:
                name = f"{word} copy ({pick.randint(1, 9)})"
            elif kind < 0.13:
                name = f"it's a \"{word}\" & 100% [{pick.randint(1, 99)}]"
            elif kind < 0.2:
                name = f".{word}{pick.randint(1, 999)}"
            else:
                name = f"{word}_{pick.getrandbits(40):x}"
            yield folder, f"{name}.{pick.choice(['txt', 'log', 'json', 'js', 'py', 'zip', 'tmp'])}"


SECTIONS = [("movies", movies, 0.09), ("series", series, 0.21), ("music", music, 0.27), ("photos", photos, 0.24),
            ("books", books, 0.04), ("leftovers", leftovers, 0.07)]


def shelves(count):
    """Folders of exactly SHELF_ROWS files: what the listing is measured on."""
    for shelf in range(count):
        for row in range(SHELF_ROWS):
            number = shelf * SHELF_ROWS + row
            yield f"shelves/shelf-{shelf:05d}", f"Show.Name.S{number % 12:02d}E{number % 24:02d}.{number}.1080p.WEB-DL.x264-TIDE.mkv"


def shelf_count(files):
    return max(1, round(files * 0.08 / SHELF_ROWS))


def plan(files, seed=1):
    """Every (folder, name) of the tree; the same arguments give the same list."""
    entries = list(shelves(shelf_count(files)))[:files]
    seen = set(entries)
    left = files - len(entries)
    for position, (section, make, share) in enumerate(SECTIONS):
        wanted = left if position == len(SECTIONS) - 1 else min(left, round(files * share))
        left -= wanted
        generator = make(Names(f"{seed}/{section}"))
        for _ in range(wanted):
            folder, name = next(generator)
            stem, dot, extension = name.rpartition(".")
            copy = 1
            while (folder, name) in seen:
                copy += 1
                name = f"{stem} ~{copy}{dot}{extension}"
            seen.add((folder, name))
            entries.append((folder, name))
    plant(entries)
    return entries


def plant(entries):
    """Puts the planted words in front of names, evenly over what is not a shelf."""
    free = [index for index, (folder, _) in enumerate(entries) if not folder.startswith("shelves/")]
    position = 0
    for word, count in PLANTED.items():
        step = len(free) // (count + 1)
        if step == 0:
            continue
        for turn in range(count):
            index = free[turn * step + position]
            folder, name = entries[index]
            entries[index] = (folder, f"{word} {name}")
        position += 1


def directories(entries):
    found = set()
    for folder, _ in entries:
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def contents(seed=1):
    """(size, time of change) of each file in turn, without end. Files are holes, so those of one size are equal."""
    pick = random.Random(f"{seed}/contents")
    while True:
        yield int(100 * 2621.44 ** pick.random()), 1_262_304_000 + pick.randrange(450_000_000)


def equal_files(files, seed=1):
    """How many groups of equal files there are, and how many files in them."""
    counts = Counter(size for size, _ in itertools.islice(contents(seed), files))
    groups = [count for count in counts.values() if count > 1]
    return len(groups), sum(groups)


def write(root, entries, seed=1):
    """Writes the tree: sparse files of 100 bytes to 256 KiB, times in the past, folders' times fixed at the end."""
    base = os.fsencode(root)
    total, made = 0, set()
    for (folder, name), (size, moment) in zip(entries, contents(seed)):
        directory = os.path.join(base, folder.encode())
        if directory not in made:
            os.makedirs(directory, exist_ok=True)
            made.add(directory)
        total += size
        handle = os.open(os.path.join(directory, name.encode()), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        os.ftruncate(handle, size)
        os.utime(handle, (moment, moment))
        os.close(handle)
    for directory, _, _ in os.walk(base, topdown=False):
        os.utime(directory, (1_700_000_000, 1_700_000_000))
    return total


class Tree:
    """A tree on disk, with its truth."""

    def __init__(self, root, truth, seed=1):
        self.root, self.files, self.directory_count, self.bytes = root, truth["files"], truth["directories"], truth["bytes"]
        self.planted, self.seed = truth["planted"], seed

    @functools.cached_property
    def entries(self):
        """Every (folder, name), planned when a part asks for them: of millions that takes a while."""
        return plan(self.files, self.seed)

    def names(self):
        """The names that a search looks at: of files and of directories."""
        return [name for _, name in self.entries] + [path.rpartition("/")[2] for path in directories(self.entries)]


def ensure(work, files, seed=1, say=print):
    """The tree of that many files below `work`; made when it is not there yet."""
    root = os.path.join(work, f"tree-v{VERSION}-{files}-{seed}")
    truth_path = root + ".json"
    if not os.path.exists(truth_path):
        if os.path.exists(root):
            raise SystemExit(f"{root} was not finished; remove it and start again")
        say(f"making a tree of {files:,} files in {root} …")
        os.makedirs(root)
        entries = plan(files, seed)
        total = write(root, entries, seed)
        planted = {word: sum(name.startswith(word + " ") for _, name in entries) for word in PLANTED}
        truth = {"files": len(entries), "directories": len(directories(entries)), "bytes": total, "planted": planted}
        with open(truth_path, "w", encoding="utf-8") as file:
            json.dump(truth, file)
    with open(truth_path, encoding="utf-8") as file:
        return Tree(root, json.load(file), seed)
