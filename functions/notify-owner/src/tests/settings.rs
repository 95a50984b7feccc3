//! Settings and templates: what is taken, and how a fault is told.

use std::path::{Path, PathBuf};

use super::*;
use crate::config::KNOWN;
use crate::{Config, samples};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:notices";
const TEXT: &str = "arn:aws:sns:eu-west-1:123456789012:text";
const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/keysteward";
const MAIL: [(&str, &str); 5] = [
    ("NOTICE_TOPIC_ARN", TOPIC),
    ("TABLE_ARN", TABLE),
    ("MAIL_FROM", "keysteward@example.com"),
    ("MAIL_ADMIN", "admin@example.com"),
    ("MAIL_DOMAINS", "example.com, *.example.com"),
];

fn config(settings: &[(&str, &str)]) -> Result<Config, String> {
    let variables =
        settings.iter().map(|(name, value)| (format!("KEYSTEWARD_{name}"), (*value).to_owned()));
    Config::from_variables(variables).map_err(|error| error.to_string())
}

/// The settings of mail, with others added or put in their place.
fn mail(others: &[(&'static str, &'static str)]) -> Result<Config, String> {
    let kept = MAIL.iter().filter(|(name, _)| others.iter().all(|(other, _)| other != name));
    config(&kept.chain(others).copied().collect::<Vec<_>>())
}

#[test]
fn the_table_of_settings_names_exactly_those_that_are_read() {
    let source = include_str!("../config.rs");
    let cells = source.lines().filter_map(|line| line.strip_prefix("/// | `KEYSTEWARD_"));
    let told: Vec<_> = cells.filter_map(|rest| Some(rest.split_once('`')?.0)).collect();
    assert_eq!(told, KNOWN);
}

#[test]
fn the_page_of_the_crate_has_the_same_table() {
    let source = include_str!("../config.rs");
    let page: Vec<_> = include_str!("../../README.md").lines().collect();
    for row in source.lines().filter_map(|line| line.strip_prefix("/// | `KEYSTEWARD_")) {
        let row = format!("| `KEYSTEWARD_{row}");
        assert!(page.contains(&row.as_str()), "{row}");
    }
}

#[test]
fn the_page_of_the_crate_names_what_a_template_may_use() {
    let page = include_str!("../../README.md");
    let whole = serde_json::to_value(model(&[exposed(failed())])).unwrap();
    let members = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect();
    let names: Vec<String> = members(&whole);
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let names: Vec<String> = members(&whole["entries"][0]);
    for name in names {
        assert!(page.contains(&format!("`entry.{name}`")), "{name}");
    }
}

#[test]
fn mail_alone_needs_five_settings() {
    let config = config(&MAIL).unwrap();
    let mail = config.mail.as_ref().unwrap();
    assert_eq!(config.notice_topic.as_str(), TOPIC);
    assert_eq!(mail.from.as_str(), "keysteward@example.com");
    assert_eq!(mail.directory.administrator.as_str(), "admin@example.com");
    assert_eq!(mail.directory.domains.len(), 2);
    assert!(mail.directory.contacts.is_empty());
    assert_eq!((&mail.configuration_set, &mail.events_topic), (&None, &None));
    assert_eq!((&config.text_topic, &config.chat_topic), (&None, &None));
    assert_eq!(config.table.as_str(), TABLE);
    assert_eq!(
        (config.owner_tag.as_str(), config.sweep_function.as_str()),
        ("owner", "deactivate-stale")
    );
    assert!(config.rotation_function.is_none());
    let sources = config.sources();
    assert_eq!(sources.mail_from.as_deref(), Some("keysteward@example.com"));
    assert_eq!(sources.administrator.as_deref(), Some("admin@example.com"));
}

