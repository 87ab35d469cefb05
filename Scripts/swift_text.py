"""Swift source as the checks of this folder see it: code apart from comments and string literals."""

import os
import re


class SwiftText:
    """One Swift file, split without parsing it.

    `code` has the length and the lines of the file, with every comment and every literal's content blanked out, so that
    braces and names found in it are real ones. `strings` holds (line, text) of each literal, `comments` (line, text).
    """

    def __init__(self, text):
        self.lines = text.split("\n")
        self.strings = []
        self.comments = []
        self._text = text
        self._out = list(text)
        self._index = 0
        self._line = 1
        self._run(until_parenthesis=False)
        self.code = "".join(self._out)
        self.code_lines = self.code.split("\n")

    def _blank(self, start, end):
        for index in range(start, end):
            if self._out[index] != "\n":
                self._out[index] = " "

    def _advance(self, count):
        self._line += self._text.count("\n", self._index, self._index + count)
        self._index += count

    def _run(self, until_parenthesis):
        """Walks over code; inside an interpolation it ends behind the closing parenthesis."""
        text, depth = self._text, 0
        while self._index < len(text):
            rest = text[self._index : self._index + 4]
            if rest.startswith("//"):
                self._line_comment()
            elif rest.startswith("/*"):
                self._block_comment()
            elif match := _STRING_START.match(text, self._index):
                self._string(match)
            else:
                if until_parenthesis and rest[0] == "(":
                    depth += 1
                elif until_parenthesis and rest[0] == ")":
                    depth -= 1
                    if depth == 0:
                        self._advance(1)
                        return
                self._advance(1)

    def _line_comment(self):
        end = self._text.find("\n", self._index)
        end = len(self._text) if end < 0 else end
        self.comments.append((self._line, self._text[self._index : end]))
        self._blank(self._index, end)
        self._advance(end - self._index)

    def _block_comment(self):
        start, depth = self._index, 0
        for match in re.finditer(r"/\*|\*/", self._text[start:]):
            depth += 1 if match[0] == "/*" else -1
            if depth == 0:
                end = start + match.end()
                break
        else:
            end = len(self._text)
        self.comments.append((self._line, self._text[start:end]))
        self._blank(start, end)
        self._advance(end - start)

    def _string(self, match):
        hashes, quotes = match[1], match[2]
        start_line = self._line
        self._advance(len(match[0]))
        closing, escape = quotes + hashes, "\\" + hashes
        content = []
        piece = self._index
        while self._index < len(self._text):
            if self._text.startswith(closing, self._index):
                content.append(self._text[piece : self._index])
                self._blank(piece, self._index)
                self._advance(len(closing))
                break
            if self._text.startswith(escape, self._index):
                after = self._index + len(escape)
                if self._text.startswith("(", after):
                    content.append(self._text[piece : self._index] + "\\(…)")
                    self._blank(piece, after)
                    self._advance(len(escape))
                    self._run(until_parenthesis=True)
                    piece = self._index
                else:
                    self._advance(len(escape) + 1)
            else:
                self._advance(1)
        self.strings.append((start_line, "".join(content)))


_STRING_START = re.compile(r'(#*)("""|")')


def swift_files(*folders):
    """Every Swift file below the folders, sorted, as paths relative to the working directory."""
    found = []
    for folder in folders:
        for directory, _, names in os.walk(folder):
            found += [os.path.join(directory, name) for name in names if name.endswith(".swift")]
    return sorted(found)


def read(path):
    with open(path, encoding="utf-8") as file:
        return SwiftText(file.read())


class Finding:
    """One broken rule: where it is, which one, and what to do about it."""

    def __init__(self, path, line, rule, advice, is_warning=False):
        self.path, self.line, self.rule, self.advice, self.is_warning = path, line, rule, advice, is_warning

    def __str__(self):
        kind = "warning: " if self.is_warning else ""
        return f"{self.path}:{self.line}: {kind}{self.rule}: {self.advice}"


def report(findings, what):
    """Prints the findings and returns the exit code: 1 when one of them is more than a warning."""
    findings = sorted(findings, key=lambda finding: (finding.path, finding.line))
    for finding in findings:
        print(finding)
    errors = sum(not finding.is_warning for finding in findings)
    print(f"{what}: " + (f"{errors} to mend" if errors else "ok"))
    return 1 if errors else 0
