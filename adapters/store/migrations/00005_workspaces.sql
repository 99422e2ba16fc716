-- +goose Up

-- tokens are what workspaces gave us to act in them, sealed by whoever keeps them here: without the key they say nothing.
create table tokens (
    platform  text not null check (platform <> ''),
    workspace text not null check (workspace <> ''),
    sealed    text not null check (sealed <> ''), -- base64
    at        bigint,
    primary key (platform, workspace)
);

-- departures are the workspaces that the bot was taken out of, whose data will be deleted unless it comes back.
create table departures (
    platform  text not null check (platform <> ''),
    workspace text not null check (workspace <> ''),
    at        bigint not null,
    primary key (platform, workspace)
);
create index departures_at on departures (at);
