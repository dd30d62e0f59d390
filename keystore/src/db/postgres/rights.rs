//! The rights that the statements require, and what an owner runs to grant those that are missing.

/// The rights of the store's user on each table.
const RIGHTS: [(&str, &[&str]); 4] = [
    ("auth_meta", &["SELECT"]),
    ("auth_record", &["SELECT", "INSERT", "UPDATE"]),
    ("auth_lease", &["SELECT", "INSERT", "UPDATE"]),
    ("auth_note", &["SELECT", "INSERT", "UPDATE"]),
];

/// How many tables there are.
pub(super) const TABLES: i64 = 4;

/// Returns the statement that looks for them. It reads the catalog, so that it needs no right
/// itself. Columns: the user, whether the schema is closed to it, and the rights that it lacks
/// (`table right`). Then how many of the tables exist, whether nothing can be written, as on a
/// standby, and the encoding if it has no place for some characters. A right on all columns is as
/// good as one on the table.
pub(super) fn statement(schema: &str) -> String {
    let place = |at: usize, table: &str, right: &str| format!("({at}, '{table}', '{right}')");
    let wanted = RIGHTS
        .iter()
        .flat_map(|(table, rights)| rights.iter().map(move |right| (table, right)))
        .enumerate()
        .map(|(at, (table, right))| place(at, table, right));
    let wanted = wanted.collect::<Vec<_>>().join(", ");
    let tables = RIGHTS.map(|(table, _)| format!("'{table}'")).join(", ");
    format!(
        "SELECT quote_ident(current_user), \
         NOT coalesce(has_schema_privilege(own.oid, 'USAGE'), true), \
         ARRAY(SELECT wanted.name || ' ' || wanted.verb \
         FROM (VALUES {wanted}) AS wanted (place, name, verb) \
         JOIN pg_catalog.pg_class c ON c.relname = wanted.name AND c.relnamespace = own.oid \
         WHERE EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid \
         AND a.attnum > 0 AND NOT a.attisdropped \
         AND NOT has_column_privilege(c.oid, a.attnum, wanted.verb)) ORDER BY wanted.place), \
         (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = own.oid \
         AND c.relname IN ({tables})), \
         current_setting('transaction_read_only') = 'on', \
         nullif(nullif(current_setting('server_encoding'), 'UTF8'), 'SQL_ASCII') \
         FROM (SELECT to_regnamespace('{schema}')::oid) AS own (oid)"
    )
}

/// What the statement found.
pub(super) struct Missing {
    /// The user, as SQL writes it.
    pub(super) user: String,
    /// Whether the schema is closed to the user.
    pub(super) usage: bool,
    /// Each as `table right`.
    pub(super) tables: Vec<String>,
}

impl Missing {
    /// Returns what is missing, and the statements that grant it. `None` if nothing is.
    pub(super) fn explain(&self, schema: &str) -> Option<(String, String)> {
        let (mut lacks, mut grants) = (Vec::new(), String::new());
        if self.usage {
            lacks.push(format!("USAGE on the schema {schema}"));
            grants += &self.grant("USAGE", "SCHEMA", schema);
        }
        for (table, _) in RIGHTS {
            let rights = self.tables.iter().filter_map(|found| {
                let (name, right) = found.split_once(' ')?;
                (name == table).then_some(right)
            });
            let rights = rights.collect::<Vec<_>>().join(", ");
            if !rights.is_empty() {
                lacks.push(format!("{rights} on {table}"));
                grants += &self.grant(&rights, "TABLE", &format!("{schema}.{table}"));
            }
        }
        if lacks.is_empty() {
            return None;
        }
        let what = format!("permission denied to the user {}: missing ", self.user);
        let help = format!("grant it as the owner of the tables:{grants}");
        Some((what + &lacks.join("; "), help))
    }

    fn grant(&self, rights: &str, kind: &str, name: &str) -> String {
        format!(" GRANT {rights} ON {kind} {name} TO {};", self.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_its_grants() {
        let missing = |usage: bool, tables: &[&str]| Missing {
            user: "\"Atlas\"".to_owned(),
            usage,
            tables: tables.iter().map(|&text| text.to_owned()).collect(),
        };
        assert!(missing(false, &[]).explain("atlas").is_none());
        let all = [
            "auth_record INSERT",
            "auth_record UPDATE",
            "auth_note SELECT",
        ];
        let (what, help) = missing(true, &all).explain("atlas").unwrap();
        assert_eq!(
            what,
            "permission denied to the user \"Atlas\": missing USAGE on the schema atlas; INSERT, \
             UPDATE on auth_record; SELECT on auth_note"
        );
        assert_eq!(
            help,
            "grant it as the owner of the tables: GRANT USAGE ON SCHEMA atlas TO \"Atlas\"; GRANT \
             INSERT, UPDATE ON TABLE atlas.auth_record TO \"Atlas\"; GRANT SELECT ON TABLE \
             atlas.auth_note TO \"Atlas\";"
        );
    }
}
