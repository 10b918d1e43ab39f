#!/usr/bin/env python3
"""Checks the folder of an agent skill against the standard's form, and packs it as a .skill bundle.

usage: check_skill.py FOLDER [--write] [--pack OUT_DIR]

Prints one line for each problem ("SKILL.md:3: ...") and ends with 1, or prints "ok" and ends with 0.
With --write the files come on stdin, as JSON {"files": {"SKILL.md": "..."}}, and are written to FOLDER first.
Reads the plain YAML that skills are written in: "key: value", quoted values, and keys with text below "metadata:".
"""

import argparse
import json
import re
import sys
import unicodedata
import zipfile
from pathlib import Path

KEYS = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
MAX_BYTES = 64 * 1024 * 1024
SKIPPED = {".git", "__pycache__", ".DS_Store", "node_modules"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pack", type=Path, metavar="OUT_DIR", help="write NAME.skill there when all is well")
    parser.add_argument("--write", action="store_true", help="first write the files that come as JSON on stdin")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.write:
        write(folder, json.load(sys.stdin)["files"])
    problems = check(folder)
    for problem in problems:
        print(problem)
    if problems:
        return 1
    print("ok")
    if options.pack:
        print(pack(folder, options.pack))
    return 0


def write(folder: Path, files: dict) -> None:
    for name, text in files.items():
        file = (folder / name).resolve()
        if folder not in file.parents:
            sys.exit(f"{name} leads out of the folder.")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def check(folder: Path) -> list[str]:
    file = folder / "SKILL.md"
    if not file.is_file():
        return [f"There is no SKILL.md in {folder}."]
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        return ['SKILL.md:1: The file must begin with a head between two lines of "---".']
    end = lines.index("---", 1)
    fields, problems = read_head(lines[1:end])
    problems += check_fields(fields, folder.name)
    body = "\n".join(lines[end + 1 :])
    if not body.strip():
        problems.append(f"SKILL.md:{end + 1}: There are no instructions below the head.")
    problems += check_paths(body, folder)
    if len(lines) > 500:
        problems.append(f"SKILL.md: It has {len(lines)} lines; move what is only looked up into references/.")
    return problems


def read_head(lines: list[str]) -> tuple[dict, list[str]]:
    """The head's keys with (value, line); a value is text, or a dict for what is indented below a key."""
    fields: dict = {}
    problems: list[str] = []
    key = ""
    for number, line in enumerate(lines, start=2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.match(r"^(\s*)([A-Za-z0-9_.-]+):(?:\s+(.*))?$", line)
        if not match:
            problems.append(f"SKILL.md:{number}: This is not of the form 'key: value'.")
            continue
        indent, name, value = match.group(1), match.group(2), (match.group(3) or "").strip()
        if value and value[0] not in "\"'" and (": " in value or " #" in value or value[0] in "[{&*!|>%@`"):
            problems.append(f"SKILL.md:{number}: Put quotation marks around the value of {name}.")
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        if indent:
            if not isinstance(fields.get(key, ("",))[0], dict):
                problems.append(f"SKILL.md:{number}: Nothing may be indented here.")
                continue
            if not quoted and re.fullmatch(r"[-+]?[\d.]+|true|false|null|yes|no|~|", value, re.IGNORECASE):
                problems.append(f'SKILL.md:{number}: Values below {key} are text: {name}: "{value}"')
            fields[key][0][name] = value
            continue
        key = name
        if key in fields:
            problems.append(f"SKILL.md:{number}: {key} stands there twice.")
        fields[key] = (value[1:-1] if quoted else value if value else {}, number)
    return fields, problems


def check_fields(fields: dict, folder: str) -> list[str]:
    problems = [f"SKILL.md:{line}: The standard has no key {key}." for key, (_, line) in fields.items() if key not in KEYS]
    for key in ("name", "description"):
        if key not in fields:
            problems.append(f"SKILL.md:1: {key} is missing.")
    for key, (value, line) in fields.items():
        if key in KEYS and (key == "metadata") != isinstance(value, dict):
            problems.append(f"SKILL.md:{line}: The value of {key} must be {'keys with text' if key == 'metadata' else 'text'}.")
    name, line = fields.get("name", ("", 1))
    if isinstance(name, str) and "name" in fields:
        problems += [f"SKILL.md:{line}: {problem}" for problem in check_name(name, folder)]
    for key, longest in (("description", 1024), ("compatibility", 500)):
        value, line = fields.get(key, ("", 1))
        if isinstance(value, str) and len(value) > longest:
            problems.append(f"SKILL.md:{line}: {key} has {len(value)} characters; {longest} are allowed.")
    description, line = fields.get("description", ("", 1))
    if isinstance(description, str) and description and "use " not in description.lower():
        problems.append(f'SKILL.md:{line}: The description should say "Use when ...".')
    return problems


def check_name(name: str, folder: str) -> list[str]:
    problems = []
    if not re.fullmatch(r"[^\W_]+(-[^\W_]+)*", name) or name != name.lower() or len(name) > 64:
        problems.append("The name must be 1 to 64 lower-case letters, digits and single hyphens.")
    if unicodedata.normalize("NFKC", name) != unicodedata.normalize("NFKC", folder):
        problems.append(f'The name is "{name}", and the folder\'s is "{folder}".')
    return problems


def check_paths(body: str, folder: Path) -> list[str]:
    """Every file that the instructions name must be there."""
    named = re.findall(r"\b((?:scripts|references|assets)/[\w./-]*\w)", body)
    return [f"SKILL.md: {path} is named and is not there." for path in sorted(set(named)) if not (folder / path).exists()]


def pack(folder: Path, out: Path) -> Path:
    """The same files give the same bundle."""
    out.mkdir(parents=True, exist_ok=True)
    bundle = out / f"{folder.name}.skill"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not SKIPPED & set(path.parts)]
    if any(path.is_symlink() for path in files) or sum(path.stat().st_size for path in files) > MAX_BYTES:
        sys.exit("A bundle holds no links and at most 64 MB.")
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            info = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", (1980, 1, 1, 0, 0, 0))
            info.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return bundle


if __name__ == "__main__":
    sys.exit(main())
