"""Each check is run on small sources that keep its rules, and on small sources that break them."""

import os
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, SCRIPTS)
from swift_text import SwiftText  # noqa: E402


class Checkout(unittest.TestCase):
    """A folder with a few files, and a check that runs on it."""

    script = ""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, path, text):
        path = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def run_check(self, *arguments):
        done = subprocess.run(
            [sys.executable, os.path.join(SCRIPTS, self.script), *arguments, self.folder.name],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def assert_clean(self):
        code, output = self.run_check()
        self.assertEqual(code, 0, output)

    def assert_found(self, *places):
        """`places` are `file:line: rule`; each is found, and nothing else is."""
        code, output = self.run_check()
        found = [":".join(line.split(":")[:3]) for line in output.splitlines() if line.startswith("Sources/")]
        self.assertEqual(sorted(found), sorted(places), output)
        self.assertEqual(code, 1)


class SwiftTextTests(unittest.TestCase):
    def test_strings_and_comments_leave_the_code(self):
        text = SwiftText('let a = "x // {" // "no" }\n/* { /* } */ { */ let b = #"\\"{"#\n')
        self.assertEqual([string for _, string in text.strings], ["x // {", '\\"{'])
        self.assertNotIn("{", text.code)
        self.assertNotIn("}", text.code)
        self.assertIn("let b", text.code_lines[1])

    def test_interpolation_is_code_again(self):
        text = SwiftText('f("a \\(names.map { "<\\($0)>" }.joined()) b") + g("""\n  \\(x)\n  } "quoted"\n  """)')
        self.assertEqual(text.code.count("{"), text.code.count("}"))
        self.assertIn("names.map", text.code)
        self.assertIn((1, "a \\(…) b"), text.strings)
        self.assertEqual(text.code.count("\n"), 3)

    def test_an_escaped_quote_does_not_end_a_string(self):
        text = SwiftText('let a = "one \\" two"; let b = 1')
        self.assertEqual(text.strings, [(1, 'one \\" two')])
        self.assertIn("let b = 1", text.code)


class ImportTests(Checkout):
    script = "lint-imports"

    def test_imports_that_point_down_pass(self):
        self.write("Sources/CatalogCore/TextFold.swift", "import Foundation\n")
        self.write("Sources/CatalogSearch/NameIndex.swift", "package import CatalogCore\nimport CLinux\nimport Foundation\n")
        self.write("Sources/CatalogServer/HTTP/Router.swift", "import Hummingbird\n")
        self.write("Sources/CatalogServer/Features/Health/HealthRoutes.swift", "import Hummingbird\nimport struct NIOHTTP1.HTTPHeaders\n")
        self.write("Sources/CLinux/CLinux.c", "")
        self.assert_clean()

    def test_imports_that_point_up_or_sideways_are_found(self):
        self.write("Sources/CatalogCore/Page.swift", "import Foundation\nimport CatalogDatabase\n")
        self.write("Sources/CatalogStorage/Local.swift", "@preconcurrency import CatalogServer\nimport CArgon2\n")
        self.write("Sources/CatalogServer/Features/Search/SearchService.swift", "internal import Hummingbird\nimport GRDB\n")
        self.assert_found(
            "Sources/CatalogCore/Page.swift:1: core-import", "Sources/CatalogCore/Page.swift:2: import",
            "Sources/CatalogStorage/Local.swift:1: import", "Sources/CatalogStorage/Local.swift:2: c-owner",
            "Sources/CatalogServer/Features/Search/SearchService.swift:1: http-import",
            "Sources/CatalogServer/Features/Search/SearchService.swift:2: import")

    def test_an_import_in_a_comment_is_not_one(self):
        self.write("Sources/CatalogCore/Page.swift", "// import Hummingbird\n/*\nimport GRDB\n*/\n")
        self.assert_clean()

    def test_a_target_that_is_not_on_the_map_is_found(self):
        self.write("Sources/CatalogNew/New.swift", "")
        self.assert_found("Sources/CatalogNew/New.swift:1: unknown-target")

    def test_sql_stands_in_queries_and_runs_in_stores(self):
        self.write("Sources/CatalogServer/Features/A/AQueries.swift", 'let q = "SELECT id FROM entries"\n')
        self.write("Sources/CatalogServer/Features/A/AStore.swift", "connection.execute(q)\n")
        self.write("Sources/CatalogDatabase/Migrator.swift", 'connection.execute(SQLStatement("INSERT INTO m (a) VALUES (1)"))\n')
        self.write("Sources/CatalogJobs/Worker.swift", 'log("will SELECT a worker"); loop.execute { }; f("DELETE this file")\n')
        self.assert_clean()

    def test_sql_anywhere_else_is_found(self):
        self.write("Sources/CatalogServer/Features/A/AService.swift", 'let a = 1\nlet q = """\n  UPDATE users SET a = 1\n  """\n')
        self.write("Sources/CatalogJobs/JobQueue.swift", "try connection.rows(JobQueries.next) { $0 }\ntry x.firstRow(q) { $0 }\n")
        self.assert_found(
            "Sources/CatalogServer/Features/A/AService.swift:2: sql-text",
            "Sources/CatalogJobs/JobQueue.swift:1: sql-call", "Sources/CatalogJobs/JobQueue.swift:2: sql-call")


class ShapeTests(Checkout):
    script = "lint-shape"

    def source(self, text, path="Sources/CatalogCore/A.swift"):
        self.write(path, text)
        return path

    def test_documented_declarations_pass(self):
        self.source(
            "/// A point.\n@frozen\npackage struct Point {\n    /// Pixels.\n    package let x: Int\n    package let y: Int\n\n"
            "    package init(x: Int, y: Int) {\n        self.x = x\n        self.y = y\n    }\n}\n"
            "extension Point: CustomStringConvertible {\n    package var description: String { \"\" }\n}\n"
            "package import Foundation\n")
        self.assert_clean()

    def test_what_a_protocol_of_ours_documents_need_not_be_repeated(self):
        self.source(
            "/// A source.\npackage protocol Source {\n    /// The next.\n    func next() -> Int\n}\n"
            "final class Memory: Source {\n    package func next() -> Int { 1 }\n    package func other() {}\n}\n")
        self.assert_found("Sources/CatalogCore/A.swift:8: doc-comment")

    def test_declarations_without_a_comment_are_found(self):
        path = self.source(
            "package struct Point {\n    package static let zero = 0\n}\n// Not a doc comment.\npackage final class B {}\n"
            "package extension B {}\n/// Fine.\npackage enum C {\n    package init() { print(1) }\n}\n")
        self.assert_found(*(f"{path}:{line}: doc-comment" for line in (1, 2, 5, 9)))

    def test_long_functions_and_many_parameters_are_found(self):
        body = "\n".join("    f()" for _ in range(51))
        path = self.source(
            f"func long() {{\n{body}\n}}\n"
            "func many(_ a: Int, b: (Int, Int) -> Void, c: [Int: Int], d: Int, e: Int, f: Int, g: Int) {}\n"
            "func six<A, B>(_ a: A, b: (Int, Int) -> Void, c: [Int: B], d: Int, e: Int, f: Int) where A: B {}\n"
            "protocol P {\n    func none()\n    func next() async throws -> Int\n}\n")
        self.assert_found(f"{path}:1: function-length", f"{path}:54: parameters")

    def test_a_function_of_the_longest_length_passes(self):
        body = "\n".join("    f()" for _ in range(50))
        self.source(f"func long(\n    a: Int\n)\n    async throws -> Int\n{{\n{body}\n}}\n")
        self.assert_clean()

    def test_long_files_are_found(self):
        path = self.source("\n" * 401)
        routes = self.source("\n" * 151, "Sources/CatalogServer/Features/A/ARoutes.swift")
        self.source("\n" * 400, "Sources/CatalogCore/B.swift")
        code, output = self.run_check()
        self.assertIn(f"{path}:1: file-length", output)
        self.assertIn(f"{routes}:1: routes-length", output)
        self.assertIn("Sources/CatalogCore/B.swift:1: warning: file-length", output)
        self.assertIn("2 to mend", output)
        self.assertEqual(code, 1)

    def test_words_that_end_the_process_are_found(self):
        path = self.source(
            "let a = x!\nlet b = try! f()\nlet c = d as! Int\nfatalError(\"\")\nif a != b, !c { }\nlet s = \"wow! x!\"\n"
            "final class A: @unchecked Sendable {}\n// TODO later\nTask.detached { }\n"
            "// One thread owns it.\nfinal class B: @unchecked Sendable {}\nvar i: Int!\n")
        self.assert_found(
            f"{path}:1: force-unwrap", f"{path}:2: force-try", f"{path}:3: force-cast", f"{path}:4: trap",
            f"{path}:8: unfinished", f"{path}:7: needs-reason", f"{path}:9: detached-task", f"{path}:12: force-unwrap")

    def test_tests_may_unwrap(self):
        self.source("let a = x!\n", "Tests/CatalogCoreTests/A.swift")
        self.assert_clean()

    def test_forks_above_the_budget_are_found(self):
        fork = 'static let q = SQLStatement(\n    sqlite: "a",\n    postgreSQL: "b")\n'
        self.source(fork * 25, "Sources/CatalogJobs/JobQueries.swift")
        self.assert_clean()
        for statement in (fork, 'static let q = SQLStatement(postgreSQL: "a")\n'):
            self.source(statement, "Sources/CatalogServer/AQueries.swift")
            code, output = self.run_check()
            self.assertEqual(code, 1)
            self.assertIn("Sources/CatalogServer/AQueries.swift:1: sql-forks: 26 forks, 25 at most", output)


class MigrationTests(Checkout):
    script = "check-migrations"
    folder_path = "Sources/CatalogDatabase/Migrations/"

    def setUp(self):
        super().setUp()
        self.migration(1, "one", "CREATE TABLE a (x {int})")
        self.order("one")
        self.write("Scripts/migrations.sha256", "# released\n")

    def migration(self, number, name, ddl):
        self.write(
            f"{self.folder_path}M{number}.swift",
            f'extension Migrations {{\n    static let {name} = Migration(\n        number: {number}, name: "{name}",\n'
            f'        ddl: """\n            {ddl}\n            """)\n}}\n')

    def order(self, *names):
        self.write(f"{self.folder_path}Migrations.swift", f"enum Migrations {{\n    static let all: [Migration] = [{', '.join(names)}]\n}}\n")

    def recorded(self):
        with open(os.path.join(self.folder.name, "Scripts/migrations.sha256"), encoding="utf-8") as file:
            return file.read().splitlines()

    def test_a_release_records_and_a_later_one_appends(self):
        self.assertEqual(self.run_check("--update")[0], 0)
        first = self.recorded()
        self.assertEqual(len(first), 2)
        self.migration(2, "two", "CREATE TABLE b (x {int})")
        self.order("one", "two")
        self.assert_clean()
        self.run_check("--update")
        self.assertEqual(self.recorded()[:2], first)
        self.assertEqual(len(self.recorded()), 3)

    def test_what_is_not_released_may_change(self):
        self.migration(1, "one", "CREATE TABLE a (x {text})")
        self.assert_clean()

    def test_an_edit_of_a_released_migration_is_found_and_never_recorded(self):
        self.run_check("--update")
        before = self.recorded()
        self.migration(1, "one", "CREATE TABLE a (x {text})")
        self.assert_found(f"{self.folder_path}M1.swift:2: released")
        self.assertEqual(self.run_check("--update")[0], 1)
        self.assertEqual(self.recorded(), before)

    def test_comments_and_white_space_of_the_ddl_may_change(self):
        self.run_check("--update")
        self.migration(1, "one", "-- What a is for.\n            CREATE TABLE   a (x {int})")
        self.assert_clean()

    def test_gaps_and_a_wrong_order_are_found(self):
        self.migration(3, "three", "CREATE TABLE c (x {int})")
        self.order("three", "one")
        self.assert_found(f"{self.folder_path}Migrations.swift:1: migration-number", f"{self.folder_path}Migrations.swift:1: migration-order")


if __name__ == "__main__":
    unittest.main()
