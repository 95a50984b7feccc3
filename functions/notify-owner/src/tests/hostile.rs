//! What somebody may write where a name is expected.

use notice::Notice;
use proptest::prelude::*;
use proptest::sample::select;

/// Texts that once meant something to somebody's program.
const KNOWN: [&str; 24] = [
    "<script>alert(1)</script>",
    "</p></td></table><h1>URGENT</h1>",
    "<img src=x onerror=alert(1)>",
    "<!-- ",
    "-->",
    "<![CDATA[",
    "</title><base href=//evil.example>",
    "\" onmouseover=\"alert(1)",
    "' style='display:none",
    "&lt;b&gt;&amp;&#x3c;",
    "a\r\nBcc: eve@evil.example",
    "a\nError: none\n\n----\nNew mail",
    "\u{2028}\u{2029}\u{85}\u{b}\u{c}",
    "\u{202e}txt.exe\u{2066}\u{200f}\u{61c}",
    "\u{feff}\u{200b}\u{200d}\u{ad}\u{e0041}",
    "\0\u{1b}[31m\u{7f}\u{9b}",
    "{{ 7 * 7 }}{% for x in entries %}{% raw %}{# ",
    "javascript:alert(1)",
    "https://evil.example/?a=b&c=d#e",
    "`reboot` $(reboot) ; reboot | sh > x",
    "  two  blanks  ",
    "\t\t",
    "arn:aws:secretsmanager:eu-west-1:1:secret:\"><a href=x>-AbCdEf",
    "\u{430}na@ex\u{e4}mple.com \u{1f600}",
];

/// A hostile text that is not empty.
pub(super) fn hostile() -> impl Strategy<Value = String> {
    let known = select(KNOWN.to_vec()).prop_map(ToOwned::to_owned);
    let any = proptest::collection::vec(any::<char>(), 1..40)
        .prop_map(|characters| characters.into_iter().collect());
    let markup = "[<>&\"'/={}%#\\-! a-z\r\n\t\u{2028}\u{202e}]{1,80}";
    let piece = prop_oneof![3 => known, 1 => any, 1 => markup];
    prop_oneof![
        6 => proptest::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat()),
        1 => select(KNOWN.to_vec()).prop_map(|known| known.repeat(100)),
    ]
}

/// News of any kind, of any kind of credential.
pub(super) fn any_news() -> impl Strategy<Value = Notice> {
    select(crate::samples::notices(super::now()))
}

/// News all of whose words are hostile.
pub(super) fn poisoned(notice: &Notice, words: &[String]) -> Notice {
    let mut words = words.iter().cloned().cycle();
    super::rewritten(notice, |value| poison(value, &mut words))
}

/// Puts words in the place of all that somebody else may have written.
fn poison(value: &mut serde_json::Value, words: &mut impl Iterator<Item = String>) {
    const FREE: [&str; 10] = [
        "user",
        "account_alias",
        "because",
        "error",
        "version",
        "description",
        "service",
        "region",
        "recipient",
        "subject",
    ];
    let Some(members) = value.as_object_mut() else { return };
    let is_credential = members.contains_key("kind") && !members.contains_key("schema");
    for (name, member) in members.iter_mut() {
        let mut word = || words.next().unwrap();
        if name == "secret" && member.as_str().is_some_and(|text| text.starts_with("arn:")) {
            let start = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
            *member = format!("{start}{}", word()).into();
        } else if member.is_string() && (FREE.contains(&&**name) || (is_credential && name == "id"))
        {
            *member = word().into();
        } else {
            poison(member, words);
        }
    }
}
