//! Whom the function believes, and to whom it writes.

use aws_simulator::{ACCOUNT, REGION};
use jiff::SignedDuration;
use lifecycle::sweep::News;
use notice::Notice;
use serde_json::json;

use crate::desk::{ADMINISTRATOR, Desk, FROM, news, rewritten, topic};

const HOSTILE: &str =
    "</h2><script>alert(1)</script>\"'\r\nBcc: evil@example.net\u{2028}\u{202e}{{ subject }}";

#[tokio::test(start_paused = true)]
async fn n1_hostile_names_and_tags_arrive_as_text_that_anybody_can_see() {
    let desk = Desk::open();
    let mut notice = desk.warning(&format!("{HOSTILE}{}", "x".repeat(256)), "ana@example.com");
    notice.account_alias = Some(HOSTILE.to_owned());
    notice.owner.description = Some(HOSTILE.to_owned());
    let notice = rewritten(&notice, |value| value["because"] = HOSTILE.into());
    desk.publish(&[notice]).await;
    assert_eq!(desk.deliver().await, 0);
    // SES itself refuses a subject with a line break.
    assert_eq!(desk.readers(), ["ana@example.com"]);
    let mail = desk.mails().remove(0);
    assert!(mail.subject.len() < 100 && mail.subject.bytes().all(|b| (b' '..=b'~').contains(&b)));
    let (text, html) = (mail.text.unwrap(), mail.html.unwrap());
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
    for body in [&text, &html] {
        assert!(!body.contains('\u{2028}') && !body.contains('\u{202e}') && !body.contains('\r'));
        assert!(body.contains("\\u{d}\\u{a}Bcc: evil@example.net\\u{2028}\\u{202e}{{ subject }}"));
    }
    assert!(!text.lines().any(|line| line.starts_with("Bcc:")));
    // A name that IAM does not allow is in no command and in no link.
    assert!(!text.contains("aws iam") && !html.contains("<a "));
}

#[tokio::test(start_paused = true)]
async fn n3_a_poisoned_owner_tag_sends_nothing_to_whom_it_names() {
    for poison in [
        "evil@example.net",
        "evil@example.com.example.net",
        "ana@example.com, evil@example.net",
        "ana@example.com evil@example.net",
        "Ana <evil@example.net>",
        "evil@example.net\r\nana@example.com",
        "\"evil@example.net\"@example.com",
        "evil%example.net@",
        "ana@ex\u{430}mple.com",
        "everybody",
    ] {
        let desk = Desk::open();
        desk.publish(&[desk.warning("ana", poison)]).await;
        assert_eq!(desk.deliver().await, 0);
        assert_eq!(desk.readers(), [ADMINISTRATOR], "{poison:?}");
        let text = desk.mails()[0].text.clone().unwrap();
        assert!(text.contains("no tag names an owner that mail may go to"), "{text}");
    }
}

