-- Milliseconds from a model's request to its first word; null: it said none, or nobody has measured it.
alter table usage add column first_ms integer;
