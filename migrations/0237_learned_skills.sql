-- Skills from experience: signs in people's own turns that a skill would help, what was proposed because of them, and how what
-- was kept fares. No words of anybody are kept with a sign: they stand in the turns, and go with them.
create table learned_signals (
  id          uuid primary key,
  person_id   uuid not null references persons,
  kind        text not null check (kind in ('corrected', 'mended', 'repeated', 'wrong_skill')),
  about       text not null,                    -- the tools, or the skill that was meant
  key         text not null,                    -- equal for signs of the same lesson: a hash
  skill       text,                             -- the one in use
  turn_id     uuid not null,                    -- the turn that ended well
  before_id   uuid,                             -- the turn that was put right
  at          timestamptz not null,
  unique (turn_id, kind, key)
);
create index learned_signals_person on learned_signals (person_id, at);
create index learned_signals_at on learned_signals (at);

create table learned_proposals (
  id          text primary key,
  person_id   uuid not null references persons,
  kind        text not null,
  about       text not null,
  key         text not null,
  name        text not null,                    -- of the skill; empty where no draft came of it
  base_hash   text,                             -- of the files that it changes; null: a new skill
  before      text,                             -- their SKILL.md
  body        text not null,                    -- the proposed SKILL.md
  hash        text not null,                    -- of all proposed files
  cases       integer not null,                 -- tests that were played
  passed      integer not null,                 -- with it
  passed_before integer not null,               -- without it
  model       text not null,
  turns       uuid[] not null,
  state       text not null check (state in ('offered', 'asked', 'kept', 'never', 'undone', 'refused', 'resting')),
  reason      text,                             -- why no draft was offered: a code
  warned_at   timestamptz,                      -- its removal was proposed
  used_at     timestamptz,
  created_at  timestamptz not null,
  decided_at  timestamptz
);
create index learned_proposals_person on learned_proposals (person_id, created_at);
create index learned_proposals_kept on learned_proposals (name) where state in ('kept', 'resting');

-- Turns in which a kept skill was offered or used.
create table learned_uses (
  turn_id     uuid not null,
  skill       text not null,
  person_id   uuid not null references persons,
  loaded      boolean not null,
  well        boolean not null,
  corrected   boolean not null,
  undone      boolean not null,
  at          timestamptz not null,
  primary key (turn_id, skill)
);
create index learned_uses_person on learned_uses (person_id);
create index learned_uses_at on learned_uses (at);
