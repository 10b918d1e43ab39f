/** Scripts that make something, or look at a project. */

import { code, type PublicScript, py } from './script.ts';

export const PYTHON: readonly PublicScript[] = [
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
