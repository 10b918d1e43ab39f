-- The token that a device was registered with: one that is revoked takes its devices along.
alter table push_devices add column token_id uuid references api_tokens (id) on delete cascade;
create index push_devices_token on push_devices (token_id) where token_id is not null;
