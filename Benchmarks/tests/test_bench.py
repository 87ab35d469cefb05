"""What the measurements rest on: trees whose truth is known, terms with true totals, honest verdicts."""

import os
import re
import sys
import tempfile
import unittest
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from catalog_bench import goals, part_large, part_statistics, peers, report, results, terms, tree  # noqa: E402
from catalog_bench.processes import BenchError  # noqa: E402


class TreeTests(unittest.TestCase):
    def test_the_same_arguments_give_the_same_tree(self):
        self.assertEqual(tree.plan(3_000), tree.plan(3_000))
        self.assertNotEqual(tree.plan(3_000), tree.plan(3_000, seed=2))

    def test_every_file_has_a_place_of_its_own(self):
        entries = tree.plan(5_000)
        self.assertEqual(len(entries), 5_000)
        self.assertEqual(len(set(entries)), 5_000)

    def test_shelves_hold_exactly_one_page(self):
        entries = tree.plan(5_000)
        counts = Counter(folder for folder, _ in entries if folder.startswith("shelves/"))
        self.assertEqual(set(counts.values()), {tree.SHELF_ROWS})
        self.assertEqual(len(counts), tree.shelf_count(5_000))

    def test_planted_words_are_where_they_were_planted_and_nowhere_else(self):
        names = [name for _, name in tree.plan(5_000)]
        for word, count in tree.PLANTED.items():
            self.assertEqual(sum(word in name for name in names), count)

    def test_the_tree_on_disk_is_the_planned_one(self):
        with tempfile.TemporaryDirectory() as work:
            made = tree.ensure(work, 400, say=lambda _: None)
            found = {
                (os.path.relpath(folder, made.root), name)
                for folder, _, names in os.walk(made.root) for name in names}
            self.assertEqual(found, set(made.entries))
            folders = sum(len(names) for _, names, _ in os.walk(made.root))
            self.assertEqual((made.files, made.directory_count), (400, folders))
            size = sum(os.path.getsize(os.path.join(made.root, *entry)) for entry in made.entries)
            self.assertEqual(made.bytes, size)
            self.assertEqual(len(made.names()), 400 + folders)
            contents = Counter()
            for entry in made.entries:
                with open(os.path.join(made.root, *entry), "rb") as file:
                    contents[file.read()] += 1
            groups = [count for count in contents.values() if count > 1]
            self.assertEqual(tree.equal_files(400), (len(groups), sum(groups)))
            again = tree.ensure(work, 400, say=lambda _: self.fail("made twice"))
            self.assertEqual(again.bytes, made.bytes)


class TermTests(unittest.TestCase):
    def test_folding_joins_what_differs_in_case_or_composition_only(self):
        self.assertEqual(terms.fold("STRASSE"), terms.fold("Straße"))
        self.assertEqual(terms.fold("A\u030angström"), terms.fold("ÅNGSTRÖM"))
        self.assertEqual(terms.fold("ΘΆΛΑΣΣΑΣ"), terms.fold("θάλασσας"))

    def test_totals_count_names_not_occurrences(self):
        names = terms.NameList(["Aba aba.txt", "b.txt", "ABA", "x\nb"])
        self.assertEqual(names.total("aba"), 2)
        self.assertEqual(names.total("b"), 4)
        self.assertEqual(names.total("txt aba"), 1)
        self.assertEqual(names.total("zz"), 0)

    def test_drawn_terms_carry_their_true_totals(self):
        every = [name for _, name in tree.plan(5_000)]
        drawn = terms.draw(terms.NameList(every), per_class=4)
        self.assertEqual(list(drawn), terms.CLASSES)
        for kind, pairs in drawn.items():
            for term, total in pairs:
                words = terms.fold(term).split()
                slow = sum(all(word in terms.fold(name) for word in words) for name in every)
                self.assertEqual(total, slow, (kind, term))
        self.assertTrue(all(1 <= total <= 3 for _, total in drawn["rare"]))
        self.assertTrue(all(total == 0 for _, total in drawn["no hit"]))


