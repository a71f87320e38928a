-- {key}: whole-number primary key; {text}: text compared byte by byte; {unrowed}: table kept in the
-- order of its primary key where the database can.

CREATE TABLE chain (
  id {key},
  seq BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  hash {text} NOT NULL
);
INSERT INTO chain (id, seq, recorded_at, hash)
VALUES (1, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE entry (
  seq {key},
  recorded_at BIGINT NOT NULL,
  effective {text} NOT NULL,
  actor {text} NOT NULL,
  scope {text} NOT NULL,
  kind {text} NOT NULL,
  subject {text} NOT NULL,
  event {text} NOT NULL,
  source {text} NOT NULL,
  reason {text} NOT NULL,
  corrects BIGINT,
  hash {text} NOT NULL
);
CREATE INDEX entry_by_subject ON entry (scope, kind, subject, seq);
CREATE INDEX entry_by_actor ON entry (actor, seq);
CREATE INDEX entry_by_time ON entry (recorded_at, seq);

CREATE TABLE fact (
  scope {text} NOT NULL,
  kind {text} NOT NULL,
  subject {text} NOT NULL,
  slot {text} NOT NULL,
  effective {text} NOT NULL,
  seq BIGINT NOT NULL,
  topic {text} NOT NULL,
  superseded BIGINT,
  grade {text} NOT NULL,
  body {text} NOT NULL,
  PRIMARY KEY (scope, kind, subject, slot, effective, seq)
) {unrowed};

CREATE TABLE subject (
  scope {text} NOT NULL,
  kind {text} NOT NULL,
  code {text} NOT NULL,
  registered BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (scope, kind, code)
) {unrowed};
CREATE INDEX subject_by_version ON subject (version);

CREATE TABLE account (
  person {text} NOT NULL PRIMARY KEY,
  password {text} NOT NULL,
  changed_at BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL
) {unrowed};

CREATE TABLE session (
  token {text} NOT NULL PRIMARY KEY,
  person {text} NOT NULL,
  csrf {text} NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) {unrowed};
CREATE INDEX session_by_person ON session (person);
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE api_token (
  id {text} NOT NULL PRIMARY KEY,
  person {text} NOT NULL,
  name {text} NOT NULL,
  hash {text} NOT NULL UNIQUE,
  scopes {text} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
) {unrowed};
CREATE INDEX api_token_by_person ON api_token (person);
