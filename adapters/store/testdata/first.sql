-- +goose Up

-- Times are milliseconds since 1970 in UTC; an unknown or absent time is null. Lists and documents are JSON in text
-- columns, written and read by Attaché alone. What belongs to a workspace carries platform and workspace, so that a
-- workspace can be forgotten as a whole.

-- counters hand out numbers that grow with every commit. Their row lock puts the writers of a number in line, so that a
-- reader who has seen number 6 never misses a 5 that is committed later.
create table counters (
    name  text not null primary key,
    value bigint not null check (value >= 0)
);
insert into counters (name, value) values ('article', 0), ('source', 0), ('subscription', 0), ('exchange', 0);

-- articles holds every revision of every article. cut is how it was cut into sentences and passages when it was read.
create table articles (
    id             text not null check (id <> ''),
    revision       integer not null check (revision >= 1),
    seq            bigint not null unique check (seq >= 1),
    url            text not null,
    title          text not null,
    outlet         text not null,
    byline         text not null,
    language       text not null,
    label          text not null,
    published      bigint,
    published_zone integer not null check (published_zone between -86400 and 86400), -- seconds east of UTC
    date_only      boolean not null,
    body           text not null check (body <> ''),
    source         text not null,
    origin         text not null,
    read_at        bigint,
    hash           text not null check (hash <> ''),
    cut            text not null,
    primary key (id, revision)
);

create table sources (
    id         text not null primary key check (id <> ''),
    number     bigint not null unique, -- the order in which sources were added
    url        text not null,
    title      text not null,
    owner      text not null,
    platform   text not null, -- of the owner
    workspace  text not null,
    added      bigint,
    paused     boolean not null,
    next_at    bigint,
    checked    bigint,
    etag       text not null,
    modified   text not null,
    failing    text not null,
    since      bigint
);
create index sources_workspace on sources (platform, workspace);

create table subscriptions (
    id           text not null primary key check (id <> ''),
    number       bigint not null unique, -- the order in which subscriptions were added
    platform     text not null check (platform <> ''),
    workspace    text not null,
    channel      text not null check (channel <> ''),
    thread       text not null,
    phrase       text not null,
    cron         text not null check (cron <> ''),
    zone         text not null check (zone <> ''),
    beat         text not null,
    owner        text not null,
    created      bigint,
    next_at      bigint,
    paused       boolean not null,
    reason       text not null,
    misfire      text not null check (misfire in ('', 'latest', 'skip', 'all')),
    skip_quiet   boolean not null,
    rev          bigint not null check (rev >= 0),
    last_slot    bigint,
    last_edition text,
    check (last_edition is null or last_slot is not null)
);
create index subscriptions_due on subscriptions (platform, next_at) where not paused;
create index subscriptions_channel on subscriptions (platform, workspace, channel);

-- deliveries outlive their subscription: a final one is history. An open one goes with it.
create table deliveries (
    subscription  text not null check (subscription <> ''),
    slot          bigint not null,
    platform      text not null check (platform <> ''),
    workspace     text not null,
    channel       text not null check (channel <> ''),
    thread        text not null,
    state         text not null check (state in ('due', 'composed', 'sent', 'skipped', 'failed', 'held')),
    reason        text not null,
    retry_at      bigint,
    attempts      integer not null check (attempts >= 0),
    opened        bigint,
    settled       bigint,
    window_from   bigint,
    late          boolean not null,
    edition       text,
    claim         text not null,
    claimed_until bigint,
    turn          integer not null check (turn >= 0), -- its place among the deliveries of its workspace for this slot
    primary key (subscription, slot), -- a slot is delivered once
    check (state <> 'composed' or edition is not null),
    check ((settled is null) = (state in ('due', 'composed'))),
    check ((claimed_until is null) = (claim = '')),
    check (claim = '' or state in ('due', 'composed'))
);
create index deliveries_open on deliveries (platform, slot, turn, subscription) where state in ('due', 'composed');
create index deliveries_turn on deliveries (platform, workspace, slot, turn);
create index deliveries_channel on deliveries (platform, workspace, channel, slot);
create index deliveries_slot on deliveries (slot);

create table parts (
    subscription  text not null,
    slot          bigint not null,
    number        integer not null check (number >= 0),
    state         text not null check (state in ('planned', 'sending', 'sent', 'failed')),
    message       text not null,
    post_key      text not null check (post_key <> '' and length(post_key) <= 25),
    sending_at    bigint,
    attempts      integer not null check (attempts >= 0),
    reason        text not null,
    ref_platform  text,
    ref_workspace text,
    ref_channel   text,
    ref_thread    text,
    ref_id        text,
    primary key (subscription, slot, number),
    foreign key (subscription, slot) references deliveries (subscription, slot) on delete cascade,
    check (state <> 'sending' or sending_at is not null),
    check ((ref_id is not null) = (state = 'sent'))
);
create index parts_ref on parts (ref_platform, ref_channel, ref_id) where ref_id is not null;

-- exchanges are questions with their answers; turn is what the conversation remembers of one.
create table exchanges (
    id           text not null primary key check (id <> ''),
    number       bigint not null unique, -- the order in which they were kept
    platform     text not null,
    workspace    text not null,
    channel      text not null,
    thread       text not null,
    conversation text not null,
    author       text not null, -- the user who asked
    at           bigint not null,
    answer       text not null,
    turn         text not null
);
create index exchanges_conversation on exchanges (conversation, number) where conversation <> '';
create index exchanges_workspace on exchanges (platform, workspace);
create index exchanges_at on exchanges (at);

create table feedback (
    subject   text not null check (subject <> ''),
    platform  text not null,
    workspace text not null,
    channel   text not null,
    thread    text not null,
    author    text not null, -- the user who voted
    helpful   boolean not null,
    at        bigint,
    comment   text not null,
    primary key (subject, platform, workspace, author)
);
create index feedback_workspace on feedback (platform, workspace);

create table settings (
    scope     text not null check (scope <> ''),
    name      text not null check (name <> ''),
    platform  text not null,
    workspace text not null,
    value     text not null check (value <> ''),
    primary key (scope, name)
);
create index settings_workspace on settings (platform, workspace);

create table seen (
    id text not null primary key check (id <> ''),
    at bigint not null
);
create index seen_at on seen (at);