#[test]
fn every_setting_is_read() {
    let chat = "arn:aws:sns:eu-west-1:123456789012:chat";
    let events = "arn:aws:sns:eu-west-1:123456789012:mail-events";
    let function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate-key";
    let config = mail(&[
        ("MAIL_CONFIGURATION_SET", "key_steward-1"),
        ("MAIL_EVENTS_TOPIC_ARN", events),
        ("ACCOUNT_CONTACTS", "123456789012=team@other.example, 210987654321=x@example.com"),
        ("TEXT_TOPIC_ARN", TEXT),
        ("CHAT_TOPIC_ARN", chat),
        ("TABLE_ARN", "arn:aws:dynamodb:us-east-1:123456789012:table/other"),
        ("OWNER_TAG", "contact"),
        ("ROTATION_FUNCTION_ARN", function),
        ("SWEEP_FUNCTION_NAME", "sweep:live"),
    ]);
    let config = config.unwrap();
    let mail = config.mail.as_ref().unwrap();
    assert_eq!(mail.configuration_set.as_deref(), Some("key_steward-1"));
    assert_eq!(mail.events_topic.as_ref().map(|topic| topic.as_str()), Some(events));
    let contact = &mail.directory.contacts[&account()];
    assert_eq!((contact.as_str(), mail.directory.contacts.len()), ("team@other.example", 2));
    let topics =
        [&config.text_topic, &config.chat_topic].map(|topic| topic.as_ref().unwrap().as_str());
    assert_eq!(topics, [TEXT, chat]);
    assert_eq!(config.table.region(), "us-east-1", "the table may be in another Region");
    assert_eq!(config.owner_tag, "contact");
    assert_eq!(config.rotation_function.as_ref().map(|arn| arn.as_str()), Some(function));
    assert_eq!(config.sweep_function, "sweep:live");
}

#[test]
fn a_topic_of_text_alone_is_enough() {
    let config = config(&[MAIL[0], MAIL[1], ("TEXT_TOPIC_ARN", TEXT)]).unwrap();
    assert!(config.mail.is_none());
    assert_eq!(config.sources().mail_from, None);
}

