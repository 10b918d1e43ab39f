-- What a light model thought of turns that used tools.
create table self_assessments (
  turn_id          uuid primary key,
  conversation_id  uuid not null,
  person_id        uuid not null references persons on delete cascade,
  space_id         text,
  at               timestamptz not null,
  score            smallint not null check (score between 1 and 5),
  failure_modes    text[] not null default '{}',
  note             text not null default '',        -- one sentence, without what the person said
  tools            text[] not null default '{}',
  tool_calls       integer not null,
  model            text,                            -- that answered
  prompt_version   integer                          -- under which it answered; null: none was in use
);
create index self_assessments_at on self_assessments (at);
create index self_assessments_person on self_assessments (person_id);

-- What coda proposes to change of itself: nothing of it counts until a person has approved it.
create table improvement_proposals (
  id           text primary key,                    -- a person types it
  at           timestamptz not null,
  space_id     text,                                -- null: everywhere
  person_id    uuid references persons on delete cascade,  -- whose matter it is; null: the owner's
  category     text not null,
  title        text not null,
  description  text not null,
  priority     smallint not null check (priority between 1 and 5),   -- 1 comes first
  payload      jsonb,                               -- what applying it takes; its category says in which form
  origin       text not null,                       -- what made it: reflection, gaps …
  hash         text not null,                       -- of all that a person is shown: a decision binds to it
  fingerprint  text not null,                       -- equal for proposals of the same change
  state        text not null check (state in ('pending', 'approved', 'rejected', 'applied')),
  decided_by   uuid,
  decided_at   timestamptz,
  outcome      jsonb
);
create index improvement_proposals_state on improvement_proposals (state, priority, at);
create index improvement_proposals_fingerprint on improvement_proposals (fingerprint, at);
create index improvement_proposals_person on improvement_proposals (person_id) where person_id is not null;

-- Versions of the guidance that coda has learnt and that follows the owner's own prompt.
create table prompt_versions (
  version      integer primary key,
  at           timestamptz not null,
  proposal_id  text not null references improvement_proposals on delete cascade,
  base         integer,                             -- the version that it changes; null: the empty one
  content      text not null,
  state        text not null check (state in ('trial', 'current', 'retired', 'rolled_back')),
  ended_at     timestamptz,                         -- of its trial
  result       jsonb                                -- scores with it and without it
);
create unique index prompt_versions_current on prompt_versions (state) where state = 'current';
create unique index prompt_versions_trial on prompt_versions (state) where state = 'trial';

-- What self-improvement has spent, at first as the most that a call may cost, then as what it did.
create table improvement_calls (
  id       uuid primary key,
  at       timestamptz not null,
  month    text not null,                           -- YYYY-MM in the household's zone
  purpose  text not null,
  price    double precision not null
);
create index improvement_calls_month on improvement_calls (month);
