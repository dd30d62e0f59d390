//! Which tokens an unsaved record has succeeded. It decides whether that record is kept, or what
//! another program has stored meanwhile.
//!
//! A host that could not reach the store for longer than its lease lasted may have the only valid
//! refresh token. The store then holds the one that it replaced, with the note that the server
//! refused that. Generations cannot tell that from a login of a person at another host: they come
//! from the clocks of two hosts. The number of a login tells a renewal of the one before from a
//! later login.

use std::hash::{DefaultHasher, Hash, Hasher};

use auth_core::{ExposeSecret, Token, TokenKind, TokenRecord};

/// How many login tokens are remembered: the one that was stored, and the last ones. Each renewal
/// without the store adds one, and those in between were never stored.
const MOST: usize = 32;

/// What the store held before an unsaved record, and the login tokens in between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage {
    /// Whether the store was read.
    is_known: bool,
    /// Whether it held a token.
    was_stored: bool,
    /// Digests of the login tokens, the oldest first.
    logins: Vec<u64>,
    /// The logins that they were of.
    ids: Vec<u64>,
    /// The generation that the store had: of the first of them, or of a token that it has lost.
    base: u64,
    /// Whether one of them, or the record, is of a login and not of a renewal.
    by_login: bool,
}

impl Lineage {
    /// Returns the lineage of a record that replaces the stored one.
    pub(crate) fn of(stored: &TokenRecord) -> Self {
        Self {
            is_known: true,
            was_stored: !stored.is_empty(),
            logins: vec![digest(stored.token(TokenKind::Login).map(|token| &**token))],
            ids: stored.login_id().into_iter().collect(),
            base: generation(stored, TokenKind::Login),
            by_login: false,
        }
    }

    /// Returns the lineage of a record that the store has lost: any older token of its login is one
    /// that it replaced.
    pub(crate) fn of_lost(ours: &TokenRecord, stored: &TokenRecord) -> Self {
        let lineage = Self::of(stored);
        let base = lineage.base.max(generation(ours, TokenKind::Login));
        Self { base, ..lineage }
    }

    /// Returns whether the login token of this record is one of them: it is in the store, or kept already.
    pub(crate) fn has_login_of(&self, record: &TokenRecord) -> bool {
        let login = digest(record.token(TokenKind::Login).map(|token| &**token));
        self.logins.contains(&login)
    }

    /// Notes that the record is that of a login.
    pub(crate) fn by_login(mut self, by_login: bool) -> Self {
        self.by_login |= by_login;
        self
    }

    /// Returns the lineage of a record that replaces an unsaved one.
    pub(crate) fn after(self, older: &Self, unsaved: &TokenRecord) -> Self {
        let mut logins = older.logins.clone();
        let last = digest(unsaved.token(TokenKind::Login).map(|token| &**token));
        for login in std::iter::once(last).chain(self.logins) {
            if !logins.contains(&login) {
                logins.push(login);
            }
        }
        let mut ids = older.ids.clone();
        for id in unsaved.login_id().into_iter().chain(self.ids) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        for list in [&mut logins, &mut ids] {
            while list.len() > MOST {
                list.remove(1);
            }
        }
        Self {
            is_known: self.is_known || older.is_known,
            was_stored: self.was_stored || older.was_stored,
            logins,
            ids,
            base: if older.is_known {
                older.base
            } else {
                self.base
            },
            by_login: self.by_login || older.by_login,
        }
    }

    /// Returns whether an empty store means that the account has logged out.
    pub(crate) fn was_stored(&self) -> bool {
        self.is_known && self.was_stored
    }

    /// Returns whether the store was read before.
    pub(crate) fn is_known(&self) -> bool {
        self.is_known
    }

    /// Returns the record to save in place of the stored one. `None` if the stored one stays,
    /// because it is a newer login of another program.
    pub(crate) fn over(&self, ours: &TokenRecord, stored: &TokenRecord) -> Option<TokenRecord> {
        let of = |record: &TokenRecord, kind| digest(record.token(kind).map(|token| &**token));
        let login = of(stored, TokenKind::Login);
        let is_same = login == of(ours, TokenKind::Login);
        // A renewal of the login before ours.
        let id = stored
            .login_id()
            .filter(|_| stored.login_id() != ours.login_id());
        let is_before = self.by_login && id.is_some_and(|id| self.ids.contains(&id));
        // What was stored before, which the store has lost: a copy that was behind took its place.
        let is_older = stored.login_id().is_some_and(|id| self.ids.contains(&id))
            && generation(stored, TokenKind::Login) < self.base;
        let is_known = self.is_known && (is_older || self.logins.contains(&login));
        let succeeded = is_same || is_before || is_known;
        if !succeeded {
            // What is stored may be a later login, or, in a record without its number, a renewal of
            // the one before ours. So the younger one stays, also if nothing is known.
            let may_be_newer = self.by_login || !self.is_known;
            return (may_be_newer && is_newer(ours, stored)).then(|| ours.clone());
        }
        let mut record = ours.clone();
        for &kind in TokenKind::ALL {
            if of(stored, kind) == of(ours, kind) && record.rejected(kind).is_none() {
                record.set_rejected(kind, stored.rejected(kind));
            }
        }
        // That of a login before may be another user's.
        let kind = TokenKind::Derived;
        if let (Some(token), true) = (stored.token(kind), is_same || !self.by_login) {
            if token.generation() > generation(ours, kind) {
                record.set(kind, token.clone());
                record.set_rejected(kind, stored.rejected(kind));
                record.set_replaced(kind, stored.replaced(kind));
            }
        }
        Some(record)
    }
}

