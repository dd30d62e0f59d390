//! The tables, and the statements over them.

use auth_core::{Error, ErrorKind};

use super::rights;
use crate::db::engine::SAMPLE;

/// The version of the tables that this crate reads and writes.
///
/// `auth_meta` has a row for each version of hosts that the tables suit. So a migration that suits the
/// hosts of before adds the row of its version, and they continue. One that does not:
///
/// 1. replaces the rows, and commits: from then on no host of before takes or confirms a lease;
/// 2. waits until the leases have ended: until then the tokens of renewals that have begun are saved,
///    because `write` does not look at the version;
/// 3. renames `auth_record` when it changes it, so that the save of a host that hung fails.
pub(super) const VERSION: i32 = 1;

/// Creates the schema or brings it up to date, in one transaction. Removes what accounts have left
/// that logged out over a day ago: a row with a version and a lease with a number. These refuse the
/// late save of a program that hung. A user of the store need not be allowed to delete.
///
/// Fails, and changes nothing, where the tables are of a version that does not suit this one: an
/// empty table in the place of one that was renamed would take the save of a host that hung. Also
/// where another session holds a lock for longer than the client would wait, so that it says why.
pub(super) fn sql(schema: &str) -> String {
    format!(
        "\
BEGIN;
SET LOCAL lock_timeout = '20s';
SELECT pg_advisory_xact_lock(hashtext('keystore schema {schema}'));
DO $$ BEGIN
    IF to_regclass('{schema}.auth_meta') IS NOT NULL THEN
        IF EXISTS (SELECT 1 FROM {schema}.auth_meta) AND NOT EXISTS
            (SELECT 1 FROM {schema}.auth_meta WHERE schema_version = {VERSION}) THEN
            RAISE EXCEPTION 'the tables are of another version than {VERSION}';
        END IF;
    END IF;
END $$;
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.auth_meta (schema_version int4 NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.auth_record (
    id bytea PRIMARY KEY,
    service text NOT NULL,
    client_id text NOT NULL,
    account text NOT NULL,
    version int8 NOT NULL,
    body bytea,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE IF NOT EXISTS {schema}.auth_lease (
    id bytea PRIMARY KEY,
    fence int8 NOT NULL,
    holder text NOT NULL,
    until timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE IF NOT EXISTS {schema}.auth_note (
    name text PRIMARY KEY,
    body text NOT NULL
) WITH (fillfactor = 70);
INSERT INTO {schema}.auth_meta (schema_version)
    SELECT {VERSION} WHERE NOT EXISTS (SELECT 1 FROM {schema}.auth_meta);
DELETE FROM {schema}.auth_record
    WHERE body IS NULL AND updated_at < clock_timestamp() - interval '1 day';
DELETE FROM {schema}.auth_lease AS l WHERE until < clock_timestamp() - interval '1 day'
    AND NOT EXISTS (SELECT 1 FROM {schema}.auth_record AS r WHERE r.id = l.id);
COMMIT;
"
    )
}

/// Returns the name that messages are sent under, which the whole database shares.
fn channel(schema: &str) -> String {
    format!("keystore_{schema}")
}

/// Commits without waiting for the disk: what is lost in a crash of the server is repaired by the
/// statements that wait.
const SOON: &str = "(SELECT set_config('synchronous_commit', 'off', true)) AS commits";

/// Waits for the disk, whatever the role's default is; does not weaken a stronger one.
const DURABLE: &str = "(SELECT CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') \
    THEN set_config('synchronous_commit', 'on', true) END) AS commits";

/// The statements, for one schema.
pub(super) struct Statements {
    /// What the user may not do, and what the server is. See [`rights`].
    pub(super) rights: String,
    /// The version of the tables, and whether they suit this host. Nulls if they have none.
    pub(super) schema_version: String,
    /// `id`: whether the tables suit this host, and the record.
    pub(super) load: String,
    /// The accounts that have a record.
    pub(super) accounts: String,
    /// `id`: accounts with their records, from this digest on and from the first one on.
    pub(super) sample: String,
    /// `id`: whether the tables suit this host, the record's version, whether the user may save, and
    /// the record. Sent right behind `take`, so that it sees what was saved before the lease was
    /// granted. A statement sees only what was committed before it began, and `take` may have waited.
    pub(super) version: String,
    /// `id, holder, milliseconds`. Returns no row if another one has the lease, or if the tables do
    /// not suit this host. Where that shows without a lock, nothing is locked or written. So the
    /// holder waits for none of those that wait for its renewal.
    pub(super) take: String,
    /// `id, fence, holder, milliseconds`. No row if another one has taken the lease since, or if the
    /// tables do not suit this host. It may have ended in the meantime: with the same number, nothing
    /// has happened under another one.
    pub(super) confirm: String,
    /// `ids, fences, holders, milliseconds`.
    pub(super) beat: String,
    /// `id, fence, holder`. Sends the message here, where the commit does not wait for the disk:
    /// the server lets commits with a message pass one after the other.
    pub(super) free: String,
    /// Nothing. On a connection of its own.
    pub(super) listen: String,
    /// `word`.
    pub(super) announce: String,
    /// `id, service, client_id, account, version, body, fence, holder, milliseconds`. No row if the
    /// record has a newer version. The same version with the same body is this very save, repeated.
    /// A record that is removed leaves its row, without names.
    pub(super) write: String,
    /// `name, old, new`: whether it was replaced, and the text before. It waits for the changes of
    /// other hosts first, since their text is the one to start from, not that before them.
    pub(super) swap: String,
    /// `name, new`: creates a note. No row if it exists.
    pub(super) create: String,
}

impl Statements {
    pub(super) fn new(schema: &str) -> Self {
        let channel = channel(schema);
        let version = format!(
            "SELECT max(schema_version), bool_or(schema_version = {VERSION}) FROM {schema}.auth_meta"
        );
        let suits =
            format!("EXISTS (SELECT FROM {schema}.auth_meta WHERE schema_version = {VERSION})");
        Self {
            announce: format!("SELECT pg_notify('{channel}', $1)"),
            listen: format!("LISTEN {channel}"),
            rights: rights::statement(schema),
            load: format!("SELECT {suits}, (SELECT body FROM {schema}.auth_record WHERE id = $1)"),
            accounts: format!(
                "SELECT id, service, client_id, account FROM {schema}.auth_record \
                 WHERE body IS NOT NULL"
            ),
            sample: ["id >= $1", "id < $1"]
                .map(|place| {
                    format!(
                        "(SELECT id, service, client_id, account, body FROM {schema}.auth_record \
                         WHERE {place} AND body IS NOT NULL ORDER BY id LIMIT {SAMPLE})"
                    )
                })
                .join(" UNION ALL "),
            version: format!(
                "SELECT {suits}, r.version, \
                 has_any_column_privilege('{schema}.auth_record', 'INSERT') \
                 AND has_any_column_privilege('{schema}.auth_record', 'UPDATE'), r.body \
                 FROM (SELECT 1) AS one LEFT JOIN {schema}.auth_record AS r ON r.id = $1"
            ),
            schema_version: version,
            take: format!(
                "INSERT INTO {schema}.auth_lease AS l (id, fence, holder, until) \
                 SELECT $1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond' FROM {SOON} \
                 WHERE {suits} \
                 AND NOT EXISTS (SELECT 1 FROM {schema}.auth_lease AS now WHERE now.id = $1 \
                 AND now.until > clock_timestamp() AND now.holder <> $2) \
                 ON CONFLICT (id) DO UPDATE SET \
                 fence = CASE WHEN l.holder = $2 THEN l.fence ELSE l.fence + 1 END, \
                 holder = $2, until = clock_timestamp() + $3 * interval '1 millisecond' \
                 WHERE l.until <= clock_timestamp() OR l.holder = $2 \
                 RETURNING fence"
            ),
            confirm: format!(
                "UPDATE {schema}.auth_lease SET \
                 until = greatest(until, clock_timestamp() + $4 * interval '1 millisecond') \
                 FROM {DURABLE} WHERE {suits} AND id = $1 AND fence = $2 AND holder = $3 \
                 RETURNING 1"
            ),
            beat: format!(
                "UPDATE {schema}.auth_lease AS l SET \
                 until = greatest(l.until, clock_timestamp() + $4 * interval '1 millisecond') \
                 FROM {SOON}, unnest($1, $2, $3) AS held (id, fence, holder) \
                 WHERE l.id = held.id AND l.fence = held.fence AND l.holder = held.holder"
            ),
            free: format!(
                "WITH freed AS (\
                 UPDATE {schema}.auth_lease SET until = '-infinity', holder = '' \
                 FROM {SOON} WHERE id = $1 AND fence = $2 AND holder = $3 RETURNING 1) \
                 SELECT pg_notify('{channel}', encode($1, 'hex')) FROM freed"
            ),
            write: format!(
                "WITH written AS (\
                 INSERT INTO {schema}.auth_record AS r \
                 (id, service, client_id, account, version, body, updated_at) \
                 SELECT $1, $2, $3, $4, $5 + 1, $6, clock_timestamp() FROM {DURABLE} \
                 ON CONFLICT (id) DO UPDATE SET \
                 service = EXCLUDED.service, client_id = EXCLUDED.client_id, \
                 account = EXCLUDED.account, \
                 version = $5 + 1, body = EXCLUDED.body, updated_at = EXCLUDED.updated_at \
                 WHERE r.version <= $5 \
                 OR (r.version = $5 + 1 AND r.body IS NOT DISTINCT FROM EXCLUDED.body) \
                 RETURNING version), \
                 shortened AS (\
                 UPDATE {schema}.auth_lease SET \
                 until = clock_timestamp() + $9 * interval '1 millisecond' \
                 FROM written WHERE id = $1 AND fence = $7 AND holder = $8) \
                 SELECT version FROM written"
            ),
            swap: format!(
                "WITH found AS (\
                 SELECT body FROM {schema}.auth_note, {SOON} WHERE name = $1 \
                 FOR UPDATE OF auth_note), \
                 swapped AS (\
                 UPDATE {schema}.auth_note SET body = $3 \
                 FROM found WHERE name = $1 AND found.body = $2 RETURNING 1) \
                 SELECT EXISTS (SELECT 1 FROM swapped), (SELECT body FROM found)"
            ),
            create: format!(
                "INSERT INTO {schema}.auth_note (name, body) SELECT $1, $2 FROM {SOON} \
                 ON CONFLICT (name) DO NOTHING RETURNING 1"
            ),
        }
    }
}

/// What is wrong with the tables.
#[derive(Clone, Copy)]
pub(super) enum Unsuited {
    Missing,
    /// `auth_meta` is empty.
    WithoutVersion,
    /// Their version.
    Other(i32),
}

/// The error for tables that are missing or of another version.
pub(super) fn wrong_schema(label: &str, setting: &str, found: Unsuited) -> Error {
    const MIGRATE: &str = "call migrate once, or run the SQL of schema";
    let (what, help) = match found {
        Unsuited::Missing => (
            "its tables are missing".to_owned(),
            "call migrate once, or run the SQL of schema; if there are tables, correct the namespace \
             or the database in the URL",
        ),
        Unsuited::WithoutVersion => (
            "its tables have no version: auth_meta is empty".to_owned(),
            MIGRATE,
        ),
        Unsuited::Other(found) if found < VERSION => (
            format!("its tables have version {found}, older than {VERSION}"),
            MIGRATE,
        ),
        Unsuited::Other(found) => (
            format!("its tables have version {found}, newer than {VERSION}"),
            "update this program",
        ),
    };
    Error::new(ErrorKind::Configuration, format!("{label}: {what}"))
        .with_setting(setting.to_owned())
        .with_help(help)
}
