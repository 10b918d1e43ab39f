-- Runs of variants of skills. They are nobody's: with the conversation goes what leads to a person.
create table skill_variant_runs (
  call             text primary key,              -- the call, or the turn, that ran it
  skill            text not null,
  source           text not null,
  hash             text not null,
  conversation_id  uuid references conversations on delete set null,
  inbox_id         uuid,                          -- whose turn tells the outcome
  outcome          text check (outcome in ('success', 'failure')),
  begun_at         timestamptz not null
);
create index skill_variant_runs_skill on skill_variant_runs (skill, source, begun_at desc);
create index skill_variant_runs_conversation on skill_variant_runs (conversation_id);
