-- +goose Up

-- leases say which replica holds what only one may hold, such as a gateway shard. fence grows whenever a lease changes
-- hands. until is counted on the clock of the database.
create table leases (
    name   text not null primary key check (name <> ''),
    holder text not null,
    until  bigint not null,
    fence  bigint not null check (fence >= 1)
);

-- lanes keep the pace towards the platforms, for all replicas together. One row each for a platform (no workspace and no
-- channel), a workspace of it, and a channel. The next digest may pass at next_at; nothing passes before quiet_until, which
-- is what the platform has asked for. A lane without a row is free.
create table lanes (
    platform    text not null check (platform <> ''),
    workspace   text not null,
    channel     text not null,
    next_at     bigint not null,
    quiet_until bigint not null,
    primary key (platform, workspace, channel)
);
