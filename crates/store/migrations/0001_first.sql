-- Everything that is kept. The same text runs on SQLite and on PostgreSQL: TEXT, BIGINT, DOUBLE PRECISION; times are
-- milliseconds since 1970; yes and no are 1 and 0; words are those of the wire.

-- What happened in conversations is the list of their events; the other tables about them follow from it.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    token_digest_hex TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    last_message_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    phase TEXT NOT NULL,
    service TEXT,
    -- While a person is wanted or there: when the resident's page was last known to be open.
    resident_seen_ms BIGINT
);
CREATE INDEX conversations_by_last_message ON conversations (last_message_ms);

CREATE TABLE events (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    n BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation_id, n)
);

CREATE TABLE replies (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    turn TEXT NOT NULL,
    n BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    -- Question and text in lower case: the databases have different ideas of what that is.
    folded TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    confidence DOUBLE PRECISION,
    service TEXT,
    page_id TEXT,
    helpful BIGINT,
    comment TEXT,
    PRIMARY KEY (conversation_id, turn)
);
CREATE INDEX replies_by_time ON replies (at_ms);
CREATE INDEX replies_by_page ON replies (page_id, at_ms);

-- A hand-off outlives its conversation, without the words and without its name, for the figures.
CREATE TABLE handoffs (
    id TEXT PRIMARY KEY,
    conversation_id TEXT,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    service TEXT,
    question TEXT,
    requested_ms BIGINT NOT NULL,
    -- Since when it waits for the team that it waits for; the place in the queue follows from requested_ms.
    waiting_since_ms BIGINT NOT NULL,
    alerted_ms BIGINT,
    accepted_ms BIGINT,
    staff_id TEXT,
    staff_name TEXT,
    ended_ms BIGINT,
    ended_by TEXT,
    outcome TEXT
);
CREATE INDEX handoffs_by_conversation ON handoffs (conversation_id, requested_ms);
CREATE INDEX handoffs_by_state ON handoffs (state, requested_ms);
CREATE INDEX handoffs_by_acceptance ON handoffs (accepted_ms);
CREATE INDEX handoffs_by_time ON handoffs (requested_ms);

-- A call-back outlives its conversation too: it is a record of its own, with details that were given for it.
CREATE TABLE call_backs (
    reference TEXT PRIMARY KEY,
    conversation_id TEXT,
    created_ms BIGINT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    question TEXT NOT NULL,
    preferred_time TEXT,
    -- The words that were agreed to.
    consent TEXT NOT NULL,
    service TEXT,
    due_ms BIGINT NOT NULL,
    closed_ms BIGINT,
    closed_by TEXT,
    result TEXT
);
CREATE INDEX call_backs_by_due ON call_backs (closed_ms, due_ms);

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    active BIGINT NOT NULL,
    failed_attempts BIGINT NOT NULL,
    locked_until_ms BIGINT NOT NULL,
    available BIGINT NOT NULL,
    available_since_ms BIGINT,
    last_seen_ms BIGINT
);

CREATE TABLE sessions (
    token_digest_hex TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    csrf_token TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_staff ON sessions (staff_id);

-- Who did what. Names are written down as they were then.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    staff_id TEXT,
    staff_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at_ms);

-- What has to leave the building.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    conversation_id TEXT,
    created_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_ms BIGINT NOT NULL,
    -- Until then it is with the replica that took it.
    claimed_until_ms BIGINT NOT NULL,
    sent_ms BIGINT,
    given_up_ms BIGINT,
    last_error TEXT
);
CREATE INDEX outbox_by_next_attempt ON outbox (sent_ms, given_up_ms, next_attempt_ms);

-- One row.
CREATE TABLE switches (
    id BIGINT PRIMARY KEY,
    mode TEXT NOT NULL,
    message TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    staff_id TEXT
);
INSERT INTO switches (id, mode, message, changed_ms) VALUES (1, 'on', '', 0);

CREATE TABLE marks (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    turn TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    comment TEXT NOT NULL,
    case_json TEXT NOT NULL
);
CREATE INDEX marks_by_conversation ON marks (conversation_id);
CREATE INDEX marks_by_time ON marks (at_ms);
