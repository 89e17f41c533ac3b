-- +goose Up
CREATE TABLE jobs_job (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    uniq        TEXT,
    args        TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('due', 'parked')),
    run_at      BIGINT NOT NULL,
    attempts    INTEGER NOT NULL,
    failure     TEXT,
    created_at  BIGINT NOT NULL
);
CREATE INDEX jobs_job_due ON jobs_job (run_at, id, kind) WHERE state = 'due';
CREATE INDEX jobs_job_lane ON jobs_job (kind, run_at, id) WHERE state = 'due';
CREATE UNIQUE INDEX jobs_job_uniq ON jobs_job (kind, uniq) WHERE uniq IS NOT NULL;
