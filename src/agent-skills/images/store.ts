import type { Instant } from '../../base/clock.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';

export interface SkillImage {
  skill: string;
  image: string;
  hash: string;
  builtAt: Instant;
}

const COLUMNS = 'skill, image, hash, built_at as "builtAt"';

export async function allImages(db: Queryable): Promise<SkillImage[]> {
  return (await db.query<SkillImage>(`select ${COLUMNS} from skill_images order by skill`)).rows;
}

export async function imageOf(db: Queryable, skill: string): Promise<SkillImage | undefined> {
  return (await db.query<SkillImage>(`select ${COLUMNS} from skill_images where skill = $1`, [skill])).rows[0];
}

export async function isBuilt(db: Queryable, image: string): Promise<boolean> {
  return (await db.query('select from skill_images where image = $1 limit 1', [image])).rows.length > 0;
}

export async function putImage(tx: Transaction, { skill, image, hash, builtAt }: SkillImage): Promise<void> {
  await tx.query(
    `insert into skill_images (skill, image, hash, built_at) values ($1, $2, $3, $4)
     on conflict (skill) do update set image = excluded.image, hash = excluded.hash, built_at = excluded.built_at`,
    [skill, image, hash, builtAt],
  );
}

export async function dropImage(tx: Transaction, { skill, image }: Pick<SkillImage, 'skill' | 'image'>): Promise<void> {
  await tx.query('delete from skill_images where skill = $1 and image = $2', [skill, image]);
}