/// Whatever the function believes, its role writes to the company's domain only.
#[tokio::test(start_paused = true)]
async fn n3_the_role_may_be_limited_to_recipients_and_then_the_administrator_is_told() {
    let desk = Desk::open();
    desk.set("MAIL_DOMAINS", "example.com,example.org");
    desk.simulator.set_role_policy(
        "notify-owner",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*", "Condition": {
            "ForAllValues:StringLike": {"ses:Recipients": ["*@example.com"]},
            "StringEquals": {"ses:FromAddress": FROM}}}]}),
    );
    desk.publish(&[desk.warning("ana", "ana@example.org"), desk.warning("bo", "bo@example.com")])
        .await;
    assert_eq!(desk.deliver().await, 0);
    let mut readers = desk.readers();
    readers.sort();
    assert_eq!(readers, ["bo@example.com", ADMINISTRATOR]);
    assert_eq!(desk.simulator.violations(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn n3_the_nearest_name_that_is_an_address_is_told() {
    let desk = Desk::open();
    desk.set("ACCOUNT_CONTACTS", &format!("{ACCOUNT}=team@example.com"));
    let with = |credential: &str, user: &str, name: &str| {
        let mut notice: Notice = desk.warning(name, user);
        notice.owner.credential = Some(credential.to_owned()).filter(|tag| !tag.is_empty());
        notice.id = format!("{credential} {user} {name}");
        notice
    };
    for (notice, reader) in [
        (with("key@example.com", "user@example.com", "name@example.com"), "key@example.com"),
        (with("evil@example.net", "user@example.com", "name@example.com"), "user@example.com"),
        (with("", "nobody", "name@example.com"), "name@example.com"),
        (with("", "", "name@example.net"), "team@example.com"),
        (with("", "", "name"), "team@example.com"),
    ] {
        desk.publish(&[notice]).await;
        desk.deliver().await;
        assert_eq!(desk.readers().pop().as_deref(), Some(reader));
    }
}

#[tokio::test(start_paused = true)]
async fn n8_links_lead_to_the_console_and_nowhere_else() {
    let desk = Desk::open();
    desk.publish(&[desk.warning("ana+ci@example.com", "ana@example.com")]).await;
    desk.deliver().await;
    let html = desk.mails().remove(0).html.unwrap();
    let links: Vec<_> =
        html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(
        links,
        [
            "https:&#x2f;&#x2f;console.aws.amazon.com&#x2f;iam&#x2f;home#&#x2f;users&#x2f;details&#x2f;ana%2Bci%40example.com?section=security_credentials"
        ]
    );
}

/// Whoever can write to the queue, or to another topic, cannot have mail sent.
#[tokio::test(start_paused = true)]
async fn n9_what_does_not_come_through_the_topic_of_notices_is_not_believed() {
    let desk = Desk::open();
    let notice = serde_json::to_string(&desk.warning("ana", "ana@example.com")).unwrap();
    let envelope = |topic: &str, message: &str, account: &str| {
        json!({"Type": "Notification", "MessageId": "1", "TopicArn": topic, "Message": message,
            "MessageAttributes": {"account": {"Type": "String", "Value": account}}})
        .to_string()
    };
    let ours = topic("keysteward");
    let foreign = format!("arn:aws:sns:{REGION}:999999999999:keysteward");
    let other_version = notice.replace("keysteward/notice/v1", "keysteward/notice/v9");
    let bodies = [
        notice.clone(),
        envelope(&foreign, &notice, ACCOUNT),
        envelope(&topic("other"), &notice, ACCOUNT),
        envelope(&ours, &notice, "999999999999"),
        envelope(&ours, &other_version, ACCOUNT),
        envelope(&ours, &format!("{notice}{}", " ".repeat(262_144)), ACCOUNT),
        envelope(&ours, "{}", ACCOUNT),
        "not json".to_owned(),
        String::new(),
    ];
    let records: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(
            |(n, body)| json!({"messageId": n.to_string(), "eventSource": "aws:sqs", "body": body}),
        )
        .collect();
    let count = records.len();
    let answer = desk.handle(json!({ "Records": records })).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), count);
    assert_eq!(desk.mails(), []);
    // The same notice, from the right topic, is.
    let good = json!({"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": envelope(&ours, &notice, ACCOUNT)}]});
    assert_eq!(desk.handle(good).await.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(desk.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn n9_a_message_that_is_not_believed_does_not_hold_up_the_others_and_becomes_a_dead_letter() {
    let desk = Desk::open();
    let publisher = desk.simulator.sdk_config("somebody");
    let publisher = notice::TextPublisher::new(&publisher, topic("keysteward").parse().unwrap());
    publisher.publish(None, "{\"schema\": \"else\"}", &[]).await.unwrap();
    desk.publish(&[desk.warning("ana", "ana@example.com")]).await;
    assert_eq!(desk.deliver().await, 1);
    for _ in 0..3 {
        desk.advance(SignedDuration::from_mins(15));
        desk.deliver().await;
    }
    assert_eq!(desk.readers(), ["ana@example.com"]);
    assert_eq!((desk.waiting(), desk.dead_letters()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_undo_command_names_the_account_only_where_it_is_another() {
    let desk = Desk::open();
    let now = desk.simulator.now();
    let own = news(News::Deactivated { kept_until: None }, "ana", "ana@example.com", now);
    let mut other = own.clone();
    (other.account, other.id) = ("210987654321".parse().ok(), "other".to_owned());
    desk.publish(&[own, other]).await;
    desk.deliver().await;
    let text = desk.mails().remove(0).text.unwrap();
    let undo = "\"user\": \"ana\", \"credential\": \"AKIAIOSFODNN7EXAMPLE\"}}";
    assert!(text.contains(&format!("{{\"undo\": {{{undo}")), "{text}");
    assert!(
        text.contains(&format!("{{\"undo\": {{\"account\": \"210987654321\", {undo}")),
        "{text}"
    );
}

/// The report is read with a spreadsheet, and IAM allows names that begin like a formula.
#[tokio::test(start_paused = true)]
async fn n2_no_cell_of_the_report_is_a_formula() {
    let estate = crate::estate::Estate::ideal();
    estate.set("REPORT_BUCKET", crate::estate::BUCKET);
    for user in ["=1+1", "+cmd", "-2+3", "@SUM"] {
        estate.simulator.add_user(user, "/", &[("owner", "=HYPERLINK")]);
        estate.simulator.add_access_key(user);
    }
    estate.advance(100);
    estate.swept().await;
    let objects = estate.simulator.view(|view| view.objects(crate::estate::BUCKET));
    let csv = objects.into_iter().find(|object| object.key.ends_with(".csv")).unwrap();
    let csv = String::from_utf8(csv.body.to_vec()).unwrap();
    let cells: Vec<_> =
        csv.lines().flat_map(|line| line.split(',')).map(|cell| cell.trim_matches('"')).collect();
    for user in ["'=1+1", "'+cmd", "'-2+3", "'@SUM"] {
        assert!(cells.contains(&user), "{csv}");
    }
    assert!(!cells.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{csv}");
}