#[test]
fn every_fault_is_named() {
    for (name, value) in [
        ("NOTICE_TOPIC_ARN", "notices"),
        ("NOTICE_TOPIC_ARN", "arn:aws:sqs:eu-west-1:123456789012:notices"),
        ("MAIL_FROM", "Keysteward <keysteward@example.com>"),
        ("MAIL_ADMIN", "admin"),
        ("MAIL_DOMAINS", "example.com,"),
        ("MAIL_DOMAINS", "*"),
        ("MAIL_DOMAINS", "*.com"),
        ("MAIL_CONFIGURATION_SET", "a set"),
        ("MAIL_EVENTS_TOPIC_ARN", "events"),
        ("ACCOUNT_CONTACTS", "123456789012"),
        ("ACCOUNT_CONTACTS", "12345=team@example.com"),
        ("ACCOUNT_CONTACTS", "123456789012=team"),
        ("TEXT_TOPIC_ARN", "text"),
        ("CHAT_TOPIC_ARN", "chat"),
        ("NOTICE_TOPIC_ARN", "arn:aws:sns:::notices"),
        ("NOTICE_TOPIC_ARN", "arn:aws:sns:eu-west-1::notices"),
        ("NOTICE_TOPIC_ARN", "arn:aws:sns::123456789012:notices"),
        ("NOTICE_TOPIC_ARN", "arn:aws:sns:eu-west-1:12345678901:notices"),
        ("NOTICE_TOPIC_ARN", "arn:aws:sns:eu-west-1:123456789012:notices:one"),
        ("TEXT_TOPIC_ARN", "arn:aws:sns:eu-west-1:123456789012:text.fifo"),
        ("TEXT_TOPIC_ARN", "arn:aws:sns:eu-west-1:123456789012:a b\u{7f}"),
        ("ROTATION_FUNCTION_ARN", "rotate-key"),
        ("ROTATION_FUNCTION_ARN", "arn:aws:sns:eu-west-1:123456789012:rotate-key"),
        ("ROTATION_FUNCTION_ARN", "arn:aws:lambda:eu-west-1:123456789012:layer:rotate-key"),
        ("ROTATION_FUNCTION_ARN", "arn:aws:lambda:eu-west-1:123456789012:function:rotate-key:live"),
        ("ROTATION_FUNCTION_ARN", "arn:aws:lambda::123456789012:function:rotate-key"),
        ("TABLE_ARN", "keysteward"),
        ("TABLE_ARN", "arn:aws:dynamodb::123456789012:table/keysteward"),
        ("TABLE_ARN", "arn:aws:dynamodb:eu-west-1:123456789012:table/keysteward/index/x"),
        ("TABLE_ARN", "arn:aws:s3:eu-west-1:123456789012:table/keysteward"),
        ("LEDGER_BUCKET", "ledger"),
        ("OWNER_TAG", "own er, \u{1}"),
        ("OWNER_TAG", "owner*"),
        ("SWEEP_FUNCTION_NAME", "-x"),
        ("SWEEP_FUNCTION_NAME", "a;reboot"),
        ("SWEEP_FUNCTION_NAME", "a b"),
        ("TEMPLATES", "/no/such/folder"),
        ("MAIL_FORM", "keysteward@example.com"),
    ] {
        let told = mail(&[(name, value)]).unwrap_err();
        assert!(told.contains(&format!("KEYSTEWARD_{name}")), "{told}");
    }
    for (settings, told) in [
        (&[][..], "KEYSTEWARD_NOTICE_TOPIC_ARN is needed"),
        (&[], "KEYSTEWARD_TABLE_ARN is needed"),
        (&MAIL[..2], "nobody would be notified"),
        (&MAIL[1..], "KEYSTEWARD_NOTICE_TOPIC_ARN is needed"),
        (&[MAIL[0], MAIL[2], MAIL[3], MAIL[4]], "KEYSTEWARD_TABLE_ARN is needed"),
        (&MAIL[..4], "needs KEYSTEWARD_MAIL_ADMIN and KEYSTEWARD_MAIL_DOMAINS besides it"),
        (&MAIL[..3], "needs KEYSTEWARD_MAIL_ADMIN and KEYSTEWARD_MAIL_DOMAINS besides it"),
        (
            &[MAIL[0], MAIL[1], ("TEXT_TOPIC_ARN", TEXT), MAIL[3]],
            "need KEYSTEWARD_MAIL_FROM besides them",
        ),
        (
            &[MAIL[0], MAIL[1], ("TEXT_TOPIC_ARN", TEXT), ("MAIL_CONFIGURATION_SET", "x")],
            "need KEYSTEWARD_MAIL_FROM besides them",
        ),
        (&[MAIL[0], MAIL[1], ("TEXT_TOPIC_ARN", TOPIC)], "must not be the topic of notices"),
        (&[MAIL[0], MAIL[1], ("CHAT_TOPIC_ARN", TOPIC)], "must not be the topic of notices"),
    ] {
        let error = config(settings).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
    for value in ["Owner", "cost center/team:lead_1", "a=b+c-d@e.f", "Besitzerin Zoë"] {
        assert!(mail(&[("OWNER_TAG", value)]).is_ok(), "{value}");
    }
    let twice = "123456789012=a@example.com,123456789012=b@example.com";
    assert!(mail(&[("ACCOUNT_CONTACTS", twice)]).unwrap_err().contains("names an account twice"));
}

#[test]
fn a_topic_has_one_use() {
    const EVENTS: &str = "arn:aws:sns:eu-west-1:123456789012:mail-events";
    for (settings, told) in [
        (&[("MAIL_EVENTS_TOPIC_ARN", TOPIC)][..], "no notices"),
        (&[("MAIL_EVENTS_TOPIC_ARN", EVENTS), ("TEXT_TOPIC_ARN", EVENTS)], "topic of mail events"),
        (&[("MAIL_EVENTS_TOPIC_ARN", EVENTS), ("CHAT_TOPIC_ARN", EVENTS)], "topic of mail events"),
        (&[("TEXT_TOPIC_ARN", TEXT), ("CHAT_TOPIC_ARN", TEXT)], "must not be one topic"),
    ] {
        let error = mail(settings).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_fault_in_an_address_does_not_show_it() {
    for (name, value) in [
        ("MAIL_FROM", "Ana <ana@example.com>"),
        ("MAIL_ADMIN", "ana@example.com, bo@example.com"),
        ("ACCOUNT_CONTACTS", "123456789012=ana@example.com;210987654321=bo@example.com"),
    ] {
        let told = mail(&[(name, value)]).unwrap_err();
        assert!(told.contains(&format!("KEYSTEWARD_{name} is not what is expected")), "{told}");
        assert!(!told.contains("ana@") && !told.contains("bo@"), "{told}");
    }
}

#[test]
fn what_is_set_but_faulty_is_not_told_as_missing() {
    for (name, value) in [
        ("MAIL_FROM", "keysteward"),
        ("MAIL_ADMIN", "admin"),
        ("MAIL_DOMAINS", "example"),
        ("NOTICE_TOPIC_ARN", "notices"),
    ] {
        let told = mail(&[(name, value)]).unwrap_err();
        assert_eq!(told.matches("KEYSTEWARD_").count(), 1, "{told}");
        assert!(!told.contains(';'), "{told}");
    }
    let told = config(&[MAIL[0], MAIL[1], ("CHAT_TOPIC_ARN", "chat")]).unwrap_err();
    assert!(!told.contains("nobody would be notified"), "{told}");
}

#[test]
fn all_faults_are_told_together() {
    let told = mail(&[
        ("MAIL_ADMIN", "admin"),
        ("CHAT_TOPIC_ARN", "chat"),
        ("SWEEP_FUNCTION_NAME", "a b"),
        ("MAIL_FORM", "x"),
    ]);
    let told = told.unwrap_err();
    for fault in [
        "MAIL_ADMIN is not what is expected",
        "CHAT_TOPIC_ARN",
        "SWEEP_FUNCTION_NAME",
        "MAIL_FORM is not",
    ] {
        assert!(told.contains(fault), "{fault}: {told}");
    }
}

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir()
            .join(format!("notify-owner-templates-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), text).unwrap();
        }
        Self(folder)
    }

    fn templates(&self) -> Result<Templates, String> {
        of_folder(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn of_folder(folder: &Path) -> Result<Templates, String> {
    Templates::of_folder(folder, &samples::models()).map_err(|error| lambda_shell::chain(&error))
}

#[test]
fn templates_are_replaced_one_by_one() {
    let model = model(&[rotated()]);
    let built_in = Templates::built_in().unwrap();
    let own = Folder::new("one", &[("mail.txt", "Hello: {{ subject }}")]).templates().unwrap();
    assert_eq!(own.text(&model).unwrap(), format!("Hello: {}", rotated().subject()));
    assert_eq!(own.html(&model).unwrap(), built_in.html(&model).unwrap());
    let own = Folder::new("other", &[("mail.html", "<p>{{ subject }}</p>")]).templates().unwrap();
    let markup = Model { subject: "<b>".to_owned(), ..model.clone() };
    assert_eq!(own.html(&markup).unwrap(), "<p>&lt;b&gt;</p>");
    assert_eq!(own.text(&model).unwrap(), built_in.text(&model).unwrap());
}

#[test]
fn a_template_may_use_every_name_of_the_model() {
    let all = "{{ subject }}{{ note }}{{ because }}{% for e in entries + others %}{{ e.severity }}\
        {{ e.title }}{{ e.headline }}{{ e.why }}{{ e.advice }}{{ e.error }}\
        {% for f in e.facts %}{{ f.name }}{{ f.value }}{% endfor %}\
        {% for s in e.steps %}{{ s.label }}{{ s.command }}{% endfor %}\
        {% for l in e.links %}{{ l.label }}{{ l.url }}{% endfor %}{% endfor %}";
    Folder::new("all", &[("mail.txt", all), ("mail.html", all)]).templates().unwrap();
}

#[test]
fn a_fault_names_the_file_and_the_line() {
    for (name, text) in [
        ("top", "one\ntwo\n{{ colour }}"),
        ("inner", "one\ntwo\n{% for entry in entries %}{{ entry.colour }}{% endfor %}"),
        ("syntax", "one\ntwo\n{% if subject %}"),
        ("filter", "one\ntwo\n{{ subject | colour }}"),
    ] {
        for file in ["mail.txt", "mail.html"] {
            let told = Folder::new(&format!("{name}-{file}"), &[(file, text)]).templates();
            let told = told.unwrap_err();
            assert!(told.contains(&format!("template {file} does not work")), "{told}");
            assert!(told.contains(&format!("{file}:3")), "{told}");
        }
    }
}

#[test]
fn a_folder_without_a_template_is_refused() {
    for files in [&[][..], &[("mail.htm", "x"), ("Mail.txt", "x")]] {
        let told = Folder::new("none", files).templates().unwrap_err();
        assert!(told.ends_with("holds neither mail.html nor mail.txt"), "{told}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let told = of_folder(Path::new("/no/such/folder")).unwrap_err();
    assert!(told.starts_with("template /no/such/folder/mail.html cannot be read"), "{told}");
    let folder = Folder::new("unreadable", &[]);
    std::fs::write(folder.0.join("mail.txt"), [0xff, 0xfe]).unwrap();
    assert!(folder.templates().unwrap_err().contains("mail.txt cannot be read"));
    std::fs::remove_file(folder.0.join("mail.txt")).unwrap();
    std::fs::create_dir(folder.0.join("mail.txt")).unwrap();
    assert!(folder.templates().unwrap_err().contains("mail.txt cannot be read"));
}

#[test]
fn a_template_that_fails_on_real_news_gives_way_to_the_built_in_one() {
    let text = "{% if subject == 'A subject' %}fine{% else %}{{ entries[7].headline }}{% endif %}";
    let own = Folder::new("late", &[("mail.txt", text), ("mail.html", text)]).templates().unwrap();
    let built_in = Templates::built_in().unwrap();
    let real = model(&[rotated()]);
    assert_eq!(own.text(&real).unwrap(), built_in.text(&real).unwrap());
    assert_eq!(own.html(&real).unwrap(), built_in.html(&real).unwrap());
    let sample = Model { subject: "A subject".to_owned(), ..real };
    assert_eq!(own.text(&sample).unwrap(), "fine");
}
