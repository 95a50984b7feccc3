//! The account of the story: who is in it, and what they do all day.

use std::cell::{Cell, RefCell};

use anstream::println;
use aws_simulator::{KeyView, Settings, Simulator, View};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Broken;
use super::style::{bold, dim, key};

/// The service whose key is kept in a secret.
pub(crate) const SERVICE: &str = "ci-deployer";
pub(crate) const SECRET: &str = "prod/ci-deployer";
/// Nobody may touch these.
pub(crate) const BREAK_GLASS: &str = "break-glass";
pub(crate) const BATCH: &str = "batch-job";

/// Everybody, with what there is to say of them at the start.
const PEOPLE: [(&str, &str); 8] = [
    ("ana", "a developer whose key is 100 days old, and who uses it every day"),
    ("bo", "a developer with a key and a password, who will leave the company"),
    ("dee", "a developer with a fresh key, who will publish it by mistake"),
    ("vendor", "a service of a vendor, gone for a year; its key and its Git credential are not"),
    ("intern", "left long ago; somebody deactivated the key by hand"),
    (BATCH, "a job that runs four times a year; exempt until day 60"),
    (BREAK_GLASS, "for emergencies; exempt by configuration"),
    (SERVICE, "a service whose key is kept in a secret and rotated"),
];

/// Whom the owner tag of each user names. Somebody wrote an address of another company into that of the intern.
const OWNERS: [(&str, &str); 7] = [
    ("ana", "ana@example.com"),
    ("bo", "bo@example.com"),
    ("dee", "dee@example.com"),
    ("vendor", "partners@example.com"),
    ("intern", "mallory@example.net"),
    (BATCH, "finance@example.com"),
    (SERVICE, "platform@example.com"),
];

/// The simulated account and when its story began.
pub(crate) struct Cast {
    pub(crate) simulator: Simulator,
    pub(crate) secret: String,
    pub(crate) topic: String,
    began: Timestamp,
    /// A consumer that goes on using the key it once read, until it moves over.
    pub(crate) stubborn: Cell<bool>,
    pub(crate) notices_shown: Cell<usize>,
    day_shown: RefCell<Option<i64>>,
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

impl Cast {
    /// Everybody with the credentials they have on the first day.
    pub(crate) fn gather() -> Self {
        let began = Timestamp::from_second(1_767_571_200).unwrap_or(Timestamp::UNIX_EPOCH);
        let past = began.saturating_sub(days(400)).unwrap_or(began);
        let simulator = Simulator::new(past, Settings::REALISTIC);
        let user = |name: &str, path: &str| {
            let owner = OWNERS.iter().find(|(user, _)| *user == name);
            let owner = owner.map(|(_, owner)| ("owner", *owner));
            simulator.add_user(name, path, owner.as_slice());
        };
        user("vendor", "/vendors/");
        simulator.add_access_key("vendor");
        simulator.add_service_credential("vendor", "codecommit.amazonaws.com", None);
        user("intern", "/people/");
        let intern = simulator.add_access_key("intern");
        user(BREAK_GLASS, "/");
        simulator.add_access_key(BREAK_GLASS);
        user(BATCH, "/service/");
        let batch = simulator.add_access_key(BATCH);
        simulator.advance(days(300));
        simulator.set_key_status(&intern.id, "Inactive");
        for person in ["ana", "bo"] {
            user(person, "/people/");
            simulator.add_password(person);
            simulator.add_mfa_device(person);
        }
        simulator.add_access_key("ana");
        simulator.advance(days(55));
        user(SERVICE, "/service/");
        let first = simulator.add_access_key(SERVICE);
        let value = json!({
            "user_name": SERVICE, "access_key_id": first.id, "secret_access_key": first.secret,
            "bucket": "releases", "retries": 3,
        });
        let secret = simulator.add_secret(SECRET, &value.to_string());
        simulator.tag_user(SERVICE, "keysteward:secret", &secret);
        simulator.enable_rotation(&secret, 50);
        simulator.advance(days(15));
        simulator.use_key(&batch.id, "s3");
        simulator.tag_user(
            BATCH,
            "keysteward:exempt",
            &exempt_until(began, 59, "runs four times a year"),
        );
        simulator.add_access_key("bo");
        simulator.advance(days(29));
        user("dee", "/people/");
        simulator.add_access_key("dee");
        simulator.set_account_alias("prod");
        let topic = simulator.add_topic("keysteward");
        let cast = Self {
            simulator,
            secret,
            topic,
            began,
            stubborn: Cell::new(true),
            notices_shown: Cell::new(0),
            day_shown: RefCell::new(None),
        };
        cast.live_a_day(0);
        cast.simulator.advance(days(1));
        cast.watch();
        cast
    }

