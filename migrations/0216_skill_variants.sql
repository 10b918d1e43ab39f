-- Variants of a skill: stored files by their hash, which may be used in the place of the skill's own.
create table skill_variants (
  skill     text not null,
  source    text not null,                        -- as in skill_pins: configured, personal …
  name      text not null,
  hash      text not null,                        -- of all its files
  on_trial  boolean not null default false,       -- runs are shared among those that are
  kept_at   timestamptz not null,
  primary key (skill, source, name)
);

-- The last one is used in the place of the skill's own files; undoing takes it away.
create table skill_variant_choices (
  id         uuid primary key,
  skill      text not null,
  source     text not null,
  name       text not null,
  hash       text not null,
  chosen_at  timestamptz not null
);
create index skill_variant_choices_skill on skill_variant_choices (skill, source, chosen_at desc);
