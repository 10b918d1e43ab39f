/** The frontmatter as keys with their values and lines. */

import type { Json } from '../../../base/json.ts';

/** What kind of value YAML's core schema takes something for. */
export type Kind = 'string' | 'number' | 'boolean' | 'null' | 'list' | 'map';

/** One key at the top of the frontmatter. */
export interface Field {
  readonly key: string;
  /** Objects have no prototype, so that `__proto__` is a key like any other. */
  readonly value: Json;
  readonly kind: Kind;
  /** Of a scalar: as it stands in the file, `1.0` and not 1. */
  readonly source: string;
  /** In the file, from 1. */
  readonly line: number;
  /** Of a map: what its own keys hold. */
  readonly children: readonly { readonly key: string; readonly kind: Kind; readonly line: number }[];
}

/** What YAML has beside keys and values. Some readers refuse it. */
export type Feature = 'flow' | 'anchor' | 'tag';

export interface YamlProblem {
  readonly code: 'yaml_invalid' | 'duplicate_key' | 'yaml_too_much' | 'frontmatter_not_a_map';
  readonly message: string;
  readonly line: number;
}

export interface Document {
  readonly fields: readonly Field[];
  readonly problems: readonly YamlProblem[];
  readonly features: readonly Feature[];
}
