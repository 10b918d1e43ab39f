/** The rules that are patterns, from `assets/audit-rules.yaml`: read once, when something is scanned. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { lazy } from '../../base/async.ts';
import { packageRoot } from '../../base/root.ts';
import type { FindingLevel, PassageKind } from './finding.ts';

const literal = z.string().regex(/^\/.+\/[a-z]*$/s, 'is a pattern between slashes');
const form = z.strictObject({
  find: literal,
  and: z.array(literal).optional(),
  except: literal.optional(),
  in: z.array(z.enum(['prose', 'code', 'comment', 'head'])).optional(),
  block: z.boolean().optional(),
});
const rule = form.extend({
  id: z.string().regex(/^[a-z-]+$/),
  level: z.enum(['info', 'warn', 'block']),
  why: z.string().regex(/^[A-Z].*\.$/, 'is a sentence'),
  also: z.array(z.union([literal, form])).optional(),
  example: z.string().min(1),
  innocent: z.string().min(1),
});
const file = z.strictObject({ patterns: z.record(z.string(), z.string()), rules: z.array(rule) });

export interface Form {
  rule: string;
  level: FindingLevel;
  why: string;
  find: RegExp;
  /** `find`, global: what stands first in a passage does not hide what follows. */
  all: RegExp;
  and: readonly RegExp[];
  /** Innocent forms: they are cut out before anything is looked for, and speak for nothing beside them. Global. */
  except: RegExp | undefined;
  kinds: readonly PassageKind[] | undefined;
  block: boolean;
}

export const auditRules = lazy(() => {
  const { patterns, rules } = file.parse(
    parse(readFileSync(join(packageRoot(), 'assets', 'audit-rules.yaml'), 'utf8')),
  );
  const regex = (text: string, more = '') => {
    const end = text.lastIndexOf('/');
    const source = text.slice(1, end).replace(/%\{([a-z-]+)\}/g, (_, name: string) => {
      const shared = patterns[name];
      if (shared === undefined) throw new Error(`assets/audit-rules.yaml has no pattern "${name}"`);
      return shared;
    });
    return new RegExp(source, text.slice(end + 1) + more);
  };
  const forms = rules.flatMap(({ id, level, why, also = [], ...own }): Form[] =>
    [own, ...also].map((one) => {
      const { find, and = [], except, in: kinds, block = false } = typeof one === 'string' ? { find: one } : one;
      return {
        rule: id,
        level,
        why,
        find: regex(find),
        all: regex(find, 'g'),
        and: and.map((text) => regex(text)),
        except: except === undefined ? undefined : regex(except),
        kinds,
        block,
      };
    }),
  );
  return { rules, forms };
});
