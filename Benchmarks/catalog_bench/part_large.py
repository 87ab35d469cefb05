"""Five million files: memory, start, search and listings against a million, and every statistics endpoint against ten thousand."""

import random
import statistics
import time

from . import part_statistics, terms
from .part_scan import ROOT
from .processes import BenchError
from .results import percentile
from .tree import SHELF_ROWS, shelf_count

MIB = 1024
RESCANS_MAX = 3
MEMORY_OF_SCAN, MEMORY_IDLE, START_SECONDS = 300 * MIB, 150 * MIB, 1.0
LARGEST_DIRECTORIES = {"music": "a directory with very many directories", "": "the top of the root"}


def run(context):
    small = context.sized(part_statistics.SMALL)
    middle, large = context.sized(context.options.files), context.sized(context.options.large_files)
    catalogs = [small, middle, large]
    measure_sizes(context, catalogs)
    measure_search(context, middle, large)
    measure_listing(context, middle, large)
    part_statistics.compare(context, small, large, "large_statistics")


def measure_sizes(context, catalogs):
    rescans = {}
    for _ in range(min(context.rounds, RESCANS_MAX)):
        for catalog in catalogs:
            rescans.setdefault(catalog, []).append(catalog.rescan().wall)
    for catalog in catalogs:
        context.say(f"memory and start with {catalog.tree.files:,} files")
        catalog.watch_idle()
    large = catalogs[-1]
    context.results.add("large_scan_memory", large.peak_anonymous, MEMORY_OF_SCAN)
    context.results.add("large_idle", max(large.idle_after_scan, large.idle_after_start), MEMORY_IDLE)
    for seconds in large.start_seconds:
        context.results.add("large_start", seconds, START_SECONDS)
    context.results.table(
        "Catalogs by size",
        ["files", "entries", "`find` s", "first scan s", "entries/s", "unchanged rescan s", "entries/s", "peak anonymous MiB", "idle after scan MiB",
         "idle after start MiB", "start s", "database MB", "search index MB"],
        [size_row(catalog, statistics.median(rescans[catalog])) for catalog in catalogs])


def size_row(catalog, rescan):
    database, index = catalog.database_bytes()
    first = catalog.first_scan.wall
    return [
        f"{catalog.tree.files:,}", f"{catalog.entries:,}", f"{catalog.find.wall:.2f}", f"{first:.2f}", f"{catalog.entries / first:,.0f}", f"{rescan:.2f}",
        f"{catalog.entries / rescan:,.0f}", f"{catalog.peak_anonymous / MIB:.0f}", f"{catalog.idle_after_scan / MIB:.0f}",
        f"{catalog.idle_after_start / MIB:.0f}", f"{statistics.median(catalog.start_seconds):.2f}", f"{database / 1e6:,.0f}", f"{index / 1e6:,.0f}"]


def measure_search(context, middle, large):
    """The same terms for both; each total is compared with the truth of its tree before."""
    context.say("search: drawing terms and counting their true totals …")
    classes = terms.draw(terms.NameList(middle.tree.names()), context.terms)
    many = terms.NameList(large.tree.names())
    wrong = []
    for term, count in (pair for drawn in classes.values() for pair in drawn):
        for catalog, true in ((middle, count), (large, many.total(term))):
            if (found := catalog.server.total(term, ROOT)) != true:
                wrong.append(f"{term!r} in {catalog.tree.files:,}: {found} instead of {true}")
    if wrong:
        raise BenchError("search totals are wrong: " + "; ".join(wrong[:10]) + f" ({len(wrong)} in all)")
    del many
    samples, first = ({kind: ([], []) for kind in classes} for _ in range(2))
    repeats = max(1, context.options.requests // sum(len(drawn) for drawn in classes.values()))
    for turn in range(context.rounds):
        context.say(f"search, round {turn + 1} of {context.rounds}")
        every, new = ([], []), ([], [])
        for kind, drawn in classes.items():
            for term, _ in drawn:
                for path, count, all_times, by_kind in (
                        (middle.server.new_search_path(term), 1, new, first), (middle.server.search_path(term), repeats, every, samples)):
                    times = part_statistics.ask_in_turn([middle.server, large.server], path, count, warm=0 if count == 1 else 1)
                    for index in (0, 1):
                        all_times[index].extend(times[index])
                        by_kind[kind][index].extend(times[index])
        context.results.add("large_search", percentile(every[1], 0.99), percentile(every[0], 0.99))
        context.results.add("large_new_search", percentile(new[1], 0.99), percentile(new[0], 0.99))
    for title, taken in (("asked for the first time", first), ("asked again", samples)):
        context.results.table(
            f"Search, milliseconds p50 / p99, first names with exact total, {title}", ["files", *classes],
            [[f"{catalog.tree.files:,}", *(figures(taken[kind][index]) for kind in classes)] for index, catalog in enumerate((middle, large))])


def measure_listing(context, middle, large):
    pick = random.Random(3)
    shelves, rows = ([], []), {}
    for turn in range(context.rounds):
        context.say(f"listing, round {turn + 1} of {context.rounds}")
        times = ([], [])
        for number in range(context.options.requests):
            order = [(0, middle), (1, large)]
            for index, catalog in order if number % 2 else reversed(order):
                path = f"shelves/shelf-{pick.randrange(shelf_count(catalog.tree.files)):05d}"
                times[index].append(listing(catalog.server, path))
        context.results.add("large_listing", percentile(times[1], 0.99), percentile(times[0], 0.99))
        for index in (0, 1):
            shelves[index].extend(times[index])
        for path in LARGEST_DIRECTORIES:
            pair = part_statistics.ask_in_turn([middle.server, large.server], middle.server.listing_path(ROOT, path), context.options.requests)
            for index in (0, 1):
                rows.setdefault((index, path), []).extend(pair[index])
    context.results.table(
        "Listing, milliseconds p50 / p99, one connection", ["files", "a hundred rows of a random directory", *LARGEST_DIRECTORIES.values()],
        [[f"{catalog.tree.files:,}", figures(shelves[index]), *(figures(rows[index, path]) for path in LARGEST_DIRECTORIES)]
         for index, catalog in enumerate((middle, large))])


def listing(server, path):
    request = server.connection.prepared("GET", server.listing_path(ROOT, path))
    started = time.perf_counter()
    answer = server.connection.send(request)
    seconds = time.perf_counter() - started
    if answer.status != 200 or answer.json()["count"] != SHELF_ROWS:
        raise BenchError(f"the listing of {path} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    return seconds


def figures(values):
    return f"{percentile(values, 0.5) * 1000:.2f} / {percentile(values, 0.99) * 1000:.2f}"
