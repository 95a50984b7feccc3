//! Addresses, subjects, bodies, headers and tags.

use aws_sdk_sesv2::types::{Body, Content, Message, MessageHeader, MessageTag};

use super::{FROM, mail, message, sender, simple, text};
use crate::support::{code, start};

// SES API reference v2, SendEmail.
#[tokio::test(start_paused = true)]
async fn a_mail_that_was_sent_can_be_read_back() {
    let simulator = sender();
    simulator.add_configuration_set("notices", None);
    let body = Body::builder().text(text("Grüße")).html(text("<p>Grüße</p>")).build();
    let header = MessageHeader::builder().name("X-Account").value("1234 5678").build().unwrap();
    let content = Message::builder().subject(text("Schlüssel")).body(body).headers(header).build();
    let tag = MessageTag::builder().name("kind").value("warning").build().unwrap();
    let call = mail(&simulator, &["ann@example.org", "Bob <bob@example.org>"])
        .content(simple(content))
        .reply_to_addresses("help@example.com")
        .email_tags(tag)
        .configuration_set_name("notices");
    let answer = call.send().await.unwrap();
    simulator.view(|view| {
        let [mail] = view.mails() else { panic!("not one mail: {:?}", view.mails()) };
        assert_eq!(mail.from, FROM);
        assert_eq!(mail.to, ["ann@example.org", "Bob <bob@example.org>"]);
        assert_eq!(mail.reply_to, ["help@example.com"]);
        assert_eq!(mail.subject, "Schlüssel");
        assert_eq!(mail.text.as_deref(), Some("Grüße"));
        assert_eq!(mail.html.as_deref(), Some("<p>Grüße</p>"));
        assert_eq!(mail.headers, [("X-Account".to_owned(), "1234 5678".to_owned())]);
        assert_eq!(mail.tags.get("kind").map(String::as_str), Some("warning"));
        assert_eq!(mail.configuration_set.as_deref(), Some("notices"));
        assert_eq!(Some(&mail.message_id), answer.message_id.as_ref());
        assert_eq!((mail.at, mail.delivered), (start(), true));
    });
}

// SES API reference v2, Content: ASCII unless a character set is named.
#[tokio::test(start_paused = true)]
async fn text_without_a_character_set_loses_what_is_not_ascii() {
    let simulator = sender();
    let plain = |data: &str| Content::builder().data(data).build().unwrap();
    let body = Body::builder().text(plain("Grüße")).build();
    let content = Message::builder().subject(plain("Schlüssel")).body(body).build();
    mail(&simulator, &["ann@example.org"]).content(simple(content)).send().await.unwrap();
    simulator.view(|view| {
        assert_eq!(view.mails()[0].subject, "Schl?ssel");
        assert_eq!(view.mails()[0].text.as_deref(), Some("Gr??e"));
    });
}

// SES API reference v2, Message: the subject is one line.
#[tokio::test(start_paused = true)]
async fn a_subject_with_a_line_break_is_refused() {
    let simulator = sender();
    for subject in ["two\nlines", "two\r\nlines", "end\r"] {
        let call = mail(&simulator, &["ann@example.org"]).content(simple(message(subject)));
        assert_eq!(code(call.send().await), "BadRequestException", "{subject:?}");
    }
    assert!(simulator.view(|view| view.mails().is_empty()));
}

// SES API reference v2, Body: text, HTML, or both.
#[tokio::test(start_paused = true)]
async fn a_body_has_text_or_html() {
    let simulator = sender();
    let send = async |body: Body| {
        let content = Message::builder().subject(text("Hello")).body(body).build();
        let call = mail(&simulator, &["ann@example.org"]).content(simple(content));
        code(call.send().await)
    };
    assert_eq!(send(Body::builder().build()).await, "BadRequestException");
    assert_eq!(send(Body::builder().html(text("<p>")).build()).await, "accepted");
}

// SES quotas: 40 MB a message in version 2 of the API.
#[tokio::test(start_paused = true)]
async fn a_message_has_a_largest_size() {
    let simulator = sender();
    let body = Body::builder().text(text(&"x".repeat(40 * 1024 * 1024 + 1))).build();
    let content = Message::builder().subject(text("Hello")).body(body).build();
    let call = mail(&simulator, &["ann@example.org"]).content(simple(content));
    assert_eq!(code(call.send().await), "BadRequestException");
}

// SES API reference v2, Destination: the local part is 7-bit ASCII, a domain is in Punycode, a name is encoded.
#[tokio::test(start_paused = true)]
async fn addresses_are_ascii() {
    let simulator = sender();
    for bad in ["ann", "@example.org", "änn@example.org", "a b@example.org", "ann@exämple.org"] {
        let answer = code(mail(&simulator, &[bad]).send().await);
        assert_eq!(answer, "BadRequestException", "{bad}");
    }
    let names = ["Änn <ann@example.org>", "Ann\r\nBcc: eve@example.net <ann@example.org>"];
    for bad in names {
        assert_eq!(code(mail(&simulator, &[bad]).send().await), "BadRequestException", "{bad}");
    }
    let reply = mail(&simulator, &["ann@example.org"]).reply_to_addresses("hälp@example.com");
    assert_eq!(code(reply.send().await), "BadRequestException");
    for good in ["ann@example.org", "=?UTF-8?B?w4Rubg==?= <ann+keys@xn--exmple-cua.org>"] {
        assert_eq!(code(mail(&simulator, &[good]).send().await), "accepted", "{good}");
    }
}

// SES API reference v2, MessageHeader, and quotas: 15 headers of 126, 995 and together 996 characters.
#[tokio::test(start_paused = true)]
async fn headers_are_counted_and_checked() {
    let simulator = sender();
    let send = async |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| {
            MessageHeader::builder().name(*name).value(*value).build().unwrap()
        });
        let body = Body::builder().text(text("Hello")).build();
        let content = Message::builder().subject(text("Hello")).body(body);
        let content = content.set_headers(Some(headers.collect())).build();
        code(mail(&simulator, &["ann@example.org"]).content(simple(content)).send().await)
    };
    let (long, value) = ("x".repeat(127), "x".repeat(996));
    for bad in [
        ("", "x"),
        ("a:b", "x"),
        ("a b", "x"),
        ("ä", "x"),
        (long.as_str(), "x"),
        ("a", "ä"),
        ("a", "x\r\nBcc: eve@example.net"),
        ("a", value.as_str()),
        ("ab", &value[1..]),
    ] {
        assert_eq!(send(&[bad]).await, "BadRequestException", "{bad:?}");
    }
    assert_eq!(send(&[("a", &value[1..])]).await, "accepted");
    assert_eq!(send(&[("a", "x"); 15]).await, "accepted");
    assert_eq!(send(&[("a", "x"); 16]).await, "BadRequestException");
}

// SES API reference v2, MessageTag: letters, digits, underscores and dashes, up to 256 of them.
#[tokio::test(start_paused = true)]
async fn tags_are_checked() {
    let simulator = sender();
    let send = async |name: &str, value: &str| {
        let tag = MessageTag::builder().name(name).value(value).build().unwrap();
        code(mail(&simulator, &["ann@example.org"]).email_tags(tag).send().await)
    };
    let long = "x".repeat(257);
    for (name, value) in
        [("", "x"), ("x", ""), ("a b", "x"), ("x", "a.b"), ("x", "ü"), ("x", &long), (&long, "x")]
    {
        assert_eq!(send(name, value).await, "BadRequestException", "{name:?} {value:?}");
    }
    assert_eq!(send("kind_1", &long[1..]).await, "accepted");
    assert_eq!(send("Kind-1", "Warning").await, "accepted");
}
