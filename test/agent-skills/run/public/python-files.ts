/** Scripts that read files of a person: tables, notes, documents. */

import { code, type PublicScript, py } from './script.ts';

const SALES = 'city,sold\nBerlin,10\nParis,7\nBerlin,\n';
const NOTES = '# Title\n\nSee [a](a.md) and [gone](gone.md).\n\n## Part one\n\ntext text\n\n## Part two\n';

export const PYTHON_ON_FILES: readonly PublicScript[] = [
  py(
    'csv-insights',
    'profile',
    code`
#!/usr/bin/env python3
"""Summarise a CSV file column by column."""
import argparse, csv, json, statistics, sys

def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("csv_file")
    ap.add_argument("--column", "-c", action="append", default=[])
    args = ap.parse_args()
    with open(args.csv_file, newline="", encoding="utf-8-sig") as fh:
        rows = list(csv.DictReader(fh))
    out = {}
    for name in args.column or rows[0].keys():
        values = [r[name] for r in rows if r[name] != ""]
        try:
            nums = [float(v) for v in values]
            out[name] = {"mean": statistics.fmean(nums), "missing": len(rows) - len(nums)}
        except ValueError:
            out[name] = {"unique": len(set(values)), "missing": len(rows) - len(values)}
    json.dump(out, sys.stdout, indent=2, sort_keys=True)

if __name__ == "__main__":
    main()
`,
    { files: { 'data/sales.csv': SALES }, args: ['data/sales.csv', '-c', 'sold', '-c', 'city'], says: '"mean": 8.5' },
  ),
  py(
    'csv-insights',
    'chart',
    code`
import csv, os, sys
from collections import defaultdict
from xml.sax.saxutils import escape
totals = defaultdict(float)
for row in csv.DictReader(open(sys.argv[1])):
    totals[row["city"]] += float(row["sold"] or 0)
bars = "".join(f'<rect y="{i*20}" width="{v*10}" height="18"/><text y="{i*20+14}">{escape(k)}</text>' for i, (k, v) in enumerate(totals.items()))
with open(os.path.join(os.environ["OUTPUT_DIR"], "totals.svg"), "w") as out:
    out.write(f'<svg xmlns="http://www.w3.org/2000/svg">{bars}</svg>')
print("wrote totals.svg")
`,
    { args: ['data/sales.csv'], says: 'wrote', makes: ['totals.svg'] },
  ),
  py(
    'csv-insights',
    'query',
    code`
import csv, sqlite3, sys
db = sqlite3.connect(":memory:")
rows = list(csv.reader(open("data/sales.csv")))
db.execute(f"create table t ({', '.join(rows[0])})")
db.executemany(f"insert into t values ({', '.join('?' * len(rows[0]))})", rows[1:])
for row in db.execute(sys.argv[1]): print(*row, sep=" | ")
`,
    { args: ['select city, count(*) from t group by 1 order by 2 desc'], says: 'Berlin | 2' },
  ),
  py(
    'markdown-tools',
    'toc',
    code`
from __future__ import annotations
import re, sys
from pathlib import Path

def slug(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")

def toc(md: str) -> list[str]:
    return [f"{'  ' * (len(m[1]) - 1)}- [{m[2]}](#{slug(m[2])})" for m in re.finditer(r"^(#+) (.*)$", md, re.M)]

if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    print("\n".join(toc((here / sys.argv[1]).read_text())))
`,
    { files: { 'notes.md': NOTES, 'a.md': 'x' }, args: ['notes.md'], says: '  - [Part two](#part-two)' },
  ),
  py(
    'markdown-tools',
    'check_links',
    code`
#!/usr/bin/python3 -u
import re, sys
from pathlib import Path
broken = [t for t in re.findall(r"\]\(([^)#]+)\)", Path("notes.md").read_text()) if not Path(t).exists()]
for t in broken: print(f"broken: {t}", file=sys.stderr)
sys.exit(len(broken))
`,
    { says: 'broken: gone.md', exit: 1 },
  ),
  py(
    'markdown-tools',
    'words',
    code`
import collections, pathlib, re
words = collections.Counter(re.findall(r"\w+", pathlib.Path("notes.md").read_text().lower()))
for word, n in words.most_common(3): print(f"{word:10}{n:>4}")
`,
    { says: 'gone         2' },
  ),
  py(
    'docx',
    'create',
    code`
import os, zipfile
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
body = "".join(f"<w:p><w:r><w:t>{t}</w:t></w:r></w:p>" for t in ("Hello", "Größe"))
with zipfile.ZipFile(f"{os.environ['OUTPUT_DIR']}/letter.docx", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
print("created")
`,
    { says: 'created', makes: ['letter.docx'] },
  ),
  py(
    'docx',
    'extract',
    code`
import sys, zipfile
import xml.etree.ElementTree as ET
NS = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
root = ET.fromstring(zipfile.ZipFile(sys.argv[1]).read("word/document.xml"))
for p in root.iterfind(".//w:p", NS): print("".join(t.text or "" for t in p.iterfind(".//w:t", NS)))
`,
    { args: ['/output/letter.docx'], says: 'Hello\nGröße\n' },
  ),
  py(
    'xlsx',
    'recalc',
    code`
import io, json, zipfile, xml.dom.minidom as md
buf = io.BytesIO()
with zipfile.ZipFile(buf, "w") as z:
    z.writestr("xl/worksheets/sheet1.xml", '<sheetData><row><c r="A1"><v>2</v></c><c r="B1"><v>40</v></c></row></sheetData>')
sheet = md.parseString(zipfile.ZipFile(buf).read("xl/worksheets/sheet1.xml"))
cells = {c.getAttribute("r"): float(c.getElementsByTagName("v")[0].firstChild.data) for c in sheet.getElementsByTagName("c")}
print(json.dumps({"status": "success", "sum": sum(cells.values())}))
`,
    { says: '"sum": 42.0' },
  ),
  py(
    'pdf',
    'page_count',
    code`
import re, sys
data = open(sys.argv[1], "rb").read()
assert data.startswith(b"%PDF-"), "not a PDF"
print(len(re.findall(rb"/Type\s*/Page\b", data)), "pages")
`,
    {
      files: { 'assets/two.pdf': '%PDF-1.4\n/Type /Pages\n/Type /Page\n/Type/Page\n' },
      args: ['assets/two.pdf'],
      says: '2 pages',
    },
  ),
];
