//! The settings of the function.

mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;

use lambda_shell::{Environment, InvalidConfiguration, chain};
use lifecycle::identifiers::Arn;
use record_store::TableArn;

use crate::address::{Address, AllowedDomain};
use crate::event::Sources;
use crate::owner::Directory;
use crate::samples;
use crate::templates::Templates;

use values::{Contact, Function, FunctionName, PlainName, TagKey, Topic};

/// What the setting of the table has to be.
const TABLE: &str = "the ARN of a DynamoDB table, with its Region and account";

/// What the setting of a topic has to be.
const TOPIC: &str = "the ARN of an SNS topic, with its Region and account";

/// Settings, read once at cold start. At least one way to reach people is needed: mail, a topic of text, or a chat.
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `KEYSTEWARD_NOTICE_TOPIC_ARN` | the SNS topic that notices come from | needed |
/// | `KEYSTEWARD_TABLE_ARN` | the DynamoDB table that remembers who was sent what; it may be in another Region | needed |
/// | `KEYSTEWARD_MAIL_FROM` | the verified address that mail comes from | none: no mail |
/// | `KEYSTEWARD_MAIL_ADMIN` | who is notified where no owner can be | needed for mail |
/// | `KEYSTEWARD_MAIL_DOMAINS` | the domains that a tag may name an address of: `example.com`, `*.example.com`; comma-separated | needed for mail |
/// | `KEYSTEWARD_MAILS_PER_SECOND` | most mails in a second, 0 (no limit) to 1000; SES has a limit of its own for each account | 10 |
/// | `KEYSTEWARD_MAIL_CONFIGURATION_SET` | the configuration set of SES to send with | none |
/// | `KEYSTEWARD_MAIL_EVENTS_TOPIC_ARN` | the SNS topic of its events, for mail that bounces | none |
/// | `KEYSTEWARD_ACCOUNT_CONTACTS` | whom to notify for an account where no tag names anybody: `123456789012=team@example.com`; comma-separated | none |
/// | `KEYSTEWARD_TEXT_TOPIC_ARN` | an SNS topic of readable text, which people subscribe to | none |
/// | `KEYSTEWARD_CHAT_TOPIC_ARN` | an SNS topic that Amazon Q Developer shows in Slack or Teams | none |
/// | `KEYSTEWARD_TEMPLATES` | a folder with templates of one's own: `mail.html`, `mail.txt` | the built-in ones |
/// | `KEYSTEWARD_OWNER_TAG` | the tag that names a secret's owner | `owner` |
/// | `KEYSTEWARD_ROTATION_FUNCTION_ARN` | the function whose rotations are news; other secrets are ignored | every secret |
/// | `KEYSTEWARD_SWEEP_FUNCTION_NAME` | the function that undoes deactivations, named in mails | `deactivate-stale` |
#[derive(Clone, Debug)]
pub struct Config {
    /// The topic that notices come from.
    pub notice_topic: Arn,
    /// How to send mail; `None` where no mail is sent.
    pub mail: Option<MailConfig>,
    /// The topic of readable text.
    pub text_topic: Option<Arn>,
    /// The topic of a chat.
    pub chat_topic: Option<Arn>,
    /// The table that remembers who was sent what.
    pub table: TableArn,
    /// The words of a mail.
    pub templates: Templates,
    /// The tag that names a secret's owner.
    pub owner_tag: String,
    /// The function whose rotations are news.
    pub rotation_function: Option<Arn>,
    /// The function that undoes deactivations.
    pub sweep_function: String,
}

/// How to send mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfig {
    /// The address mail comes from.
    pub from: Address,
    /// Who is notified.
    pub directory: Directory,
    /// Most mails in a second; 0 is no limit.
    pub per_second: u32,
    /// The configuration set to send with.
    pub configuration_set: Option<String>,
    /// The topic of its events.
    pub events_topic: Option<Arn>,
}

