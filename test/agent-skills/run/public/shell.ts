import { code, type PublicScript } from './script.ts';

const sh = (skill: string, path: string, text: string, rest: Omit<PublicScript, 'skill' | 'path' | 'code'>) => ({
  ...{ skill, path, code: text },
  ...rest,
});

export const SHELL: readonly PublicScript[] = [
  sh(
    'git-helper',
    'commit_msg.sh',
    code`
#!/usr/bin/env bash
set -euo pipefail
usage() { echo "usage: $0 -t TYPE [-s SCOPE] MESSAGE" >&2; exit 64; }
scope=""
while getopts ":t:s:h" opt; do
  case $opt in t) type=$OPTARG ;; s) scope="($OPTARG)" ;; *) usage ;; esac
done
shift $((OPTIND - 1))
[[ -n "${'${type:-}'}" && $# -ge 1 ]] || usage
printf '%s%s: %s\n' "$type" "$scope" "$*"
`,
    { args: ['-t', 'fix', '-s', 'api', 'stop', 'leaking'], says: 'fix(api): stop leaking' },
  ),
  sh(
    'git-helper',
    'usage.sh',
    code`
#!/bin/bash
[ $# -eq 2 ] || { echo "usage: usage.sh A B" >&2; exit 64; }
`,
    { says: 'usage: usage.sh', exit: 64 },
  ),
  sh(
    'project-init',
    'scaffold.sh',
    code`
#!/bin/bash -e
cd "$OUTPUT_DIR"
cat > config.toml <<EOF
name = "$1"
made = $((1 + 1))
EOF
sed -i 's/name/title/' config.toml
awk -F' = ' '{ print NR ": " $1 }' config.toml
`,
    { args: ['demo'], says: '1: title\n2: made\n', makes: ['config.toml'] },
  ),
  sh(
    'project-init',
    'count_lines.sh',
    code`
#!/usr/bin/env bash
find . -name '*.txt' -print0 | sort -z | xargs -0 wc -l | tail -n 1 | tr -s ' '
`,
    { files: { 'docs/a.txt': '1\n2\n', 'docs/b c.txt': '3\n' }, says: '3 total' },
  ),
  sh(
    'project-init',
    'tmp.sh',
    code`
#!/bin/bash
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"; echo cleaned' EXIT
printf 'b\na\n' > "$work/list"
sort "$work/list" | paste -sd,
`,
    { says: 'a,b\ncleaned\n' },
  ),
  sh(
    'deploy-notes',
    'main.sh',
    code`
#!/usr/bin/env bash
cd "$(dirname "$0")"
source "$(dirname "${'${BASH_SOURCE[0]}'}")/lib/common.sh"
log "in $(basename "$PWD")"
`,
    { files: { 'scripts/lib/common.sh': 'log() { echo "[info] $*"; }\n' }, says: '[info] in scripts' },
  ),
  sh(
    'deploy-notes',
    'ports.sh',
    code`
#!/bin/bash
declare -A ports=([web]=80 [db]=5432)
for name in "${'${!ports[@]}'}"; do echo "$name -> ${'${ports[$name]}'}"; done | sort
`,
    { says: 'db -> 5432\nweb -> 80\n' },
  ),
  sh(
    'posix-kit',
    'greet',
    code`
#!/bin/sh -eu
case "${'${1:-}'}" in
  "") echo "hello, nobody" ;;
  *[!a-zA-Z]*) echo "hello, $(printf %s "$1" | tr -cd 'a-zA-Z')" ;;
  *) echo "hello, $1" ;;
esac
`,
    { args: ['R2-D2'], says: 'hello, RD' },
  ),
  sh(
    'posix-kit',
    'bundle.sh',
    code`
#!/bin/sh
set -e
tar -czf "$OUTPUT_DIR/docs.tgz" -C assets .
tar -tzf "$OUTPUT_DIR/docs.tgz" | sort | tail -n 1
`,
    { files: { 'assets/x.md': '# x\n' }, says: './x.md', makes: ['docs.tgz'] },
  ),
  sh(
    'posix-kit',
    'compare.sh',
    code`
#!/bin/bash
diff <(printf '1\n2\n') <(printf '1\n3\n') || echo "differ: $?"
mapfile -t lines < <(printf 'x\ny\n')
echo "${'${#lines[@]}'}" "${'${lines[-1]^^}'}"
read -r first rest <<< "a b c"; echo "$rest"
`,
    { says: 'differ: 1\n2 Y\nb c\n' },
  ),
  sh(
    'posix-kit',
    'mixed.sh',
    code`
#!/usr/bin/env bash
total=$(python3 - "$@" <<'PY'
import sys
print(sum(map(int, sys.argv[1:])))
PY
)
command -v jq >/dev/null || echo "jq is missing, going on"
echo "total: $total, $(date -u -d @0 +%F)"
`,
    { args: ['1', '2', '39'], says: 'total: 42, 1970-01-01' },
  ),
  sh('windows-born', 'crlf.sh', '#!/bin/bash\r\nset -e\r\nif [ "$1" = yes ]; then\r\n  echo "fine"\r\nfi\r\n', {
    args: ['yes'],
    says: 'fine\n',
  }),
];
