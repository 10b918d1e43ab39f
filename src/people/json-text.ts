/** JSON that people wrote: read with the place of every value, so that what is wrong can be told with its line. */

export interface JsonText {
  value: unknown;
  /** The offset of each key or item, by its path (names and indexes, joined by NUL). */
  places: ReadonlyMap<string, number>;
  twice: readonly { path: string; offset: number }[];
}

const DEEPEST = 64;
const SPACE = /[ \t\n\r]*/y;
const TEXT = /"(?:[^"\\]|\\.)*"/y;
const OTHER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

export function readJson(text: string): JsonText | { brokenAt: number } {
  const reading = new JsonReader(text);
  try {
    const value = reading.readAll();
    return { value, places: reading.places, twice: reading.twice };
  } catch (error) {
    if (error instanceof JsonBroken) return { brokenAt: reading.at };
    throw error;
  }
}

class JsonBroken extends Error {}

class JsonReader {
  readonly places = new Map<string, number>();
  readonly twice: { path: string; offset: number }[] = [];
  at = 0;
  private readonly text: string;
  private readonly path: string[] = [];

  constructor(text: string) {
    this.text = text;
  }

  readAll(): unknown {
    const value = this.value();
    this.take(SPACE);
    if (this.at < this.text.length) throw new JsonBroken();
    return value;
  }

  private value(): unknown {
    if (this.path.length > DEEPEST) throw new JsonBroken();
    this.take(SPACE);
    if (this.eat('{')) return this.object();
    if (this.eat('[')) return this.list();
    return this.parse(this.take(TEXT) ?? this.take(OTHER));
  }

  private object(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    if (this.eat('}')) return {};
    do {
      this.take(SPACE);
      const offset = this.at;
      const key = this.parse(this.take(TEXT)) as string;
      if (!this.eat(':')) this.refuse();
      entries.push([key, this.readMember(key, offset)]);
    } while (this.eat(','));
    if (!this.eat('}')) this.refuse();
    // Not by assignment: a key may be called `__proto__`.
    return Object.fromEntries(entries);
  }

  private list(): unknown[] {
    const items: unknown[] = [];
    if (this.eat(']')) return items;
    do {
      this.take(SPACE);
      items.push(this.readMember(String(items.length), this.at));
    } while (this.eat(','));
    if (!this.eat(']')) this.refuse();
    return items;
  }

  private readMember(name: string, offset: number): unknown {
    this.path.push(name);
    const key = this.path.join('\0');
    if (this.places.has(key)) this.twice.push({ path: this.path.join('.'), offset });
    this.places.set(key, offset);
    const value = this.value();
    this.path.pop();
    return value;
  }

  private eat(sign: string): boolean {
    this.take(SPACE);
    const isThere = this.text[this.at] === sign;
    if (isThere) this.at++;
    return isThere;
  }

  private take(form: RegExp): string | undefined {
    form.lastIndex = this.at;
    const [token] = form.exec(this.text) ?? [];
    this.at += token?.length ?? 0;
    return token;
  }

  private parse(token: string | undefined): unknown {
    try {
      return JSON.parse(token ?? '');
    } catch {
      this.at -= token?.length ?? 0;
      return this.refuse();
    }
  }

  private refuse(): never {
    throw new JsonBroken();
  }
}
