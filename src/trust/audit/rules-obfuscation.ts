/** Rules on text that nobody can read. */

import type { Rule } from './finding.ts';

const WHY = 'It runs code that is written so that nobody can read it.';
const DECODES =
  /(?:b64|b32|b85|a85|standard_b64)decode\(|\batob\(|\.fromhex\(|unhexlify\(|zlib\.decompress\(|marshal\.loads\(|codecs\.decode\(|fromCharCode\(|Buffer\.from\([^\n]{1,1000}["'](?:base64|hex)["']/;
const RUNS = /(?<![.\w])(?:exec|eval)\s?\(|new\sFunction\s?\(|\bexecSync\(|runInThisContext\(/;

export const OBFUSCATION: readonly Rule[] = [
  {
    id: 'run-decoded',
    level: 'block',
    why: WHY,
    find: /(?<![.\w])(?:exec|eval|compile|Function|execSync)\s?\(.{0,60}(?:(?:b64|b32|b85|a85)decode|fromhex|unhexlify|\batob\(|zlib\.decompress|codecs\.decode|marshal\.loads|fromCharCode|Buffer\.from\(|chr\(|bytearray\(\[)/,
    also: [
      /\b(?:eval|source|(?:ba|z)?sh\s-c)\s["']?(?:\$\(|`|<\().{0,200}(?:base64\s(?:-d|-D|--decode)|xxd\s-r|openssl\s(?:enc|base64)\s-d|\brev\b)/,
    ],
    example: 'exec(base64.b64decode(x))',
    innocent: 'image = base64.b64decode(x)',
  },
  {
    id: 'run-decoded',
    level: 'warn',
    why: WHY,
    find: DECODES,
    and: [RUNS],
    block: true,
    example: 'code = base64.b64decode(x)\nexec(code)',
    innocent: 'image = base64.b64decode(x)\nshow(image)',
  },
  {
    id: 'encoded-powershell',
    level: 'block',
    why: WHY,
    find: /\b(?:powershell|pwsh)(?:\.exe)?\s.{0,60}-e(?:c|nc|ncodedcommand)?\s[A-Za-z0-9+/=]{20}/i,
    example: 'powershell -nop -enc SQBFAFgAIAAoAE4AZQB3AC0A',
    innocent: 'powershell -File build.ps1',
  },
  {
    id: 'obfuscated-javascript',
    level: 'block',
    why: WHY,
    find: /\b_0x[0-9a-f]{4,6}\b.{1,120}\b_0x[0-9a-f]{4,6}\b/,
    example: '_0x3f2a[_0x1b2c](1)',
    innocent: '_private[0x1b]',
  },
  {
    id: 'veiled-text',
    level: 'warn',
    why: 'It holds text in a form that nobody can read.',
    find: /\b(?:b85|a85|b32)decode\(|\bbytes\(\s?\w{1,10}\s\^\s\w{1,10}\sfor\b|String\.fromCharCode\([^)]{1,80}\^/,
    also: [{ find: /(?:\d{1,3},\s?){40}/, and: [/\b(?:bytes|bytearray|chr|fromCharCode)\(/], block: true }],
    example: 'text = base64.b85decode(x)',
    innocent: 'text = base64.b64decode(x)',
  },
  {
    id: 'test-virus',
    level: 'block',
    why: 'It holds the signature that virus scanners are tested with.',
    find: /EICAR-STANDARD-ANTIVIRUS-TEST-FILE/,
    example: 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE',
    innocent: 'EICAR',
  },
  {
    id: 'eval',
    level: 'warn',
    why: 'It runs what it is given as code.',
    find: /(?<![.\w$])(?:eval|exec)\((?!["'`)\s])(?![^)]{0,40}__builtins__)\w|\bnew\sFunction\(\s?\w/,
    except: /\b(?:def|function)\s(?:eval|exec)\b/g,
    in: ['code'],
    example: 'eval(text)',
    innocent: 'value = retrieval(text)',
  },
  {
    id: 'character-codes',
    level: 'warn',
    why: 'It spells text by the numbers of its characters.',
    find: /fromCharCode\((?:\s?\d{1,3}\s?,){8}|chr\(\w{1,10}\)\sfor\s\w{1,10}\sin\s\[(?:\s?\d{1,3}\s?,){6}/,
    example: 'String.fromCharCode(114,101,113,117,105,114,101,40,39)',
    innocent: 'String.fromCharCode(65)',
  },
  {
    id: 'hidden-command',
    level: 'warn',
    why: 'It puts the name of a command together from pieces.',
    find: /(?:^|[;&|]\s?)\$\{?\w{1,12}\}?\$\{?\w{1,12}\}?\s|(?<!\w)(?:b(?:""|'')a?s?h|ba(?:""|'')s?h|bas(?:""|'')h|s(?:""|'')h|c(?:""|'')url|cu(?:""|'')rl|cur(?:""|'')l|w(?:""|'')get|wg(?:""|'')et|wge(?:""|'')t|ev(?:""|'')al)\b/,
    in: ['code'],
    example: 'e=cu; r=rl; $e$r -s https://x.example/',
    innocent: '$EDITOR notes.md',
  },
  {
    id: 'hidden-call',
    level: 'warn',
    why: 'It puts the name of what it calls together from pieces.',
    find: /__import__\(\s?["'][^"']{0,12}["']\s?\+|getattr\(\s?(?:__import__\(|__builtins__|builtins|os\b|subprocess\b).{0,40}["']\s?\+|globals\(\)\[["'][^"']{0,12}["']\s?\+|\[["'](?:con|ev|ex|cons)["']\s?\+\s?["']/,
    example: "getattr(__import__('os'), 'sys' + 'tem')('id')",
    innocent: "getattr(config, 'name')",
  },
  {
    id: 'hidden-command',
    level: 'warn',
    why: 'It spells a command so that nobody can read it.',
    find: /\$'(?:\\x[0-9a-f]{2}|\\[0-7]{3}){3}|\$\{IFS\}|\$\(\s?printf\s["']?(?:\\x[0-9a-f]{2}|\\[0-7]{3}){3}/i,
    example: "$'\\x63\\x75\\x72\\x6c' -s https://x.example/",
    innocent: "printf 'done\\n'",
  },
];
