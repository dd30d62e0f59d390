//! What a public store passes on to the [`Remote`](super::remote::Remote) in it: everything.

/// Implements `Store` for a type by its field of type `Remote`.
macro_rules! over_remote {
    ($store:ty, $remote:tt) => {
        #[warn(clippy::missing_trait_methods)]
        impl auth_core::Store for $store {
            fn load(
                &self,
                key: &auth_core::AccountKey,
            ) -> Result<Option<auth_core::SecretBytes>, auth_core::Error> {
                self.$remote.load(key)
            }

            fn try_lease(
                &self,
                key: &auth_core::AccountKey,
            ) -> Result<Option<auth_core::Lease>, auth_core::Error> {
                self.$remote.try_lease(key)
            }

            fn lease_duration(&self) -> Option<std::time::Duration> {
                self.$remote.lease_duration()
            }

            fn next_change(
                &self,
                key: &auth_core::AccountKey,
            ) -> Option<auth_core::BoxFuture<'static, ()>> {
                self.$remote.next_change(key)
            }

            fn confirm(
                &self,
                lease: &auth_core::Lease,
                at_least: std::time::Duration,
            ) -> Result<bool, auth_core::Error> {
                self.$remote.confirm(lease, at_least)
            }

            fn health(&self) -> Result<(), auth_core::Error> {
                self.$remote.health()
            }

            fn save(
                &self,
                lease: &auth_core::Lease,
                record: &auth_core::SecretBytes,
            ) -> Result<(), auth_core::Error> {
                self.$remote.save(lease, record)
            }

            fn remove(&self, lease: &auth_core::Lease) -> Result<(), auth_core::Error> {
                self.$remote.remove(lease)
            }

            fn reserve(
                &self,
                lease: &auth_core::Lease,
                bytes: usize,
            ) -> Result<(), auth_core::Error> {
                self.$remote.reserve(lease, bytes)
            }

            fn accounts(&self) -> Result<Option<Vec<auth_core::AccountKey>>, auth_core::Error> {
                self.$remote.accounts()
            }

            fn is_read_only(&self) -> bool {
                self.$remote.is_read_only()
            }

            fn may_prompt(&self) -> bool {
                self.$remote.may_prompt()
            }

            fn describe(&self) -> String {
                self.$remote.describe()
            }

            fn describe_choice(&self, key: &auth_core::AccountKey) -> Option<String> {
                self.$remote.describe_choice(key)
            }

            fn observe_waits(&self, observer: auth_core::WaitObserver) {
                self.$remote.observe_waits(observer);
            }

            fn holds_plain_token(&self) -> bool {
                self.$remote.holds_plain_token()
            }

            fn update_note(
                &self,
                note: &str,
                change: &mut dyn FnMut(&str) -> String,
            ) -> Result<bool, auth_core::Error> {
                self.$remote.update_note(note, change)
            }
        }
    };
}
pub(super) use over_remote;
