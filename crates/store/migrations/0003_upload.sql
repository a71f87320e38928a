-- Files that wait between being looked through and being imported. They are part of no record: each
-- has an owner and an end, and together they are bounded.

CREATE TABLE upload (
  id {text} NOT NULL PRIMARY KEY,
  person {text} NOT NULL,
  scope {text} NOT NULL,
  name {text} NOT NULL,
  note {text} NOT NULL,
  finished BIGINT NOT NULL,
  size BIGINT NOT NULL,
  body {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX upload_by_person ON upload (person, created_at);
CREATE INDEX upload_by_expiry ON upload (expires_at);
