-- A skill that says of itself that it is a draft is offered to nobody until an owner has activated it.
create table skill_activations (
  name          text not null,
  source        text not null,                    -- as in skill_pins: configured, personal …
  activated_at  timestamptz not null,
  primary key (name, source)
);
