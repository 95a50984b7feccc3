//! Whatever names, tags and errors hold, a mail stays the template's, line by line and element by element.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;
use proptest::sample::select;

use super::hostile::{any_news, hostile, poisoned};
use super::*;
use crate::visible::visible;
use crate::{Fact, Link, Step};

const CONSOLES: [&str; 3] =
    ["console.aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com"];

/// The same entry in harmless words.
fn harmless(entry: &Entry) -> Entry {
    let word = |text: &str| if text.is_empty() { String::new() } else { "word".to_owned() };
    Entry {
        severity: entry.severity,
        title: word(&entry.title),
        headline: word(&entry.headline),
        why: word(&entry.why),
        advice: word(&entry.advice),
        error: word(&entry.error),
        facts: entry
            .facts
            .iter()
            .map(|fact| Fact { name: fact.name, value: word(&fact.value) })
            .collect(),
        steps: entry
            .steps
            .iter()
            .map(|step| Step { label: word(&step.label), command: word(&step.command) })
            .collect(),
        links: entry
            .links
            .iter()
            .map(|link| Link { url: word(&link.url), ..link.clone() })
            .collect(),
    }
}

/// What a parsed page consists of.
#[derive(Debug, Default)]
struct Page {
    /// Elements and comments in order of appearance, with their depth and their attributes but for links.
    elements: Vec<String>,
    links: Vec<String>,
    text: String,
}

impl Page {
    fn parse(html: &str) -> Self {
        let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(html);
        let mut page = Self::default();
        page.read(&dom.document, 0);
        page
    }

    fn read(&mut self, node: &Handle, depth: usize) {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let mut element = format!("{depth} {}", name.local);
                for attribute in attrs.borrow().iter() {
                    if &*attribute.name.local == "href" {
                        self.links.push(attribute.value.to_string());
                        element.push_str(" href");
                    } else {
                        let (name, value) = (&attribute.name.local, &attribute.value);
                        element.push_str(&format!(" {name}={:?}", value.to_string()));
                    }
                }
                self.elements.push(element);
            }
            NodeData::Text { contents } => self.text.push_str(&contents.borrow()),
            NodeData::Document => {}
            other => self.elements.push(format!("{depth} {other:?}")),
        }
        for child in node.children.borrow().iter() {
            self.read(child, depth + 1);
        }
    }
}

/// What breaks a line, hides itself, or turns the direction of text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn hostile_words_change_nothing_but_words(
        notice in any_news(),
        words in proptest::collection::vec(hostile(), 1..12),
        count in select(vec![1, 2, 26]),
    ) {
        let notice = poisoned(&notice, &words);
        let notices = vec![notice.clone(); count];
        let hostile = Model { note: visible(&words[0]), ..model(&notices) };
        let calm = Model {
            subject: "word".to_owned(),
            note: "word".to_owned(),
            because: hostile.because,
            entries: hostile.entries.iter().map(harmless).collect(),
            others: hostile.others.iter().map(harmless).collect(),
        };
        let templates = Templates::built_in().unwrap();

        let (shown, expected) = (templates.text(&hostile).unwrap(), templates.text(&calm).unwrap());
        prop_assert_eq!(shown.split('\n').count(), expected.split('\n').count(), "{}", shown);
        prop_assert!(!shown.chars().any(|c| c != '\n' && is_hidden(c)), "{:?}", shown);
        for fact in &hostile.entries[0].facts {
            let line = format!("  {}: {}", fact.name, fact.value);
            prop_assert!(shown.split('\n').any(|shown| shown == line), "{:?}: {}", line, shown);
        }

        let page = Page::parse(&templates.html(&hostile).unwrap());
        let plain = Page::parse(&templates.html(&calm).unwrap());
        prop_assert_eq!(&page.elements, &plain.elements);
        prop_assert_eq!(page.links.len(), plain.links.len());
        prop_assert!(!page.text.chars().any(|c| c != '\n' && is_hidden(c)), "{:?}", page.text);
        for fact in &hostile.entries[0].facts {
            prop_assert!(page.text.contains(&fact.value), "{:?}: {}", fact, page.text);
        }
        for link in &page.links {
            let host = link.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
            let (host, path) = host.unwrap_or_default();
            let known = CONSOLES.iter().any(|console| {
                host.strip_suffix(console).is_some_and(|region| {
                    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                    region.is_empty()
                        || region.strip_suffix('.').is_some_and(|region| region.chars().all(plain))
                })
            });
            prop_assert!(known, "{}", link);
            prop_assert!(path.chars().all(|c| c.is_ascii_graphic() && !"<>\"'".contains(c)), "{}", link);
        }
    }

    #[test]
    fn a_subject_is_a_short_line_of_printable_ascii(
        notice in any_news(),
        words in proptest::collection::vec(hostile(), 1..12),
    ) {
        let notice = poisoned(&notice, &words);
        for now in [Timestamp::MIN, Timestamp::MAX] {
            let subject = notice.words(now).subject;
            prop_assert!((1..=99).contains(&subject.len()), "{}", subject);
            prop_assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", subject);
            prop_assert_eq!(subject.trim_start(), &*subject);
        }
    }
}

#[test]
fn a_real_notice_has_links_to_be_checked() {
    let html = Templates::built_in().unwrap().html(&model(&[rotated()])).unwrap();
    let page = Page::parse(&html);
    assert_eq!(page.links.len(), 2);
    assert!(page.links.iter().all(|link| link.starts_with("https://")), "{:?}", page.links);
    assert!(page.elements.iter().any(|element| element.ends_with(
        " table role=\"presentation\" style=\"width:100%;border-collapse:collapse;font-size:14px\""
    )));
    assert!(page.text.contains("AKIAI44QH8DHBEXAMPLE"), "{}", page.text);
}

#[test]
fn markup_in_a_name_is_shown_and_not_read() {
    let model = model(&[of_user(&rotated(), "<b>ana</b> {{ 7 * 7 }}")]);
    let html = Templates::built_in().unwrap().html(&model).unwrap();
    assert!(html.contains("&lt;b&gt;ana&lt;&#x2f;b&gt; {{ 7 * 7 }}"), "{html}");
    assert!(text(&model).contains("IAM user: <b>ana</b> {{ 7 * 7 }}"));
}
