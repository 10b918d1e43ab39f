/** Passwords as they are stored: scrypt, slow on purpose, a few at a time. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Slots } from '../base/async.ts';

interface Cost {
  /** Blocks of 1 KiB: 32 MiB of memory. */
  N: number;
  r: number;
  p: number;
}

/** The least that OWASP names for 32 MiB; about 0.3 s on two cores. */
const COST: Cost = { N: 2 ** 15, r: 8, p: 3 };
const BYTES = 32;

/** Node has four threads for this and for files: two of them stay free, whoever tries passwords. */
const slots = () => new Slots(2);

const STORED = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]{22})\$([\w-]{43})$/;

export class Digests {
  private readonly slots = slots();
  /** Compared with where there is no password, so that an unknown name takes as long as a known one. */
  private nobody: Promise<string> | undefined;

  async make(password: string): Promise<string> {
    const salt = randomBytes(16);
    const { N, r, p } = COST;
    const key = await this.derive(password, salt, COST);
    return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
  }

  /** True if the password is the one of the digest. Without a digest it takes as long, and is never true. */
  async fits(password: string, stored: string | undefined): Promise<boolean> {
    this.nobody ??= this.make(randomBytes(BYTES).toString('base64url'));
    const [, N, r, p, salt = '', key = ''] = STORED.exec(stored ?? (await this.nobody)) ?? [];
    const cost = { N: Number(N), r: Number(r), p: Number(p) };
    const derived = await this.derive(password, Buffer.from(salt, 'base64url'), cost);
    return timingSafeEqual(derived, Buffer.from(key, 'base64url')) && stored !== undefined;
  }

  private derive(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
    const maxmem = 256 * N * r;
    const text = password.normalize('NFKC');
    return this.slots.run(
      () =>
        new Promise((resolve, reject) =>
          scrypt(text, salt, BYTES, { N, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key))),
        ),
    );
  }
}
