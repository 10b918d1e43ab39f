import { code, type PublicScript } from './script.ts';

const py = (skill: string, name: string, text: string, rest: Omit<PublicScript, 'skill' | 'path' | 'code'>) => ({
  ...{ skill, path: `${name}.py`, code: text },
  ...rest,
});

const SALES = 'city,sold\nBerlin,10\nParis,7\nBerlin,\n';
const NOTES = '# Title\n\nSee [a](a.md) and [gone](gone.md).\n\n## Part one\n\ntext text\n\n## Part two\n';

export const PYTHON: readonly PublicScript[] = [
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
  py(
    'calendar-kit',
    'make_ics',
    code`
import datetime as dt, os, uuid
now = dt.datetime(2026, 11, 20, 9, tzinfo=dt.timezone.utc)
lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{uuid.uuid5(uuid.NAMESPACE_DNS, 'x')}",
         f"DTSTART:{now:%Y%m%dT%H%M%SZ}", "SUMMARY:Stand-up", "END:VEVENT", "END:VCALENDAR"]
open(os.path.join(os.getenv("OUTPUT_DIR", "."), "event.ics"), "w", newline="").write("\r\n".join(lines) + "\r\n")
print(lines[4])
`,
    { says: 'DTSTART:20261120T090000Z', makes: ['event.ics'] },
  ),
  py(
    'calendar-kit',
    'month',
    code`
import calendar, sys
print(calendar.TextCalendar(calendar.MONDAY).formatmonth(int(sys.argv[1]), int(sys.argv[2])))
`,
    { args: ['2026', '11'], says: 'November 2026' },
  ),
  py(
    'html-reader',
    'to_text',
    code`
import sys
from html.parser import HTMLParser
class Text(HTMLParser):
    skip = 0
    def __init__(self): super().__init__(); self.parts = []
    def handle_starttag(self, tag, attrs): self.skip += tag in ("script", "style")
    def handle_endtag(self, tag): self.skip -= tag in ("script", "style")
    def handle_data(self, data):
        if not self.skip and data.strip(): self.parts.append(data.strip())
p = Text(); p.feed(sys.stdin.read()); print(" ".join(p.parts))
`,
    { input: { html: '<p>Hi <b>there</b></p><script>no()</script>' }, says: 'Hi there' },
  ),
  py(
    'release-notes',
    'bump',
    code`
import re, sys
major, minor, patch = map(int, re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", sys.argv[1]).groups())
print({"major": f"{major+1}.0.0", "minor": f"{major}.{minor+1}.0", "patch": f"{major}.{minor}.{patch+1}"}[sys.argv[2]])
`,
    { args: ['v1.9.9', 'minor'], says: '1.10.0' },
  ),
  py(
    'release-notes',
    'diff',
    code`
import difflib, sys
a, b = "one\ntwo\n".splitlines(True), "one\n2\nthree\n".splitlines(True)
sys.stdout.writelines(difflib.unified_diff(a, b, "old", "new"))
`,
    { says: '+three' },
  ),
  py(
    'skill-maker',
    'quick_validate',
    code`
#!/usr/bin/env python3
import re, sys
from pathlib import Path

def validate(path):
    content = (Path(path) / "SKILL.md").read_text()
    match = re.match(r"^---\n(.*?)\n---", content, re.DOTALL)
    if not match: return False, "No YAML frontmatter found"
    name = re.search(r"name:\s*(.+)", match.group(1))
    if not name or not re.match(r"^[a-z0-9-]+$", name.group(1).strip()): return False, "bad name"
    return True, "Skill is valid!"

if __name__ == "__main__":
    ok, message = validate(sys.argv[1])
    print(message)
    sys.exit(0 if ok else 1)
`,
    { args: ['.'], says: 'Skill is valid!' },
  ),
  py(
    'skill-maker',
    'init_skill',
    code`
import os, pathlib, stat, textwrap
root = pathlib.Path(os.environ["OUTPUT_DIR"]) / "new-skill"
(root / "scripts").mkdir(parents=True)
(root / "SKILL.md").write_text(textwrap.dedent("""\
    ---
    name: new-skill
    description: TODO
    ---
    """))
script = root / "scripts" / "example.py"
script.write_text("print('hi')\n")
script.chmod(script.stat().st_mode | stat.S_IXUSR)
print("created", sorted(p.name for p in root.rglob("*")))
`,
    { says: "['SKILL.md', 'example.py', 'scripts']", makes: ['SKILL.md', 'example.py'] },
  ),
  py(
    'skill-maker',
    'package_skill',
    code`
import os, zipfile, pathlib, shutil
src, dest = pathlib.Path("/output/new-skill"), pathlib.Path("/output/new-skill.skill")
with zipfile.ZipFile(dest, "w", zipfile.ZIP_DEFLATED) as z:
    for f in sorted(src.rglob("*")):
        if f.is_file(): z.write(f, f.relative_to(src.parent))
shutil.rmtree(src)
print(zipfile.ZipFile(dest).namelist())
`,
    { says: 'new-skill/scripts/example.py', makes: ['new-skill.skill'] },
  ),
  py(
    'log-detective',
    'top_errors',
    code`
import re, sys, collections, datetime
pattern = re.compile(r"^(?P<when>\S+) (?P<level>[A-Z]+) (?P<what>.*)$")
hits = [m.groupdict() for m in map(pattern.match, open("assets/app.log")) if m]
errors = collections.Counter(h["what"] for h in hits if h["level"] == "ERROR")
span = datetime.datetime.fromisoformat(hits[-1]["when"]) - datetime.datetime.fromisoformat(hits[0]["when"])
print(errors.most_common(1), int(span.total_seconds()))
`,
    {
      files: {
        'assets/app.log':
          '2026-01-01T00:00:00 INFO up\n2026-01-01T00:01:00 ERROR disk\n2026-01-01T00:02:00 ERROR disk\n',
      },
      says: "[('disk', 2)] 120",
    },
  ),
  py(
    'invoice',
    'total',
    code`
import json, sys
from decimal import Decimal, ROUND_HALF_UP
from dataclasses import dataclass
@dataclass(frozen=True)
class Line:
    qty: int; price: Decimal
    @property
    def total(self): return self.qty * self.price
lines = [Line(l["qty"], Decimal(l["price"])) for l in json.load(sys.stdin)["lines"]]
print(sum((l.total for l in lines), Decimal()).quantize(Decimal("0.01"), ROUND_HALF_UP))
`,
    {
      input: {
        lines: [
          { qty: 3, price: '0.105' },
          { qty: 1, price: '2' },
        ],
      },
      says: '2.32',
    },
  ),
  py(
    'task-cli',
    'tasks',
    code`
import argparse, sys
ap = argparse.ArgumentParser(prog="tasks")
sub = ap.add_subparsers(dest="cmd", required=True)
add = sub.add_parser("add"); add.add_argument("title"); add.add_argument("--due")
args = ap.parse_args()
print(args)
`,
    { args: ['remove', 'x'], says: 'invalid choice', exit: 2 },
  ),
  py(
    'task-cli',
    'parallel',
    code`
import concurrent.futures as cf, hashlib, logging, multiprocessing as mp, tempfile
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
def square(n): return n * n
if __name__ == "__main__":
    with cf.ThreadPoolExecutor(4) as pool: print(sum(pool.map(square, range(10))))
    with mp.Pool(2) as pool: print(pool.map(square, [1, 2, 3]))
    with tempfile.NamedTemporaryFile("w+") as tmp: tmp.write("x"); tmp.flush()
    logging.info("done %s", hashlib.sha256(b"x").hexdigest()[:8])
`,
    { says: '285\n[1, 4, 9]\n' },
  ),
  py(
    'code-review',
    'run_tests',
    code`
import pathlib, sys, unittest
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from helpers.text import shout
class T(unittest.TestCase):
    def test_shout(self): self.assertEqual(shout("a"), "A!")
result = unittest.TextTestRunner(stream=sys.stdout).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
sys.exit(not result.wasSuccessful())
`,
    {
      files: { 'scripts/helpers/__init__.py': '', 'scripts/helpers/text.py': 'def shout(t): return t.upper() + "!"\n' },
      says: 'Ran 1 test',
    },
  ),
  py(
    'code-review',
    'outline',
    code`
import ast, sys
tree = ast.parse(open(sys.argv[1]).read())
print([n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))])
`,
    { args: ['scripts/helpers/text.py'], says: "['shout']" },
  ),
  py(
    'hooks',
    'guard',
    code`
#!/usr/bin/env python3
import json, sys
data = json.load(sys.stdin)
if "rm -rf" in data["tool_input"]["command"]:
    print("Blocked: dangerous command", file=sys.stderr)
    sys.exit(2)
`,
    { input: { tool_input: { command: 'rm -rf /' } }, says: 'Blocked', exit: 2 },
  ),
  py(
    'webapp-testing',
    'with_server',
    code`
import subprocess, sys, time, urllib.request, socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]; s.close()
server = subprocess.Popen([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "-d", "site"], stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try: page = urllib.request.urlopen(f"http://127.0.0.1:{port}/index.html").read(); break
        except OSError: time.sleep(0.05)
    print(page.decode())
finally:
    server.terminate(); server.wait()
`,
    { files: { 'site/index.html': '<h1>up</h1>' }, says: '<h1>up</h1>' },
  ),
  py(
    'backup-kit',
    'archive',
    code`
import os, tarfile, io
path = os.path.join(os.environ["OUTPUT_DIR"], "backup.tar.gz")
with tarfile.open(path, "w:gz") as tar:
    info = tarfile.TarInfo("a.txt"); info.size = 3
    tar.addfile(info, io.BytesIO(b"abc"))
print(tarfile.open(path).getnames())
`,
    { says: "['a.txt']", makes: ['backup.tar.gz'] },
  ),
  py(
    'i18n',
    'slugify',
    '\ufeff#!/usr/bin/env python\r\nimport sys, unicodedata\r\ntext = unicodedata.normalize("NFKD", sys.argv[1]).encode("ascii", "ignore").decode()\r\nprint("-".join(text.lower().split()))\r\n',
    { args: ['Crème Brûlée à la carte'], says: 'creme-brulee-a-la-carte' },
  ),
];
