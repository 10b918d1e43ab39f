-- Which tier of models answers what, as it was learnt from turns and their scores: weights alone, of nobody's words.
create table routing_models (
  id           uuid primary key,
  at           timestamptz not null,
  version      integer not null,                 -- of the features that the weights are of
  weights      jsonb not null,
  turns        integer not null,                 -- that were learnt from
  held_back    integer not null,                 -- that were not: what follows is of them
  rule_right   integer not null,
  learnt_right integer not null,
  is_used      boolean not null                  -- it beat the written rule
);
create index routing_models_at on routing_models (at desc);
