-- Which card, and which act, is the newest when several came in one instant, as on a clock that stands still.

alter table buttons add column seq bigint generated always as identity;
alter table undos add column seq bigint generated always as identity;
