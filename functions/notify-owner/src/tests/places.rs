//! Commands and links: made of parts that were checked, or not made.

use proptest::prelude::*;

use super::hostile::{any_news, hostile, poisoned};
use super::*;
use crate::Step;

fn commands(notice: &Notice) -> Vec<String> {
    let steps = Entry::of(notice, &context()).steps;
    steps.into_iter().map(|step| step.command).filter(|command| !command.is_empty()).collect()
}

/// The words of a command as a POSIX shell splits it; `None` where anything in it means something to the shell.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c if quoted || c.is_ascii_alphanumeric() || "-_+=,.@:/".contains(c) => {
                words.last_mut()?.push(c);
            }
            _ => return None,
        }
    }
    (!quoted).then_some(words)
}

proptest! {
    #[test]
    fn a_command_holds_only_what_means_nothing_to_a_shell(
        notice in any_news(),
        hostile in hostile(),
    ) {
        let poisoned = poisoned(&notice, std::slice::from_ref(&hostile));
        for notice in [notice, poisoned] {
            for command in commands(&notice) {
                let words = words(&command);
                prop_assert!(words.is_some(), "{command}");
                prop_assert_eq!(&words.unwrap_or_default()[0], "aws");
            }
        }
    }
}

#[test]
fn every_kind_of_credential_that_will_be_deactivated_has_its_commands() {
    let of = |kind| {
        let warned = about(Kind::DeactivationAhead, &subject(kind));
        let verbs = commands(&warned).into_iter().map(|command| {
            let words = words(&command).unwrap();
            words[2].clone()
        });
        verbs.collect::<Vec<_>>().join(" ")
    };
    for (kind, verbs) in [
        (
            CredentialKind::AccessKey,
            "create-access-key update-access-key delete-access-key tag-user",
        ),
        (CredentialKind::Password, "tag-user"),
        (
            CredentialKind::SshPublicKey,
            "upload-ssh-public-key update-ssh-public-key delete-ssh-public-key tag-user",
        ),
        (
            CredentialKind::SigningCertificate,
            "upload-signing-certificate update-signing-certificate delete-signing-certificate tag-user",
        ),
        (
            CredentialKind::ServiceSpecific,
            "create-service-specific-credential update-service-specific-credential delete-service-specific-credential tag-user",
        ),
    ] {
        assert_eq!(of(kind), verbs);
    }
}

#[test]
fn a_name_that_could_be_read_as_an_option_or_as_code_has_no_command() {
    let warned = key(Kind::DeactivationAhead);
    assert_eq!(commands(&warned).len(), 4);
    for user in ["-rf", "--user-name=x", "a b", "a;reboot", "$(x)", "a'b", "", "ä", "a\nb"] {
        let notice = of_user(&warned, user);
        assert_eq!(Entry::of(&notice, &context()).steps, Vec::<Step>::new(), "{user:?}");
    }
    for id in ["-x", "AKIA$(x)", "AKIA EXAMPLE", "", &"A".repeat(129)] {
        let notice = rewritten(&warned, |value| value["credential"]["id"] = id.into());
        assert_eq!(Entry::of(&notice, &context()).steps, Vec::<Step>::new(), "{id:?}");
    }
    let service = |service: Option<&str>| {
        let notice = about(Kind::DeactivationAhead, &subject(CredentialKind::ServiceSpecific));
        let notice = rewritten(&notice, |value| value["credential"]["service"] = service.into());
        commands(&notice)[0].rsplit_once(' ').unwrap().1.to_owned()
    };
    assert_eq!(service(Some("codecommit.amazonaws.com")), "codecommit.amazonaws.com");
    for other in [None, Some("-x"), Some("a b"), Some("<service>"), Some("")] {
        assert_eq!(service(other), "SERVICE", "{other:?}");
    }
}

#[test]
fn a_way_back_names_another_account_and_none_that_is_unknown() {
    let done = key(Kind::Deactivated);
    let payload = |account: &str| {
        let notice = Notice { account: account.parse().ok(), ..done.clone() };
        commands(&notice).first().map(|first| {
            let command = words(first).unwrap();
            let payload: serde_json::Value = serde_json::from_str(&command[8]).unwrap();
            payload["undo"]["account"].as_str().map(ToOwned::to_owned)
        })
    };
    assert_eq!(payload(ACCOUNT), Some(None));
    assert_eq!(payload("210987654321"), Some(Some("210987654321".to_owned())));
    assert_eq!(payload("an account that nobody could name"), None);
}

fn of_secret(notice: &Notice, secret: &str) -> Notice {
    rewritten(notice, |value| value["secret"] = secret.into())
}

#[test]
fn a_tag_of_a_secret_that_could_be_code_has_no_command() {
    let gone = binding_tag_gone();
    assert_eq!(commands(&gone).len(), 1);
    for user in ["-rf", "a b", "$(x)", "a'b"] {
        assert_eq!(commands(&of_user(&gone, user)), Vec::<String>::new(), "{user}");
    }
    for end in ["a'b-AbCdEf", "a b-AbCdEf", "a-AbCd'f", "a"] {
        let secret = format!("arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:{end}");
        assert_eq!(commands(&of_secret(&gone, &secret)), Vec::<String>::new(), "{end}");
    }
}

fn urls(notice: &Notice, partition: &str) -> Vec<String> {
    let context = Context { partition: partition.to_owned(), ..context() };
    Entry::of(notice, &context).links.into_iter().map(|link| link.url).collect()
}

#[test]
fn every_partition_has_its_own_console() {
    for (partition, region, host) in [
        ("aws", "eu-west-1", "console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
    ] {
        let secret = format!("arn:{partition}:secretsmanager:{region}:{ACCOUNT}:secret:a/b-AbCdEf");
        let notice = of_secret(&of_user(&rotated(), "a+b@c"), &secret);
        assert_eq!(
            urls(&notice, partition),
            [
                format!(
                    "https://{host}/iam/home#/users/details/a%2Bb%40c?section=security_credentials"
                ),
                format!("https://{region}.{host}/secretsmanager/secret?name=a%2Fb&region={region}"),
            ]
        );
    }
    let secret = SECRET.replace("arn:aws:", "arn:aws-iso:");
    assert_eq!(urls(&of_secret(&rotated(), &secret), "aws-iso"), Vec::<String>::new());
}

#[test]
fn what_is_no_user_and_no_secret_has_no_link() {
    let links =
        |user: &str, secret: &str| urls(&of_secret(&of_user(&rotated(), user), secret), "aws");
    assert_eq!(links("ana", SECRET).len(), 2);
    let long = "x".repeat(65);
    for user in ["", "a b", "a/b", "a?b", "a#b", "\u{430}na", "javascript:alert(1)", long.as_str()]
    {
        assert_eq!(links(user, SECRET).len(), 1, "{user:?}");
    }
    for secret in [
        "arn:aws:secretsmanager:evil.example:123456789012:secret:a-AbCdEf",
        "arn:aws:secretsmanager::123456789012:secret:a-AbCdEf",
        "arn:aws:secretsmanager:-x:123456789012:secret:a-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a b-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a",
        "arn:aws:iam:eu-west-1:123456789012:secret:a-AbCdEf",
        "arn:evil:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf",
    ] {
        assert_eq!(links("ana", secret).len(), 1, "{secret:?}");
    }
}
