-- What MCP servers say of their tools, as it was at their first use or as an owner approved it. A row with an empty tool
-- stands for the server itself.
create table mcp_pins (
  server      text not null,
  tool        text not null,
  hash        text not null,
  person_id   uuid references persons (id),     -- who approved it; null: the first use
  decided_at  timestamptz not null,
  primary key (server, tool)
);
create index mcp_pins_person on mcp_pins (person_id) where person_id is not null;