class ResultTests(unittest.TestCase):
    def test_a_quotient_is_the_median_of_the_rounds(self):
        found = results.Results()
        for ours, peer in ((1, 2), (3, 2), (8, 10)):
            found.add("first_scan", ours, peer)
        self.assertEqual(found.quotient("first_scan"), 0.8)
        self.assertIsNone(found.quotient("quick"))

    def test_percentiles(self):
        values = list(range(1, 101))
        self.assertEqual(results.percentile(values, 0.5), 51)
        self.assertEqual(results.percentile(values, 0.99), 100)
        self.assertEqual(results.percentile([7], 0.99), 7)

    def test_verdicts_know_which_way_is_better(self):
        time = goals.Goal("a", "scan", "", "", 1.25, 0.85, True)
        rate = goals.Goal("b", "listing", "", "", 6, 10, False)
        self.assertEqual([time.verdict(q) for q in (0.8, 1.25, 1.3, None)], ["aim reached", "reached", "**missed**", "not measured"])
        self.assertEqual([rate.verdict(q) for q in (10, 6, 5.9)], ["aim reached", "reached", "**missed**"])

    def test_a_goal_without_a_measurement_is_missed(self):
        lost = report.missed(results.Results(), ["download"])
        self.assertEqual([goal.part for goal in lost], ["download"] * 4)

    def test_the_output_of_wrk_is_read(self):
        text = ("  Latency Distribution\n     50%  812.00us\n     75%    1.10ms\n     90%    2.00ms\n     99%    1.20s \n"
                "  1000 requests in 2.00s, 1.00GB read\nRequests/sec:   4500.50\nTransfer/sec:      1.50GB\n")
        sample = peers.read_wrk(text, "x")
        self.assertEqual((sample["rate"], sample["p50"], sample["p99"]), (4500.5, 0.812, 1200.0))
        self.assertAlmostEqual(sample["mb"], 1610.6, places=1)
        with self.assertRaises(BenchError):
            peers.read_wrk(text + "  Non-2xx or 3xx responses: 3\n", "x")
        with self.assertRaises(BenchError):
            peers.read_wrk("unable to connect", "x")


class Answering:
    """Stands for a server and its connection: takes as long as it is told, and remembers who was asked when."""

    def __init__(self, name, asked, status=200):
        self.name, self.asked, self.status, self.connection, self.body = name, asked, status, self, b"no"

    @staticmethod
    def prepared(_, path):
        return path

    def send(self, _):
        self.asked.append(self.name)
        return self


class SizeTests(unittest.TestCase):
    def test_servers_are_asked_in_turn_and_take_turns_in_coming_first(self):
        asked = []
        times = part_statistics.ask_in_turn([Answering("small", asked), Answering("large", asked)], "/", 3, warm=1)
        self.assertEqual([len(part) for part in times], [3, 3])
        self.assertEqual(asked, ["large", "small", "small", "large"] * 2)

    def test_a_refused_request_ends_the_run(self):
        with self.assertRaises(BenchError):
            part_statistics.ask_in_turn([Answering("small", [], status=429)], "/", 1)

    def test_a_slow_endpoint_is_asked_a_few_times_only(self):
        asked, most = [], part_statistics.SECONDS_MAX
        part_statistics.SECONDS_MAX = 0
        try:
            times = part_statistics.ask_in_turn([Answering("small", asked)], "/", 300, warm=2)
        finally:
            part_statistics.SECONDS_MAX = most
        self.assertEqual((len(asked), len(times[0])), (part_statistics.REQUESTS_MIN + 2, part_statistics.REQUESTS_MIN))

    def test_a_quick_endpoint_is_asked_in_several_blocks_and_a_slow_one_in_one(self):
        asked, most = [], part_statistics.BLOCK_SECONDS
        servers = [Answering("small", asked), Answering("large", asked)]
        self.assertEqual(len(part_statistics.blocks(servers, "/", 5)), part_statistics.BLOCKS_MAX)
        part_statistics.BLOCK_SECONDS = 0
        try:
            found = part_statistics.blocks(servers, "/", 5)
        finally:
            part_statistics.BLOCK_SECONDS = most
        self.assertEqual([[len(times) for times in block] for block in found], [[5, 5]])

    def test_the_endpoint_that_grows_most_counts_not_the_one_that_takes_longest(self):
        steady, growing = [([9.0] * 9, [9.0] * 9)] * 3, [([0.1] * 9, [0.4] * 9), ([0.1] * 9, [0.4] * 9), ([0.1] * 9, [0.1] * 9)]
        self.assertEqual(part_statistics.slowest({"steady": steady, "growing": growing}), "growing")
        self.assertEqual(part_statistics.row("/api/v1/stats/overall", growing)[0], "overall")
        self.assertEqual(part_statistics.row("/api/v1/stats/overall", growing)[3:], ["4.00", "4.00", "1.00 – 4.00"])

    def test_every_statistics_endpoint_of_the_server_is_asked(self):
        declared = set()
        features = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Sources", "CatalogServer", "Features")
        for folder, _, names in os.walk(features):
            for name in names:
                if name.endswith("Endpoints.swift"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        declared |= set(re.findall(r'"(/api/v1/stats/[^"]+)"', file.read()))
        asked = {path.partition("?")[0].replace("/smb/bench", "/smb/{smb_root}") for path in part_statistics.paths()}
        self.assertGreater(len(declared), 11)
        self.assertEqual(asked, declared)

    def test_limits_of_the_largest_catalog_are_those_of_the_goals(self):
        texts = {goal.key: goal.peer for goal in goals.GOALS if goal.part == "large"}
        self.assertEqual(texts["large_scan_memory"], f"{part_large.MEMORY_OF_SCAN // 1024} MiB")
        self.assertEqual(texts["large_idle"], f"{part_large.MEMORY_IDLE // 1024} MiB")


if __name__ == "__main__":
    unittest.main()
