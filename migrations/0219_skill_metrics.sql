-- How well requests find their skills: the last measurement with a golden file.
create table skill_metrics (
  is_last              boolean primary key check (is_last),
  file                 text not null,
  measured_at          timestamptz not null,
  requests             integer not null,
  accuracy_at_1        real not null,
  accuracy_at_5        real not null,
  mrr                  real not null,
  for_none             integer not null,
  offered_for_nothing  integer not null
);