pub(crate) const KNOWN: [&str; 15] = [
    "NOTICE_TOPIC_ARN",
    "TABLE_ARN",
    "MAIL_FROM",
    "MAIL_ADMIN",
    "MAIL_DOMAINS",
    "MAILS_PER_SECOND",
    "MAIL_CONFIGURATION_SET",
    "MAIL_EVENTS_TOPIC_ARN",
    "ACCOUNT_CONTACTS",
    "TEXT_TOPIC_ARN",
    "CHAT_TOPIC_ARN",
    "TEMPLATES",
    "OWNER_TAG",
    "ROTATION_FUNCTION_ARN",
    "SWEEP_FUNCTION_NAME",
];

impl Config {
    /// Reads the settings from `variables`; those without the prefix `KEYSTEWARD_` are ignored.
    ///
    /// # Errors
    ///
    /// All faults, unknown names among them.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidConfiguration> {
        let mut environment = Environment::new(variables);
        // A setting that is faulty is reported as that, and not as one that is missing.
        let named = |name| environment.has(name);
        let (unnamed, forgetful) = (!named("NOTICE_TOPIC_ARN"), !named("TABLE_ARN"));
        let nobody = !["MAIL_FROM", "TEXT_TOPIC_ARN", "CHAT_TOPIC_ARN"].into_iter().any(named);
        let notices: Option<Topic> = environment.optional("NOTICE_TOPIC_ARN", TOPIC);
        let table: Option<TableArn> = environment.optional("TABLE_ARN", TABLE);
        let mail = mail(&mut environment);
        let mut own = |name| environment.optional::<Topic>(name, TOPIC).map(|topic| topic.0);
        let (text_topic, chat_topic) = (own("TEXT_TOPIC_ARN"), own("CHAT_TOPIC_ARN"));
        let owner_tag: Option<TagKey> = environment
            .optional("OWNER_TAG", "the key of a tag: letters, digits, blanks and _.:/=+-@");
        let rotation: Option<Function> = environment.optional(
            "ROTATION_FUNCTION_ARN",
            "the ARN of a Lambda function without a version or alias",
        );
        let sweep: Option<FunctionName> =
            environment.optional("SWEEP_FUNCTION_NAME", "the name of a Lambda function");
        let templates = templates(&mut environment);
        if unnamed {
            environment.fault(
                "KEYSTEWARD_NOTICE_TOPIC_ARN is needed: messages of other topics are refused",
            );
        }
        if forgetful {
            environment.fault(
                "KEYSTEWARD_TABLE_ARN is needed: without a receipt in the table no warning counts, and no credential is ever deactivated",
            );
        }
        let notices = notices.map(|topic| topic.0);
        let events = mail.as_ref().and_then(|mail| mail.events_topic.as_ref());
        one_use_each(
            &mut environment,
            [notices.as_ref(), events, text_topic.as_ref(), chat_topic.as_ref()],
        );
        if nobody {
            environment.fault(
                "nobody would be notified: set KEYSTEWARD_MAIL_FROM, KEYSTEWARD_TEXT_TOPIC_ARN or KEYSTEWARD_CHAT_TOPIC_ARN",
            );
        }
        let needed = notices.zip(table).zip(templates);
        let ((notice_topic, table), templates) = environment.finish_with(&KNOWN, needed)?;
        Ok(Self {
            notice_topic,
            mail,
            text_topic,
            chat_topic,
            table,
            templates,
            owner_tag: owner_tag.map_or_else(|| "owner".to_owned(), |tag| tag.0),
            rotation_function: rotation.map(|function| function.0),
            sweep_function: sweep.map_or_else(|| "deactivate-stale".to_owned(), |name| name.0),
        })
    }

    /// Which messages are accepted.
    pub(crate) fn sources(&self) -> Sources {
        let mail = self.mail.as_ref();
        Sources {
            notices: self.notice_topic.clone(),
            mail_events: mail.and_then(|mail| mail.events_topic.clone()),
            mail_from: mail.map(|mail| mail.from.to_string()),
            administrator: mail
                .filter(|_| self.text_topic.is_none() && self.chat_topic.is_none())
                .map(|mail| mail.directory.administrator.to_string()),
        }
    }
}

