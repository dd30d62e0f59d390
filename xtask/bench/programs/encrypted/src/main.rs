//! `encrypted save FOLDER NUMBER`, `encrypted load FOLDER COUNT`: saves one account, or loads the
//! first ones and prints the milliseconds from opening the store.

use std::env;
use std::error::Error;
use std::time::Instant;

use auth_core::{AccountKey, Store, TokenRecord};
use keystore::{Encrypted, EncryptionKey};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [what, folder, number] = &args[..] else {
        return Err("usage: save|load FOLDER NUMBER".into());
    };
    let began = Instant::now();
    let key = EncryptionKey::from_passphrase("correct horse battery staple")?;
    let store = Encrypted::open(folder, key)?;
    let account = |number: usize| AccountKey::new("bench", "an id", &format!("account-{number}"));
    let number = number.parse()?;
    if what == "save" {
        let lease = store.try_lease(&account(number))?.ok_or("it is leased")?;
        store.save(&lease, &TokenRecord::default().to_text())?;
    } else {
        for number in 0..number {
            store.load(&account(number))?.ok_or("no account")?;
        }
        println!("load {:.1}", began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}
