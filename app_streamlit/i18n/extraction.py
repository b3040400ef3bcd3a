"""Finds the texts that the app shows, and holds the catalogue against them.

Belongs here: what a translator and the checks need. Does not: anything at run time (`__init__.py`).
`python -m app_streamlit.i18n.extraction` writes new texts into the catalogue with an empty translation and takes out
those that nothing shows any more; the check fails until the empty ones are filled.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from app_streamlit.i18n import CATALOGUES, LOCALES

PACKAGE = CATALOGUES.parent
# What is shown and in how many forms: `text("...")`, `marked("...")`, `text.counted(one, many, n)`.
FORMS = {"text": 1, "marked": 1, "counted": 2}
# Babel's own header would change with every run.
HEADER = b"""# What the app shows, in Simplified Chinese; kept by `python -m app_streamlit.i18n.extraction`.
msgid ""
msgstr ""
"Language: zh_CN\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
PLACEHOLDER = re.compile(r"\{(\w+)")


def shown_messages(package: Path = PACKAGE) -> dict[str, str | tuple[str, str]]:
    """Every text that the sources show, by its singular; a plural is a pair.

    Read from the syntax tree: Babel's own reader goes by tokens and overlooks a text inside an f-string.
    """
    found: dict[str, str | tuple[str, str]] = {}
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
            if isinstance(node, ast.Call):
                literals = _literals(node)
                if literals:
                    found[literals[0]] = literals[0] if len(literals) == 1 else (literals[0], literals[1])
    return found


def _literals(call: ast.Call) -> list[str]:
    """The texts of a call that shows some; none where a variable is shown, whose text is `marked` elsewhere."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    wanted = call.args[: FORMS.get(name, 0)]
    texts = [argument.value for argument in wanted if isinstance(argument, ast.Constant)]
    return [text for text in texts if isinstance(text, str)]


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language other than English, as it is on disk."""
    with (CATALOGUES / f"{LOCALES[language]}.po").open("rb") as file:
        return read_po(file, locale=LOCALES[language])


def placeholders(message: str) -> set[str]:
    """The names in {braces}."""
    return set(PLACEHOLDER.findall(message))


def update_catalogue(language: str) -> list[str]:
    """Rewrites the catalogue so that it holds what is shown and no more; the texts still without translation."""
    path = CATALOGUES / f"{LOCALES[language]}.po"
    old = read_catalogue(language) if path.is_file() else Catalog(locale=LOCALES[language])
    new = Catalog(locale=LOCALES[language], project="diaobo", fuzzy=False)
    missing = []
    for key, message in sorted(shown_messages().items()):
        entry = old.get(key)
        translation = entry.string if entry is not None and entry.string else ""
        if not translation or (isinstance(translation, tuple) and not all(translation)):
            missing.append(key)
        new.add(message, string=translation)
    with path.open("wb") as file:
        file.write(HEADER)
        write_po(file, new, omit_header=True, sort_output=True, width=120)
    return missing


if __name__ == "__main__":
    for untranslated in update_catalogue("zh"):
        print(untranslated)  # noqa: T201 - the tool's answer to the translator