/// Returns a number for this token; 0 if there is none. Two hosts whose clocks are behind may give
/// two tokens one generation.
fn digest(token: Option<&Token>) -> u64 {
    token.map_or(0, |token| {
        let refresh = token.refresh_token().map(ExposeSecret::expose_secret);
        let mut hasher = DefaultHasher::new();
        (token.generation(), token.expose_secret(), refresh).hash(&mut hasher);
        hasher.finish().max(1)
    })
}

/// Returns whether a record is newer than the stored one: the later login, if they are two. A derived
/// token of an older login does not count.
fn is_newer(record: &TokenRecord, stored: &TokenRecord) -> bool {
    if let (Some(ours), Some(theirs)) = (record.login_id(), stored.login_id()) {
        if ours != theirs {
            return ours > theirs;
        }
    }
    let ages = |record| {
        (
            generation(record, TokenKind::Login),
            generation(record, TokenKind::Derived),
        )
    };
    ages(record) > ages(stored)
}

fn generation(record: &TokenRecord, kind: TokenKind) -> u64 {
    record.token(kind).map_or(0, |token| token.generation())
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use auth_core::{Lifetime, Now, TokenResponse, UnixTime};

    use super::*;

    const LOGIN: TokenKind = TokenKind::Login;
    const DERIVED: TokenKind = TokenKind::Derived;

    /// Sets a token of this generation.
    fn with(mut record: TokenRecord, kind: TokenKind, text: &str, generation: u64) -> TokenRecord {
        let sent = Now {
            wall: UnixTime::from_secs(1_700_000_000),
            monotonic: Duration::from_secs(5),
        };
        let response = TokenResponse::new(text, Lifetime::Unstated).expect("a token");
        let response = response.or_refresh_token(Some(&format!("{text}-refresh").into()));
        let token = response.into_token(sent, generation).expect("a header");
        record.set(kind, Arc::new(token));
        record
    }

    fn login(text: &str, generation: u64) -> TokenRecord {
        with(TokenRecord::default(), LOGIN, text, generation)
    }

    fn rejected(mut record: TokenRecord) -> TokenRecord {
        record.set_rejected(LOGIN, Some(UnixTime::from_secs(1_700_000_001)));
        record
    }

    fn text(record: Option<&TokenRecord>, kind: TokenKind) -> Option<&str> {
        record?.token(kind).map(|token| token.expose_secret())
    }

    #[test]
    fn the_stored_login_stays_unless_ours_succeeded_it() {
        let (old, new) = (login("r1", 10), login("r2", 20));
        let renewal = Lineage::of(&old);
        let check = |lineage: &Lineage, ours: &TokenRecord, stored: TokenRecord, wins: bool| {
            let saved = lineage.over(ours, &stored);
            assert_eq!(saved.is_some(), wins, "{lineage:?} {stored:?}");
            if let Some(saved) = &saved {
                assert_eq!(text(Some(saved), LOGIN), text(Some(ours), LOGIN));
                assert_eq!(saved.rejected(LOGIN), None);
            }
        };
        check(&renewal, &new, old.clone(), true);
        check(&renewal, &new, rejected(old.clone()), true);
        check(&renewal, &new, new.clone(), true);
        // Another login, whatever the clock of its host says, also with the same number.
        for generation in [5, 10, 11, 20, 30] {
            check(&renewal, &new, login("other", generation), false);
        }
        // Our own clock may be behind.
        check(
            &Lineage::of(&login("r1", 40)),
            &login("r2", 41),
            login("r1", 40),
            true,
        );

        // Renewed again without the store: the one in between may have been stored after all.
        let third = login("r3", 30);
        let twice = Lineage::default().after(&renewal, &new);
        check(&twice, &third, old.clone(), true);
        check(&twice, &third, rejected(new.clone()), true);
        check(&twice, &third, login("other", 25), false);

        // A login is newer than a renewal elsewhere, but not than a later login.
        let by_login = Lineage::of(&old).by_login(true);
        check(&by_login, &new, login("renewed-elsewhere", 15), true);
        check(&by_login, &new, login("later", 25), false);
        let later = Lineage::default().after(&by_login, &new);
        check(&later, &third, login("renewed-elsewhere", 15), true);

        // Nothing is known of what was stored.
        check(&Lineage::default(), &new, old.clone(), true);
        check(&Lineage::default(), &new, login("later", 25), false);
    }

    #[test]
    fn a_login_replaces_what_the_one_before_became() {
        let renewed = |mut record: TokenRecord, text: &str, generation| {
            record = with(record, LOGIN, text, generation);
            record
        };
        let (old, new) = (login("r1", 10), login("r2", 20));
        let by_login = Lineage::of(&old).by_login(true);
        let elsewhere = renewed(old.clone(), "r1-renewed", 30);
        let wins = |lineage: &Lineage, ours: &TokenRecord, stored: &TokenRecord| {
            let saved = lineage.over(ours, stored);
            assert!(saved.is_none() || text(saved.as_ref(), LOGIN) == text(Some(ours), LOGIN));
            saved.is_some()
        };
        assert!(wins(&by_login, &new, &elsewhere), "whatever its clock says");
        assert!(wins(&by_login, &new, &rejected(elsewhere.clone())));
        assert!(!wins(&by_login, &new, &login("later", 30)));
        // Renewed, without the store.
        let third = renewed(new.clone(), "r3", 40);
        let later = Lineage::default().after(&by_login, &new);
        assert!(wins(&later, &third, &renewed(old.clone(), "r1-again", 50)));
        assert!(!wins(&later, &third, &login("later", 50)));
        // It was saved after all, and renewed elsewhere.
        assert!(!wins(
            &later,
            &third,
            &renewed(new.clone(), "r2-elsewhere", 50)
        ));
        // Renewals make no login later.
        assert!(!wins(
            &later,
            &renewed(new, "r2-renewed", 60),
            &login("later", 50)
        ));
        // A renewal is none of the login before.
        let renewal = Lineage::of(&old);
        assert!(!wins(&renewal, &renewed(old, "r1-ours", 40), &elsewhere));
    }

    #[test]
    fn an_older_token_of_the_same_login_does_not_stay() {
        let first = login("r1", 10);
        let renewed = |text: &str, generation| with(first.clone(), LOGIN, text, generation);
        let (stored, ours) = (renewed("r2", 20), renewed("r3", 30));
        let lineage = Lineage::of(&stored);
        // The store has lost the save of the second, before or after a renewal without it.
        let saved = lineage.over(&ours, &first);
        assert_eq!(text(saved.as_ref(), LOGIN), Some("r3"));
        let later = Lineage::default().after(&lineage, &ours);
        let saved = later.over(&renewed("r4", 40), &rejected(first.clone()));
        assert_eq!(text(saved.as_ref(), LOGIN), Some("r4"));
        // A renewal of the second at another host, and another login.
        let elsewhere = renewed("elsewhere", 21);
        assert!(lineage.over(&ours, &elsewhere).is_none());
        assert!(lineage.over(&ours, &login("other", 5)).is_none());
        assert!(Lineage::default().over(&first, &ours).is_none());
    }

    #[test]
    fn only_the_first_and_the_last_logins_are_remembered() {
        let first = login("r0", 1);
        let (mut lineage, mut last) = (Lineage::of(&first), login("r1", 2));
        for n in 2..1000 {
            lineage = Lineage::default().after(&lineage, &last);
            last = login(&format!("r{n}"), n + 1);
        }
        assert_eq!(lineage.logins.len(), MOST);
        assert!(lineage.over(&last, &rejected(first)).is_some());
        assert!(lineage.over(&last, &login("r998", 999)).is_some());
        assert!(lineage.over(&last, &login("r500", 501)).is_none());
    }

    #[test]
    fn a_derived_token_of_another_program_is_kept_unless_it_may_be_of_another_user() {
        let old = with(login("r1", 10), DERIVED, "d1", 11);
        let elsewhere = with(login("r1", 10), DERIVED, "d2", 30);
        let new = with(login("r2", 20), DERIVED, "d1", 11);
        let renewal = Lineage::of(&old);
        let saved = renewal.over(&new, &elsewhere);
        assert_eq!(text(saved.as_ref(), DERIVED), Some("d2"));
        assert_eq!(text(saved.as_ref(), LOGIN), Some("r2"));
        // Ours is younger.
        let younger = with(login("r2", 20), DERIVED, "d3", 40);
        let saved = renewal.over(&younger, &elsewhere);
        assert_eq!(text(saved.as_ref(), DERIVED), Some("d3"));
        // A login replaced both.
        let by_login = renewal.by_login(true);
        let saved = by_login.over(&login("new-user", 25), &elsewhere);
        assert_eq!(text(saved.as_ref(), DERIVED), None);
    }

    #[test]
    fn a_note_about_our_own_token_stays() {
        let (old, new) = (login("r1", 10), login("r2", 20));
        let saved = Lineage::of(&old).over(&new, &rejected(new.clone()));
        assert!(saved.expect("ours").rejected(LOGIN).is_some());
    }
}
