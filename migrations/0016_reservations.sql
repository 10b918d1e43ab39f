-- What answers under way may cost, so that many at once do not overspend a budget together. A row goes when what its
-- answer cost is written; one whose process died ends by itself.
create table reservations (
  id          uuid primary key,
  turn_id     uuid not null,
  person_id   uuid not null,
  price       double precision not null,
  expires_at  timestamptz not null
);

alter table spending
  add column dearest  double precision not null default 0;  -- the most that a single answer cost
