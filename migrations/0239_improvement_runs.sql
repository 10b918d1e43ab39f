-- A change of coda's own code that is prepared as a branch with a pull request; at most one at a time.
create table improvement_runs (
  id           text primary key,                    -- stands in the branch's name
  proposal_id  text not null references improvement_proposals on delete cascade,
  asked_by     uuid references persons on delete set null,   -- null: it was time
  state        text not null check (state in ('running', 'passed', 'failed', 'withdrawn')),
  step         text not null,                       -- the next one, or the last where it has ended
  branch       text not null,
  base         text,                                -- the commit that it is made from
  commit_id    text,                                -- the change
  survey       jsonb,                               -- the files that it touches, and those that depend on them
  change       jsonb,                               -- as the surgeon has answered
  tests        jsonb,                               -- what came of building and testing it
  request      jsonb,                               -- number and address of the pull request
  reason       text,                                -- why it has failed
  narrative    text,                                -- as it was told
  started_at   timestamptz not null,
  updated_at   timestamptz not null,
  ended_at     timestamptz
);
create unique index improvement_runs_one on improvement_runs ((true)) where ended_at is null;
create index improvement_runs_started on improvement_runs (started_at);
create index improvement_runs_proposal on improvement_runs (proposal_id);
create index improvement_runs_asked_by on improvement_runs (asked_by) where asked_by is not null;