    /// After every call: the current key works, and no key that is in use or exempt was taken away.
    fn watch(&self) {
        let secret = self.secret.clone();
        self.simulator.watch(move |view| {
            let value = view.version(&secret, "AWSCURRENT").and_then(|version| version.value);
            let current = value.as_deref().and_then(key_pair);
            let keys = view.keys(SERVICE);
            match &current {
                Some((id, secret)) if view.key_works(SERVICE, id, secret) && keys.len() <= 2 => {}
                current => {
                    let current = current.as_ref().map(|(id, _)| id);
                    return Err(format!("the current key {current:?} does not work, or there are too many keys: {keys:?}"));
                }
            }
            for user in ["ana", BREAK_GLASS] {
                if !has_active_key(view, user) {
                    return Err(format!("{user} lost a key"));
                }
            }
            Ok(())
        });
    }

    pub(crate) fn introduce(&self) {
        self.chapter("Who there is");
        for (name, what) in PEOPLE {
            println!("  {}{}", key(&format!("{name:<14}")), dim(what));
        }
    }

    /// Prints a heading with the simulated date, unless the last one was of the same day and says nothing more.
    pub(crate) fn chapter(&self, title: &str) {
        let day = self.day();
        let date = self.simulator.now().to_string().chars().take(10).collect::<String>();
        let title = if title.is_empty() { String::new() } else { format!("  {title}") };
        println!("\n{}", bold(&format!("Day {day:>3}  {date}{title}")));
        self.day_shown.replace(Some(day));
    }

    /// A heading for a day of which nothing was printed yet.
    pub(crate) fn heading(&self) {
        if *self.day_shown.borrow() != Some(self.day()) {
            self.chapter("");
        }
    }

    pub(crate) fn day(&self) -> i64 {
        self.simulator.now().duration_since(self.began).as_hours() / 24
    }

    pub(crate) fn keys(&self, user: &str) -> Vec<KeyView> {
        self.simulator.view(|view| view.keys(user))
    }

    /// Everybody at work uses what they have.
    pub(crate) fn live_a_day(&self, day: i64) {
        let use_all = |user: &str| {
            for used in self.keys(user).iter().filter(|used| used.status == "Active") {
                self.simulator.use_key(&used.id, "s3");
            }
        };
        for person in ["ana", "dee"] {
            use_all(person);
        }
        self.simulator.use_password("ana");
        if day < 10 {
            use_all("bo");
            self.simulator.use_password("bo");
        }
        if let Ok(current) = self.current_key() {
            self.simulator.use_key(&current, "s3");
        }
        let previous = self.simulator.view(|view| view.version(&self.secret, "AWSPREVIOUS"));
        let previous = previous.and_then(|version| version.value).as_deref().and_then(key_pair);
        if let (true, Some((id, _))) = (self.stubborn.get(), previous) {
            self.simulator.use_key(&id, "codebuild");
        }
    }

    pub(crate) fn ana_replaces_her_key(&self) {
        self.chapter("ana was warned that her key is too old, and replaces it");
        let old = self.keys("ana");
        let new = self.simulator.add_access_key("ana");
        for old in old {
            self.simulator.remove_access_key(&old.id);
            println!("  ana deletes {} and uses {}", key(&old.id), key(&new.id));
        }
    }

    pub(crate) fn bo_leaves(&self) {
        self.chapter("bo leaves the company, and the mailbox goes; nobody remembers the account");
        self.simulator.add_dead_mailbox("bo@example.com");
    }

    pub(crate) fn vendor_is_activated_by_hand(&self) {
        self.chapter("Somebody activates the vendor's key again, in the console");
        for own in self.keys("vendor") {
            self.simulator.set_key_status(&own.id, "Active");
        }
    }

    pub(crate) fn consumer_moves_over(&self) {
        self.chapter("The consumer that still used the replaced key reads the secret again");
        self.stubborn.set(false);
    }

    pub(crate) fn exempt_batch_again(&self) {
        let value = exempt_until(self.began, 365, "runs four times a year");
        self.simulator.tag_user(BATCH, "keysteward:exempt", &value);
        println!("  {}", dim(&format!("tag of {BATCH}: keysteward:exempt = {value}")));
    }

    pub(crate) fn value(&self, label: &str) -> Result<String, Broken> {
        let version = self.simulator.view(|view| view.version(&self.secret, label));
        version.and_then(|version| version.value).ok_or_else(|| format!("{label} has no value"))
    }

    pub(crate) fn current_key(&self) -> Result<String, Broken> {
        let value = self.value("AWSCURRENT")?;
        key_pair(&value)
            .map(|(id, _)| id)
            .ok_or_else(|| "the current value holds no key".to_owned())
    }
}

fn has_active_key(view: &View<'_>, user: &str) -> bool {
    view.keys(user).iter().any(|own| own.status == "Active")
}

fn exempt_until(began: Timestamp, day: i64, reason: &str) -> String {
    let until = began.saturating_add(days(day)).unwrap_or(began).to_string();
    format!("until={} reason={reason}", until.chars().take(10).collect::<String>())
}

/// The id and the secret in a value.
pub(crate) fn key_pair(value: &str) -> Option<(String, String)> {
    let document = serde_json::from_str::<Value>(value).ok()?;
    let field = |name: &str| document.get(name)?.as_str().map(ToOwned::to_owned);
    Some((field("access_key_id")?, field("secret_access_key")?))
}
