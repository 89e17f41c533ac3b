-- +goose Up
CREATE TABLE partner_organisation (
    id          TEXT PRIMARY KEY,
    state       TEXT NOT NULL CHECK (state IN ('asked', 'confirmed', 'refused')),
    title       TEXT NOT NULL,
    number      TEXT NOT NULL,
    contact     TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    asked_by    TEXT NOT NULL,
    asked_at    BIGINT NOT NULL,
    decided_by  TEXT,
    decided_at  BIGINT,
    reason      TEXT NOT NULL
);
-- A number belongs to one confirmed organisation; before that anybody may name it.
CREATE UNIQUE INDEX partner_organisation_number ON partner_organisation (number) WHERE state = 'confirmed';
CREATE INDEX partner_organisation_asked ON partner_organisation (asked_at) WHERE state = 'asked';
CREATE INDEX partner_organisation_asker ON partner_organisation (asked_by);

CREATE TABLE partner_member (
    id            TEXT PRIMARY KEY,
    organisation  TEXT NOT NULL REFERENCES partner_organisation (id),
    account       TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('invited', 'in', 'out')),
    invited_by    TEXT,
    at            BIGINT NOT NULL
);
CREATE UNIQUE INDEX partner_member_once ON partner_member (organisation, account) WHERE state <> 'out';
CREATE INDEX partner_member_account ON partner_member (account) WHERE state <> 'out';

-- The sites of an organisation. A draft is a site that is not registered yet, or
-- changes of one in production that officers have yet to see.
CREATE TABLE partner_site (
    id            TEXT PRIMARY KEY,
    organisation  TEXT NOT NULL REFERENCES partner_organisation (id),
    draft         TEXT,
    gone          BOOLEAN NOT NULL,
    made_at       BIGINT NOT NULL
);
CREATE INDEX partner_site_organisation ON partner_site (organisation);

CREATE TABLE partner_request (
    id            TEXT PRIMARY KEY,
    organisation  TEXT NOT NULL REFERENCES partner_organisation (id),
    site          TEXT NOT NULL,
    detail        TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'proposed', 'granted', 'refused', 'withdrawn')),
    asked_by      TEXT NOT NULL,
    asked_at      BIGINT NOT NULL,
    first_by      TEXT,
    first_at      BIGINT,
    second_by     TEXT,
    second_at     BIGINT,
    reason        TEXT NOT NULL,
    CHECK (second_by IS NULL OR first_by IS NOT NULL AND second_by <> first_by),
    CHECK (state <> 'granted' OR second_by IS NOT NULL)
);
CREATE UNIQUE INDEX partner_request_open ON partner_request (site) WHERE state IN ('open', 'proposed');

CREATE TABLE partner_logo (
    id       TEXT PRIMARY KEY,
    site     TEXT NOT NULL,
    picture  BYTEA NOT NULL,
    made_at  BIGINT NOT NULL
);
CREATE INDEX partner_logo_site ON partner_logo (site);

-- What went wrong, counted by the hour: nothing of what was sent.
CREATE TABLE partner_trouble (
    site      TEXT NOT NULL,
    hour      BIGINT NOT NULL,
    endpoint  TEXT NOT NULL,
    code      TEXT NOT NULL,
    why       TEXT NOT NULL,
    times     BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    PRIMARY KEY (site, hour, endpoint, code, why)
);
CREATE INDEX partner_trouble_hour ON partner_trouble (hour);