/// Refuses a topic that has two of these uses: the topic of notices, of mail events, of text, and of a chat.
fn one_use_each(environment: &mut Environment, topics: [Option<&Arn>; 4]) {
    let [notices, events, text, chat] = topics;
    let same = |one: Option<&Arn>, other: Option<&Arn>| one.is_some() && one == other;
    if same(notices, text) || same(notices, chat) {
        environment.fault(
            "KEYSTEWARD_TEXT_TOPIC_ARN and KEYSTEWARD_CHAT_TOPIC_ARN must not be the topic of notices: the function would answer itself for ever",
        );
    }
    if same(notices, events) {
        environment.fault(
            "KEYSTEWARD_MAIL_EVENTS_TOPIC_ARN must not be the topic of notices: events of SES are no notices",
        );
    }
    if same(events, text) || same(events, chat) {
        environment.fault(
            "KEYSTEWARD_TEXT_TOPIC_ARN and KEYSTEWARD_CHAT_TOPIC_ARN must not be the topic of mail events, which the function reads",
        );
    }
    if same(text, chat) {
        environment.fault(
            "KEYSTEWARD_TEXT_TOPIC_ARN and KEYSTEWARD_CHAT_TOPIC_ARN must not be one topic: its subscribers would get both forms",
        );
    }
}

fn mail(environment: &mut Environment) -> Option<MailConfig> {
    let address = "a mail address without a name";
    let named = |name| environment.has(name);
    let (whole, sent) = (["MAIL_ADMIN", "MAIL_DOMAINS"].into_iter().all(named), named("MAIL_FROM"));
    let besides = [
        "MAIL_ADMIN",
        "MAIL_DOMAINS",
        "MAIL_CONFIGURATION_SET",
        "MAIL_EVENTS_TOPIC_ARN",
        "ACCOUNT_CONTACTS",
    ]
    .into_iter()
    .any(named);
    let from: Option<Address> = environment.personal("MAIL_FROM", address);
    let administrator: Option<Address> = environment.personal("MAIL_ADMIN", address);
    let domains: Option<Vec<AllowedDomain>> =
        environment.list("MAIL_DOMAINS", "domains such as example.com or *.example.com");
    let per_second = environment.number("MAILS_PER_SECOND", 0..=1000, 10);
    let configuration_set = environment
        .optional::<PlainName>("MAIL_CONFIGURATION_SET", "the name of a configuration set");
    let events: Option<Topic> = environment.optional("MAIL_EVENTS_TOPIC_ARN", TOPIC);
    let contacts: Option<Vec<Contact>> = environment
        .personal_list("ACCOUNT_CONTACTS", "pairs such as 123456789012=team@example.com");
    if sent && !whole {
        environment.fault(
            "KEYSTEWARD_MAIL_FROM needs KEYSTEWARD_MAIL_ADMIN and KEYSTEWARD_MAIL_DOMAINS besides it",
        );
    }
    if besides && !sent {
        environment.fault("the settings of mail need KEYSTEWARD_MAIL_FROM besides them");
    }
    match (from, administrator, domains) {
        (Some(from), Some(administrator), Some(domains)) => {
            let contacts: Vec<_> = contacts.unwrap_or_default();
            let (count, contacts) = (
                contacts.len(),
                contacts
                    .into_iter()
                    .map(|one| (one.account, one.address))
                    .collect::<BTreeMap<_, _>>(),
            );
            if contacts.len() < count {
                environment.fault("KEYSTEWARD_ACCOUNT_CONTACTS names an account twice");
            }
            Some(MailConfig {
                from,
                directory: Directory { administrator, contacts, domains },
                per_second,
                configuration_set: configuration_set.map(|name| name.0),
                events_topic: events.map(|topic| topic.0),
            })
        }
        _ => None,
    }
}

fn templates(environment: &mut Environment) -> Option<Templates> {
    let folder: Option<PathBuf> = environment.optional("TEMPLATES", "a folder");
    let templates = match folder {
        Some(folder) => Templates::of_folder(&folder, &samples::models()),
        None => Templates::built_in(),
    };
    templates
        .map_err(|error| environment.fault(&format!("KEYSTEWARD_TEMPLATES: {}", chain(&error))))
        .ok()
}
