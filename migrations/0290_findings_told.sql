-- How the findings of a rule are told: gathered for a time of the day, in quiet hours too, until somebody presses Seen, and to
-- whom then. Null: at once, and once.
alter table person_schedules add column telling jsonb;

-- A finding that is told with others, in a digest, at this instant; null: it has been told, or dropped.
alter table schedule_runs add column digest_at timestamptz;
create index schedule_runs_digest on schedule_runs (digest_at) where digest_at is not null;

-- A reminder of what a rule has found (`source`) may be told by a target, ends when somebody presses Seen, and is told by
-- another target where nobody has by `escalate_at`.
alter table reminders
  add column source text,
  add column seen boolean not null default false,
  add column target_id text references targets (id) on delete set null,
  add column then_target text references targets (id) on delete set null,
  add column then_minutes integer check (then_minutes between 1 and 10080),
  add column escalate_at timestamptz;
create index reminders_source on reminders (source) where source is not null and state = 'pending';
create index reminders_escalate on reminders (escalate_at) where state = 'pending' and escalate_at is not null;
create index reminders_target on reminders (target_id) where target_id is not null;
create index reminders_then on reminders (then_target) where then_target is not null;
