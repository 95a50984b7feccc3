//! Who may hold whose key: the binding of a secret to one IAM user.

use super::Refusal;
use crate::identifiers::{AccountId, Arn, UserId, UserName};

/// An IAM user as IAM names it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user's name.
    pub name: UserName,
    /// The user's id.
    pub id: UserId,
    /// The user's ARN, path included.
    pub arn: Arn,
    /// The value of the user's `keysteward:secret` tag.
    pub secret: Option<String>,
}

/// What a secret's document says of the user it belongs to; every part is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The user's name.
    pub name: Option<String>,
    /// The user's id.
    pub id: Option<String>,
    /// The account's id.
    pub account: Option<String>,
    /// The user's ARN.
    pub arn: Option<String>,
}

/// Refuses unless the user's own tag names `secret`, the user lives in `home`, and the document says nothing else.
///
/// `home` is the account that the user was looked up in: the secret's own, or one that a role leads to.
/// Without the tag anyone who can write a secret could have a key of any user made for them.
///
/// # Errors
///
/// The first disagreement found.
pub fn confirm_identity(
    secret: &Arn,
    home: &AccountId,
    claims: &Claims,
    user: &Identity,
) -> Result<(), Refusal> {
    match &user.secret {
        None => return Err(Refusal::NotBound { user: user.name.clone(), secret: secret.clone() }),
        Some(bound) if bound != secret.as_str() => {
            return Err(Refusal::BoundElsewhere {
                user: user.name.clone(),
                secret: secret.clone(),
                bound: bound.clone(),
            });
        }
        Some(_) => {}
    }
    if user.arn.account() != home {
        return Err(Refusal::OtherAccount { user: user.arn.clone(), secret: secret.clone() });
    }
    let claimed = [
        ("user name", claims.name.as_deref(), user.name.as_str()),
        ("user id", claims.id.as_deref(), user.id.as_str()),
        ("account", claims.account.as_deref(), home.as_str()),
        ("user ARN", claims.arn.as_deref(), user.arn.as_str()),
    ]
    .into_iter()
    .find(|(_, claimed, actual)| claimed.is_some_and(|claimed| claimed != *actual));
    match claimed {
        Some((what, _, actual)) => {
            Err(Refusal::IdentityChanged { what, actual: actual.to_owned() })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf";

    fn secret() -> Arn {
        SECRET.parse().unwrap()
    }

    fn user() -> Identity {
        Identity {
            name: "ci".into(),
            id: "AIDAEXAMPLEEXAMPLE001".parse().unwrap(),
            arn: "arn:aws:iam::123456789012:user/service/ci".parse().unwrap(),
            secret: Some(SECRET.to_owned()),
        }
    }

    fn claims() -> Claims {
        Claims {
            name: Some("ci".to_owned()),
            id: Some("AIDAEXAMPLEEXAMPLE001".to_owned()),
            account: Some("123456789012".to_owned()),
            arn: Some("arn:aws:iam::123456789012:user/service/ci".to_owned()),
        }
    }

    fn confirm(claims: &Claims, user: &Identity) -> Result<(), Refusal> {
        confirm_identity(&secret(), secret().account(), claims, user)
    }

    #[test]
    fn a_bound_user_is_confirmed_whether_or_not_the_document_names_it() {
        assert_eq!(confirm(&claims(), &user()), Ok(()));
        assert_eq!(confirm(&Claims::default(), &user()), Ok(()));
    }

    #[test]
    fn a_user_without_the_tag_is_refused() {
        let user = Identity { secret: None, ..user() };
        assert!(matches!(confirm(&claims(), &user), Err(Refusal::NotBound { .. })));
    }

    #[test]
    fn a_user_bound_to_another_secret_is_refused() {
        for other in
            ["", "ci", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdE", "*"]
        {
            let user = Identity { secret: Some(other.to_owned()), ..user() };
            assert!(
                matches!(confirm(&claims(), &user), Err(Refusal::BoundElsewhere { .. })),
                "{other}"
            );
        }
    }

    #[test]
    fn a_user_of_another_account_is_refused() {
        let user = Identity {
            arn: "arn:aws:iam::999999999999:user/service/ci".parse().unwrap(),
            ..user()
        };
        assert!(matches!(confirm(&Claims::default(), &user), Err(Refusal::OtherAccount { .. })));
    }

    #[test]
    fn a_user_of_a_member_account_is_confirmed_there_and_nowhere_else() {
        let member: AccountId = "999999999999".parse().unwrap();
        let user = Identity {
            arn: "arn:aws:iam::999999999999:user/service/ci".parse().unwrap(),
            ..user()
        };
        let confirm = |home: &AccountId, claims| confirm_identity(&secret(), home, &claims, &user);
        assert_eq!(confirm(&member, Claims::default()), Ok(()));
        let account = Some(member.to_string());
        assert_eq!(confirm(&member, Claims { account, ..Claims::default() }), Ok(()));
        let account = Some(secret().account().to_string());
        assert!(matches!(
            confirm(&member, Claims { account, ..Claims::default() }),
            Err(Refusal::IdentityChanged { what: "account", .. })
        ));
        assert!(matches!(
            confirm(secret().account(), Claims::default()),
            Err(Refusal::OtherAccount { .. })
        ));
        let unbound = Identity { secret: None, ..user.clone() };
        assert!(matches!(
            confirm_identity(&secret(), &member, &Claims::default(), &unbound),
            Err(Refusal::NotBound { .. })
        ));
    }

    #[test]
    fn a_renamed_recreated_or_moved_user_is_refused() {
        for (what, changed) in [
            ("user name", Identity { name: "ci-2".into(), ..user() }),
            ("user id", Identity { id: "AIDAEXAMPLEEXAMPLE002".parse().unwrap(), ..user() }),
            (
                "user ARN",
                Identity { arn: "arn:aws:iam::123456789012:user/ci".parse().unwrap(), ..user() },
            ),
        ] {
            let refusal = confirm(&claims(), &changed).unwrap_err();
            assert!(
                matches!(&refusal, Refusal::IdentityChanged { what: named, .. } if *named == what),
                "{refusal}"
            );
        }
    }

    #[test]
    fn a_refusal_quotes_what_iam_says_and_nothing_of_the_document() {
        let pasted = "pasted into the wrong field";
        for claims in [
            Claims { name: Some(pasted.to_owned()), ..claims() },
            Claims { id: Some(pasted.to_owned()), ..claims() },
            Claims { account: Some(pasted.to_owned()), ..claims() },
            Claims { arn: Some(pasted.to_owned()), ..claims() },
        ] {
            let refusal = confirm(&claims, &user()).unwrap_err();
            assert!(matches!(refusal, Refusal::IdentityChanged { .. }), "{refusal}");
            let text = format!("{refusal} {refusal:?}");
            assert!(!text.contains(pasted), "{refusal}");
        }
    }
}
