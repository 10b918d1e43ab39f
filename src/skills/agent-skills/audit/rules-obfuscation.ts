/** What is written so that nobody can read it. */

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
  },
  { id: 'run-decoded', level: 'warn', why: WHY, find: DECODES, and: [RUNS], block: true },
  {
    id: 'encoded-powershell',
    level: 'block',
    why: WHY,
    find: /\b(?:powershell|pwsh)(?:\.exe)?\s.{0,60}-e(?:c|nc|ncodedcommand)?\s[A-Za-z0-9+/=]{20}/i,
  },
  { id: 'obfuscated-javascript', level: 'block', why: WHY, find: /\b_0x[0-9a-f]{4,6}\b.{1,120}\b_0x[0-9a-f]{4,6}\b/ },
  {
    id: 'veiled-text',
    level: 'warn',
    why: 'It holds text in a form that nobody can read.',
    find: /\b(?:b85|a85|b32)decode\(|\bbytes\(\s?\w{1,10}\s\^\s\w{1,10}\sfor\b|String\.fromCharCode\([^)]{1,80}\^/,
  },
  {
    id: 'veiled-text',
    level: 'warn',
    why: 'It holds text in a form that nobody can read.',
    find: /(?:\d{1,3},\s?){40}/,
    and: [/\b(?:bytes|bytearray|chr|fromCharCode)\(/],
    block: true,
  },
  {
    id: 'test-virus',
    level: 'block',
    why: 'It holds the signature that virus scanners are tested with.',
    find: /EICAR-STANDARD-ANTIVIRUS-TEST-FILE/,
  },
  {
    id: 'eval',
    level: 'warn',
    why: 'It runs what it is given as code.',
    find: /(?<![.\w$])(?:eval|exec)\((?!["'`)\s])(?![^)]{0,40}__builtins__)\w|\bnew\sFunction\(\s?\w/,
    in: ['code'],
    except: /\b(?:def|function)\s(?:eval|exec)\b/g,
  },
  {
    id: 'character-codes',
    level: 'warn',
    why: 'It spells text by the numbers of its characters.',
    find: /fromCharCode\((?:\s?\d{1,3}\s?,){8}|chr\(\w{1,10}\)\sfor\s\w{1,10}\sin\s\[(?:\s?\d{1,3}\s?,){6}/,
  },
  {
    id: 'hidden-command',
    level: 'warn',
    why: 'It puts the name of a command together from pieces.',
    find: /(?:^|[;&|]\s?)\$\{?\w{1,12}\}?\$\{?\w{1,12}\}?\s|(?<!\w)(?:b(?:""|'')a?s?h|ba(?:""|'')s?h|bas(?:""|'')h|s(?:""|'')h|c(?:""|'')url|cu(?:""|'')rl|cur(?:""|'')l|w(?:""|'')get|wg(?:""|'')et|wge(?:""|'')t|ev(?:""|'')al)\b/,
    in: ['code'],
  },
  {
    id: 'hidden-call',
    level: 'warn',
    why: 'It puts the name of what it calls together from pieces.',
    find: /__import__\(\s?["'][^"']{0,12}["']\s?\+|getattr\(\s?(?:__import__\(|__builtins__|builtins|os\b|subprocess\b).{0,40}["']\s?\+|globals\(\)\[["'][^"']{0,12}["']\s?\+|\[["'](?:con|ev|ex|cons)["']\s?\+\s?["']/,
  },
  {
    id: 'hidden-command',
    level: 'warn',
    why: 'It spells a command so that nobody can read it.',
    find: /\$'(?:\\x[0-9a-f]{2}|\\[0-7]{3}){3}|\$\{IFS\}|\$\(\s?printf\s["']?(?:\\x[0-9a-f]{2}|\\[0-7]{3}){3}/i,
  },
  {
    id: 'run-decoded',
    level: 'block',
    why: WHY,
    find: /\b(?:eval|source|(?:ba|z)?sh\s-c)\s["']?(?:\$\(|`|<\().{0,200}(?:base64\s(?:-d|-D|--decode)|xxd\s-r|openssl\s(?:enc|base64)\s-d|\brev\b)/,
  },
];
